import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Type } from "typebox";
import { declareError } from "../kernel/errors.ts";
import { module, operation } from "../kernel/operation.ts";
import { Registry } from "../kernel/registry.ts";
import { modules } from "../modules/index.ts";
import { knownScopes } from "../scopes.ts";
import { startHarness } from "../testing/harness.ts";
import { root } from "../testing/root.ts";
import { openApiDocument } from "./openapi.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { workspaceApi } from "./workspace-api.ts";

const frontdesk = await startHarness();
const { operations } = new Registry(modules, knownScopes);
const document = openApiDocument(operations);

test("every operation with a route is in the document, with scopes, a success and its declared errors", () => {
  const described = Object.values(document.paths).flatMap((item) =>
    Object.values(item).flatMap((one) => one["x-operations"] ?? [one.operationId]),
  );
  for (const one of operations.filter((each) => each.route)) {
    assert.ok(described.includes(`${one.surface.name}.${one.name}`), one.name);
  }
  const create = document.paths["/api/v1/contacts"]?.["post"];
  assert.deepEqual(create?.["x-scopes"], ["contacts:write"]);
  assert.ok(create?.responses["201"]);
  assert.ok(create?.responses["202"]);
  for (const status of ["400", "401", "403", "409", "429", "500"])
    assert.ok(create?.responses[status], status);
  assert.ok(create?.parameters.some((one) => one.name === "Idempotency-Key"));
  const get = document.paths["/api/v1/contacts/{id}"]?.["get"];
  assert.ok(get?.responses["404"]);
  assert.equal(get?.parameters.find((one) => one.name === "id")?.required, true);
});

test("the document that is kept for clients is the one that is served", async () => {
  const kept = JSON.parse(await readFile(join(root, "openapi/openapi.json"), "utf8")) as OpenApiDocument;
  const served = JSON.parse(JSON.stringify(document)) as OpenApiDocument;
  // Path by path, so that a difference is told where it is.
  for (const [path, item] of Object.entries(served.paths)) assert.deepEqual(item, kept.paths[path], path);
  assert.deepEqual(served, kept);
});

test("the same registry gives the same document, and every reference in it leads somewhere", () => {
  assert.equal(JSON.stringify(document), JSON.stringify(openApiDocument(operations)));
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(document.components.schemas[name ?? ""], `${name} is referred to and not there`);
  }
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((one) => one.operationId),
  );
  assert.equal(new Set(ids).size, ids.length, "operationIds are unique");
});

test("operations that share a route are one method with one of two bodies, and an alias names its original", () => {
  const lost = declareError("PARCEL_LOST", 410, "The parcel is gone.");
  const shared = { surface: workspaceApi, section: "Parcels", noun: "parcel", effect: "write" } as const;
  const made = openApiDocument(
    module({
      name: "parcels",
      operations: [
        operation({
          ...shared,
          name: "send_parcel",
          route: "PATCH /parcels/:id",
          aliases: ["PATCH /boxes/:boxId"],
          selects: { field: "weight" },
          scopes: ["contacts:write"],
          summary: "Send it.",
          input: Type.Object({ id: Type.String(), weight: Type.Integer() }),
          output: Type.Object({ id: Type.String() }),
          errors: [lost],
          run: (_ctx, { id }) => Promise.resolve({ id }),
        }),
        operation({
          ...shared,
          name: "open_parcel",
          route: "PATCH /parcels/:parcelId",
          scopes: ["contacts:read"],
          summary: "Open it.",
          input: Type.Object({ parcelId: Type.String(), knife: Type.Boolean() }),
          output: Type.Object({ id: Type.String() }),
          run: (_ctx, { parcelId }) => Promise.resolve({ id: parcelId }),
        }),
      ],
    }).operations ?? [],
  );
  const both = made.paths["/api/v1/parcels/{id}"]?.["patch"];
  assert.deepEqual(both?.["x-operations"], ["workspace.send_parcel", "workspace.open_parcel"]);
  assert.equal(both?.requestBody?.content["application/json"]?.schema.oneOf?.length, 2);
  assert.deepEqual(both?.["x-scopes"], ["contacts:write", "contacts:read"]);
  const examples = both?.responses["410"]?.content?.["application/json"]?.examples;
  assert.equal(examples?.["PARCEL_LOST"]?.summary, "The parcel is gone.");
  const alias = made.paths["/api/v1/boxes/{boxId}"]?.["patch"];
  assert.equal(alias?.["x-alias-of"], "workspace.send_parcel");
  assert.equal(alias?.parameters[0]?.name, "boxId");
});

test("the document is served, and the reference shows every operation of it", async () => {
  const served = await frontdesk.call("GET", "/openapi.json");
  assert.equal(served.status, 200);
  assert.equal((served.body as OpenApiDocument).openapi, "3.1.0");
  const page = await frontdesk.call("GET", "/docs");
  assert.equal(page.status, 200);
  assert.match(String(page.headers["content-type"]), /text\/html/);
  assert.match(String(page.headers["content-security-policy"]), /script-src 'self'/);
  for (const one of operations.filter((each) => each.route)) {
    assert.ok(page.text.includes(`${one.surface.name}.${one.name}`), one.name);
  }
  assert.match(page.text, /curl -X POST &quot;http:\/\/frontdesk\.test\/api\/v1\/contacts&quot;/);
  assert.doesNotMatch(page.text, /(src|href)="https?:/, "nothing is loaded from elsewhere");
  for (const path of ["/docs/style.css", "/docs/search.js"]) {
    assert.equal((await frontdesk.call("GET", path)).status, 200);
  }
});
