/** A part of a formula, and where it begins, from 0. */
export interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a formula; thrown while it is read or calculated, and caught there. */
export class FormulaFlaw extends Error {}

const TOKEN =
  /\s*(?:(?<number>\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_$][\w$]*)|(?<operator>\*\*|\?\?|&&|\|\||==|!=|<=|>=|[-+*/%^<>!?:()[\]{},#]))/uy;

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
      throw new FormulaFlaw(`unrecognized character ${JSON.stringify(formula[where])} at ${where}`);
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
