import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/**
 * What would make a run depend on the machine, the version of Node or the moment, by the syntax of
 * every source file. Built-in functions whose accuracy ECMAScript leaves open are replaced by the
 * ports in `src/kernel/math.ts`; the wall clock is read in one file of the command line, below.
 */
const EXACT_MATH = new Set([
  ...["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt"],
  ...["trunc", "E", "LN10", "LN2", "LOG10E", "LOG2E", "PI", "SQRT1_2", "SQRT2"],
]);
const CLOCKS_AND_TIMERS = new Set([
  ...["performance", "setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
  ...["crypto", "randomUUID", "randomBytes", "hrtime", "localeCompare", "toLocaleString", "Intl"],
]);
const WALL_CLOCK_ROOM = "src/cli/";
/** Time zones are data that nothing but the platform has: one file asks for them. */
const TIME_ZONES = "src/api/cron/time-zone.ts";

function findings(path: string, text: string): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1} ${what}`);
  };
  const visit = (node: ts.Node): void => {
    const name = forbidden(node, path.startsWith(WALL_CLOCK_ROOM));
    if (name !== null && !(name === "Intl" && path === TIME_ZONES)) report(node, name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function forbidden(node: ts.Node, mayReadClock: boolean): string | null {
  if (ts.isBinaryExpression(node)) {
    const power =
      node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
      node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
    return power && !isExactPower(node) ? "**" : null;
  }
  if (mathMember(node)) return `Math.${mathMember(node)}`;
  if (mayReadClock) return null;
  if (ts.isPropertyAccessExpression(node) && node.getText() === "Date.now") return "Date.now";
  if (ts.isNewExpression(node) && node.expression.getText() === "Date") {
    return (node.arguments?.length ?? 0) === 0 ? "new Date()" : null;
  }
  if (ts.isIdentifier(node) && CLOCKS_AND_TIMERS.has(node.text) && !isDeclared(node)) {
    return node.text;
  }
  return null;
}

/** The member of Math that a node names, if its result is not exact. */
function mathMember(node: ts.Node): string | null {
  const ofMath = (expression: ts.Node) => ts.isIdentifier(expression) && expression.text === "Math";
  if (ts.isPropertyAccessExpression(node) && ofMath(node.expression)) {
    return EXACT_MATH.has(node.name.text) ? null : node.name.text;
  }
  // Math handed on, taken apart or indexed escapes the check above, so it is refused as a whole.
  const alone = ofMath(node) && !ts.isPropertyAccessExpression(node.parent);
  return alone ? "as a value" : null;
}

/** What every implementation has exactly: powers of BigInts, of literals, and whole powers of 2. */
function isExactPower({ left, right }: ts.BinaryExpression): boolean {
  if (ts.isBigIntLiteral(left)) return true;
  const whole = (side: ts.Expression) => ts.isNumericLiteral(side) && /^\d+$/.test(side.text);
  if (whole(left) && whole(right)) return true;
  return whole(left) && left.getText() === "2" && ts.isIdentifier(right);
}

/** A name that is a member or a key of something else than the global, such as `event.crypto`. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return !["localeCompare", "toLocaleString", "hrtime"].includes(node.text);
  }
  return ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
}

describe("the check itself", () => {
  test.each([
    ["const x = Math.log(2);", "Math.log"],
    ["const { exp } = Math;", "Math.as a value"],
    ['const x = Math["pow"];', "Math.as a value"],
    ["const x = y ** 0.5;", "**"],
    ["const x = 10 ** y;", "**"],
    ["const x = 2 ** 0.5;", "**"],
    ["let x = 1; x **= 3;", "**"],
    ["const x = Math.random();", "Math.random"],
    ["const x = Date.now();", "Date.now"],
    ["const x = new Date();", "new Date()"],
    ["const x = performance.now();", "performance"],
    ["setTimeout(() => {}, 1);", "setTimeout"],
    ["names.sort((a, b) => a.localeCompare(b));", "localeCompare"],
  ])("finds %s", (text, what) => {
    expect(findings("src/x.ts", text)).toEqual([`src/x.ts:1 ${what}`]);
  });

  test.each([
    "const x = Math.floor(y) + Math.sqrt(2) + 2 ** 32;",
    "const x = 10n ** y + BigInt(1024 ** 2 + 2 ** doublings);",
    "const x = new Date(0).toISOString();",
    "const x = { performance: 1 };",
    "// Math.log(2)",
  ])("lets %s pass", (text) => {
    expect(findings("src/x.ts", text)).toEqual([]);
  });
});

test("nothing in src depends on the machine, the version of Node or the moment", () => {
  const paths = sources("src");
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.flatMap((path) => findings(path, readFileSync(path, "utf8")))).toEqual([]);
});
