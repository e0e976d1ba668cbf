import type { Law } from "../laws/law.js";
import { DrawnWork, type PodModel } from "../pods/pod-model.js";
import { type FluidModel, FluidPods, prepareFluid } from "./fluid-pods.js";
import { LatencyParts } from "./latency-parts.js";
import { LatencyPoints } from "./latency-points.js";

/** What users were promised. */
export interface Objective {
  readonly latencySeconds: number;
  /** The share of the requests that are answered within it. */
  readonly quantile: number;
}

/** A pod is looked at up to this load. */
const MAX_LOAD = 0.99;
const HALVINGS = 16;
/** So many services go by until a law has settled. */
const SETTLING_SERVICES = 1e6;

/** What pods of a model are to mode `fluid`. */
export function fluidModelOf({ work, concurrency, queueLimit, cpu }: PodModel): FluidModel {
  const laws = work instanceof DrawnWork ? work : new DrawnWork(null, null);
  const cores = Math.min(cpu?.cores ?? Infinity, cpu?.quota?.limitCores ?? Infinity);
  return { concurrency, queueLimit, cores, delay: laws.delay, cpu: laws.cpu };
}

/**
 * How many requests a second a pod takes and still meets an objective, by the stationary law of mode
 * `fluid`. Where there is none, or no rate meets it: as many as keep it just from being overloaded.
 */
export class PodCapacity {
  private readonly laws = new Map<Law, number>();
  private readonly known = new Map<string, number>();
  /** The same by what was asked: a model is asked for again and again. */
  private readonly ofModel = new WeakMap<PodModel, Map<Objective | null, number>>();

  perSecond(model: PodModel, objective: Objective | null): number {
    let asked = this.ofModel.get(model);
    if (asked === undefined) {
      asked = new Map();
      this.ofModel.set(model, asked);
    }
    let found = asked.get(objective);
    if (found === undefined) {
      found = this.capacity(model, objective);
      asked.set(objective, found);
    }
    return found;
  }

  private capacity(model: PodModel, objective: Objective | null): number {
    const fluid = fluidModelOf(model);
    const { concurrency, queueLimit, cores } = fluid;
    const key = [
      ...[concurrency, queueLimit, cores, model.errorShare],
      ...[this.numberOf(fluid.delay), this.numberOf(fluid.cpu)],
      ...[objective?.latencySeconds, objective?.quantile],
    ].join(" ");
    let found = this.known.get(key);
    if (found === undefined) {
      found = capacityOf(fluid, model.errorShare, objective);
      this.known.set(key, found);
    }
    return found;
  }

  private numberOf(law: Law | null): number {
    if (law === null) return -1;
    const number = this.laws.get(law) ?? this.laws.size;
    this.laws.set(law, number);
    return number;
  }
}

function capacityOf(model: FluidModel, errorShare: number, objective: Objective | null): number {
  const prepared = prepareFluid(model);
  const { mean } = prepared;
  const cpuMean = model.cpu?.mean ?? 0;
  const servers = Math.min(
    model.concurrency,
    cpuMean > 0 ? (model.cores * mean) / cpuMean : Infinity,
  );
  const whole = servers / mean;
  if (objective === null || !Number.isFinite(whole)) return whole;
  const latencies = new LatencyParts();
  const points = new LatencyPoints();
  const isMet = (load: number): boolean => {
    const pods = new FluidPods(model, prepared);
    pods.advance(mean * SETTLING_SERVICES, load * whole);
    const answered = (1 - pods.refusedShare) * (1 - errorShare);
    let inTime = 0;
    pods.latencies(latencies);
    points.clear();
    latencies.putInto(points);
    for (let i = 0; i < points.length; i++) {
      if (points.seconds[i]! <= objective.latencySeconds) inTime += points.shares[i]!;
    }
    return inTime * answered >= objective.quantile;
  };
  let [low, high] = [0, MAX_LOAD];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (isMet(middle)) low = middle;
    else high = middle;
  }
  return low > 0 ? low * whole : whole;
}
