/** Writes openapi/openapi.json from the registry; --check only compares. */
import { Registry } from "../server/kernel/registry.ts";
import { modules } from "../server/modules/index.ts";
import { knownScopes } from "../server/scopes.ts";
import { openApiDocument } from "../server/surfaces/openapi.ts";
import { generated } from "./generated-file.ts";

const { operations } = new Registry(modules, knownScopes);
const text = `${JSON.stringify(openApiDocument(operations), null, 2)}\n`;
await generated("openapi/openapi.json", text, "npm run openapi");
