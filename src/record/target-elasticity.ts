import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import { ElasticityMeter, type ElasticityMetrics } from "./elasticity-meter.js";
import { Gauge, type Measured } from "./gauge.js";

/** How the ready pods of a workload follow what its load asks for, over the window. */
export class TargetElasticity implements Measured {
  /** Pods asked for. */
  readonly demand = new Gauge(0);
  private readonly meter = new ElasticityMeter();
  /** Of the sample before; null: there is none. */
  private sampled: { readonly demand: number; readonly supply: number } | null = null;
  private samples = 0;
  private opposed = 0;
  private inWindow = false;

  setDemand(pods: number, timeMicros: TimeMicros): void {
    this.demand.set(pods, timeMicros);
    this.meter.setDemand(pods, timeMicros / MICROS_PER_SECOND);
  }

  setSupply(pods: number, timeMicros: TimeMicros): void {
    this.meter.setSupply(pods, timeMicros / MICROS_PER_SECOND);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.demand.openWindow(timeMicros);
    this.meter.openWindow(timeMicros / MICROS_PER_SECOND);
    this.inWindow = true;
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.demand.closeWindow(timeMicros);
    this.meter.closeWindow(timeMicros / MICROS_PER_SECOND);
    this.inWindow = false;
  }

  /** Looks at both, for the instability: at the end of each interval of the time series. */
  sample(): void {
    if (!this.inWindow) return;
    const { current } = this.meter;
    if (this.sampled !== null) {
      const asked = Math.sign(current.demand - this.sampled.demand);
      this.samples += 1;
      if (Math.sign(current.supply - this.sampled.supply) !== asked) this.opposed += 1;
    }
    this.sampled = current;
  }

  get metrics(): ElasticityMetrics {
    return this.meter.metrics;
  }

  /** Share of the intervals in which supply did not move in the direction of demand; NaN: there is none. */
  get instability(): number {
    return this.samples === 0 ? Number.NaN : this.opposed / this.samples;
  }
}
