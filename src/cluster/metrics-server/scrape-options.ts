import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerCounters } from "./container-counters.js";
import type { PodLives } from "./container-lives.js";

export interface ScrapeOptions {
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
