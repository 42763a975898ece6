import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import type { TSchema } from "typebox";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { module, operation } from "./operation.ts";
import type { AnyOperation, Operation } from "./operation.ts";
import { Registry, nameOf, pathParameters } from "./registry.ts";

const scopes = new Set(["things:read", "things:write", "prices:read"]);
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

const writing = { effect: "write", scopes: ["things:write"] } as const;

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
  const never = () => Promise.reject(new Error("not called"));
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
            thing({ name: "prepare_thing", route: "POST /prepared", effect: "write", prepare: never }),
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
      "prepare_thing: only a write in a workspace that is never held can be prepared",
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
    thing({ ...writing, name: "cancel_thing", route, input, selects: { field: "status" } }),
    thing({ ...writing, name: "move_thing", route, input }),
  );
  assert.equal(registry.operations.length, 2);
});

test("nothing that takes a credential goes without a scope, unless it says why", () => {
  assert.throws(() => registryOf(thing({ scopes: [] })), /get_thing: any credential may call it/);
  assert.throws(() => registryOf(thing({ scopes: [], auth: "scoped-token" })), /any credential may call it/);
  assert.throws(() => registryOf(thing({ scopes: [], auth: "agent-token" })), /any credential may call it/);
  assert.throws(() => registryOf(thing({ noScopes: "record" })), /has scopes and says why it has none/);
  for (const one of [
    thing({ scopes: [], noScopes: "record" }),
    thing({ scopes: [], auth: "public" }),
    thing({ scopes: [], auth: "provider-signature" }),
  ]) {
    assert.equal(registryOf(one).operations.length, 1);
  }
});

test("no write takes scopes for reading alone", () => {
  const known = new Set([...scopes, "things.read", "READ_THINGS", "things:delete"]);
  const made = (fields: Partial<Operation>) => () =>
    new Registry(
      [module({ name: "things", operations: [thing({ route: "POST /things", ...fields })] })],
      known,
    );
  for (const scope of ["things:read", "things.read", "READ_THINGS"]) {
    assert.throws(made({ effect: "write", scopes: [scope] }), /get_thing: a write on/);
    assert.throws(made({ effect: "destructive", scopes: [scope, "things:read"] }), /get_thing: a write on/);
    made({ effect: "read", scopes: [scope] })();
  }
  made({ effect: "write", scopes: ["things:read", "things:write"] })();
  made({ effect: "destructive", scopes: ["things:delete"] })();
});

test("a field with a scope of its own can be left out, and its scope is one there is", () => {
  const output = (price: TSchema) => Type.Object({ rows: Type.Array(Type.Object({ price })) });
  const scoped = Type.String({ "x-readable-with": "prices:read" });
  assert.throws(
    () => registryOf(thing({ output: output(scoped) })),
    /price takes a scope of its own and has to be/,
  );
  const unknown = Type.Optional(Type.String({ "x-readable-with": "prices:guess" }));
  assert.throws(() => registryOf(thing({ output: output(unknown) })), /takes the unknown scope prices:guess/);
  const registry = registryOf(thing({ output: output(Type.Optional(scoped)) }));
  assert.deepEqual([...registry.scopedFields("thing")], [["price", "prices:read"]]);
  assert.deepEqual([...registry.scopedFields("other")], []);
  assert.deepEqual(registry.unreadableFieldsOf("thing", new Set(["things:read"])), ["price"]);
  assert.deepEqual(registry.unreadableFieldsOf("thing", new Set(["prices:read"])), []);
  assert.deepEqual(registry.unreadableFieldsOf("thing", undefined), []);
});

