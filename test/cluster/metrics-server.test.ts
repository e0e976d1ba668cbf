import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type {
  ContainerCounters,
  ContainerLife,
} from "../../src/cluster/metrics-server/container-counters.js";
import { MetricsServer } from "../../src/cluster/metrics-server/metrics-server.js";

const SECOND = MICROS_PER_SECOND;
const POD = { row: 0, name: "pod" } as PodVersion;

/** Each life uses a core, and a megabyte. */
const busy: ContainerCounters = {
  cpuNanos: (_pod, { startMicros }, at) => (at - startMicros) * 1_000,
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
    readingMicros: ({ startMicros }, scrape) => {
      const every = everySeconds * SECOND;
      const first = startMicros + 1_000;
      return first + Math.floor((scrape - first) / every) * every;
    },
  });
}

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
});
