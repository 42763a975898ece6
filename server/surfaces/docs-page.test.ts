import assert from "node:assert/strict";
import { test } from "node:test";
import { docsPage } from "./docs-page.ts";
import type { OperationObject } from "./openapi-operation.ts";
import type { OpenApiDocument } from "./openapi.ts";

const plain: OperationObject = {
  operationId: "workspace.list_parcels",
  tags: ["Parcels & boxes"],
  summary: "List them.",
  parameters: [],
  responses: { 200: { description: "Done." }, 404: { description: "Gone." } },
  security: [{ workspaceKey: [] }],
  "x-scopes": [],
  "x-effect": "read",
  "x-surface": "workspace",
};

const Parcel = {
  type: "object",
  properties: { weight: { type: "integer", description: "In g." } },
  required: ["weight"],
};

function pageOf(paths: OpenApiDocument["paths"]): string {
  const document = {
    openapi: "3.1.0",
    info: { version: "1 <beta>", description: "First `code`.\n\n- one\n- two" },
    servers: [],
    tags: [],
    paths,
    components: { schemas: { Parcel }, securitySchemes: {} },
  } as unknown as OpenApiDocument;
  return docsPage(document, "https://desk.test");
}

/** The article of one operation, and the page around it. */
function articleOf(operation: Partial<OperationObject>, method = "get", path = "/parcels/{id}") {
  const page = pageOf({ [path]: { [method]: { ...plain, ...operation } } });
  return { page, article: /<article[\s\S]*<\/article>/.exec(page)?.[0] ?? "" };
}

test("an operation that needs nothing is shown without what it has not", () => {
  const { page, article } = articleOf({});
  assert.match(page, /1 operations, version 1 &lt;beta&gt;/);
  assert.match(page, /<h2 id="parcels-boxes">Parcels &amp; boxes<\/h2>/);
  assert.match(page, /<p>First <code>code<\/code>\.<\/p><ul><li>one<\/li><li>two<\/li><\/ul>/);
  assert.match(page, /data-find="workspace\.list_parcels list them\. \/parcels\/\{id\} parcels &amp; boxes"/);
  assert.match(
    page,
    /<a href="#workspace-list-parcels"><span class="verb get">GET<\/span> list_parcels<\/a>/,
  );
  assert.match(article, /id="workspace-list-parcels"/);
  const id = { name: "id", in: "path", schema: {} } as const;
  assert.doesNotMatch(articleOf({ parameters: [id] }).article, /Idempotency/);
  assert.doesNotMatch(article, /needs|credits|Parameters|Body|Idempotency|Content-Type|undefined/);
  assert.match(
    article,
    /<code>curl &quot;https:\/\/desk\.test\/parcels\/\{id\}&quot; \\\n {2}-H &quot;Authorization/,
  );
  assert.match(article, /<details><summary>200 Done\.<\/summary><\/details>/);
  assert.match(article, /<summary>0 errors<\/summary>/);
});

