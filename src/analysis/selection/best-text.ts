import type { TextTable } from "../tables/table.js";
import type { BestFound } from "./select-best.js";

const SHARE_DIGITS = 0;

/** The variants from the best on. */
export function bestTable({ ranked, selected }: BestFound): TextTable {
  const hasBudget = ranked.some(({ furtherSeeds }) => furtherSeeds !== null);
  return {
    columns: [
      { name: "variant", align: "left" },
      { name: "mean", align: "right" },
      { name: "sd", align: "right" },
      { name: "seeds", align: "right" },
      { name: "put aside after", align: "right" },
      { name: hasBudget ? "further seeds" : "share of further seeds", align: "right" },
    ],
    rows: ranked.map((row) => [
      row.name === selected ? `${row.name} (selected)` : row.name,
      figure(row.mean),
      figure(row.standardDeviation),
      String(row.seeds),
      row.asideAfter === null ? "" : `${row.asideAfter} seeds`,
      hasBudget ? String(row.furtherSeeds) : shareText(row.furtherShare),
    ]),
  };
}

function shareText(share: number | null): string {
  return share === null ? "" : `${(100 * share).toFixed(SHARE_DIGITS)} %`;
}

/** What was found, in a sentence. */
export function bestSentence(found: BestFound, key: string, alpha: number): string {
  const { selected, rounds, seeds, isDeterministic } = found;
  const by = `${figure(found.indifference)}${found.unit === "" ? "" : ` ${found.unit}`}`;
  if (isDeterministic) {
    return `the best by ${key} is ${selected}: seeds do not change it (deterministic, one observation)`;
  }
  if (selected === null) {
    const sure = found.probabilityOfBestMean;
    const soFar =
      sure === null ? "" : `; the best mean so far is right with probability ${sureText(sure)}`;
    return `${seeds} seeds do not suffice to tell the best by ${key}, where ${by} are worth telling: run more seeds, by these shares${soFar}`;
  }
  return (
    `the best by ${key} is ${selected}, with probability ${1 - alpha} or more if it leads by ${by}, ` +
    `else it is within that of the best (KN++, common random numbers, ${rounds} of ${seeds} seeds used)`
  );
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Of a bound that may lie below 0. */
function sureText(probability: number): string {
  return `${Math.max(0, probability).toFixed(2)} or more (APCS-B)`;
}
