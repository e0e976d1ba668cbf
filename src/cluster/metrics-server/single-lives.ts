import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { readEach } from "./container-counters.js";
import type { ContainerPoints } from "./container-points.js";
import { PendingReads } from "./pending-reads.js";
import type { ScrapeOptions } from "./scrape-options.js";

interface SingleLivesOptions
  extends Pick<ScrapeOptions, "resolutionMicros" | "readingMicros" | "counters"> {
  /** Whether the lives of the pod in a row are those of the last answer. */
  readonly isUnchanged: (row: number) => boolean;
  readonly points: ContainerPoints;
  /** By the row of the pod: the newest scrape in its points. */
  readonly scrapes: number[];
}

/** Where the numbers of a pod begin in their column: two pods to a line of the processor's cache. */
const WIDTH = 4;
const SCRAPE = 0;
const CPU_MILLIS = 1;
const TIMESTAMP = 2;
const WINDOW = 3;

/** No scrape has that number. */
const NEVER = Number.NEGATIVE_INFINITY;
const NANOS_PER_MILLI = 1_000_000;

/** A pod whose lives have to be looked at. */
export const OTHERS = -1;
/** A pod of which there is nothing to tell yet. */
export const NO_RATE = -2;

/**
 * CPU of pods that have had one life of one container only, which goes on: most pods, most of the time. Whoever reads one
 * reads many, again and again: what there is to tell of each lies side by side, and what the first look after a
 * scrape finds of them is read of all that the last looks were about, row by row.
 */
export class SingleLives {
  private numbers = new Float64Array(256 * WIDTH).fill(NEVER);
  private readonly places: number[] = [];
  /** The versions by which their counters were read. */
  private readonly pods: (PodVersion | null)[] = [];
  private readonly containers: (Container | null)[] = [];
  /** 1: somebody has asked since the last scrape of all. */
  private readonly asked: number[] = [];
  private sweptScrape = NEVER;
  private readonly reads = new PendingReads();

  constructor(private readonly options: SingleLivesOptions) {}

  /** A scrape has found the only life of the pod. */
  put(pod: PodVersion, container: Container, place: number, scrape: number): void {
    const { row } = pod;
    while (this.places.length <= row) {
      this.places.push(0);
      this.pods.push(null);
      this.containers.push(null);
      this.asked.push(0);
    }
    if ((row + 1) * WIDTH > this.numbers.length) this.grow(row);
    this.places[row] = place;
    this.pods[row] = pod;
    this.containers[row] = container;
    this.asked[row] = 1;
    this.tell(row, place, scrape);
  }

  /** The pod in that row has no such life, or not any more. */
  leave(row: number): void {
    if (row < this.places.length) this.numbers[row * WIDTH + SCRAPE] = NEVER;
  }

  /** Has the pods that were asked for since the last scrape found by this one. */
  sweep(scrape: number): void {
    if (this.sweptScrape === scrape) return;
    const { counters, resolutionMicros } = this.options;
    const settledMicros = counters.settledMicros?.() ?? Number.POSITIVE_INFINITY;
    if (scrape * resolutionMicros > settledMicros) return;
    this.sweptScrape = scrape;
    const { reads } = this;
    reads.clear();
    this.collect(scrape);
    if (counters.readCpuNanos === undefined) readEach(counters, reads);
    else counters.readCpuNanos(reads);
    for (let i = 0; i < reads.length; i++) this.take(i, scrape);
  }

  /** Whose counters are to be read. */
  private collect(scrape: number): void {
    const { resolutionMicros, readingMicros, isUnchanged, points } = this.options;
    const { asked, numbers, reads } = this;
    const scrapeMicros = scrape * resolutionMicros;
    for (let row = 0; row < asked.length; row++) {
      if (asked[row] === 0) continue;
      asked[row] = 0;
      if (numbers[row * WIDTH + SCRAPE] !== scrape - 1 || !isUnchanged(row)) continue;
      const start = points.startMicros(this.places[row]!);
      const at = readingMicros(start, scrapeMicros);
      reads.add(this.pods[row]!, row, this.containers[row]!, start, at);
    }
  }

  /** What was read is another point of the pod. */
  private take(read: number, scrape: number): void {
    const { points, scrapes } = this.options;
    const { rows, startMicros, atMicros, cpuNanos } = this.reads;
    const row = rows[read]!;
    const place = this.places[row]!;
    const used = Math.trunc(cpuNanos[read]!);
    points.take(place, scrape, startMicros[read]!, atMicros[read]!, used);
    scrapes[row] = scrape;
    this.tell(row, place, scrape);
  }

  /** Where the numbers of that scrape of the pod in that row are, {@link OTHERS} or {@link NO_RATE}. */
  find(pod: PodVersion, row: number, scrape: number): number {
    if (row >= this.places.length) return OTHERS;
    const { numbers } = this;
    const at = row * WIDTH;
    const last = numbers[at + SCRAPE]!;
    if (last !== scrape && last !== scrape - 1) return OTHERS;
    if (!this.options.isUnchanged(row)) return OTHERS;
    if (last !== scrape || this.pods[row] !== pod) this.read(pod, row, scrape);
    this.asked[row] = 1;
    return numbers[at + WINDOW] === Number.POSITIVE_INFINITY ? NO_RATE : at;
  }

  containerOf(row: number): string {
    return this.containers[row]!.name;
  }

  /** In thousandths of a core, rounded up; NaN: its counter went back. */
  cpuMillis(at: number): number {
    return this.numbers[at + CPU_MILLIS]!;
  }

  timestampMicros(at: number): TimeMicros {
    return this.numbers[at + TIMESTAMP]!;
  }

  windowMicros(at: number): TimeMicros {
    return this.numbers[at + WINDOW]!;
  }

  /** Reads the counter of a life that goes on; anew, if the scrape has found it in another version of its pod. */
  private read(pod: PodVersion, row: number, scrape: number): void {
    const { resolutionMicros, readingMicros, counters, points, scrapes } = this.options;
    const place = this.places[row]!;
    const start = points.startMicros(place);
    const at = readingMicros(start, scrape * resolutionMicros);
    const cpuNanos = Math.trunc(counters.cpuNanos(pod, row, this.containers[row]!, start, at));
    if (scrapes[row] === scrape) points.correct(place, cpuNanos);
    else points.take(place, scrape, start, at, cpuNanos);
    scrapes[row] = scrape;
    this.pods[row] = pod;
    this.tell(row, place, scrape);
  }

  private tell(row: number, place: number, scrape: number): void {
    const { numbers } = this;
    const { points } = this.options;
    const at = row * WIDTH;
    numbers[at + SCRAPE] = scrape;
    numbers[at + CPU_MILLIS] = points.rises(place) ? cpuMillisOf(points, place) : Number.NaN;
    numbers[at + TIMESTAMP] = points.timestampMicros(place);
    numbers[at + WINDOW] = points.windowMicros(place);
  }

  private grow(row: number): void {
    const length = Math.max(this.numbers.length * 2, (row + 1) * WIDTH);
    const larger = new Float64Array(length).fill(NEVER);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}

/** In thousandths of a core, rounded up. */
export function cpuMillisOf(points: ContainerPoints, place: number): number {
  return Math.ceil(points.cpuNanos(place) / NANOS_PER_MILLI);
}
