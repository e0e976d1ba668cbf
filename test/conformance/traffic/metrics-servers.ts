import { secondsToMicros } from "../../../src/base/time.js";
import type {
  ContainerCounters,
  ContainerLife,
} from "../../../src/cluster/metrics-server/container-counters.js";
import {
  MetricsServer,
  type ReportedPod,
} from "../../../src/cluster/metrics-server/metrics-server.js";
import { meta, pod } from "../controllers/objects.js";

export interface MetricsServerGiven {
  readonly resolutionSeconds: number;
  readonly scrapeSeconds: readonly number[];
  readonly counterSampling:
    | "atScrape"
    | { readonly everySeconds: number; readonly phaseSeconds: number };
  readonly containers: Readonly<Record<string, readonly LifeGiven[]>>;
  readonly failedScrapes?: readonly number[];
}

interface LifeGiven {
  readonly startSeconds: number;
  readonly endSeconds: number | null;
  readonly usage: readonly { readonly atSeconds: number; readonly cores: number }[];
}

interface Reported {
  readonly cpuNanoCores: Readonly<Record<string, number>>;
  readonly timestampSeconds: number;
  readonly windowSeconds: number;
}

/** Where the format says that a truncated number is compared. */
const ALLOWED_NANO_CORES = 1;

interface KnownLife extends ContainerLife {
  readonly usage: LifeGiven["usage"];
}

function livesOf(containers: MetricsServerGiven["containers"]): readonly KnownLife[] {
  return Object.entries(containers).flatMap(([name, lives]) =>
    lives.map(({ startSeconds, endSeconds, usage }) => ({
      container: { name },
      startMicros: secondsToMicros(startSeconds),
      endMicros: endSeconds === null ? null : secondsToMicros(endSeconds),
      usage,
    })),
  );
}

/** The integral of the steps of a life's usage. */
const countersOf = (lives: readonly KnownLife[]): ContainerCounters => ({
  cpuNanos(_pod, _row, container, startMicros, atMicros) {
    const life = lives.find(
      (one) => one.container === container && one.startMicros === startMicros,
    );
    const { usage } = life!;
    let nanos = 0;
    for (const [i, { atSeconds, cores }] of usage.entries()) {
      const next = usage[i + 1];
      const until = next === undefined ? atMicros : secondsToMicros(next.atSeconds);
      const from = secondsToMicros(atSeconds);
      nanos += cores * 1_000 * Math.max(0, Math.min(until, atMicros) - from);
    }
    return Math.round(nanos);
  },
  memoryBytes: () => 0,
});

function shown(report: ReportedPod | null): Reported | null {
  if (report === null) return null;
  return {
    cpuNanoCores: Object.fromEntries(
      report.containers.map(({ name, cpuNanos }) => [name, cpuNanos]),
    ),
    timestampSeconds: report.timestampMicros / 1e6,
    windowSeconds: report.windowMicros / 1e6,
  };
}

/** What the metrics-server that runs have tells right after each scrape, its first being the case's. */
function reportsOf(given: MetricsServerGiven): readonly (Reported | null)[] {
  const { counterSampling: sampling, failedScrapes = [], scrapeSeconds } = given;
  const resolutionMicros = secondsToMicros(given.resolutionSeconds);
  const first = scrapeSeconds[0]! / given.resolutionSeconds;
  const key = {};
  const lives = livesOf(given.containers);
  const server = new MetricsServer({
    resolutionMicros,
    counters: countersOf(lives),
    livesOf: () => ({ key, lives }),
    failed: (scrape) => scrape < first || failedScrapes.includes(scrape - first),
    readingMicros: (_start, scrape) => {
      if (sampling === "atScrape") return scrape;
      const every = secondsToMicros(sampling.everySeconds);
      const phase = secondsToMicros(sampling.phaseSeconds);
      return Math.floor((scrape - phase) / every) * every + phase;
    },
  });
  const watched = pod(meta(0, "pod"));
  return scrapeSeconds.map((at) => shown(server.reportOf(watched, secondsToMicros(at))));
}

export function metricsServerDifferences(
  given: MetricsServerGiven,
  expect: { readonly reported: readonly (Reported | null)[] },
): readonly string[] {
  const reports = reportsOf(given);
  return expect.reported.flatMap((want, i) => {
    const have = reports[i];
    return isEqual(want, have)
      ? []
      : [`scrape ${i}: expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`];
  });
}

function isEqual(want: Reported | null, have: Reported | null | undefined): boolean {
  if (want === null || have === null || have === undefined) return want === have;
  const names = Object.keys(want.cpuNanoCores);
  const near = names.every((name) => {
    const difference = want.cpuNanoCores[name]! - (have.cpuNanoCores[name] ?? Number.NaN);
    return Math.abs(difference) <= ALLOWED_NANO_CORES;
  });
  return (
    near &&
    Object.keys(have.cpuNanoCores).length === names.length &&
    Math.abs(want.timestampSeconds - have.timestampSeconds) < 1e-9 &&
    Math.abs(want.windowSeconds - have.windowSeconds) < 1e-9
  );
}
