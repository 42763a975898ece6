/** The check of the expressions: what it has to find, what it must leave alone, and that nothing escapes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findAmbiguity } from "./expressions/ambiguity.ts";
import { readSource } from "./expressions/collect.ts";

/** What each expression is: as it once stood in our sources, and as it stands now. */
const cases: [slow: RegExp, kind: string, mended: RegExp][] = [
  [
    /\b(?:a )?(?:(?:little|bit|tad|touch|slightly|much|any(?:thing)?|something|somewhat)(?: bit)? )+(?<way>earlier|later|sooner)\b/,
    "exponential",
    /\b(?:a )?(?:(?:little|bit|tad|touch|slightly|much|any(?:thing)?|something|somewhat) ){1,6}(?<way>earlier|later|sooner)\b/,
  ],
  [/\d(?:,? (?:please|pls|then|pls))*[.!? ]*$/, "exponential", /\d(?:,? (?:please|pls|then)){0,6}[.!? ]*$/],
  [/^(a+)+$/, "exponential", /^a+$/],
  [/^(?:\w+\s?)*$/, "exponential", /^(?:\w+\s)*$/],
  [/\/+$/, "polynomial", /(?<!\/)\/+$/],
  [/%.*$/, "polynomial", /%.*/s],
  [/[ \t]+\n/g, "polynomial", /(?<![ \t])[ \t]+\n/g],
  [/^[+-]?(\d+\.?\d*|\.\d+)$/, "polynomial", /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/],
  [/^[A-Za-z\d+/\s]*={0,2}\s*$/, "polynomial", /^[A-Za-z\d+/\s]*(?:=\s*){0,2}$/],
  [/^([^,]+),\s*(.+)$/, "polynomial", /^([^,]+),\s*(\S.*)$/],
  [/\{\{\s*([^{}]{0,100}?)\s*\}\}/g, "polynomial", /\{\{([^{}]*)\}\}/g],
  [/\bwhy\b[^.?!]*\b(?:address|name)\b/i, "polynomial", /\bwhy\b[^.?!]{0,40}\b(?:address|name)\b/i],
  [/<Dial\b[^>]*\baction="([^"]*)"/, "polynomial", /<Dial\b[^<>]*\baction="([^"]*)"/],
  [/[\w.]+@\w+/, "polynomial", /(?<![\w.])[\w.]+@\w+/],
  [/(?<!\bJan\w* )\d/, "look-behind", /(?<!\bJan\w{0,6} )\d/],
  [/a(?![^]*b)/, "polynomial", /^(?![^]*b)[^]*a/],
];

test("what takes longer than the text is long is found, and its mended form is left alone", () => {
  for (const [slow, kind, mended] of cases) {
    const found = findAmbiguity(slow.source, slow.flags);
    assert.ok(
      found.some((one) => one.kind === kind),
      `${slow} is ${kind}, found: ${JSON.stringify(found)}`,
    );
    assert.deepEqual(findAmbiguity(mended.source, mended.flags), [], String(mended));
  }
});

test("a finding names a text that shows it", () => {
  const [exponential] = findAmbiguity("^(?:x|xy|y)*$", "");
  assert.match(exponential?.pump ?? "", /^(?=.*x)(?=.*y)/);
  const [search] = findAmbiguity("why [^.]*name", "");
  assert.match(search?.pump ?? "", /^why [^.]*$/);
});

test("all ways to write or build an expression are seen", () => {
  const source = [
    "const a = /a\\/b/gi;",
    "const b = new RegExp(`x${a.source}`);",
    'const c = RegExp("y");',
    'const d = Type.String({ pattern: "^z+$" });',
    'const e = "/not one/";',
  ].join("\n");
  const { written, places } = readSource("x.ts", source);
  assert.deepEqual(
    written.map(({ where, source: text, flags }) => [where, text, flags]),
    [
      ["x.ts:1:11", "a\\/b", "gi"],
      ["x.ts:4:25", "^z+$", "u"],
    ],
  );
  assert.deepEqual(places, ["x.ts:2:11", "x.ts:3:11"]);
});
