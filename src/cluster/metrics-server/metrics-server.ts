import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerLife } from "./container-counters.js";
import { ContainerPoints } from "./container-points.js";
import type { ScrapeOptions } from "./scrape-options.js";
import { type ScrapedPod, ScrapedPods } from "./scraped-pods.js";
import { cpuMillisOf, NO_RATE, OTHERS, SingleLives } from "./single-lives.js";

/** What a container used: the mean over the window of its pod. */
interface ReportedUsage {
  readonly name: string;
  /** In billionths of a core. */
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** What the resource metrics API tells of a pod: the time and window of its container read earliest. */
export interface ReportedPod {
  readonly podName: string;
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
  readonly containers: readonly ReportedUsage[];
}

/** Takes what pods use, each by its place among those asked for, with the time and window of its report. */
export interface UsageSink {
  putAt(
    place: number,
    valueMillis: number,
    timestampMicros: TimeMicros,
    windowMicros: TimeMicros,
  ): void;
}

const MILLIS = 1_000;

/**
 * metrics-server: what it has found in its scrapes of the nodes. No scrape is an event: what one would
 * have found is worked out when somebody asks.
 * Source: metrics-server; Kubernetes, "Resource metrics pipeline".
 */
export class MetricsServer {
  private readonly points: ContainerPoints;
  private readonly scraped: ScrapedPods;
  /** Null: nobody knows whether lives have changed. */
  private readonly singles: SingleLives | null;

  constructor(private readonly options: ScrapeOptions) {
    const { isUnchanged } = options;
    this.points = new ContainerPoints(options.resolutionMicros);
    const { points } = this;
    const scrapes: number[] = [];
    this.singles =
      isUnchanged === undefined
        ? null
        : new SingleLives({ ...options, isUnchanged, points, scrapes });
    this.scraped = new ScrapedPods(options, points, scrapes, this.singles);
  }

  /** What it tells of a pod at that instant; null where there is nothing to tell. */
  reportOf(pod: PodVersion, nowMicros: TimeMicros): ReportedPod | null {
    const known = this.scraped.find(pod, nowMicros);
    if (known === null) return null;
    const containers: ReportedUsage[] = [];
    for (let i = 0; i < known.foundCount; i++) {
      const place = known.foundPlaces[i]!;
      if (!this.points.rises(place)) continue;
      const { name } = known.found[i]!.container;
      const memoryBytes = this.memoryOf(pod, known.found[i]!, place);
      containers.push({ name, cpuNanos: this.points.cpuNanos(place), memoryBytes });
    }
    const earliest = this.earliestOf(known);
    return {
      podName: pod.name,
      timestampMicros:
        earliest < 0 ? Number.POSITIVE_INFINITY : this.points.timestampMicros(earliest),
      windowMicros: earliest < 0 ? 0 : this.points.windowMicros(earliest),
      containers,
    };
  }

  /**
   * The same of one resource, in thousandths of its unit, each container's rounded up; `container` "": of all
   * of a pod. Answers of how many pods there is anything to tell.
   *
   * @param rows those of the pods.
   */
  putUsage(
    { pods, rows }: { readonly pods: readonly PodVersion[]; readonly rows: Int32Array },
    { name, container }: { readonly name: string; readonly container: string },
    nowMicros: TimeMicros,
    sink: UsageSink,
  ): number {
    const singles = name === "cpu" ? this.singlesOf(nowMicros) : null;
    const newest = this.newestAt(nowMicros);
    let reported = 0;
    for (let i = 0; i < pods.length; i++) {
      const pod = pods[i]!;
      const row = rows[i]!;
      const found = singles === null ? OTHERS : singles.find(pod, row, newest);
      if (found === NO_RATE) continue;
      if (found === OTHERS) {
        const known = this.scraped.find(pod, nowMicros);
        if (known === null) continue;
        this.put(i, known, { pod, name, container }, sink);
      } else if (container === "" || container === singles!.containerOf(row)) {
        putSingle(i, singles!, found, sink);
      }
      reported += 1;
    }
    return reported;
  }

  private newestAt(nowMicros: TimeMicros): number {
    return Math.floor(nowMicros / this.options.resolutionMicros);
  }

  /** What is known of pods with one life, as the newest scrape has found them; null where that has failed. */
  private singlesOf(nowMicros: TimeMicros): SingleLives | null {
    const newest = this.newestAt(nowMicros);
    if (this.options.failed?.(newest) === true) return null;
    this.singles?.sweep(newest);
    return this.singles;
  }

  private put(
    at: number,
    known: ScrapedPod,
    { pod, name, container }: { pod: PodVersion; name: string; container: string },
    sink: UsageSink,
  ): void {
    const sum = this.millisOf(known, { pod, name, container });
    if (Number.isNaN(sum)) return;
    const earliest = this.earliestOf(known);
    sink.putAt(at, sum, this.points.timestampMicros(earliest), this.points.windowMicros(earliest));
  }

  /** NaN: nothing is measured. */
  private millisOf(
    known: ScrapedPod,
    { pod, name, container }: { pod: PodVersion; name: string; container: string },
  ): number {
    let sum = Number.NaN;
    if (name !== "cpu" && name !== "memory") return sum;
    for (let i = 0; i < known.foundCount; i++) {
      const place = known.foundPlaces[i]!;
      const life = known.found[i]!;
      if (container !== "" && container !== life.container.name) continue;
      if (!this.points.rises(place)) continue;
      const millis =
        name === "cpu" ? cpuMillisOf(this.points, place) : this.memoryOf(pod, life, place) * MILLIS;
      sum = Number.isNaN(sum) ? millis : sum + millis;
    }
    return sum;
  }

  /** Asked for less often than CPU, it is worked out when somebody does. */
  private memoryOf(pod: PodVersion, life: ContainerLife, place: number): number {
    const kept = this.points.memoryBytes(place);
    if (!Number.isNaN(kept)) return kept;
    const at = this.points.timestampMicros(place);
    const bytes = Math.trunc(this.options.counters.memoryBytes(pod, life.container, at));
    this.points.keepMemory(place, bytes);
    return bytes;
  }

  /** Where the points of the container lie that was read earliest; -1: none has a rate that counts. */
  private earliestOf({ foundPlaces, foundCount }: ScrapedPod): number {
    let found = -1;
    for (let i = 0; i < foundCount; i++) {
      const place = foundPlaces[i]!;
      if (!this.points.rises(place)) continue;
      const isEarlier =
        found < 0 || this.points.timestampMicros(place) < this.points.timestampMicros(found);
      if (isEarlier) found = place;
    }
    return found;
  }
}

function putSingle(place: number, singles: SingleLives, at: number, sink: UsageSink): void {
  const millis = singles.cpuMillis(at);
  if (Number.isNaN(millis)) return;
  sink.putAt(place, millis, singles.timestampMicros(at), singles.windowMicros(at));
}
