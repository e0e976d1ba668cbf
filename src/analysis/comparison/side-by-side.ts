import type { Variant } from "../results/variants.js";
import { numberCell } from "../tables/figure-cell.js";
import type { TextTable } from "../tables/table.js";

/** One row a figure, one column a variant, of variants of one run each; a figure that a run does not know is left open. */
export function sideBySide(variants: readonly Variant[], keys: readonly string[]): TextTable {
  const runs = variants.map((variant) => [...variant.runs.values()][0]!);
  return {
    columns: [
      { name: "metric", align: "left" },
      ...variants.map(({ name }) => ({ name, align: "right" as const })),
    ],
    rows: keys.map((key) => [
      key,
      ...runs.map(({ figures }) => numberCell(figures.get(key)?.value ?? null)),
    ]),
  };
}
