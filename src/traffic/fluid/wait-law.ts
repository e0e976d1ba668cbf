import type { Law } from "../laws/law.js";

/** Steps of the grid on which waits are added up, in mean residual services; and how many. */
const STEP = 1 / 12;
const CELLS = 1_500;
/** Of a service: samples of each tenth of what the ones before have left, and how many of these. */
const SAMPLES = 1_000;
const DECADES = 8;
/** Shares that are left out. */
const NOTHING = 1e-10;
/** Loads for which a law is kept. */
const LOADS = 40;
const MAX_KEY = 38;

/**
 * How long those wait that wait at all, in M/G/c with general service, in units of the mean service
 * divided by c: the law of M/G/1 with a server c times as fast, which is a geometric sum of residual
 * services; its mean is set to that of M/G/c.
 *
 * Sources: Pollaczek and Khinchine, as in L. Kleinrock 1975; H. Tijms, "A First Course in Stochastic
 * Models", 2003, 9.6 (M/G/c by M/G/1); T. Kimura, "Approximations for multi-server queues", Queueing
 * Systems 17 (1994); G. Cosmetatos, 1976 (M/D/c).
 */
export class WaitLaw {
  private readonly residual: Float64Array;
  private readonly residualMean: number;
  private readonly byLoad = new Map<number, Float64Array>();

  constructor(
    service: Law,
    private readonly variation: number,
  ) {
    this.residualMean = (1 + variation * variation) / 2;
    this.residual = residualLaw(service, this.residualMean * STEP);
  }

  /**
   * The mean wait over that of M/M/c, at a load below 1 on `servers`.
   */
  meanRatio(load: number, servers: number): number {
    const squared = this.variation * this.variation;
    if (servers === 1 || !Number.isFinite(servers)) return (1 + squared) / 2;
    const bounded = Math.min(0.99, Math.max(0.05, load));
    const excess =
      ((1 - bounded) * (servers - 1) * (Math.sqrt(4 + 5 * servers) - 2)) / (16 * bounded * servers);
    const constant = (1 + Math.min(1, excess)) / 2;
    if (squared > 1) return squared + (1 - squared) * constant;
    return (1 + squared) / (2 * squared + (1 - squared) / constant);
  }

  /** The quantile of the wait of those that wait, over its own mean, at a load below 1. */
  quantile(load: number, u: number): number {
    const key = Math.min(MAX_KEY, Math.max(1, Math.round(load * LOADS)));
    let cumulative = this.byLoad.get(key);
    if (cumulative === undefined) {
      cumulative = geometricSum(this.residual, key / LOADS);
      this.byLoad.set(key, cumulative);
    }
    let low = 0;
    let high = CELLS - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! >= u) high = middle;
      else low = middle + 1;
    }
    const before = low === 0 ? 0 : cumulative[low - 1]!;
    const within = cumulative[low]! > before ? (u - before) / (cumulative[low]! - before) : 1;
    const cells = low + Math.min(1, Math.max(0, within));
    // The mean of the geometric sum is 1 / (1 - load) residuals.
    return cells * STEP * (1 - key / LOADS);
  }
}

/** The law of the residual service, scaled to a mean service of 1, by cells of a grid. */
function residualLaw(service: Law, step: number): Float64Array {
  const law = new Float64Array(CELLS);
  const { values, shares } = samplesOf(service);
  // P(residual <= x) = E[min(S, x)] / E[S].
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! * shares[i]!;
  let before = 0;
  let at = 0;
  let sumBelow = 0;
  let shareAbove = 1;
  for (let cell = 0; cell < CELLS; cell++) {
    const x = (cell + 1) * step;
    while (at < values.length && values[at]! <= x) {
      sumBelow += values[at]! * shares[at]!;
      shareAbove -= shares[at]!;
      at += 1;
    }
    const share = (sumBelow + Math.max(0, shareAbove) * x) / mean;
    law[cell] = share - before;
    before = share;
  }
  return law;
}

/**
 * A service of mean 1 by samples that rise, ever closer ones towards the long end: the few longest make much of the
 * residual of a law with a heavy tail.
 */
function samplesOf(service: Law): { readonly values: number[]; readonly shares: number[] } {
  const values: number[] = [];
  const shares: number[] = [];
  let left = 1;
  for (let decade = 0; decade < DECADES; decade++, left /= 10) {
    const share = (decade === DECADES - 1 ? left : left * 0.9) / SAMPLES;
    for (let i = 0; i < SAMPLES; i++) {
      values.push(service.quantile(1 - left + share * (i + 0.5)) / service.mean);
      shares.push(share);
    }
  }
  return { values, shares };
}

/** Cumulative law of a sum of at least one residual, each followed by another with the load. */
function geometricSum(residual: Float64Array, load: number): Float64Array {
  const density = new Float64Array(CELLS);
  // Cells stand for their middles, so that the sum of two lies between two cells: half in each.
  const halves = new Float64Array(CELLS);
  const cumulative = new Float64Array(CELLS);
  const own = 1 - (load * residual[0]!) / 2;
  let longest = CELLS;
  while (longest > 1 && residual[longest - 1]! < NOTHING) longest -= 1;
  let total = 0;
  for (let n = 0; n < CELLS; n++) {
    let sum = (1 - load) * residual[n]!;
    const last = Math.min(n, longest - 1);
    for (let k = 1; k <= last; k++) sum += load * residual[k]! * halves[n - k]!;
    const before = n === 0 ? 0 : density[n - 1]!;
    density[n] = (sum + (load * residual[0]! * before) / 2) / own;
    halves[n] = (density[n]! + before) / 2;
    total += density[n]!;
    cumulative[n] = total;
  }
  return cumulative;
}
