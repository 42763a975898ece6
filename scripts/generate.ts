/** Writes sdk/client.ts from the registry; --check only compares. */
import { format } from "prettier";
import { Registry } from "../server/kernel/registry.ts";
import { modules } from "../server/modules/index.ts";
import { knownScopes } from "../server/scopes.ts";
import { generated } from "./generated-file.ts";
import { clientSource } from "./sdk.ts";

const { operations } = new Registry(modules, knownScopes);
const text = await format(clientSource(operations), { parser: "typescript", printWidth: 110 });
await generated("sdk/client.ts", text, "npm run generate");
