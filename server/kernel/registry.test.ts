import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { module, operation } from "./operation.ts";
import type { AnyOperation, Operation } from "./operation.ts";
import { Registry, nameOf, pathParameters } from "./registry.ts";

const scopes = new Set(["things:read"]);
const nothing = Type.Object({}, { additionalProperties: false });

function thing(fields: Partial<Operation>): AnyOperation {
  return operation({
    name: "get_thing",
    surface: workspaceApi,
    section: "Things",
    route: "GET /things",
    scopes: ["things:read"],
    effect: "read",
    noun: "thing",
    summary: "Get it.",
    input: nothing,
    output: Type.Null(),
    run: () => Promise.resolve(null),
    ...fields,
  });
}

function registryOf(...operations: AnyOperation[]): Registry {
  return new Registry([module({ name: "things", operations })], scopes);
}

test("a sound registry finds operations by their full name, and the workspace's by their own", () => {
  const registry = registryOf(thing({}));
  assert.equal(registry.find("workspace.get_thing"), registry.find("get_thing"));
  assert.equal(nameOf(registry.operations[0] as AnyOperation), "workspace.get_thing");
  assert.equal(registry.find("get_nothing"), undefined);
  assert.deepEqual(pathParameters("GET /things/:id/parts/:partId"), ["id", "partId"]);
});

test("everything that is wrong is told at once", () => {
  const job = { name: "do-it", run: () => Promise.resolve() };
  const wrong = () =>
    new Registry(
      [
        module({
          name: "things",
          operations: [
            thing({}),
            thing({ route: "GET /others" }),
            thing({ name: "see_thing" }),
            thing({ name: "make_thing", route: "POST /things", effect: "write", noun: "" }),
            thing({ name: "take_thing", route: "GET /things/:id", scopes: ["things:take"] }),
            thing({ name: "spell_thing", route: "GET /spelled", aliases: ["GET /spelt/:word"] }),
            thing({
              name: "mixed_thing",
              route: "GET /mixed",
              input: Type.Union([nothing, nothing]) as never,
            }),
          ],
          jobs: [job, job] as never,
        }),
      ],
      scopes,
    );
  assert.throws(wrong, (error: Error) => {
    for (const problem of [
      "two operations are called workspace.get_thing",
      "get_thing and see_thing share the route /api/v1 GET /things",
      "make_thing: a write needs an audit noun",
      "take_thing: unknown scope things:take",
      "take_thing: :id is not in the input",
      "spell_thing: the alias GET /spelt/:word has other parameters than the route",
      "mixed_thing: the input must be a plain object",
      "two jobs are called do-it",
    ]) {
      assert.ok(error.message.includes(`- ${problem}`), `${problem} is missing from: ${error.message}`);
    }
    return true;
  });
});

test("routes that differ only in a parameter's name are the same route", () => {
  const input = Type.Object({ id: Type.String(), key: Type.String() });
  assert.throws(
    () =>
      registryOf(
        thing({ route: "GET /things/:id", input }),
        thing({ name: "other_thing", route: "GET /things/:key", input }),
      ),
    /share the route/,
  );
});

test("operations may share a route when a field of the body says which is meant", () => {
  const input = Type.Object({ id: Type.String(), status: Type.Optional(Type.String()) });
  const route = "PATCH /things/:id";
  const registry = registryOf(
    thing({ name: "cancel_thing", route, input, effect: "write", selects: { field: "status" } }),
    thing({ name: "move_thing", route, input, effect: "write" }),
  );
  assert.equal(registry.operations.length, 2);
});

test("a reaction is found by the event it is on", () => {
  const job = { name: "do-it", run: () => Promise.resolve() };
  const reaction = { on: "thing.made", job: job as never, payload: () => ({}) };
  const registry = new Registry([module({ name: "things", reactions: [reaction] })], scopes);
  assert.deepEqual(registry.reactionsTo("thing.made"), [reaction]);
  assert.deepEqual(registry.reactionsTo("thing.lost"), []);
});
