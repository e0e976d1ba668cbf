import { erfcinv, ln } from "../../kernel/math.js";
import type { Law } from "../laws/law.js";
import type { LatencyParts } from "./latency-parts.js";
import { QueueChain } from "./queue-chain.js";
import { type Points, pointsOf, variationOf } from "./service-law.js";
import { SLOWDOWN_SHARES, SlowdownLaw } from "./slowdown-law.js";
import { WaitLaw } from "./wait-law.js";

/** What a fluid pod is: its places, and the work of a request in two parts. */
export interface FluidModel {
  readonly concurrency: number;
  readonly queueLimit: number;
  /** Time in service that no other request slows down; null: none. */
  readonly delay: Law | null;
  /** CPU work; null: none. */
  readonly cpu: Law | null;
  /** For that work, in cores: those of the node, or the limit where it is less. */
  readonly cores: number;
}

/** What a model costs to make: shared by all pods that have it. */
export interface Prepared {
  readonly mean: number;
  readonly points: Points;
  readonly waits: WaitLaw;
  readonly slowdowns: SlowdownLaw;
}

/** Normal deviates for the spread around a state: equally likely parts. */
const SPREAD = Array.from({ length: 8 }, (_, i) => -Math.SQRT2 * erfcinv((2 * (i + 0.5)) / 8));
/** Where fewer wait, their waits count as equal. */
const FEW = 1e-3;
/** A queue counts as settled when its mean wait is within this share of the stationary one. */
const SETTLED = 0.25;
const MAX_SETTLED_LOAD = 0.95;
/** Waits are gathered in bins of so much of their logarithm. */
const BIN_WIDTH = 0.06;

/**
 * Equal pods behind a random choice, solved for whole intervals: the chain of M(t)/M/c says how many
 * requests they have; where the load has settled, waits have the law of M/G/c, else they follow from
 * the states of the chain. CPU that is shared is a death rate that stops to grow at the cores.
 */
export class FluidPods {
  readonly chain: QueueChain;
  private rate = 0;

  constructor(
    private readonly model: FluidModel,
    private readonly prepared: Prepared,
  ) {
    const { concurrency, queueLimit, cores, cpu } = model;
    const cpuShare = (cpu?.mean ?? 0) / prepared.mean;
    const places = cpuShare > 0 ? cores / cpuShare : Number.POSITIVE_INFINITY;
    this.chain = new QueueChain({ concurrency, queueLimit, cores: places });
  }

  /** One pod has so many requests a second for some time. */
  advance(seconds: number, ratePerSecond: number): void {
    this.rate = ratePerSecond;
    this.chain.advance(seconds, ratePerSecond, 1 / this.prepared.mean);
  }

  /** The share of the requests that found no place. */
  get refusedShare(): number {
    const { concurrency, queueLimit } = this.model;
    const full = concurrency + queueLimit;
    // There are no more states than that: beyond, a law has no number, and Infinity is not even an index.
    return full < this.chain.states ? this.chain.law[full]! : 0;
  }

  /** Servers at work over servers; NaN where there is no limit. */
  get utilisation(): number {
    const { law, states } = this.chain;
    let busy = 0;
    for (let i = 1; i < states; i++) busy += law[i]! * Math.min(i, this.servers);
    return busy / this.servers;
  }

  /** The share of those let in that wait, and the mean wait of all of these. */
  waits(): { readonly share: number; readonly meanSeconds: number } {
    const { servers, model, chain, prepared } = this;
    if (!Number.isFinite(model.concurrency)) return { share: 0, meanSeconds: 0 };
    const perSecond = servers / prepared.mean;
    const full = model.concurrency + model.queueLimit;
    let share = 0;
    let mean = 0;
    for (let i = model.concurrency; i < chain.states && i < full; i++) {
      share += chain.law[i]!;
      mean += (chain.law[i]! * (i - model.concurrency + 1)) / perSecond;
    }
    const accepted = 1 - this.refusedShare;
    const ratio = this.isSettled(share, mean) ? this.ratio : 1;
    return { share: share / accepted, meanSeconds: (ratio * mean) / accepted };
  }

  /** Latencies of those let in, whose shares add up to 1. */
  latencies(to: LatencyParts): void {
    to.clear();
    const { share, meanSeconds } = this.waits();
    const slow = this.slowdown();
    this.addServed(to, 1 - share, slow);
    if (share <= 0) return;
    const { points } = this.prepared;
    if (share < FEW) {
      to.add(points, meanSeconds / share, slow, share);
      return;
    }
    const waits = this.waitPoints(share, meanSeconds);
    for (let w = 0; w < waits.values.length; w++) {
      const part = share * waits.shares[w]!;
      if (part >= 1e-12) to.add(points, waits.values[w]!, slow, part);
    }
  }

