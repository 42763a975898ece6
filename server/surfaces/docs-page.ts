/** The API reference as one HTML page, written from the OpenAPI document and from nothing else. */
import type { JsonSchema } from "./json-schema.ts";
import type { OpenApiDocument } from "./openapi.ts";
import type { OperationObject } from "./openapi-operation.ts";

type Entry = { method: string; path: string; operation: OperationObject; id: string };

export function docsPage(document: OpenApiDocument, baseUrl: string): string {
  const entries = entriesOf(document);
  const sections = Map.groupBy(entries, (entry) => entry.operation.tags[0] ?? "Other");
  const navigation = [...sections].map(([section, list]) => navigationOf(section, list)).join("");
  const main = [...sections]
    .map(
      ([section, list]) =>
        `<section><h2 id="${slug(section)}">${escape(section)}</h2>${list.map((entry) => article(entry, document, baseUrl)).join("")}</section>`,
    )
    .join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Frontdesk API reference</title>
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/search.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the reference</a>
<header class="top">
<h1>Frontdesk API</h1>
<p>${entries.length} operations, version ${escape(String(document.info["version"]))} · <a href="/openapi.json">openapi.json</a></p>
</header>
<div class="columns">
<nav aria-label="Operations">
<label for="search">Search operations</label>
<input id="search" type="search" placeholder="contacts, create, bookings:write …" autocomplete="off">
<p id="found" role="status" aria-live="polite"></p>
${navigation}
</nav>
<main id="main">
<section class="intro"><h2 id="start">Start here</h2>${paragraphs(String(document.info["description"]))}</section>
${main}
</main>
</div>
</body>
</html>`;
}

// An alias is named by the operation it is another way to.
function entriesOf(document: OpenApiDocument): Entry[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => !operation["x-alias-of"])
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
        id: slug(operation.operationId),
      })),
  );
}

function navigationOf(section: string, entries: Entry[]): string {
  const links = entries
    .map(
      ({ method, id, operation, path }) =>
        `<li data-find="${escape(findable(operation, path))}"><a href="#${id}"><span class="verb ${method.toLowerCase()}">${method}</span> ${escape(shortName(operation))}</a></li>`,
    )
    .join("");
  return `<div class="group"><h2><a href="#${slug(section)}">${escape(section)}</a></h2><ul>${links}</ul></div>`;
}

function shortName(operation: OperationObject): string {
  return operation.operationId
    .split("+")
    .map((name) => name.split(".")[1] ?? name)
    .join(", ");
}

function findable(operation: OperationObject, path: string): string {
  return [operation.operationId, operation.summary, path, operation.tags[0], ...operation["x-scopes"]]
    .join(" ")
    .toLowerCase();
}

function article(entry: Entry, document: OpenApiDocument, baseUrl: string): string {
  const { method, path, operation, id } = entry;
  const scopes = operation["x-scopes"].map((scope) => `<code>${escape(scope)}</code>`).join(" ");
  return `<article id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title"><span class="verb ${method.toLowerCase()}">${method}</span> <code>${escape(path)}</code></h3>
<p class="name"><code>${escape(operation.operationId)}</code>${scopes ? ` · needs ${scopes}` : ""}${operation["x-credits"] ? ` · ${operation["x-credits"]} credits` : ""}</p>
${paragraphs(operation.summary)}${operation.description ? paragraphs(operation.description) : ""}
${fieldsTable("Parameters", parametersOf(operation))}
${fieldsTable("Body", bodyFields(operation, document))}
<h4>Call</h4><pre tabindex="0"><code>${escape(curl(entry, baseUrl))}</code></pre>
${answers(operation)}
${errors(operation)}
</article>`;
}

type Field = { name: string; type: string; required: boolean; text: string };

function parametersOf(operation: OperationObject): Field[] {
  return operation.parameters.map((one) => ({
    name: one.name,
    type: `${one.in}, ${typeOf(one.schema)}`,
    required: one.required ?? false,
    text: one.description ?? "",
  }));
}

function bodyFields(operation: OperationObject, document: OpenApiDocument): Field[] {
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const bodies = schema?.oneOf ?? (schema ? [schema] : []);
  return bodies.flatMap((body) =>
    Object.entries(resolved(body, document).properties ?? {}).map(([name, property]) => ({
      name,
      type: typeOf(property),
      required: body.required?.includes(name) ?? false,
      text: property.description ?? "",
    })),
  );
}

function resolved(schema: JsonSchema, document: OpenApiDocument): JsonSchema {
  const name = schema.$ref?.split("/").at(-1) ?? "";
  return document.components.schemas[name] ?? schema;
}

function typeOf(schema: JsonSchema): string {
  if (schema.$ref) return schema.$ref.split("/").at(-1) ?? "object";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map(typeOf).join(" | ");
  if (schema.type === "array") return `${schema.items ? typeOf(schema.items) : "any"}[]`;
  return schema.format ?? String(schema.type ?? "any");
}

function fieldsTable(title: string, fields: Field[]): string {
  if (fields.length === 0) return "";
  const rows = fields
    .map(
      (field) =>
        `<tr><th scope="row"><code>${escape(field.name)}</code>${field.required ? ' <em class="must">required</em>' : ""}</th><td>${escape(field.type)}</td><td>${escape(field.text)}</td></tr>`,
    )
    .join("");
  return `<h4>${title}</h4><div class="wide" tabindex="0" role="group" aria-label="${title}"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function answers(operation: OperationObject): string {
  return Object.entries(operation.responses)
    .filter(([status]) => status.startsWith("2"))
    .map(([status, response]) => {
      const example = Object.values(response.content?.["application/json"]?.examples ?? {})[0];
      const body = example
        ? `<pre tabindex="0"><code>${escape(JSON.stringify(example.value, null, 2))}</code></pre>`
        : "";
      return `<details><summary>${status} ${escape(response.description)}</summary>${body}</details>`;
    })
    .join("");
}

function errors(operation: OperationObject): string {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => !status.startsWith("2"))
    .flatMap(([status, response]) =>
      Object.entries(response.content?.["application/json"]?.examples ?? {}).map(
        ([code, example]) =>
          `<tr><th scope="row">${status} <code>${escape(code)}</code></th><td>${escape(example.summary ?? "")}</td></tr>`,
      ),
    );
  return `<details><summary>${rows.length} errors</summary><table><tbody>${rows.join("")}</tbody></table></details>`;
}

function curl({ method, path, operation }: Entry, baseUrl: string): string {
  const lines = [`curl${method === "GET" ? "" : ` -X ${method}`} "${baseUrl}${path}"`];
  if (operation.security.length > 0 && !operation.security.some((one) => "providerSignature" in one)) {
    lines.push(`-H "Authorization: Bearer $FRONTDESK_KEY"`);
  }
  if (operation.parameters.some((one) => one.name === "Idempotency-Key")) {
    lines.push(`-H "Idempotency-Key: $(uuidgen)"`);
  }
  const media = operation.requestBody?.content["application/json"];
  if (media) {
    const value = Object.values(media.examples ?? {})[0]?.value ?? {};
    lines.push(
      `-H "Content-Type: application/json"`,
      `-d '${JSON.stringify(value).replaceAll("'", `'\\''`)}'`,
    );
  }
  return lines.join(" \\\n  ");
}

function paragraphs(text: string): string {
  return text
    .split("\n\n")
    .map((block) =>
      block.startsWith("- ")
        ? `<ul>${block
            .split("\n")
            .map((line) => `<li>${inline(line.slice(2))}</li>`)
            .join("")}</ul>`
        : `<p>${inline(block)}</p>`,
    )
    .join("");
}

function inline(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
