import type { TextTable } from "../tables/table.js";
import type { BestFound } from "./select-best.js";

const SHARE_DIGITS = 0;

/** The variants from the best on. */
export function bestTable({ ranked, selected }: BestFound): TextTable {
  return {
    columns: [
      { name: "variant", align: "left" },
      { name: "mean", align: "right" },
      { name: "sd", align: "right" },
      { name: "put aside after", align: "right" },
      { name: "share of further seeds", align: "right" },
    ],
    rows: ranked.map(({ name, mean, standardDeviation, asideAfter, furtherShare }) => [
      name === selected ? `${name} (selected)` : name,
      figure(mean),
      figure(standardDeviation),
      asideAfter === null ? "" : `${asideAfter} seeds`,
      furtherShare === null ? "" : `${(100 * furtherShare).toFixed(SHARE_DIGITS)} %`,
    ]),
  };
}

/** What was found, in a sentence. */
export function bestSentence(found: BestFound, key: string, alpha: number): string {
  const { selected, rounds, seeds, isDeterministic } = found;
  const by = `${figure(found.indifference)}${found.unit === "" ? "" : ` ${found.unit}`}`;
  if (isDeterministic) {
    return `the best by ${key} is ${selected}: seeds do not change it (deterministic, one observation)`;
  }
  if (selected === null) {
    return `${seeds} seeds do not suffice to tell the best by ${key}, where ${by} are worth telling: run more seeds, by these shares`;
  }
  return (
    `the best by ${key} is ${selected}, with probability ${1 - alpha} or more if it leads by ${by}, ` +
    `else it is within that of the best (KN++, common random numbers, ${rounds} of ${seeds} seeds used)`
  );
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
