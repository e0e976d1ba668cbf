import { assert } from "../base/assert.js";
import { ElasticityMeter, type ElasticityMetrics } from "./elasticity-meter.js";

/** A number of units (replicas, nodes) that holds from a time on. */
export interface UnitsStep {
  readonly atSeconds: number;
  readonly units: number;
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
  const meter = new ElasticityMeter();
  let [nextDemand, nextSupply] = [0, 0];
  let isOpen = false;
  const open = (): void => {
    if (!isOpen) meter.openWindow(fromSeconds);
    isOpen = true;
  };
  for (;;) {
    const demanded = demand[nextDemand]?.atSeconds ?? Number.POSITIVE_INFINITY;
    const supplied = supply[nextSupply]?.atSeconds ?? Number.POSITIVE_INFINITY;
    const at = Math.min(demanded, supplied);
    if (at >= toSeconds) break;
    if (at > fromSeconds) open();
    if (demanded === at) meter.setDemand(demand[nextDemand++]!.units, at);
    else meter.setSupply(supply[nextSupply++]!.units, at);
  }
  open();
  meter.closeWindow(toSeconds);
  return meter.metrics;
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
