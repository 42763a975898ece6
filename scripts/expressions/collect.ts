/**
 * Every regular expression of the sources: those written out, patterns of schemas, and those put together when a module is loaded. One put
 * together anywhere else would go unseen, so the place that does so is reported.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";

export type Expression = { where: string; source: string; flags: string };

type Sources = { expressions: Expression[]; unseen: string[] };

// What runs on a developer's machine only (scripts, bench, tests) reads nothing a stranger sends.
const folders = ["server", "console", "sdk", "bin"];
// What brings in all the rest of the server.
const entry = "server/modules/index.ts";
const skipped = /(?:^|\/)(?:node_modules|dist)\/|\.d\.ts$|\.test\.tsx?$|^server\/testing\//;

/** Reads the sources below `root`, and loads the modules that put expressions together. */
export async function collectExpressions(root: string): Promise<Sources> {
  const expressions: Expression[] = [];
  const built = new Map<string, string>();
  for (const path of await sourceFiles(root)) {
    const text = await readFile(join(root, path), "utf8");
    const { written, places } = readSource(path, text);
    expressions.push(...written);
    for (const place of places) built.set(place, path);
  }
  const seen = await watchLoading(root, new Set([entry, ...built.values()]));
  expressions.push(...seen);
  const places = new Set(seen.map(({ where }) => where));
  return { expressions, unseen: [...built.keys()].filter((place) => !places.has(place)) };
}

async function sourceFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const names = await readdir(join(root, folder), { recursive: true });
    found.push(...names.map((name) => join(folder, name)));
  }
  return found.filter((path) => /\.(?:tsx?|m?js)$/.test(path) && !skipped.test(path)).toSorted();
}

/** The expressions a source writes out, and the places (file:line:column) where it has one built. */
export function readSource(path: string, text: string): { written: Expression[]; places: string[] } {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kind);
  const written: Expression[] = [];
  const places: string[] = [];
  const placeOf = (node: ts.Node): string => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
    return `${path}:${line + 1}:${character + 1}`;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      written.push({
        where: placeOf(node),
        source: node.text.slice(1, end),
        flags: node.text.slice(end + 1),
      });
    } else if (ts.isPropertyAssignment(node) && isPattern(node)) {
      written.push({ where: placeOf(node), source: node.initializer.text, flags: "u" });
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "RegExp"
    ) {
      places.push(placeOf(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { written, places };
}

// `pattern: "…"` of a schema.
function isPattern(
  node: ts.PropertyAssignment,
): node is ts.PropertyAssignment & { initializer: ts.StringLiteral } {
  return (
    ts.isIdentifier(node.name) && node.name.text === "pattern" && ts.isStringLiteralLike(node.initializer)
  );
}

/** Loads modules and notes what they build, with the place that builds it. */
async function watchLoading(root: string, paths: Set<string>): Promise<Expression[]> {
  const Native = globalThis.RegExp;
  const seen = new Map<string, Expression>();
  const note = (made: RegExp): RegExp => {
    const where = callerIn(root);
    if (where)
      seen.set(`${where} ${made.source} ${made.flags}`, { where, source: made.source, flags: made.flags });
    return made;
  };
  globalThis.RegExp = new Proxy(Native, {
    construct: (target, args, self) => note(Reflect.construct(target, args, self) as RegExp),
    apply: (target, self, args) => note(Reflect.apply(target, self, args) as RegExp),
  });
  try {
    for (const path of paths)
      if (path.startsWith("server/")) await import(pathToFileURL(join(root, path)).href);
  } finally {
    globalThis.RegExp = Native;
  }
  return [...seen.values()];
}

// The first caller that is none of ours here; undefined when a library builds it.
function callerIn(root: string): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 8;
  const frames = new Error("who builds it").stack?.split("\n").slice(1) ?? [];
  Error.stackTraceLimit = limit;
  const prefix = pathToFileURL(join(root, "/")).href;
  const caller = frames.find((line) => !line.includes(import.meta.url) && !line.includes("<anonymous>"));
  if (!caller?.includes(prefix) || caller.includes("/node_modules/")) return undefined;
  return caller.slice(caller.indexOf(prefix) + prefix.length).replace(/\)$/, "");
}
