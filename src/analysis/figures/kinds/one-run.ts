import type { FigureRequest } from "../../../scenario/schema/figures.js";
import type { RunResult } from "../../results/read-results.js";
import { type FigureInput, NotDrawable } from "../figure.js";

/** The run that figures of a single run show: of the first variant, with the seed asked for or its first. */
export function oneRun({ variants }: FigureInput, request: FigureRequest) {
  const variant = variants[0];
  if (variant === undefined) throw new NotDrawable(`${request.kind}: there is no run to show`);
  const seeds = [...variant.runs.keys()].sort((a, b) => a - b);
  const seed = request.seed ?? seeds[0]!;
  const run = variant.runs.get(seed);
  if (run === undefined) {
    throw new NotDrawable(`${variant.name} has no seed ${seed}: there are ${seeds.join(", ")}`);
  }
  return { run, what: `${variant.scenario}, ${variant.name}, seed ${seed}` };
}

/** Of many nodes the first are shown, told in a note. */
export function shownNodes<N extends { readonly name: string }>(
  nodes: readonly N[],
  most: number,
): { readonly nodes: readonly N[]; readonly notes: readonly string[] } {
  return nodes.length <= most
    ? { nodes, notes: [] }
    : {
        nodes: nodes.slice(0, most),
        notes: [`the first ${most} of ${nodes.length} nodes are shown`],
      };
}

/** When the run ended, or a pod left its node, whichever came first. */
export function untilSeconds(run: RunResult, seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(seconds, run.endSeconds) : run.endSeconds;
}
