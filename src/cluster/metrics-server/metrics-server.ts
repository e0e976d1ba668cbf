import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerCounters, ContainerLife } from "./container-counters.js";
import type { PodLives } from "./container-lives.js";
import { ContainerPoints } from "./container-points.js";

export interface MetricsServerOptions {
  /** Upstream's `--metric-resolution`: scrapes are at its multiples from virtual zero on, also before it. */
  readonly resolutionMicros: TimeMicros;
  /** When the node read the counter of a life that began then which a scrape at that instant is told. */
  readonly readingMicros: (startMicros: TimeMicros, scrapeMicros: TimeMicros) => TimeMicros;
  readonly counters: ContainerCounters;
  /** Undefined: no node runs the pod. */
  readonly livesOf: (pod: PodVersion) => PodLives | undefined;
  /** Whether the lives of the pod in a row are those of the last answer; absent: nobody knows. */
  readonly isUnchanged?: (row: number) => boolean;
  /** Which scrapes fail, by their number from virtual zero on; default: none. */
  readonly failed?: (scrape: number) => boolean;
}

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

/** What the scrapes up to the newest have found of a pod. */
interface Known {
  readonly key: object;
  lives: PodLives | null;
  /** Containers of which there are points, and where. */
  readonly names: string[];
  readonly places: number[];
  /** Of each life. */
  placesOfLives: readonly number[];
  /** The lives that it has found, in its order. */
  readonly found: ContainerLife[];
  readonly foundPlaces: number[];
  foundCount: number;
}

/** So many scrapes say all that there is to know of a pod that nobody has asked for before. */
const SCRAPES_REMEMBERED = 4;
const NOWHERE = -1;
const NANOS_PER_MILLI = 1_000_000;
const MILLIS = 1_000;

/**
 * metrics-server: what it has found in its scrapes of the nodes. No scrape is an event: what one would
 * have found is worked out when somebody asks.
 * Source: metrics-server; Kubernetes, "Resource metrics pipeline".
 */
export class MetricsServer {
  /** By the row of the pod. */
  private readonly known: (Known | undefined)[] = [];
  /** By the row of the pod: the newest scrape in its points. */
  private readonly scrapes: number[] = [];
  /** By the row of a pod that has had one life only, which goes on: where its points are, and its container; -1: of others. */
  private readonly singles: number[] = [];
  private readonly containers: (Container | null)[] = [];
  private readonly points: ContainerPoints;

  constructor(private readonly options: MetricsServerOptions) {
    this.points = new ContainerPoints(options.resolutionMicros);
  }

  /** What it tells of a pod at that instant; null where there is nothing to tell. */
  reportOf(pod: PodVersion, nowMicros: TimeMicros): ReportedPod | null {
    const known = this.scraped(pod, nowMicros);
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
    const newest = Math.floor(nowMicros / this.options.resolutionMicros);
    const isQuick = name === "cpu" && this.options.isUnchanged !== undefined;
    let reported = 0;
    for (let i = 0; i < pods.length; i++) {
      const row = rows[i]!;
      const place = isQuick ? (this.singles[row] ?? NOWHERE) : NOWHERE;
      if (place !== NOWHERE && this.goesOn(row, place, newest)) {
        if (!this.scrapeOn(pods[i]!, row, newest)) continue;
        reported += 1;
        if (container !== "" && container !== this.containers[row]!.name) continue;
        if (!this.points.rises(place)) continue;
        sink.putAt(
          i,
          this.cpuMillis(place),
          this.points.timestampMicros(place),
          this.points.windowMicros(place),
        );
        continue;
      }
      const known = this.scraped(pods[i]!, nowMicros);
      if (known === null) continue;
      reported += 1;
      this.put(i, known, { pod: pods[i]!, name, container }, sink);
    }
    return reported;
  }

  /** Whether the newest scrape finds the only life of a pod, as the one before, or has found it. */
  private goesOn(row: number, place: number, newest: number): boolean {
    const last = this.scrapes[row]!;
    if (last !== newest && last !== newest - 1) return false;
    return this.points.scrape(place) === last && this.options.isUnchanged!(row);
  }

