/** The small wrong changes that can be made to a source, found in its syntax tree. */
import ts from "typescript";

export type Change = {
  /** Path from the project's root. */
  file: string;
  /** Where the change begins, counted from 1. */
  line: number;
  kind: string;
  start: number;
  end: number;
  replacement: string;
};

type Edit = { kind: string; node: ts.Node; replacement: string };

const flipped = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
]);

/** Calls in a chain that only narrow, order or lock what the chain answers. */
const narrowing = new Set([
  "where",
  "filter",
  "forUpdate",
  "limit",
  "having",
  "slice",
  "orderBy",
  "onConflict",
]);
const opposite = new Map([
  ["some", "every"],
  ["every", "some"],
  ["min", "max"],
  ["max", "min"],
]);
/** What is only told, to a log or a metric, is left as it is. */
const told = /\b(?:log|metrics)\b/;
/** A condition on a line of its own in a written statement, and the locks. */
const sqlCondition = /^[ \t]*(?:and|or) .*$|^[ \t]*for (?:update|share|no key update).*$|^[ \t]*where .*$/gm;

/** Returns every change that can be made to `source`, in the order of the file. */
export function changesIn(file: string, source: string): Change[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: Change[] = [];
  const add = (kind: string, start: number, end: number, replacement: string) => {
    const line = tree.getLineAndCharacterOfPosition(start).line + 1;
    found.push({ file, line, kind, start, end, replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    for (const edit of editsOf(node, tree)) {
      add(edit.kind, edit.node.getStart(tree), edit.node.getEnd(), edit.replacement);
    }
    if (ts.isTaggedTemplateExpression(node) && /^sql\b/.test(node.tag.getText(tree))) {
      for (const one of conditionsIn(node.template, source, tree)) add("drop SQL condition", ...one);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Returns `source` with the change made. */
export function changed(source: string, { start, end, replacement }: Change): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

function editsOf(node: ts.Node, tree: ts.SourceFile): Edit[] {
  if (ts.isIfStatement(node)) return conditionEdits(node.expression, tree);
  if (ts.isConditionalExpression(node)) return conditionEdits(node.condition, tree);
  if (ts.isBinaryExpression(node)) return binaryEdits(node, tree);
  if (ts.isExpressionStatement(node)) return statementEdits(node, tree);
  if (ts.isCallExpression(node)) return callEdits(node, tree);
  if (node.kind === ts.SyntaxKind.TrueKeyword && !inType(node)) {
    return [{ kind: "flip boolean", node, replacement: "false" }];
  }
  if (node.kind === ts.SyntaxKind.FalseKeyword && !inType(node)) {
    return [{ kind: "flip boolean", node, replacement: "true" }];
  }
  return [];
}

function inType(node: ts.Node): boolean {
  return ts.isLiteralTypeNode(node.parent);
}

function conditionEdits(condition: ts.Expression, tree: ts.SourceFile): Edit[] {
  // The text stays in the replacement, so that what the condition narrows is still named and the types hold.
  const text = condition.getText(tree);
  return [
    { kind: "condition always true", node: condition, replacement: `(${text}) || true` },
    { kind: "condition never true", node: condition, replacement: `(${text}) && false` },
  ];
}

function binaryEdits(node: ts.BinaryExpression, tree: ts.SourceFile): Edit[] {
  const operator = node.operatorToken;
  if (isComparatorOfSort(node, tree)) return [];
  const to = flipped.get(operator.kind);
  if (to !== undefined) return [{ kind: "flip operator", node: operator, replacement: to }];
  const and = operator.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  if (!and && operator.kind !== ts.SyntaxKind.BarBarToken) return [];
  return [
    { kind: "drop right side", node, replacement: node.left.getText(tree) },
    { kind: "drop left side", node, replacement: node.right.getText(tree) },
  ];
}

/** `a < b ? -1 : 1`: what it says of equal ones makes no difference. */
function isComparatorOfSort(node: ts.BinaryExpression, tree: ts.SourceFile): boolean {
  return (
    ts.isConditionalExpression(node.parent) &&
    /^-?1$/.test(node.parent.whenTrue.getText(tree)) &&
    node.parent.condition === node
  );
}

function statementEdits(node: ts.ExpressionStatement, tree: ts.SourceFile): Edit[] {
  let inner: ts.Expression = node.expression;
  while (ts.isAwaitExpression(inner) || ts.isVoidExpression(inner)) inner = inner.expression;
  const assigns = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (!ts.isCallExpression(inner) && !assigns) return [];
  if (ts.isCallExpression(inner) && (isSuper(inner) || told.test(inner.expression.getText(tree)))) return [];
  return [{ kind: "drop statement", node, replacement: ";" }];
}

function isSuper(call: ts.CallExpression): boolean {
  return call.expression.kind === ts.SyntaxKind.SuperKeyword;
}

function callEdits(node: ts.CallExpression, tree: ts.SourceFile): Edit[] {
  if (!ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression, name } = node.expression;
  const other = opposite.get(name.text);
  if (other !== undefined) return [{ kind: "opposite call", node: name, replacement: other }];
  if (!narrowing.has(name.text)) return [];
  return [{ kind: `drop .${name.text}()`, node, replacement: expression.getText(tree) }];
}

/** Spans of whole lines of a template that can go without cutting a placeholder in two. */
function conditionsIn(
  template: ts.TemplateLiteral,
  source: string,
  tree: ts.SourceFile,
): [start: number, end: number, replacement: string][] {
  const start = template.getStart(tree);
  const text = source.slice(start, template.getEnd());
  const spans: [number, number][] = ts.isTemplateExpression(template)
    ? template.templateSpans.map((span) => [
        span.expression.getFullStart() - "${".length,
        span.literal.getStart(tree),
      ])
    : [];
  return [...text.matchAll(sqlCondition)].flatMap((match) => {
    const from = start + match.index;
    const to = from + match[0].length;
    const cut = spans.some(([a, b]) => (a < from && b > from) || (a < to && b > to));
    if (cut || match[0].includes("`")) return [];
    const isWhere = match[0].trimStart().startsWith("where");
    return [[from, to, isWhere ? " where true" : ""] as [number, number, string]];
  });
}
