import type { TimeMicros } from "../base/time.js";
import { Gauge, type Measured } from "./gauge.js";

/** Gauges by the value of one label, each made when its value is first met. */
export class GaugeFamily implements Measured {
  readonly parts = new Map<string, Gauge>();
  private windowOpen = false;

  add(value: string, change: number, timeMicros: TimeMicros): void {
    let gauge = this.parts.get(value);
    if (gauge === undefined) {
      gauge = new Gauge(timeMicros);
      if (this.windowOpen) gauge.openWindow(timeMicros);
      this.parts.set(value, gauge);
    }
    gauge.add(change, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.windowOpen = true;
    for (const gauge of this.parts.values()) gauge.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.windowOpen = false;
    for (const gauge of this.parts.values()) gauge.closeWindow(timeMicros);
  }
}
