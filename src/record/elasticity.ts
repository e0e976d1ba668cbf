import { assert } from "../base/assert.js";

/** A number of units (replicas, nodes) that holds from a time on. */
export interface UnitsStep {
  readonly atSeconds: number;
  readonly units: number;
}

/** How supply follows demand. Percentages are from 0 to 100, of time or of units. */
export interface ElasticityMetrics {
  /** Time average of the units missing, and of those too many. */
  readonly accuracyUnderUnits: number;
  readonly accuracyOverUnits: number;
  /** The same relative to the demand of the moment; NaN where something is supplied and nothing asked. */
  readonly thetaUnderPercent: number;
  readonly thetaOverPercent: number;
  /** What is too many relative to the supply. */
  readonly thetaOverBySupplyPercent: number;
  /** Share of the time with units missing, and with too many. */
  readonly tauUnderPercent: number;
  readonly tauOverPercent: number;
  /** Units moved by supply less those moved by demand, a minute. */
  readonly jitterUnitsPerMinute: number;
}

/**
 * The elasticity of a supply over [fromSeconds, toSeconds): both in the order of time, beginning at
 * or before `fromSeconds`. Several steps at one time count as one.
 *
 * Sources: N. Herbst et al., "Ready for rain? A view from SPEC Research on the future of cloud
 * metrics", 2016, and "Quantifying cloud performance and dependability", TOMPECS 2018; A. Ilyushkin
 * et al., "An experimental performance evaluation of autoscaling policies", ICPE 2017.
 */
export function elasticity(
  demand: readonly UnitsStep[],
  supply: readonly UnitsStep[],
  window: { readonly fromSeconds: number; readonly toSeconds: number },
): ElasticityMetrics {
  const { fromSeconds, toSeconds } = window;
  assert(toSeconds > fromSeconds, "elasticity needs a span of time");
  const span = toSeconds - fromSeconds;
  const sums = {
    under: 0,
    over: 0,
    thetaUnder: 0,
    thetaOver: 0,
    bySupply: 0,
    tauUnder: 0,
    tauOver: 0,
  };
  const times = new Set([fromSeconds]);
  for (const { atSeconds } of [...demand, ...supply]) {
    if (atSeconds > fromSeconds && atSeconds < toSeconds) times.add(atSeconds);
  }
  const cuts = [...times].sort((x, y) => x - y);
  for (const [i, start] of cuts.entries()) {
    const width = (cuts[i + 1] ?? toSeconds) - start;
    const asked = unitsAt(demand, start);
    const given = unitsAt(supply, start);
    const missing = Math.max(0, asked - given);
    const spare = Math.max(0, given - asked);
    sums.under += missing * width;
    sums.over += spare * width;
    if (missing > 0) sums.thetaUnder += (missing / asked) * width;
    if (spare > 0) sums.thetaOver += asked === 0 ? Number.NaN : (spare / asked) * width;
    if (spare > 0) sums.bySupply += (spare / given) * width;
    if (missing > 0) sums.tauUnder += width;
    if (spare > 0) sums.tauOver += width;
  }
  return {
    accuracyUnderUnits: sums.under / span,
    accuracyOverUnits: sums.over / span,
    thetaUnderPercent: (100 * sums.thetaUnder) / span,
    thetaOverPercent: (100 * sums.thetaOver) / span,
    thetaOverBySupplyPercent: (100 * sums.bySupply) / span,
    tauUnderPercent: (100 * sums.tauUnder) / span,
    tauOverPercent: (100 * sums.tauOver) / span,
    jitterUnitsPerMinute: (unitsMoved(supply, window) - unitsMoved(demand, window)) / (span / 60),
  };
}

/** As {@link ElasticityMetrics}, as averages over samples. */
export interface SampledElasticity {
  /** Share of the steps in which supply did not move in the direction of demand. */
  readonly instabilityPercent: number;
  readonly thetaUnderPercent: number;
  readonly thetaOverPercent: number;
  readonly tauUnderPercent: number;
  readonly tauOverPercent: number;
}

/** The elasticity of two series that were sampled at the same moments, two or more of them. */
export function sampledElasticity(
  demand: readonly number[],
  supply: readonly number[],
): SampledElasticity {
  const samples = demand.length;
  assert(samples === supply.length && samples >= 2, "two series of one length");
  let opposed = 0;
  for (let i = 1; i < samples; i++) {
    const asked = Math.sign(demand[i]! - demand[i - 1]!);
    if (Math.sign(supply[i]! - supply[i - 1]!) !== asked) opposed += 1;
  }
  const steps = (units: readonly number[]): UnitsStep[] =>
    units.map((unit, i) => ({ atSeconds: i, units: unit }));
  const whole = elasticity(steps(demand), steps(supply), { fromSeconds: 0, toSeconds: samples });
  return {
    instabilityPercent: (100 * opposed) / (samples - 1),
    thetaUnderPercent: whole.thetaUnderPercent,
    thetaOverPercent: whole.thetaOverPercent,
    tauUnderPercent: whole.tauUnderPercent,
    tauOverPercent: whole.tauOverPercent,
  };
}

/** The units at a time: those of the last step at or before it; 0 before the first. */
function unitsAt(steps: readonly UnitsStep[], seconds: number): number {
  let low = -1;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]!.atSeconds <= seconds) low = middle;
    else high = middle - 1;
  }
  return low < 0 ? 0 : steps[low]!.units;
}

function unitsMoved(
  steps: readonly UnitsStep[],
  { fromSeconds, toSeconds }: { readonly fromSeconds: number; readonly toSeconds: number },
): number {
  let moved = 0;
  let units = unitsAt(steps, fromSeconds);
  for (const [i, step] of steps.entries()) {
    if (step.atSeconds <= fromSeconds || step.atSeconds >= toSeconds) continue;
    if (steps[i + 1]?.atSeconds === step.atSeconds) continue;
    moved += Math.abs(step.units - units);
    units = step.units;
  }
  return moved;
}
