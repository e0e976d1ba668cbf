import { elasticity, sampledElasticity, type UnitsStep } from "../../../src/record/elasticity.js";
import type { VectorResult } from "../controllers/run.js";
import { type Figures, withinRelative, withinTolerance } from "./compare.js";
import { type EstimateGiven, estimateDifferences } from "./estimates.js";
import { FLUID_BOUNDS, isPromised, runFluid, runFluidTransient } from "./fluid.js";
import { type GraphGiven, runGraph } from "./graphs.js";
import { type MetricsServerGiven, metricsServerDifferences } from "./metrics-servers.js";
import { type QueueGiven, type RunGiven, runQueues } from "./queues.js";
import { runSharing, type SharingGiven } from "./sharing.js";
import { runStorm, type StormGiven } from "./storms.js";
import { arrivalsByMinute, runTransient, type TransientGiven } from "./transients.js";

interface TrafficCase {
  readonly id: string;
  readonly suite: string;
  readonly given: unknown;
  readonly expect: Readonly<Record<string, Figures>>;
  readonly accuracy?: number;
  readonly run?: RunGiven & { readonly replications: number; readonly tolerance: Figures };
}

export interface TrafficFile {
  readonly area: string;
  readonly cases: readonly TrafficCase[];
}

/** Where the format says that a value is exact. */
const EXACT = 1e-9;

export function isTrafficFile(file: { readonly area: string }): boolean {
  return file.area === "traffic";
}

function simulated(testCase: TrafficCase, outcome: Figures): readonly string[] {
  return withinTolerance(testCase.expect, outcome, testCase.run!.tolerance);
}

/** What is wrong with one case, by the part of its suite before the point, or by the whole of it. */
const SUITES: Readonly<Record<string, (testCase: TrafficCase) => readonly string[]>> = {
  closed: queues,
  routed: queues,
  mmpp: queues,
  abandon: queues,
  "abandon.storm": (testCase) =>
    simulated(testCase, runStorm(testCase.given as StormGiven, testCase.run!)),
  transient: transients,
  graph: (testCase) => simulated(testCase, runGraph(testCase.given as GraphGiven, testCase.run!)),
  sharing: ({ given, expect }) => withinRelative(expect, runSharing(given as SharingGiven), EXACT),
  "sharing.load": queues,
  "estimate.metricsServer": ({ given, expect }) =>
    metricsServerDifferences(given as MetricsServerGiven, expect as never),
  estimate: ({ given, expect }) => estimateDifferences(given as EstimateGiven, expect as never),
  "elasticity.steps": ({ given, expect }) => {
    const { demand, supply, durationSeconds } = given as {
      readonly demand: readonly UnitsStep[];
      readonly supply: readonly UnitsStep[];
      readonly durationSeconds: number;
    };
    const window = { fromSeconds: 0, toSeconds: durationSeconds };
    return withinRelative(expect, { ...elasticity(demand, supply, window) }, EXACT);
  },
  "elasticity.instability": ({ given, expect }) => {
    const { demand, supply } = given as { readonly demand: number[]; readonly supply: number[] };
    return withinRelative(expect, { ...sampledElasticity(demand, supply) }, EXACT);
  },
};

function queues(testCase: TrafficCase): readonly string[] {
  const given = testCase.given as QueueGiven;
  return [
    ...simulated(testCase, runQueues(given, testCase.run!)),
    ...(isPromised(given) ? settledFluid(testCase) : []),
  ];
}

/** The same case in mode `fluid`, within the bounds that it promises. */
function settledFluid({ given, expect }: TrafficCase): readonly string[] {
  const { meanSojournSeconds, p99, utilisation } = runFluid(given as QueueGiven);
  const compare = (key: string, want: Figures | undefined, have: number, bound: number) =>
    want === undefined ? [] : withinRelative(want, have, bound, `fluid ${key} `);
  const quantiles = expect.sojournQuantilesSeconds as Record<string, number> | undefined;
  const { mean, p99: longest } = FLUID_BOUNDS;
  return [
    ...compare("meanSojournSeconds", expect.meanSojournSeconds, meanSojournSeconds, mean),
    ...compare("p99", quantiles?.p99, p99, longest),
    ...compare("utilisation", expect.utilisation, utilisation, 1e-3),
  ];
}

function transients(testCase: TrafficCase): readonly string[] {
  const given = testCase.given as TransientGiven;
  return [
    ...simulated(testCase, runTransient(given, testCase.run!)),
    ...withinRelative(
      { meanSojournSeconds: testCase.expect.meanSojournSeconds! },
      runFluidTransient(given),
      FLUID_BOUNDS.mean,
      "fluid ",
    ),
    ...withinRelative(testCase.expect.arrivals!, arrivalsByMinute(given), 1e-6, "arrivals "),
  ];
}

function differencesOf(testCase: TrafficCase): readonly string[] {
  const { suite } = testCase;
  const run = SUITES[suite] ?? SUITES[suite.split(".")[0]!];
  if (run === undefined) return [`not supported yet: ${suite}`];
  try {
    return run(testCase);
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? thrown.stack : String(thrown)}`];
  }
}

/** Runs all cases of a file of traffic. */
export function runTrafficFile(file: TrafficFile): VectorResult {
  const failures = file.cases
    .map((testCase) => ({
      id: `${testCase.suite} ${testCase.id}`,
      differences: differencesOf(testCase),
    }))
    .filter((failure) => failure.differences.length > 0);
  return { passed: file.cases.length - failures.length, failures };
}
