/**
 * Looks for tables that words from outside are looked up in and that have a prototype: `table["constructor"]` is a function every
 * object has. Such a table is a Map, or made by `dictionary` (server/kernel/dictionary.ts). Types tell a word from outside
 * (string) from one of ours (a union of literals), and a cast is not believed.
 */
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { root } from "./generated-file.ts";

/** Returns every such look-up in the program's own sources, as file, line and text. */
export function openLookups(folder = root): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    `${folder}/tsconfig.json`,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => {},
    },
  );
  const isOurs = (file: string) => /\/server\/.*\.ts$/.test(file) && !/\.test\.ts$|\/testing\//.test(file);
  const files = (config?.fileNames ?? []).filter(isOurs);
  const program = ts.createProgram(files, config?.options ?? {});
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (!isOurs(file.fileName) || file.fileName.includes("node_modules")) continue;
    const visit = (node: ts.Node): void => {
      if (isOpenLookup(checker, node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        const text = node.getText().replaceAll(/\s+/g, " ").slice(0, 80);
        found.push(`${relative(folder, file.fileName)}:${line + 1}  ${text}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

function isOpenLookup(checker: ts.TypeChecker, node: ts.Node): boolean {
  const [table, word] = partsOf(node);
  if (!table || !word || !isPlainTable(checker, table)) return false;
  return isAnyWord(checker.getTypeAtLocation(uncast(word)));
}

function partsOf(node: ts.Node): [ts.Expression?, ts.Expression?] {
  if (ts.isElementAccessExpression(node)) return [node.expression, node.argumentExpression];
  const isIn = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword;
  return isIn ? [node.right, node.left] : [];
}

function uncast(node: ts.Expression): ts.Expression {
  const wraps = ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node);
  return wraps || ts.isSatisfiesExpression(node) ? uncast(node.expression) : node;
}

function isAnyWord(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(isAnyWord);
  return (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

// A constant of a module, written out as an object: what was built while running is made of names that were checked.
function isPlainTable(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const plain = uncast(node);
  if (!ts.isIdentifier(plain)) return false;
  let symbol = checker.getSymbolAtLocation(plain);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declared = symbol?.valueDeclaration;
  if (!declared || !ts.isVariableDeclaration(declared) || !declared.initializer) return false;
  if (!ts.isSourceFile(declared.parent.parent.parent)) return false;
  return ts.isObjectLiteralExpression(unfrozen(uncast(declared.initializer)));
}

function unfrozen(node: ts.Expression): ts.Expression {
  const inner =
    ts.isCallExpression(node) && node.expression.getText() === "Object.freeze"
      ? node.arguments[0]
      : undefined;
  return inner ? uncast(inner) : node;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = openLookups();
  for (const line of found) console.log(line);
  if (found.length > 0) process.exitCode = 1;
}
