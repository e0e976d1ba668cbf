/** What is wrong with an expression at one place of its text. */
export interface CelIssue {
  readonly message: string;
  /** Offset in the text. */
  readonly at: number;
}

/** Thrown where the text of an expression cannot be read any further. */
export class CelSyntaxError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Issues with the line of the expression and a mark below the place, as cel-go writes them. */
export function issuesText(expression: string, issues: readonly CelIssue[]): string {
  return [...issues]
    .sort((a, b) => a.at - b.at)
    .map(({ message, at }) => {
      const before = expression.slice(0, at).split("\n");
      const row = before.length;
      const column = before.at(-1)!.length;
      const line = (expression.split("\n")[row - 1] ?? "").replaceAll("\t", " ");
      return `ERROR: <input>:${row}:${column + 1}: ${message}\n | ${line}\n | ${".".repeat(column)}^`;
    })
    .join("\n");
}
