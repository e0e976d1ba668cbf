import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type {
  ContainerCounters,
  ContainerLife,
} from "../../src/cluster/metrics-server/container-counters.js";
import type { PodLives } from "../../src/cluster/metrics-server/container-lives.js";
import { MetricsServer } from "../../src/cluster/metrics-server/metrics-server.js";
import { PodSamples } from "../../src/control/horizontal-pod-autoscaler/pod-samples.js";
import { putReported } from "../../src/control/horizontal-pod-autoscaler/pods-proposal.js";

const SECOND = MICROS_PER_SECOND;
const POD = { row: 0, name: "pod" } as PodVersion;

/** Each life uses a core, and a megabyte. */
const busy: ContainerCounters = {
  cpuNanos: (_pod, _row, _container, startMicros, at) => (at - startMicros) * 1_000,
  memoryBytes: () => 1e6,
};

const life = (startSeconds: number, endSeconds: number | null = null, name = "main") => ({
  container: { name },
  startMicros: startSeconds * SECOND,
  endMicros: endSeconds === null ? null : endSeconds * SECOND,
});

function server(lives: readonly ContainerLife[], everySeconds = 15): MetricsServer {
  const key = {};
  return new MetricsServer({
    resolutionMicros: 15 * SECOND,
    counters: busy,
    livesOf: () => ({ key, lives }),
    readingMicros: readingEach(everySeconds),
  });
}

const readingEach =
  (everySeconds: number) =>
  (startMicros: number, scrape: number): number => {
    const every = everySeconds * SECOND;
    const first = startMicros + 1_000;
    return first + Math.floor((scrape - first) / every) * every;
  };

describe("metrics-server tells of a pod", () => {
  it.each([
    ["nothing before it was scraped twice", [life(6)], 16, null],
    ["the rate since its start, if it was read 10 s to a scrape after", [life(4)], 15, 10.001],
    ["the rate between the last two scrapes", [life(0)], 50, 15],
    [
      "nothing after a restart until there are two scrapes of the new life",
      [life(0, 37), life(38)],
      46,
      null,
    ],
    ["the rate of the new life then", [life(0, 37), life(38)], 61, 15],
    [
      "nothing while one of its containers has no rate",
      [life(0), life(41, null, "side")],
      46,
      null,
    ],
    ["nothing once its containers have ended", [life(0, 44)], 46, null],
  ] as const)("%s", (_, lives, atSeconds, windowSeconds) => {
    const every = windowSeconds === 10.001 || atSeconds === 16 ? 10 : 15;
    const report = server(lives, every).reportOf(POD, atSeconds * SECOND);
    if (windowSeconds === null) expect(report).toBeNull();
    else {
      expect(report?.windowMicros).toBe(Math.round(windowSeconds * SECOND));
      expect(report?.containers).toEqual([{ name: "main", cpuNanos: 1e9, memoryBytes: 1e6 }]);
    }
  });

  const lengths = fc.array(fc.integer({ min: 3, max: 200 }), { minLength: 1, maxLength: 3 });
  test.prop([lengths, fc.constantFrom(5, 10, 15), fc.integer({ min: 15, max: 600 })])(
    "the same, whether it was asked after every scrape or once only",
    (spans, everySeconds, untilSeconds) => {
      let start = 1;
      const lives = spans.map((span, i) => {
        const one = life(start, i === spans.length - 1 ? null : start + span);
        start += span + 1;
        return one;
      });
      const asked = server(lives, everySeconds);
      let last = null;
      for (let at = 0; at <= untilSeconds; at += 15) last = asked.reportOf(POD, at * SECOND);
      expect(server(lives, everySeconds).reportOf(POD, untilSeconds * SECOND)).toEqual(last);
    },
  );

  const changes = fc.array(
    fc.record({
      afterSeconds: fc.integer({ min: 1, max: 70 }),
      what: fc.constantFrom("restarts", "ends", "is looked at", "stays"),
    }),
    { maxLength: 8 },
  );
  test.prop([
    fc.array(changes, { minLength: 1, maxLength: 4 }),
    fc.constantFrom(5, 10, 15),
    fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
    fc.constantFrom(1, 2, 5),
  ])(
    "the same by the columns of pods whose only life goes on as by their reports",
    (histories, everySeconds, failing, turns) => {
      const pods = histories.map((_, row) => ({ row, name: `pod-${row}` }) as PodVersion);
      const all = histories.map((history, row) => new History(row, history));
      const serverOf = (isUnchanged?: (row: number) => boolean) =>
        new MetricsServer({
          ...{ resolutionMicros: 15 * SECOND, counters: growing },
          livesOf: ({ row }) => (isUnchanged === undefined ? all[row]!.known : all[row]!.lives()),
          readingMicros: readingEach(everySeconds),
          failed: (scrape) => failing.includes(scrape),
          ...(isUnchanged !== undefined && { isUnchanged }),
        });
      const quick = serverOf((row) => all[row]!.isUnchanged());
      const plain = serverOf();
      const lookAt = (row: number, atSeconds: number) => {
        quick.reportOf(pods[row]!, atSeconds * SECOND);
        plain.reportOf(pods[row]!, atSeconds * SECOND);
      };
      for (let at = 1; at <= 300; at += 7) {
        for (const one of all) one.bringTo(at, lookAt);
        // By turns, so that a scrape finds some that nobody has asked for since the last one.
        const asked = pods.filter(({ row }) => ((at - 1) / 7 + row) % turns === 0);
        const rows = Int32Array.from(asked, ({ row }) => row);
        const read = new PodSamples(asked);
        const reported = quick.putUsage({ pods: asked, rows }, CPU, at * SECOND, read);
        const expected = new PodSamples(asked);
        const reports = asked
          .map((pod) => plain.reportOf(pod, at * SECOND))
          .filter((report) => report !== null);
        expect(reported).toBe(putReported(reports, CPU, expected));
        expect(read.valueMillis).toEqual(expected.valueMillis);
        expect(read.timestampMicros).toEqual(expected.timestampMicros);
        expect(read.windowMicros).toEqual(expected.windowMicros);
      }
    },
  );
});

