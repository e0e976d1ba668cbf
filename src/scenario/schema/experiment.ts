import { z } from "zod";
import { SCENARIO_API_VERSION } from "./document.js";
import { figureRequest } from "./figures.js";
import { described } from "./leaf.js";
import { dnsLabel, filePath, integer } from "./scalars.js";

const MAX_SEEDS = 100_000;

const items = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const namedItem = z.strictObject({
  name: described(z.union([z.string(), z.number()]), "Stands in the names of variants."),
  set: described(
    z.record(z.string(), z.unknown()),
    "What it changes: paths from the scenario's spec to values.",
  ),
});

const axis = z
  .union([z.array(namedItem), z.array(z.unknown())])
  .refine((list) => list.length > 0, "an axis without items makes no runs: expected one or more");

/** The whole of an experiment file. */
export const experimentDocument = z.strictObject({
  apiVersion: z.literal(SCENARIO_API_VERSION, { error: `expected ${SCENARIO_API_VERSION}` }),
  kind: z.literal("Experiment", { error: "expected Experiment" }),
  metadata: z.strictObject({ name: described(dnsLabel, "Name of the experiment.") }),
  spec: z.strictObject({
    scenario: described(filePath, "The scenario that is varied, relative to this file."),
    axes: described(
      z
        .record(z.string(), axis)
        .refine((axes) => Object.keys(axes).length > 0, "expected an axis or more"),
      "What is varied: a name with named items and what each sets, or a path with a list of values. Every combination is a variant.",
    ),
    exclude: described(
      z.array(items).optional(),
      "Combinations that are left out, by some of their items.",
    ),
    include: described(
      z.array(items).optional(),
      "Combinations that `exclude` leaves out and that are wanted all the same.",
    ),
    seeds: described(
      z.union([
        integer(1, MAX_SEEDS),
        z
          .array(integer(0, Number.MAX_SAFE_INTEGER))
          .min(1, "expected a seed or more")
          .refine((list) => new Set(list).size === list.length, "a seed stands there twice"),
      ]),
      "How many seeds, from 1, or which.",
    ),
    baseline: described(
      items.optional(),
      "Items of some axes with which the others are compared, at equal items of all other axes.",
    ),
    metrics: described(z.array(z.string()).optional(), "What `compare` shows when nobody says."),
    figures: described(z.array(figureRequest).optional(), "What `plot` draws when nobody says."),
  }),
});

export type ExperimentDocument = z.output<typeof experimentDocument>;
