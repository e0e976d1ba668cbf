import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import type { ColumnMapping } from "../../src/workload/traces/csv/csv-pods.js";
import { type PreparedTrace, prepareTrace } from "../../src/workload/traces/prepare-trace.js";
import { TraceLoader } from "../../src/workload/traces/trace-loader.js";
import type { TraceOptions } from "../../src/workload/traces/trace-options.js";
import { AS_IT_IS } from "./trace-text.js";

const MAPPING: ColumnMapping = {
  name: null,
  namespace: null,
  arrival: { from: "at", factor: 1_000_000 },
  duration: { from: "run", factor: 1_000_000 },
  end: null,
  cpu: { from: "cpu", factor: 1_000 },
  memory: null,
  gpu: { from: "gpu", factor: 1 },
  priority: null,
};
const CAPACITY = { cpuMillis: 100_000, memoryBytes: 2 ** 40, gpus: 50 };

interface Given {
  readonly options?: Partial<TraceOptions>;
  readonly seed?: number;
  readonly streams?: RandomStreams;
  readonly rows?: readonly (readonly [at: number, run: number, cpu: number, gpu: number])[];
}

/** 1,000 pods of 1 to 4 CPUs, one every 10 s, each for 100 s. */
const THOUSAND = Array.from({ length: 1000 }, (_, i) => [i * 10, 100, (i % 4) + 1, 0] as const);

function load({ options, seed = 1, rows = THOUSAND, streams }: Given) {
  const loader = new TraceLoader({
    name: "t",
    format: { format: "csv", columns: MAPPING },
    options: { ...AS_IT_IS, ...options },
    streams: streams ?? new RandomStreams(seed),
  });
  loader.push("at,run,cpu,gpu\n");
  for (const row of rows) loader.push(`${row.join(",")}\n`);
  const loaded = loader.end();
  expect(loaded.issues).toEqual([]);
  return loaded;
}

function prepare(given: Given, capacity = CAPACITY): PreparedTrace {
  const prepared = prepareTrace(load(given), capacity);
  if (typeof prepared === "string") throw new Error(prepared);
  return prepared;
}

function rowsOf({ table }: PreparedTrace) {
  return Array.from({ length: table.size }, (_, row) => table.row(row));
}

const keys = (prepared: PreparedTrace) =>
  rowsOf(prepared).map((row) => `${row.ordinal}/${row.clone}`);

describe("sample", () => {
  test.prop([fc.integer(), fc.double({ min: 0.05, max: 0.95, noNaN: true })], { numRuns: 30 })(
    "keeps about that share, by the seed",
    (seed, sample) => {
      const kept = prepare({ seed, options: { sample } }).table.size;
      // Six standard deviations of a binomial.
      expect(Math.abs(kept - 1000 * sample)).toBeLessThan(
        6 * Math.sqrt(1000 * sample * (1 - sample)),
      );
    },
  );

  test("of a larger share keeps all that a smaller one keeps", () => {
    const small = keys(prepare({ options: { sample: 0.3 } }));
    const large = new Set(keys(prepare({ options: { sample: 0.6 } })));
    expect(small.every((key) => large.has(key))).toBe(true);
  });

  test("differs by seed", () => {
    const options = { sample: 0.5 };
    expect(keys(prepare({ options, seed: 1 }))).not.toEqual(keys(prepare({ options, seed: 2 })));
  });
});

describe("load", () => {
  const lifetimes = fc.constantFrom("none" as const, "duration" as const);
  test.prop([fc.double({ min: 0.05, max: 4, noNaN: true }), lifetimes], { numRuns: 30 })(
    "is reached, and not passed by more than a pod",
    (target, lifetime) => {
      const { facts } = prepare({ options: { load: target, lifetime } });
      const [cpu] = facts.offeredLoad;
      const reached = (lifetime === "none" ? cpu?.peakRatio : cpu?.meanRatio) ?? 0;
      expect(reached).toBeGreaterThanOrEqual(target - 1e-9);
      expect(reached).toBeLessThan(target + 0.05);
    },
  );

  test("counts the resource that is asked for most", () => {
    const rows = [[0, 10, 1, 1] as const, [1, 10, 50, 0] as const];
    const { facts } = prepare({ rows, options: { load: 2, lifetime: "none" } });
    const [cpu, , gpu] = facts.offeredLoad;
    expect(Math.max(cpu!.peakRatio, gpu!.peakRatio)).toBeGreaterThanOrEqual(2);
    expect(cpu!.peakRatio).toBeGreaterThanOrEqual(2);
  });

  test("above the trace's own keeps every pod and adds clones; a higher one keeps those too", () => {
    const base = prepare({ options: { lifetime: "none" } });
    const low = prepare({ options: { lifetime: "none", load: 30 } });
    const high = prepare({ options: { lifetime: "none", load: 40 } });
    const lowKeys = new Set(keys(low));
    const highKeys = new Set(keys(high));
    expect(keys(base).every((key) => lowKeys.has(key))).toBe(true);
    expect([...lowKeys].every((key) => highKeys.has(key))).toBe(true);
    expect(low.facts.clones).toBeGreaterThan(0);
  });

  test("gives a clone an arrival between its original and the next pod", () => {
    const prepared = prepare({ options: { lifetime: "none", load: 40 } });
    for (const row of rowsOf(prepared)) {
      if (row.clone === 0) continue;
      const original = row.ordinal * 10e6;
      expect(row.arrivalMicros).toBeGreaterThanOrEqual(original);
      expect(row.arrivalMicros).toBeLessThanOrEqual(original + 10e6);
      expect(prepared.names.of(row.ordinal, row.clone)).toBe(`t-clone-${row.clone}`);
    }
  });

  test("below the trace's own keeps some of its pods", () => {
    const thin = keys(prepare({ options: { lifetime: "none", load: 10 } }));
    const thinner = keys(prepare({ options: { lifetime: "none", load: 5 } }));
    expect(thin.length).toBeLessThan(1000);
    expect(thinner.every((key) => thin.includes(key))).toBe(true);
  });

  test("that no number of pods reaches is refused", () => {
    const rows = [[0, 10, 0, 0] as const];
    const loaded = load({ rows, options: { load: 1, lifetime: "none" } });
    expect(prepareTrace(loaded, CAPACITY)).toContain("ask for nothing that the cluster has");
    const tiny = load({ rows: [[0, 10, 1, 0]], options: { load: 900, lifetime: "none" } });
    expect(prepareTrace(tiny, { ...CAPACITY, cpuMillis: 1e12 })).toContain("clones");
  });
});

