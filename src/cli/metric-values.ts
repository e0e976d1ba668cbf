import { readResults } from "../analysis/results/read-results.js";
import { formatIssue } from "../scenario/issue.js";

/**
 * The values of one metric, `metric{labels}`, of each variant in the order of its seeds, from the runs in a folder; or why there are none. Other
 * runs that lie there do not count.
 */
export function metricValues(
  folder: string,
  {
    key,
    wanted,
  }: {
    readonly key: string;
    readonly wanted: readonly { readonly name: string; readonly seeds: readonly number[] }[];
  },
): readonly (readonly number[])[] | string {
  const read = readResults([folder]);
  if ("issues" in read) return read.issues.map(formatIssue).join("\n");
  const values = new Map(
    read.runs.map((run) => [`${run.variant} ${run.seed}`, run.figures.get(key)?.value]),
  );
  const found: number[][] = [];
  for (const { name, seeds } of wanted) {
    const own = seeds.map((seed) => values.get(`${name} ${seed}`));
    const without = seeds.find((_, i) => own[i] === undefined || !Number.isFinite(own[i]));
    if (without !== undefined) {
      return `${name} has no value of ${key} under seed ${without}: without one of every run its mean has no interval`;
    }
    found.push(own as number[]);
  }
  return found;
}
