import type { TextTable } from "../tables/table.js";
import type { WarmUpAdvice } from "./warm-up-advice.js";

/** Below this, neighbouring batches are too alike to be taken for independent. */
const ALIKE = 0.05;

/** A line a run. */
export function warmUpTable({ runs }: WarmUpAdvice, level: number): TextTable {
  return {
    columns: [
      { name: "variant", align: "left" },
      { name: "seed", align: "right" },
      { name: "own cut", align: "right" },
      { name: "mean after the common cut", align: "right" },
      { name: `${Number((100 * level).toFixed(2))} % interval (batch means)`, align: "right" },
      { name: "lag-1 of batches", align: "right" },
    ],
    rows: runs.map(({ variant, seed, ownCutSeconds, isTooShort, after }) => [
      variant,
      String(seed),
      isTooShort ? "too short" : `${figure(ownCutSeconds)} s`,
      after === null ? "–" : figure(after.mean),
      after === null || after.interval === null ? "–" : after.interval.map(figure).join(" … "),
      after === null || after.lag1 === null ? "–" : figure(after.lag1),
    ]),
  };
}

/** What follows from it, in sentences. */
export function warmUpNotes(advice: WarmUpAdvice, key: string, batches: number): readonly string[] {
  const { runs, cutSeconds, isTooShort } = advice;
  if (isTooShort) {
    const short = runs.filter((run) => run.isTooShort).length;
    return [
      `too short: in ${short} of ${runs.length} runs the best cut of ${key} lies past half of the run, so nothing says that the warm-up is over: run longer`,
    ];
  }
  const notes = [
    cutSeconds === 0
      ? `no warm-up is to be seen in ${key} (MSER-5)`
      : `one cut for all: measure: { from: ${figure(cutSeconds)}s } (MSER-5 of ${key}, the latest of all runs)`,
  ];
  const without = runs.filter(({ after }) => after === null).length;
  if (without > 0) {
    notes.push(
      `${without} of ${runs.length} runs have fewer than ${2 * batches} values after the cut: too few for ${batches} batches`,
    );
  }
  const alike = runs.filter(({ after }) => (after?.pIndependent ?? 1) < ALIKE).length;
  if (alike > 0) {
    notes.push(
      `in ${alike} of ${runs.length} runs neighbouring batches are alike (von Neumann's ratio): their intervals are too narrow; take fewer, longer batches, or run longer`,
    );
  }
  return notes;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}