test("scopes, credits, parameters, the body and the call are those of the operation", () => {
  const { article } = articleOf(
    {
      description: "Only by hand.",
      "x-scopes": ["parcels:write", "boxes:read"],
      "x-credits": 7,
      parameters: [
        {
          name: "id",
          in: "path",
          required: true,
          schema: { type: "string", format: "uuid" },
          description: "Which <one>.",
        },
        { name: "Idempotency-Key", in: "header", schema: { type: "string" } },
      ],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              oneOf: [
                {
                  type: "object",
                  properties: { kind: { const: "a" }, colour: { enum: ["red", 1] } },
                  required: ["kind"],
                },
                {
                  type: "object",
                  properties: {
                    many: { type: "array", items: { $ref: "#/x/Parcel" } },
                    any: { type: "array" },
                  },
                },
                {
                  type: "object",
                  properties: { both: { anyOf: [{ type: "string" }, { type: "null" }] }, free: {} },
                },
              ],
            },
            examples: { one: { value: { note: "it's" } } },
          },
        },
      },
      responses: {
        201: {
          description: "Made.",
          content: { "application/json": { schema: {}, examples: { a: { value: { ok: "<1>" } } } } },
        },
        409: {
          description: "",
          content: {
            "application/json": { schema: {}, examples: { TAKEN: { summary: "It's <taken>.", value: 1 } } },
          },
        },
      },
    },
    "patch",
  );
  const row = (name: string, must: boolean, type: string, text: string) =>
    `<code>${name}</code>${must ? ' <em class="must">required</em>' : ""}</th><td>${type}</td><td>${text}</td>`;
  for (const part of [
    "<p>Only by hand.</p>",
    "needs <code>parcels:write</code> <code>boxes:read</code>",
    "· 7 credits",
    row("id", true, "path, uuid", "Which &lt;one&gt;."),
    row("Idempotency-Key", false, "header, string", ""),
    row("kind", true, "&quot;a&quot;", ""),
    row("colour", false, "&quot;red&quot; | 1", ""),
    row("many", false, "Parcel[]", ""),
    row("any", false, "any[]", ""),
    row("both", false, "string | null", ""),
    row("free", false, "any", ""),
    "curl -X PATCH &quot;https://desk.test/parcels/{id}&quot;",
    "-H &quot;Idempotency-Key: $(uuidgen)&quot;",
    "-H &quot;Content-Type: application/json&quot;",
    `-d '{&quot;note&quot;:&quot;it'\\''s&quot;}'`,
    `<summary>201 Made.</summary><pre tabindex="0"><code>{\n  &quot;ok&quot;: &quot;&lt;1&gt;&quot;\n}</code></pre>`,
    `<summary>1 errors</summary><table><tbody><tr><th scope="row">409 <code>TAKEN</code></th><td>It's &lt;taken&gt;.</td>`,
  ]) {
    assert.ok(article.includes(part), `${part}\nis not in\n${article}`);
  }
  assert.doesNotMatch(article, /<summary>409/);
});

test("a body that is referred to shows the fields of what it refers to", () => {
  const body = (schema: object) =>
    articleOf({ requestBody: { required: true, content: { "application/json": { schema } } } }, "post")
      .article;
  assert.match(
    body({ $ref: "#/components/schemas/Parcel" }),
    /<code>weight<\/code>.*<td>integer<\/td><td>In g\.<\/td>/,
  );
  assert.doesNotMatch(body({ $ref: "#/components/schemas/Nothing" }), /aria-label="Body"/);
  assert.match(body({ type: "object" }), /-d '\{\}'/);
  const form = { required: true, content: { "application/x-www-form-urlencoded": { schema: Parcel } } };
  assert.doesNotMatch(articleOf({ requestBody: form }, "post").article, /Content-Type|aria-label="Body"/);
});

test("whoever comes with a key is shown how, and whoever signs or needs none is not", () => {
  const shows = (security: OperationObject["security"]) =>
    /Authorization/.test(articleOf({ security }).article);
  assert.equal(shows([{ workspaceKey: [] }, { workspaceKeyHeader: [] }]), true);
  assert.equal(shows([{ providerSignature: [] }]), false);
  assert.equal(shows([{ workspaceKey: [] }, { providerSignature: [] }]), false);
  assert.equal(shows([]), false);
});

test("an alias has no place of its own, and operations of one route stand together", () => {
  const page = pageOf({
    "/boxes/{id}": { get: { ...plain, operationId: "workspace.x", "x-alias-of": "workspace.list_parcels" } },
    "/parcels": { patch: { ...plain, operationId: "workspace.send_it+workspace.open_it" } },
    "/health": { get: { ...plain, operationId: "health", tags: [] } },
  });
  assert.doesNotMatch(page, /\/boxes/);
  assert.match(page, /2 operations/);
  assert.match(page, />PATCH<\/span> send_it, open_it<\/a>/);
  assert.match(page, /<h2 id="other">Other<\/h2>/);
});
