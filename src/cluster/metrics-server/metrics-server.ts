import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerCounters, ContainerLife } from "./container-counters.js";
import { PodPoints, type ReportedPod } from "./pod-points.js";

export interface MetricsServerOptions {
  /** Upstream's `--metric-resolution`: scrapes are at its multiples from virtual zero on, also before it. */
  readonly resolutionMicros: TimeMicros;
  /** When the node read the counter of a life that a scrape at that instant is told. */
  readonly readingMicros: (life: ContainerLife, scrapeMicros: TimeMicros) => TimeMicros;
  readonly counters: ContainerCounters;
  /** The lives of a pod's containers, the present ones and those before; undefined: no node runs it. */
  readonly livesOf: (pod: PodVersion) => PodLives | undefined;
  /** Which scrapes fail, by their number from virtual zero on; default: none. */
  readonly failed?: (scrape: number) => boolean;
}

interface PodLives {
  /** The same object as long as it is the same pod. */
  readonly key: object;
  readonly lives: readonly ContainerLife[];
}

interface Known {
  readonly key: object;
  readonly points: PodPoints;
  /** The newest scrape in `points`. */
  scrape: number;
  report: ReportedPod | null;
}

/** So many scrapes say all that there is to know of a pod that nobody has asked for before. */
const SCRAPES_REMEMBERED = 4;

/**
 * metrics-server: what it has found in its scrapes of the nodes. No scrape is an event: what one would
 * have found is worked out when somebody asks.
 * Source: metrics-server; Kubernetes, "Resource metrics pipeline".
 */
export class MetricsServer {
  /** By the row of the pod. */
  private readonly known: (Known | undefined)[] = [];

  constructor(private readonly options: MetricsServerOptions) {}

  /** What it tells of a pod at that instant; null where there is nothing to tell. */
  reportOf(pod: PodVersion, nowMicros: TimeMicros): ReportedPod | null {
    const found = this.options.livesOf(pod);
    if (found === undefined) return null;
    const newest = Math.floor(nowMicros / this.options.resolutionMicros);
    let known = this.known[pod.row];
    const oldest = newest - SCRAPES_REMEMBERED;
    if (known === undefined || known.key !== found.key || known.scrape < oldest) {
      const points = new PodPoints(pod.name, this.options.resolutionMicros);
      known = { key: found.key, points, scrape: oldest, report: null };
      this.known[pod.row] = known;
    }
    if (known.scrape === newest) return known.report;
    while (known.scrape < newest) {
      known.scrape += 1;
      this.scrapePod(pod, found.lives, known);
    }
    known.report = known.points.report();
    return known.report;
  }

  private scrapePod(
    pod: PodVersion,
    lives: readonly ContainerLife[],
    { points, scrape }: Known,
  ): void {
    const { resolutionMicros, readingMicros, counters, failed } = this.options;
    points.begin();
    if (failed?.(scrape) === true) return;
    const at = scrape * resolutionMicros;
    for (const life of lives) {
      if (life.startMicros > at || (life.endMicros !== null && life.endMicros <= at)) continue;
      const timestampMicros = readingMicros(life, at);
      if (timestampMicros < life.startMicros) continue;
      points.store({
        name: life.container.name,
        startMicros: life.startMicros,
        timestampMicros,
        cpuNanos: Math.trunc(counters.cpuNanos(pod, life, timestampMicros)),
        memoryBytes: Math.trunc(counters.memoryBytes(pod, life, timestampMicros)),
      });
    }
  }
}
