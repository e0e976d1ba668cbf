import { expect, test } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { LatencyHistogram } from "../../src/record/latency-histogram.js";
import { FluidPods, prepareFluid } from "../../src/traffic/fluid/fluid-pods.js";
import { LatencyParts } from "../../src/traffic/fluid/latency-parts.js";
import type { Law } from "../../src/traffic/laws/law.js";
import { tabulated } from "../../src/traffic/laws/tabulated.js";
import { type ServiceSetup, singleService } from "./single-service.js";

/**
 * What mode `fluid` promises: its mean latency within 5 %, and its p99 within 15 %, of single requests, which run until
 * their own 95 % intervals are within 2 % and 5 %. The whole domain takes hours, as heavy tails at high load need
 * hundreds of millions of requests: it is swept where SEATRIAL_WHOLE_DOMAIN is set, else a part of it.
 */
const IS_WHOLE = process.env.SEATRIAL_WHOLE_DOMAIN !== undefined;
const MEAN_WITHIN = 0.05;
const P99_WITHIN = 0.15;
const MEAN_INTERVAL = 0.02;
const P99_INTERVAL = 0.05;
const BATCHES = 20;
/** Of Student's t with 19 degrees of freedom. */
const T_95 = 2.093;
const FIRST_BATCH = 10_000;
const MOST_REQUESTS = 200e6;

const lognormal = (cv: number): Law =>
  tabulated(distributionOf({ type: "lognormal", mean: 1, cv }));

const ALL_LAWS: readonly (readonly [string, Law])[] = [
  ["exponential", distributionOf({ type: "exponential", mean: 1 })],
  ["deterministic", distributionOf({ type: "constant", value: 1 })],
  ["lognormal of cv 0.5", lognormal(0.5)],
  ["lognormal of cv 1", lognormal(1)],
  ["lognormal of cv 2", lognormal(2)],
];

const LAWS = IS_WHOLE ? ALL_LAWS : ALL_LAWS.slice(0, 3);

const ALL_PODS: readonly (readonly [string, Omit<ServiceSetup, "rate">, number])[] = [
  ["one place", { concurrency: 1 }, 1],
  ["4 places", { concurrency: 4 }, 4],
  ["32 places", { concurrency: 32 }, 32],
  ["a shared core", { cpu: { cores: 1, quota: null } }, 1],
  ["2 shared cores", { cpu: { cores: 2, quota: null } }, 2],
  ["8 shared cores", { cpu: { cores: 8, quota: null } }, 8],
];

const PART = ["one place", "a shared core", "2 shared cores"];
const PODS = IS_WHOLE ? ALL_PODS : ALL_PODS.filter(([name]) => PART.includes(name));

const LOADS = IS_WHOLE ? [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] : [0.3, 0.7];

interface Latencies {
  readonly mean: number;
  readonly p99: number;
}

/** The half of a 95 % interval as a share of its middle, and the middle. */
function interval(values: readonly number[]): { readonly middle: number; readonly half: number } {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return { middle, half: (T_95 * deviation) / Math.sqrt(values.length) / middle };
}

/** Batches that grow, two becoming one, until the intervals of both figures are as narrow as promised. */
function ofRequests(setup: ServiceSetup): Latencies {
  const { loop, tally } = singleService(setup);
  let now = FIRST_BATCH / (setup.rate as number);
  loop.runUntil(now);
  let batches: LatencyHistogram[] = [];
  for (let size = FIRST_BATCH; size * BATCHES <= MOST_REQUESTS; size *= 2) {
    while (batches.length < BATCHES) {
      tally.sojourns.clear();
      now += size / (setup.rate as number);
      loop.runUntil(now);
      batches.push(copyOf([tally.sojourns]));
    }
    const mean = interval(batches.map((batch) => batch.mean));
    const p99 = interval(batches.map((batch) => batch.quantile(0.99)));
    if (mean.half <= MEAN_INTERVAL && p99.half <= P99_INTERVAL) {
      return { mean: mean.middle, p99: copyOf(batches).quantile(0.99) };
    }
    batches = batches.flatMap((one, i) => (i % 2 === 0 ? [copyOf([one, batches[i + 1]!])] : []));
  }
  throw new Error("the intervals of single requests do not become narrow");
}

function copyOf(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const copy = new LatencyHistogram(10);
  for (const one of histograms) copy.merge(one);
  return copy;
}

function ofFluid(law: Law, { concurrency = Infinity, cpu }: ServiceSetup, rate: number): Latencies {
  const work = cpu === undefined ? { delay: law, cpu: null } : { delay: null, cpu: law };
  const model = { concurrency, queueLimit: Infinity, cores: cpu?.cores ?? Infinity, ...work };
  const pods = new FluidPods(model, prepareFluid(model));
  pods.advance(100_000, rate);
  const histogram = new LatencyHistogram(10);
  const parts = new LatencyParts();
  pods.latencies(parts);
  histogram.addShares(parts.points(), 1);
  return { mean: histogram.mean, p99: histogram.quantile(0.99) };
}

const percent = (found: number, true_: number): number =>
  Math.round((found / true_ - 1) * 1000) / 10;

for (const [pods, setup, servers] of PODS) {
  test.each(LAWS)(`fluid is near to single requests at every load: ${pods}, %s`, (name, law) => {
    const rows = LOADS.map((load) => {
      const rate = load * servers;
      const work = setup.cpu === undefined ? { service: law } : { cpuWork: law };
      const single = ofRequests({ ...setup, ...work, rate });
      const fluid = ofFluid(law, { ...setup, rate }, rate);
      const mean = percent(fluid.mean, single.mean);
      return { load, mean, p99: percent(fluid.p99, single.p99) };
    });
    console.log(
      `${pods}, ${name}: ${rows.map(({ load, mean, p99 }) => `${load}: ${mean} % ${p99} %`).join("; ")}`,
    );
    const beyond = rows.filter(
      ({ mean, p99 }) => Math.abs(mean) > 100 * MEAN_WITHIN || Math.abs(p99) > 100 * P99_WITHIN,
    );
    expect(beyond).toEqual([]);
  });
}
