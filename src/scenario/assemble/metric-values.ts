import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { type Rate, rateAt } from "../../traffic/arrivals/rate.js";
import type { TrafficSimulation } from "../../traffic/cluster/traffic-simulation.js";
import type { RateSpec, ServedMetric, Target, TrafficFigure } from "../schema/scenario.js";

const MILLIS = 1_000;

/** The values of the metrics that a scenario names, as they are now. */
export class MetricValues {
  /** Null as long as nothing simulates requests. */
  traffic: TrafficSimulation | null = null;

  constructor(
    private readonly rates: ReadonlyMap<RateSpec, Rate>,
    private readonly now: () => TimeMicros,
  ) {}

  /** In thousandths, of what is the same whoever asks, or of the requests to a Service. */
  millis({ value }: ServedMetric, object: Target | null): number {
    if (value.type !== "traffic") return this.rateMillis(value);
    return Math.round(this.ofService(value, value.to ?? object!) * MILLIS);
  }

  /** In thousandths; null of a pod that serves no requests. */
  podMillis({ value }: ServedMetric, pod: PodVersion): number | null {
    if (value.type !== "traffic") return this.rateMillis(value);
    if (value.to !== null) return Math.round(this.ofService(value, value.to) * MILLIS);
    const load = this.traffic?.podLoad(pod, value.windowMicros) ?? null;
    return load === null ? null : Math.round(load[value.of] * MILLIS);
  }

  private ofService({ of, windowMicros }: TrafficFigure, { namespace, name }: Target): number {
    return this.traffic?.serviceLoad({ namespace, name }, windowMicros)[of] ?? 0;
  }

  private rateMillis(spec: RateSpec): number {
    return Math.round(rateAt(this.rates.get(spec)!, this.now() / MICROS_PER_SECOND) * MILLIS);
  }
}
