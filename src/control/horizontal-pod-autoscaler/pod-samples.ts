import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";

/** A pod's sample of one metric. */
export interface Sample {
  readonly valueMillis: number;
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
}

/**
 * Samples of one metric, by the place of their pod among the pods of an autoscaler. All autoscalers write theirs
 * over the same columns: those of a look are of no use after it.
 */
export class PodSamples {
  /** NaN: of that pod there is none. */
  valueMillis = new Float64Array(0);
  timestampMicros = new Float64Array(0);
  windowMicros = new Float64Array(0);
  /** By name, in thousandths: of pods that are not among those of the autoscaler. */
  readonly others = new Map<string, number>();
  private next = 0;
  private places: Map<string, number> | null = null;

  constructor(private pods: readonly PodVersion[] = []) {
    this.begin(pods);
  }

  /** How many pods there are. */
  get length(): number {
    return this.pods.length;
  }

  /** Another metric, or the same at another time, of these pods: there is no sample of it. */
  begin(pods: readonly PodVersion[]): void {
    const { length } = pods;
    if (length > this.valueMillis.length) this.grow(length);
    const { valueMillis } = this;
    for (let place = 0; place < length; place++) valueMillis[place] = Number.NaN;
    if (this.others.size > 0) this.others.clear();
    if (pods !== this.pods) this.places = null;
    this.pods = pods;
    this.next = 0;
  }

  putAt(
    place: number,
    valueMillis: number,
    timestampMicros: TimeMicros,
    windowMicros: TimeMicros,
  ): void {
    this.valueMillis[place] = valueMillis;
    this.timestampMicros[place] = timestampMicros;
    this.windowMicros[place] = windowMicros;
  }

  /** Quickest in the order of the pods. */
  put(podName: string, { valueMillis, timestampMicros, windowMicros }: Sample): void {
    const place = this.placeOf(podName);
    if (place === undefined) {
      this.others.set(podName, valueMillis);
      return;
    }
    this.putAt(place, valueMillis, timestampMicros, windowMicros);
    this.next = place + 1;
  }

  private grow(length: number): void {
    this.valueMillis = new Float64Array(length);
    this.timestampMicros = new Float64Array(length);
    this.windowMicros = new Float64Array(length);
  }

  private placeOf(podName: string): number | undefined {
    const { pods } = this;
    for (let i = this.next; i < pods.length; i++) if (pods[i]!.name === podName) return i;
    if (this.places === null) {
      this.places = new Map();
      for (let i = 0; i < pods.length; i++) this.places.set(pods[i]!.name, i);
    }
    return this.places.get(podName);
  }
}
