import { LatencyHistogram } from "../../../src/record/latency-histogram.js";
import { requestsBetween } from "../../../src/traffic/arrivals/rate.js";
import { FluidPods, prepareFluid } from "../../../src/traffic/fluid/fluid-pods.js";
import { LatencyParts } from "../../../src/traffic/fluid/latency-parts.js";
import type { Figures } from "./compare.js";
import { lawOf } from "./given.js";
import type { QueueGiven } from "./queues.js";
import { rateOf, type TransientGiven } from "./transients.js";

/** What mode `fluid` promises: so near are its mean latency and its p99. */
export const FLUID_BOUNDS = { mean: 0.05, p99: 0.15 };

/** Long after every transient. */
const SETTLED_SECONDS = 100_000;
const STEP_SECONDS = 1;
const MINUTE_SECONDS = 60;

function fluidPods(given: Omit<QueueGiven, "arrivals">): FluidPods {
  const law = lawOf(given.service!);
  const isShared = given.discipline === "processorSharing";
  const model = {
    concurrency: given.concurrency ?? Number.POSITIVE_INFINITY,
    queueLimit: given.queueLimit ?? Number.POSITIVE_INFINITY,
    delay: isShared ? null : law,
    cpu: isShared ? law : null,
    cores: isShared ? given.cpuLimit! : Number.POSITIVE_INFINITY,
  };
  return new FluidPods(model, prepareFluid(model));
}

/** Whether the promise holds for a case: Poisson arrivals, a random choice, loads of 0.1 to 0.9. */
export function isPromised(given: QueueGiven): boolean {
  const { arrivals, routing = "random", pods = 1, podSpeeds, timeout, retry, service } = given;
  if (service === undefined) return false;
  const { kind, cv } = service;
  const isKnown = ["exponential", "deterministic", "lognormal"].includes(kind);
  if (arrivals.kind !== "poisson" || arrivals.ratePerSecond === undefined) return false;
  if (podSpeeds !== undefined || timeout !== undefined || retry !== undefined) return false;
  const servers = given.cpuLimit ?? given.concurrency ?? 1;
  const load = (arrivals.ratePerSecond * service.meanSeconds) / pods / servers;
  const isWithin = load > 0.0999 && load < 0.9001;
  return (
    isKnown && isWithin && (kind !== "lognormal" || cv <= 2) && (pods === 1 || routing === "random")
  );
}

/** Mean and p99 of the settled law, and what the solver says of its servers. */
export function runFluid(given: QueueGiven): {
  readonly meanSojournSeconds: number;
  readonly p99: number;
  readonly utilisation: number;
} {
  const pods = fluidPods(given);
  pods.advance(SETTLED_SECONDS, given.arrivals.ratePerSecond! / (given.pods ?? 1));
  const histogram = new LatencyHistogram(10);
  const parts = new LatencyParts();
  pods.latencies(parts);
  histogram.addShares(parts.points(), 1);
  return {
    meanSojournSeconds: histogram.mean,
    p99: histogram.quantile(0.99),
    utilisation: pods.utilisation,
  };
}

/** The mean sojourn of those that arrive in each minute. */
export function runFluidTransient(given: TransientGiven): Record<string, Figures> {
  const rate = rateOf(given);
  const pods = fluidPods(given);
  const changes = [...(given.podChanges ?? [])];
  let count = given.pods;
  const sojourns: number[] = [];
  const parts = new LatencyParts();
  for (let from = 0; from < given.durationSeconds; from += MINUTE_SECONDS) {
    let sum = 0;
    let arrivals = 0;
    for (let at = from; at < from + MINUTE_SECONDS; at += STEP_SECONDS) {
      while (changes[0] !== undefined && changes[0].atSeconds <= at) {
        const change = changes.shift()!.pods;
        if (change > 0) pods.chain.mixInEmpty(count, change);
        count += change;
      }
      const come = requestsBetween(rate, at, at + STEP_SECONDS);
      pods.advance(STEP_SECONDS, come / STEP_SECONDS / count);
      pods.latencies(parts);
      const { seconds, shares, length } = parts.points();
      for (let i = 0; i < length; i++) sum += seconds[i]! * shares[i]! * come;
      arrivals += come;
    }
    sojourns.push(sum / arrivals);
  }
  return { meanSojournSeconds: sojourns };
}