test("each of these alone is enough to be refused", () => {
  const never = () => Promise.reject(new Error("not called"));
  const unheld = { ...writing, route: "POST /things", prepare: never, holdable: false } as const;
  const withId = Type.Object({ id: Type.String() });
  const refused: [Partial<Operation>, RegExp][] = [
    [{ input: Type.Union([nothing, nothing]) as never }, /plain object/],
    [{ input: Type.Array(nothing) as never }, /plain object/],
    [{ input: { ...nothing, anyOf: [nothing] } as never }, /plain object/],
    [{ scopes: ["things:read", "things:guess"] }, /unknown scope things:guess/],
    [{ ...unheld, holdable: true }, /can be prepared/],
    [{ ...unheld, effect: "read", scopes: ["things:read"] }, /can be prepared/],
    [{ ...unheld, tenancy: "none" }, /can be prepared/],
    [{ ...writing, route: "POST /things", noun: "" }, /audit noun/],
    [{ route: "GET /things/:id/:part", input: withId }, /:part is not in the input/],
    [{ route: "GET /things/:id", input: withId, aliases: ["GET /all"] }, /alias/],
  ];
  for (const [fields, problem] of refused) {
    assert.throws(
      () => registryOf(thing(fields)),
      (error: Error) => problem.test(error.message) && error.message.split("\n- ").length === 2,
      String(problem),
    );
  }
  for (const sound of [
    unheld,
    { ...writing, route: "POST /things", effect: "destructive" },
    { noun: "" },
    { effect: "write", scopes: [], auth: "public", route: "POST /things" },
    { scopes: [], noScopes: "program" },
    { route: "GET /things/:id", input: withId, aliases: ["GET /old/:key", "GET /older/:key"] },
  ] as Partial<Operation>[]) {
    assert.equal(registryOf(thing(sound)).operations.length, 1);
  }
  // What only the program runs has no route that anybody could call.
  const { route: _, ...inside } = thing({ scopes: [] });
  assert.equal(
    registryOf(inside as AnyOperation, { ...inside, name: "do_thing" } as AnyOperation).operations.length,
    2,
  );
});

test("two that share a route, and two lists of the same rows, are refused; the same route of another kind is not", () => {
  const alias = { name: "see_thing", route: "GET /seen", aliases: ["GET /things"] };
  assert.throws(() => registryOf(thing({}), thing(alias)), /share the route/);
  assert.equal(
    registryOf(thing({}), thing({ ...writing, name: "make", route: "POST /things" })).operations.length,
    2,
  );
  const rows = [{ table: "things", noun: "thing", is: "record" }] as never;
  const declared = (...all: string[]) =>
    new Registry(
      all.map((name) => module({ name, rows })),
      scopes,
    );
  assert.throws(() => declared("one", "two"), /rows of things are declared twice/);
  assert.equal(declared("one").rowKind("things")?.noun, "thing");
  assert.equal(declared("one").rowKind("others"), undefined);
});

test("what may not be read is known for every noun, from whichever operation shows it", () => {
  const priced = Type.Object({ price: Type.Optional(Type.String({ "x-readable-with": "prices:read" })) });
  const named = Type.Object({ name: Type.Optional(Type.String({ "x-readable-with": "things:read" })) });
  const registry = registryOf(
    thing({ output: priced }),
    thing({ name: "see_thing", route: "GET /seen", output: named }),
    thing({ name: "get_part", route: "GET /parts", noun: "part", output: named }),
    thing({ name: "get_other", route: "GET /others", noun: "other" }),
  );
  assert.deepEqual(registry.unreadableFieldsOf("thing", new Set()), ["price", "name"]);
  assert.deepEqual(registry.unreadableFields(new Set(["prices:read"])), [
    { noun: "thing", field: "name" },
    { noun: "part", field: "name" },
  ]);
  assert.deepEqual(registry.unreadableFields(undefined), []);
});

test("what modules bring along beside operations is all there", () => {
  const sweep = { table: "things", column: "made_at", keepMs: 1 };
  const follower = { name: "watcher", take: () => Promise.resolve() };
  const setUp = { what: "thing", stop: () => Promise.resolve(0) };
  const one = module({ name: "one", sweeps: [sweep], followers: [follower], setUps: [setUp] });
  const registry = new Registry([one, module({ name: "two" })], scopes);
  assert.deepEqual(registry.sweeps.at(-1), sweep);
  assert.ok(
    registry.sweeps.some(({ table }) => table === "events"),
    "with the kernel's own",
  );
  assert.deepEqual([registry.followers, registry.setUps, registry.jobs], [[follower], [setUp], []]);
});

test("a reaction is found by the event it is on", () => {
  const job = { name: "do-it", run: () => Promise.resolve() };
  const reaction = { on: "thing.made", job: job as never, payload: () => ({}) };
  const registry = new Registry([module({ name: "things", reactions: [reaction] })], scopes);
  assert.deepEqual(registry.reactionsTo("thing.made"), [reaction]);
  assert.deepEqual(registry.reactionsTo("thing.lost"), []);
});
