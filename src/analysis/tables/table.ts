import { printable } from "../../base/printable.js";
import { csvText } from "../../experiment/csv-file.js";

/** A small table of texts for people, in one of several forms. */
export interface TextTable {
  readonly columns: readonly { readonly name: string; readonly align: "left" | "right" }[];
  readonly rows: readonly (readonly string[])[];
}

export type TableFormat = "table" | "markdown" | "csv" | "latex";

/** The table as text with a line end after each row; what stands in cells is escaped for the form. */
export function renderTable(table: TextTable, format: TableFormat): string {
  return RENDER[format](table);
}

const RENDER: Readonly<Record<TableFormat, (table: TextTable) => string>> = {
  table: aligned,
  markdown,
  csv: ({ columns, rows }) => csvText([columns.map(({ name }) => name), ...rows]),
  latex,
};

function aligned({ columns, rows }: TextTable): string {
  const cells = [columns.map(({ name }) => name), ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, c) => Math.max(...cells.map((row) => [...row[c]!].length)));
  return cells
    .map(
      (row) =>
        `${row
          .map((text, c) => padded(text, widths[c]!, columns[c]!.align))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function padded(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(width - [...text].length);
  return align === "left" ? text + space : space + text;
}

function markdown({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = columns.map(({ align }) => (align === "left" ? "---" : "---:"));
  return [columns.map(({ name }) => name), rule, ...rows.map((row) => row.map(markdownText))]
    .map((row) => line(row))
    .join("");
}

/** A cell in which nothing is markup, link or HTML. */
function markdownText(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]|~#!@]/g, "\\$&");
}

function latex({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `${cells.map(latexText).join(" & ")} \\\\\n`;
  const align = columns.map((column) => (column.align === "left" ? "l" : "r")).join("");
  const head = line(columns.map(({ name }) => name));
  return `\\begin{tabular}{${align}}\n\\hline\n${head}\\hline\n${rows.map(line).join("")}\\hline\n\\end{tabular}\n`;
}

const LATEX: ReadonlyMap<string, string> = new Map([
  ["\\", "\\textbackslash{}"],
  ["~", "\\textasciitilde{}"],
  ["^", "\\textasciicircum{}"],
  ["–", "--"],
  ["±", "$\\pm$"],
  ["<", "$<$"],
  [">", "$>$"],
  ["∞", "$\\infty$"],
  ["…", "\\ldots{}"],
  ["→", "$\\rightarrow$"],
  ...[..."&%$#_{}"].map((character) => [character, `\\${character}`] as const),
]);

function latexText(text: string): string {
  return printable(text).replace(/[\\~^–±→<>∞…&%$#_{}]/g, (found) => LATEX.get(found)!);
}