describe("order", () => {
  test("shuffled keeps the times and the pods, and mixes which comes when", () => {
    const inOrder = rowsOf(prepare({}));
    const mixed = rowsOf(prepare({ options: { order: "shuffled" } }));
    expect(mixed.map((row) => row.arrivalMicros)).toEqual(inOrder.map((row) => row.arrivalMicros));
    expect(mixed.map((row) => row.ordinal)).not.toEqual(inOrder.map((row) => row.ordinal));
    const ordinals = mixed.map((row) => row.ordinal).sort((a, b) => a - b);
    expect(ordinals).toEqual(inOrder.map((row) => row.ordinal));
  });

  test("shuffled and ends at the trace's own moments contradict each other", () => {
    const loaded = load({ options: { order: "shuffled", lifetime: "absolute" } });
    expect(prepareTrace(loaded, CAPACITY)).toContain("have no meaning in shuffled order");
  });

  test("of the trace is by arrival, and by row where two arrive at once", () => {
    const rows = [[9, 1, 1, 0] as const, [3, 1, 1, 0] as const, [3, 1, 2, 0] as const];
    expect(keys(prepare({ rows }))).toEqual(["1/0", "2/0", "0/0"]);
  });
});

describe("the clock", () => {
  test("window and timeScale: the window's start becomes 0, arrivals are denser, lives as long", () => {
    const options = { window: { fromMicros: 100e6, toMicros: 300e6 }, timeScale: 2 };
    const prepared = prepare({ options });
    expect(rowsOf(prepared)[1]).toMatchObject({
      ordinal: 11,
      arrivalMicros: 5e6,
      lifetimeMicros: 100e6,
    });
    expect(prepared.facts.podsReplayed).toBe(20);
    expect(prepared.facts.spanMicros).toBe(100e6);
    expect(prepared.facts.leftOut).toEqual([
      { count: 1, what: "were gone before the window" },
      { count: 9, what: "arrived before the window, and were still there when it began" },
      { count: 970, what: "arrived after the window" },
    ]);
  });

  test("absolute lifetimes end with the trace's clock, which runs faster too", () => {
    const options = { lifetime: "absolute", timeScale: 2 } as const;
    expect(rowsOf(prepare({ options }))[3]).toMatchObject({
      arrivalMicros: 15e6,
      lifetimeMicros: 50e6,
    });
  });

  test("none never ends", () => {
    expect(rowsOf(prepare({ options: { lifetime: "none" } }))[0]?.lifetimeMicros).toBe(Infinity);
  });
});

describe("fractional GPUs", () => {
  const rows = [[0, 1, 1, 0.5] as const, [1, 1, 1, 2] as const];

  test("are left out, or rounded up, and counted", () => {
    const excluded = prepare({ rows });
    expect(keys(excluded)).toEqual(["1/0"]);
    expect(excluded.facts.leftOut.map((note) => note.count)).toEqual([1]);
    const rounded = prepare({ rows, options: { fractionalGpu: "roundUp" } });
    expect([...rounded.table.shapes].map((shape) => shape.gpus)).toEqual([1, 2]);
    expect(rounded.facts.changed.map((note) => note.count)).toEqual([1]);
  });
});

describe("facts", () => {
  test("tell mean and peak demand over capacity", () => {
    // 10 CPUs for 10 of 20 s, with 20 more in the last 5 of these.
    const rows = [[0, 10, 10, 0] as const, [5, 5, 20, 0] as const, [20, 1, 1, 0] as const];
    const { facts } = prepare({ rows });
    const [cpu] = facts.offeredLoad;
    expect(cpu).toMatchObject({ resource: "cpu", peakRatio: 0.3 });
    expect(cpu?.meanRatio).toBeCloseTo((10 * 10 + 20 * 5) / 20 / 100, 12);
    expect(facts.warnings.join()).toContain("at its peak it asks for cpu 30 %");
  });

  test("say which resource no node has", () => {
    const { facts } = prepare({ rows: [[0, 1, 100, 2]] }, { ...CAPACITY, gpus: 0 });
    expect(facts.warnings).toEqual(["1 pods of trace t ask for nvidia.com/gpu, which no node has"]);
  });
});

test("what a trace becomes does not depend on what else was drawn", () => {
  const options = { sample: 0.5, load: 3, order: "shuffled", lifetime: "none" } as const;
  const used = new RandomStreams(1);
  for (let i = 0; i < 100; i++) used.draw("workload/generator/other/arrivals", i);
  used.stream("ties").next();
  const alone = prepare({ options });
  const amongOthers = prepare({ options, streams: used });
  expect(rowsOf(amongOthers)).toEqual(rowsOf(alone));
});
