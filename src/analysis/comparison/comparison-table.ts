import {
  changeCell,
  intervalCell,
  NONE,
  numberCell,
  pCell,
  signedCell,
} from "../tables/figure-cell.js";
import type { TextTable } from "../tables/table.js";
import type { ComparedRow } from "./compare-results.js";

export interface TableOptions {
  /** Level of the intervals. */
  readonly level: number;
  /** Whether runs of more than one scenario are compared. */
  readonly withScenario: boolean;
  /** The smallest relative change that is asked for; adds a column that says whether these seeds would have shown it. */
  readonly detect?: number;
}

/** One row a figure and variant, for people. */
export function comparisonTable(rows: readonly ComparedRow[], options: TableOptions): TextTable {
  const withBca = rows.some(({ comparison }) => comparison.bca !== null);
  const per = `${Number((options.level * 100).toFixed(2))} %`;
  const columns: Column[] = [
    ...(options.withScenario ? [left("scenario", (row) => row.scenario)] : []),
    left("metric", (row) => row.key),
    left("variant", (row) => row.variant),
    right("seeds", (row) => String(row.comparison.pairs)),
    right("baseline", (row) => numberCell(row.comparison.baselineMean)),
    right("variant mean", (row) => numberCell(row.comparison.variantMean)),
    right("difference", (row) => signedCell(row.comparison.difference)),
    right("relative", (row) => changeCell(row.comparison.relative)),
    right(`${per} interval (t)`, intervalText),
    ...(withBca ? [right(`${per} (BCa)`, (row) => intervalCell(row.comparison.bca))] : []),
    right("p", (row) => pCell(row.comparison.pT)),
    right("p (Holm)", (row) => pCell(row.pHolm)),
    right("p (Wilcoxon)", (row) => pCell(row.comparison.pWilcoxon)),
    right("d_z", (row) => numberCell(row.comparison.cohenDz)),
    right("correlation", (row) => numberCell(row.comparison.correlation)),
    right("paired / unpaired", (row) => numberCell(row.comparison.widthRatio)),
    right("seeds needed", (row) => numberCell(row.comparison.seedsNeeded)),
    right("detectable", detectableText),
  ];
  return {
    columns: columns.map(({ name, align }) => ({ name, align })),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}

interface Column {
  readonly name: string;
  readonly align: "left" | "right";
  readonly cell: (row: ComparedRow) => string;
}

const left = (name: string, cell: Column["cell"]): Column => ({ name, align: "left", cell });
const right = (name: string, cell: Column["cell"]): Column => ({ name, align: "right", cell });

function intervalText({ comparison }: ComparedRow): string {
  if (comparison.isDeterministic) return comparison.pairs > 1 ? "deterministic" : "one pair";
  return intervalCell(comparison.interval);
}

function detectableText({ comparison }: ComparedRow): string {
  const { detectable, baselineMean } = comparison;
  if (detectable === null) return NONE;
  return baselineMean === 0
    ? numberCell(detectable)
    : `${((detectable / Math.abs(baselineMean)) * 100).toFixed(1)} %`;
}