  /**
   * Those that do not wait, by parts: who meets many others on the CPU is longer in service. The variance is
   * that of M/M/1-PS.
   *
   * Source: E. Coffman, R. Muntz, H. Trotter, "Waiting time distributions for processor-sharing
   * systems", J. ACM 17 (1970).
   */
  private addServed(to: LatencyParts, share: number, mean: number): void {
    const { points, slowdowns } = this.prepared;
    if (this.model.cpu === null) {
      to.add(points, 0, mean, share);
      return;
    }
    const load = Math.min(MAX_SETTLED_LOAD, this.load);
    const delays = slowdowns.delays(mean, mean / ((mean - 1) * (2 - load)));
    for (let part = 0; part < delays.length; part++) {
      to.add(points, 0, 1 + (mean - 1) * delays[part]!, share * SLOWDOWN_SHARES[part]!);
    }
  }

  get meanServiceSeconds(): number {
    return this.prepared.mean * this.slowdown();
  }

  private get servers(): number {
    return Math.min(this.chain.spec.concurrency, this.chain.spec.cores);
  }

  /** What comes over what can be served. */
  get load(): number {
    return (this.rate * this.prepared.mean) / this.servers;
  }

  private get ratio(): number {
    return this.prepared.waits.meanRatio(this.load, this.servers);
  }

  private isSettled(share: number, mean: number): boolean {
    const { load, servers, prepared, model } = this;
    if (load > MAX_SETTLED_LOAD || share <= 0 || Number.isFinite(model.queueLimit)) return false;
    const stationary = prepared.mean / servers / (1 - load);
    return Math.abs(mean / share / stationary - 1) < SETTLED;
  }

  /** How much longer requests are in service since they share the CPU. */
  private slowdown(): number {
    const { law, states, spec } = this.chain;
    let present = 0;
    let served = 0;
    for (let i = 1; i < states; i++) {
      const inService = Math.min(i, spec.concurrency);
      present += law[i]! * inService;
      served += law[i]! * Math.min(inService, spec.cores);
    }
    return served > 0 ? present / served : 1;
  }

  private waitPoints(share: number, meanSeconds: number): Points {
    const { chain, model, prepared, servers, load } = this;
    const conditional = meanSeconds / share;
    const accepted = 1 - this.refusedShare;
    if (this.isSettled(share * accepted, (meanSeconds * accepted) / this.ratio)) {
      const quantile = (u: number): number => conditional * prepared.waits.quantile(load, u);
      return pointsOf({ mean: conditional, quantile });
    }
    const perSecond = servers / prepared.mean;
    const full = Math.min(chain.states, model.concurrency + model.queueLimit);
    const bins = new Map<number, number>();
    const lowest = 0.01 / perSecond;
    const sums: number[] = [];
    for (let i = model.concurrency; i < full; i++) {
      const k = i - model.concurrency + 1;
      const part = chain.law[i]! / share / accepted / SPREAD.length;
      if (part < 1e-13) continue;
      for (const z of SPREAD) {
        const wait = erlangQuantile(k, z) / perSecond;
        const bin = wait <= lowest ? 0 : Math.ceil(ln(wait / lowest) / BIN_WIDTH);
        bins.set(bin, (bins.get(bin) ?? 0) + part);
        sums[bin] = (sums[bin] ?? 0) + part * wait;
      }
    }
    const keys = [...bins.keys()].sort((x, y) => x - y);
    return {
      values: Float64Array.from(keys, (bin) => sums[bin]! / bins.get(bin)!),
      shares: Float64Array.from(keys, (bin) => bins.get(bin)!),
    };
  }
}

/** The quantile of Erlang's law of k stages of mean 1, by a normal deviate (Wilson and Hilferty, 1931). */
function erlangQuantile(k: number, z: number): number {
  const root = 1 - 1 / (9 * k) + z / (3 * Math.sqrt(k));
  return Math.max(0, k * root * root * root);
}

/** Prepares what the pods of a model share. */
export function prepareFluid({ delay, cpu }: Pick<FluidModel, "delay" | "cpu">): Prepared {
  const service = sumOf(delay, cpu);
  return {
    mean: service.mean,
    points: pointsOf(service),
    waits: new WaitLaw(service, variationOf(service)),
    slowdowns: new SlowdownLaw(),
  };
}

/** Of two parts, by their quantiles together: longer requests are longer in both. */
function sumOf(first: Law | null, second: Law | null): Law {
  if (first === null || second === null) {
    return first ?? second ?? { mean: 1e-9, quantile: () => 1e-9 };
  }
  return {
    mean: first.mean + second.mean,
    quantile: (u) => first.quantile(u) + second.quantile(u),
  };
}
