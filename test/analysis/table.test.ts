import { describe, expect, test } from "vitest";
import { renderTable, type TextTable } from "../../src/analysis/tables/table.js";

const table: TextTable = {
  columns: [
    { name: "name", align: "left" },
    { name: "value", align: "right" },
  ],
  rows: [
    ["=cmd|'/C calc'!A0", "1"],
    ["<img src=x> | \\input{x} 50%_\u001b[31m", "22"],
  ],
};

describe("a table", () => {
  test("lines up for a terminal, and obeys no escape code", () => {
    expect(renderTable(table, "table")).toBe(
      [
        "name                                    value",
        "=cmd|'/C calc'!A0                           1",
        "<img src=x> | \\input{x} 50%_\\u001b[31m     22",
        "",
      ].join("\n"),
    );
  });

  test("holds neither HTML nor markup in Markdown", () => {
    const text = renderTable(table, "markdown");
    expect(text.split("\n")[1]).toBe("| --- | ---: |");
    expect(text).not.toMatch(/<img|[^\\]\|[^ \n]/);
  });

  test("starts no formula in CSV", () => {
    expect(renderTable(table, "csv").split("\n")[1]).toBe("'=cmd|'/C calc'!A0,1");
  });

  test("runs no command in LaTeX", () => {
    const text = renderTable(table, "latex");
    expect(text).toContain("\\textbackslash{}input\\{x\\} 50\\%\\_");
    expect(text).not.toContain("\\input");
  });
});
