import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { CounterReads } from "./container-counters.js";

/** Counters that are read together, in columns that are written over and over. */
export class PendingReads implements CounterReads {
  length = 0;
  readonly pods: PodVersion[] = [];
  readonly containers: Container[] = [];
  rows = new Int32Array(64);
  startMicros = new Float64Array(64);
  atMicros = new Float64Array(64);
  cpuNanos = new Float64Array(64);

  clear(): void {
    this.length = 0;
  }

  add(
    pod: PodVersion,
    row: number,
    container: Container,
    startMicros: TimeMicros,
    atMicros: TimeMicros,
  ): void {
    const place = this.length;
    if (place === this.rows.length) this.grow();
    this.pods[place] = pod;
    this.containers[place] = container;
    this.rows[place] = row;
    this.startMicros[place] = startMicros;
    this.atMicros[place] = atMicros;
    this.length += 1;
  }

  private grow(): void {
    const length = this.rows.length * 2;
    const { rows, startMicros, atMicros } = this;
    this.rows = new Int32Array(length);
    this.rows.set(rows);
    this.startMicros = new Float64Array(length);
    this.startMicros.set(startMicros);
    this.atMicros = new Float64Array(length);
    this.atMicros.set(atMicros);
    this.cpuNanos = new Float64Array(length);
  }
}
