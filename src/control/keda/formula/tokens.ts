/** A part of a formula, and where it begins, from 0. */
export interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a formula; thrown while it is read or calculated, and caught there. */
export class FormulaFlaw extends Error {}

const TOKEN =
  /\s*(?:(?<number>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_$][\w$]*)|(?<operator>#[A-Za-z]*|\*\*|\?\?|&&|\|\||==|!=|<=|>=|\.\.|[-+*/%^<>!?:()[\]{},|=;]))/uy;

/** Cuts a formula into its parts, the last of which is its end. */
export function tokensOf(formula: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  for (;;) {
    const rest = formula.slice(at);
    if (rest.trim() === "") break;
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(formula)?.groups;
    if (groups === undefined) {
      const where = at + (rest.length - rest.trimStart().length);
      const found = formula[where]!;
      const what = `"'\``.includes(found) ? "text is not modelled:" : "unrecognized character";
      throw new FormulaFlaw(`${what} ${JSON.stringify(found)} at ${where}`);
    }
    const kind = (["number", "name", "operator"] as const).find(
      (one) => groups[one] !== undefined,
    )!;
    const text = groups[kind]!;
    tokens.push({ kind, text, at: TOKEN.lastIndex - text.length });
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", at: formula.length });
  return tokens;
}