const CPU = { name: "cpu", container: "" };

/** A counter whose rate grows, and differs from pod to pod. */
const growing: ContainerCounters = {
  cpuNanos: (_pod, row, _container, startMicros, at) =>
    (at - startMicros) * (row + 1) * 17 + (at - startMicros) ** 2 / 1e5,
  memoryBytes: () => 1e6,
};

/** The lives of the one container of a pod, which changes at some times. */
class History {
  private readonly key = {};
  private readonly changes: { readonly atSeconds: number; readonly what: string }[] = [];
  known: PodLives;
  private told: PodLives | null = null;

  constructor(
    private readonly row: number,
    history: readonly { readonly afterSeconds: number; readonly what: string }[],
  ) {
    this.known = { key: this.key, lives: [life(row / 4)] };
    let atSeconds = 0;
    for (const { afterSeconds, what } of history) {
      atSeconds += afterSeconds;
      this.changes.push({ atSeconds, what });
    }
  }

  bringTo(seconds: number, lookAt: (row: number, atSeconds: number) => void): void {
    while (this.changes.length > 0 && this.changes[0]!.atSeconds <= seconds) {
      const { atSeconds, what } = this.changes.shift()!;
      const last = this.known.lives.at(-1)!;
      const ended = { ...last, endMicros: last.endMicros ?? atSeconds * SECOND };
      if (what === "restarts") this.become([ended, life(atSeconds + 0.5)]);
      if (what === "ends") this.become([ended]);
      if (what === "is looked at") lookAt(this.row, atSeconds);
      if (what === "stays") this.become([...this.known.lives]);
    }
  }

  lives(): PodLives {
    this.told = this.known;
    return this.known;
  }

  isUnchanged(): boolean {
    return this.told === this.known;
  }

  private become(lives: readonly ContainerLife[]): void {
    this.known = { key: this.key, lives };
  }
}
