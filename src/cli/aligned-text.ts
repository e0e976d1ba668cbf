import { printable } from "../base/printable.js";
import { numberText } from "./figure-text.js";

type Alignment = "left" | "right";

/** Rows of cells as printable lines of equal columns, two blanks apart; nothing trails at a line's end. */
export function alignedLines(
  cells: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): readonly string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths = alignments.map((_, column) =>
    Math.max(0, ...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    alignments
      .map((alignment, column) => {
        const cell = row[column] ?? "";
        return alignment === "left" ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Lines are to be at most so long, for terminals that break them anywhere. */
const MAX_COLUMNS = 96;
/** Narrower, a text is all breaks. */
const MIN_COLUMNS = 30;

/** Rows that fit into a line: those whose text in one column is too long for it continue below. */
export function fittedRows(
  rows: readonly (readonly string[])[],
  column: number,
): readonly (readonly string[])[] {
  const others = Math.max(0, ...rows.map((row) => row.length)) - 1;
  let room = MAX_COLUMNS;
  for (let other = 0; other <= others; other += 1) {
    if (other === column) continue;
    room -= Math.max(0, ...rows.map((row) => (row[other] ?? "").length)) + 2;
  }
  return rows.flatMap((row) => {
    const [first = "", ...rest] = wrappedText(row[column] ?? "", Math.max(room, MIN_COLUMNS));
    return [
      row.with(column, first),
      ...rest.map((text) => row.map((_, i) => (i === column ? text : ""))),
    ];
  });
}

/** A text in lines of at most so many columns, or of one word. */
export function wrappedText(text: string, columns = MAX_COLUMNS): readonly string[] {
  return wrappedItems(text.split(" "), columns);
}

/** Items with blanks between them, in lines of at most so many columns, or of one item. */
export function wrappedItems(items: readonly string[], columns = MAX_COLUMNS): readonly string[] {
  const lines: string[] = [];
  for (const item of items.map(printable)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + item.length <= columns) {
      lines[lines.length - 1] = `${last} ${item}`;
    } else lines.push(item);
  }
  return lines;
}

/** Lines of a list that was cut, with how much is missing and where it stands. */
export function withRest(lines: readonly string[], rest: number, where: string): readonly string[] {
  return rest > 0 ? [...lines, `and ${numberText(rest)} ${where}`] : lines;
}
