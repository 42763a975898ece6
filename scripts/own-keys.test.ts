import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dictionary } from "../server/kernel/dictionary.ts";
import { openLookups } from "./own-keys.ts";

test("no table with a prototype is looked up by a word from outside", () => {
  assert.deepEqual(openLookups(), []);
});

test("the check sees what it is for, casts included, and leaves alone what is safe", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-own-keys-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "server"));
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { strict: true, target: "esnext", module: "nodenext", types: [] },
      include: ["server"],
    }),
  );
  await writeFile(join(folder, "server/table.ts"), `export const shared = { a: 1 } as const;\n`);
  await writeFile(
    join(folder, "server/use.ts"),
    `import { shared } from "./table.ts";
const table: Record<string, number> = { a: 1 };
const frozen = Object.freeze({ a: 1 } as Record<string, number>);
const safe = new Map([["a", 1]]);
export const open = (word: string) => [table[word], frozen[word], shared[word as "a"], word in shared, safe.get(word)];
export const closed = (word: "a") => shared[word] + table["a"]!;
`,
  );
  assert.deepEqual(
    openLookups(folder).map((line) => line.split("  ")[1]),
    ["table[word]", "frozen[word]", 'shared[word as "a"]', "word in shared"],
  );
});

test("a dictionary has its own words and no others", () => {
  const words = dictionary<Record<string, number>>({ one: 1 });
  assert.equal(words["one"], 1);
  for (const inherited of ["constructor", "__proto__", "toString"]) assert.equal(words[inherited], undefined);
  assert.deepEqual(Object.keys(words), ["one"]);
  assert.throws(() => ((words as Record<string, number>)["two"] = 2), TypeError);
});
