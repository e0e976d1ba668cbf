import { z } from "zod";
import { metricOf } from "../results/read-results.js";
import type { Variant } from "../results/variants.js";
import type { GateRule } from "./rules.js";

/** The figures of one variant, by seed: what a later run is held against. */
export interface BaselineRun {
  readonly scenario: string;
  readonly variant: string;
  readonly seeds: readonly number[];
  readonly digests: readonly string[];
  readonly events: readonly number[];
  /** By `metric{labels}`, a value a seed. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

export interface Baseline {
  /** Of seatrial. */
  readonly version: string;
  readonly runs: readonly BaselineRun[];
}

const run = z
  .strictObject({
    scenario: z.string(),
    variant: z.string(),
    seeds: z.array(z.int()).min(1),
    digests: z.array(z.string()),
    events: z.array(z.number()),
    figures: z.record(z.string(), z.array(z.number())),
  })
  .refine(
    ({ seeds, digests, events, figures }) =>
      [digests, events, ...Object.values(figures)].every((list) => list.length === seeds.length),
    "expected a digest, a number of events and a value of each figure for every seed",
  );

/** A file of a baseline, as `baselineText` writes it. */
export const baselineFile = z
  .strictObject({
    apiVersion: z.literal("seatrial.dev/v1alpha1"),
    kind: z.literal("GateBaseline", { error: "expected GateBaseline" }),
    version: z.string(),
    runs: z.array(run),
  })
  .transform(({ version, runs }): Baseline => ({ version, runs }));

/** What the rules hold of the variants' runs. Figures that only some seeds know are left out. */
export function baselineOf(
  variants: readonly Variant[],
  rules: readonly GateRule[],
  version: string,
): Baseline {
  const runs = variants.map(({ scenario, name, runs: bySeed }): BaselineRun => {
    const seeds = [...bySeed.keys()].sort((a, b) => a - b);
    const all = seeds.map((seed) => bySeed.get(seed)!);
    const keys = [...new Set(all.flatMap(({ figures }) => [...figures.keys()]))].filter(
      (key) =>
        rules.some(({ metric }) => metric === key || metric === metricOf(key)) &&
        all.every(({ figures }) => figures.has(key)),
    );
    return {
      scenario,
      variant: name,
      seeds,
      digests: all.map(({ digest }) => digest),
      events: all.map(({ events }) => events),
      figures: Object.fromEntries(
        keys.sort().map((key) => [key, all.map(({ figures }) => figures.get(key)!.value)]),
      ),
    };
  });
  const order = ({ scenario, variant }: BaselineRun) => `${scenario} ${variant}`;
  runs.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { version, runs };
}

/** Sorted, a line a figure: what changed shows in a diff. */
export function baselineText({ version, runs }: Baseline): string {
  const list = (values: readonly unknown[]) => JSON.stringify(values).replaceAll(",", ", ");
  const blocks = runs.map(({ scenario, variant, seeds, digests, events, figures }) => {
    const rows = Object.entries(figures).map(
      ([key, values]) => `        ${JSON.stringify(key)}: ${list(values)}`,
    );
    return [
      "    {",
      `      "scenario": ${JSON.stringify(scenario)},`,
      `      "variant": ${JSON.stringify(variant)},`,
      `      "seeds": ${list(seeds)},`,
      `      "digests": ${list(digests)},`,
      `      "events": ${list(events)},`,
      `      "figures": {\n${rows.join(",\n")}\n      }`,
      "    }",
    ].join("\n");
  });
  return `{\n  "apiVersion": "seatrial.dev/v1alpha1",\n  "kind": "GateBaseline",\n  "version": ${JSON.stringify(version)},\n  "runs": [\n${blocks.join(",\n")}\n  ]\n}\n`;
}
