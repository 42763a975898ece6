/** Puts a changed source in the place of the one on disk. Loaded into test programs with --import. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const target = process.env["MUTANT_URL"];
const replacement = process.env["MUTANT_SOURCE"];

if (target !== undefined && replacement !== undefined) {
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== target) return nextLoad(url, context);
      return { format: "module-typescript", shortCircuit: true, source: readFileSync(replacement, "utf8") };
    },
  });
}
