import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, changesIn } from "./changes.ts";

function all(source: string): string[] {
  return changesIn("x.ts", source).map((change) => `${change.kind}: ${changed(source, change)}`);
}

test("a guard is made to hold always and never, its comparison turned", () => {
  assert.deepEqual(all("if (a < b) stop;"), [
    "condition always true: if ((a < b) || true) stop;",
    "condition never true: if ((a < b) && false) stop;",
    "flip operator: if (a <= b) stop;",
  ]);
});

test("each side of a condition is dropped", () => {
  assert.deepEqual(all("const x = a && b;"), [
    "drop right side: const x = a;",
    "drop left side: const x = b;",
  ]);
});

test("a call that stands by itself is dropped, a word to the log is not", () => {
  assert.deepEqual(all("await lock(row); ctx.log.info(row);"), ["drop statement: ; ctx.log.info(row);"]);
});

test("what narrows a query is dropped from its chain", () => {
  assert.deepEqual(all('const q = db.from("t").where("id", "=", id).execute();'), [
    'drop .where(): const q = db.from("t").execute();',
  ]);
});

test("a condition of a written statement is dropped where it has a line of its own, placeholders and all", () => {
  const source = "const q = sql`select 1\n where a = ${x}\n   and b = ${y}\n   and c in (${\nz})\n`;";
  assert.deepEqual(all(source), [
    "drop SQL condition: const q = sql`select 1\n where true\n   and b = ${y}\n   and c in (${\nz})\n`;",
    "drop SQL condition: const q = sql`select 1\n where a = ${x}\n\n   and c in (${\nz})\n`;",
  ]);
});

test("types, imports and sort comparators are left alone", () => {
  assert.deepEqual(
    all('import { a } from "b"; type T = { on: true }; list.sort((a, b) => (a < b ? -1 : 1));'),
    [
      'drop statement: import { a } from "b"; type T = { on: true }; ;',
      'condition always true: import { a } from "b"; type T = { on: true }; list.sort((a, b) => ((a < b) || true ? -1 : 1));',
      'condition never true: import { a } from "b"; type T = { on: true }; list.sort((a, b) => ((a < b) && false ? -1 : 1));',
    ],
  );
});