  /** The newest scrape of a pod whose only life goes on; whether it has a rate. */
  private scrapeOn(pod: PodVersion, row: number, newest: number): boolean {
    const place = this.singles[row]!;
    if (this.scrapes[row] !== newest) {
      const { resolutionMicros, readingMicros, counters } = this.options;
      const start = this.points.startMicros(place);
      const at = readingMicros(start, newest * resolutionMicros);
      const cpuNanos = Math.trunc(counters.cpuNanos(pod, row, this.containers[row]!, start, at));
      this.points.take(place, newest, start, at, cpuNanos);
      this.scrapes[row] = newest;
    }
    return this.points.windowMicros(place) !== Number.POSITIVE_INFINITY;
  }

  private put(
    at: number,
    known: Known,
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
    known: Known,
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
        name === "cpu" ? this.cpuMillis(place) : this.memoryOf(pod, life, place) * MILLIS;
      sum = Number.isNaN(sum) ? millis : sum + millis;
    }
    return sum;
  }

  private cpuMillis(place: number): number {
    return Math.ceil(this.points.cpuNanos(place) / NANOS_PER_MILLI);
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
  private earliestOf({ foundPlaces, foundCount }: Known): number {
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

  /** A pod as the newest scrape has found it; null: there is nothing to tell of it. */
  private scraped(pod: PodVersion, nowMicros: TimeMicros): Known | null {
    const lives = this.options.livesOf(pod);
    if (lives === undefined) return null;
    const { row } = pod;
    const newest = Math.floor(nowMicros / this.options.resolutionMicros);
    const oldest = newest - SCRAPES_REMEMBERED;
    let known = this.known[row];
    if (known === undefined || known.key !== lives.key || this.scrapes[row]! < oldest) {
      for (const place of known?.places ?? []) this.points.release(place);
      known = newKnown(lives.key);
      this.makeRoom(row);
      this.known[row] = known;
      this.scrapes[row] = oldest;
    }
    if (known.lives !== lives) {
      this.givePlaces(lives, known);
      this.singles[row] = NOWHERE;
    }
    while (this.scrapes[row]! < newest) {
      this.scrapes[row]! += 1;
      this.scrape(pod, lives, known);
    }
    return this.isComplete(known) ? known : null;
  }

  /** Without gaps: an array with large ones is a table of hashes. */
  private makeRoom(row: number): void {
    while (this.known.length <= row) {
      this.known.push(undefined);
      this.scrapes.push(0);
      this.singles.push(NOWHERE);
      this.containers.push(null);
    }
  }

  /** Not where some container of the last scrape has no rate yet. */
  private isComplete({ foundPlaces, foundCount }: Known): boolean {
    for (let i = 0; i < foundCount; i++) {
      if (this.points.windowMicros(foundPlaces[i]!) === Number.POSITIVE_INFINITY) return false;
    }
    return foundCount > 0;
  }

  private scrape(pod: PodVersion, found: PodLives, known: Known): void {
    const { resolutionMicros, readingMicros, counters, failed } = this.options;
    const { row } = pod;
    const scrape = this.scrapes[row]!;
    known.foundCount = 0;
    if (failed?.(scrape) === true) return;
    const at = scrape * resolutionMicros;
    const { lives } = found;
    for (let i = 0; i < lives.length; i++) {
      const life = lives[i]!;
      const { container, startMicros, endMicros } = life;
      if (startMicros > at || (endMicros !== null && endMicros <= at)) continue;
      const timestampMicros = readingMicros(startMicros, at);
      if (timestampMicros < startMicros) continue;
      const place = known.placesOfLives[i]!;
      const cpu = counters.cpuNanos(pod, row, container, startMicros, timestampMicros);
      this.points.take(place, scrape, startMicros, timestampMicros, Math.trunc(cpu));
      known.found[known.foundCount] = life;
      known.foundPlaces[known.foundCount] = place;
      known.foundCount += 1;
    }
    const isSingle = lives.length === 1 && known.foundCount === 1 && lives[0]!.endMicros === null;
    this.singles[row] = isSingle ? known.foundPlaces[0]! : NOWHERE;
    this.containers[row] = lives[0]?.container ?? null;
  }

  /** Lives of one container have one place. */
  private givePlaces(found: PodLives, known: Known): void {
    known.lives = found;
    known.placesOfLives = found.lives.map(({ container: { name } }) => {
      let at = known.names.indexOf(name);
      if (at < 0) {
        at = known.names.push(name) - 1;
        known.places.push(this.points.add());
      }
      return known.places[at]!;
    });
  }
}

function newKnown(key: object): Known {
  return {
    ...{ key, lives: null, names: [], places: [], placesOfLives: [] },
    ...{ found: [], foundPlaces: [], foundCount: 0 },
  };
}
