import { describe, expect, test } from "vitest";
import { RandomStreams } from "../../src/kernel/random-streams.js";
import type { ColumnMapping } from "../../src/workload/traces/csv/csv-pods.js";
import { TraceLoader } from "../../src/workload/traces/trace-loader.js";
import type { TraceOptions } from "../../src/workload/traces/trace-options.js";
import { AS_IT_IS } from "./trace-text.js";

const MAPPING: ColumnMapping = {
  name: { from: "job", factor: 1 },
  namespace: null,
  arrival: { from: "submit", factor: 1_000_000 },
  duration: { from: "run", factor: 60_000_000 },
  end: null,
  cpu: { from: "plan_cpu", factor: 1_000 },
  memory: { from: "plan_mem", factor: 1024 ** 2 },
  gpu: { from: "gpus", factor: 1 },
  priority: null,
};

function load(text: string, mapping: ColumnMapping = MAPPING, options: Partial<TraceOptions> = {}) {
  const loader = new TraceLoader({
    name: "jobs",
    format: { format: "csv", columns: mapping },
    options: { ...AS_IT_IS, ...options },
    streams: new RandomStreams(1),
  });
  loader.push(text);
  return loader.end();
}

describe("a CSV trace with a column mapping", () => {
  test("gives pods in Kubernetes' units", () => {
    const loaded = load(
      "job,extra,submit,run,plan_cpu,plan_mem,gpus\n" +
        "first,x,0.5,2,1.1,512,0\n" +
        'second,"y,z",10,0.25,,0.5,2\n',
    );
    expect(loaded.issues).toEqual([]);
    expect([...loaded.table.shapes]).toMatchObject([
      { cpuMillis: 1100, memoryBytes: 512 * 1024 ** 2, gpus: 0, namespace: "default" },
      { cpuMillis: 0, memoryBytes: 512 * 1024, gpus: 2 },
    ]);
    expect(loaded.table.row(0)).toMatchObject({ arrivalMicros: 500_000, lifetimeMicros: 120e6 });
    expect(loaded.table.row(1)).toMatchObject({ arrivalMicros: 10e6, lifetimeMicros: 15e6 });
    expect(loaded.names.of(0, 0)).toBe("first");
  });

  test("reads quantities where no unit is named", () => {
    const mapping = {
      ...MAPPING,
      cpu: { from: "plan_cpu", factor: 1_000, isQuantity: true },
      memory: { from: "plan_mem", factor: 1, isQuantity: true },
      gpu: { from: "gpus", factor: 1, isQuantity: true },
    } as const;
    const loaded = load(
      "job,submit,run,plan_cpu,plan_mem,gpus\na,0,1,500m,4Gi,1\nb,0,1,2,1024,0\nc,0,1,0.1,1e3k,2000m\nd,0,1,1,16GB,0\n",
      mapping,
    );
    expect([...loaded.table.shapes]).toMatchObject([
      { cpuMillis: 500, memoryBytes: 4 * 1024 ** 3, gpus: 1 },
      { cpuMillis: 2000, memoryBytes: 1024, gpus: 0 },
    ]);
    expect(loaded.issues.map(({ line, value, message }) => [line, value, message])).toEqual([
      [4, "1e3k", expect.stringContaining("or a quantity such as 500m or 4Gi")],
      [5, "16GB", expect.stringContaining("the suffixes are n, u, m, k, M, G, T, P, E, Ki, Mi,")],
    ]);
  });

  test("takes no quantity where the column has a unit", () => {
    const loaded = load("job,submit,run,plan_cpu,plan_mem,gpus\na,0,1,500m,1,1\n");
    expect(loaded.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining("without `unit` the column is read as quantities"),
    ]);
  });

  test("takes the end of a pod instead of its duration", () => {
    const mapping = { ...MAPPING, duration: null, end: { from: "end", factor: 1_000_000 } };
    const loaded = load(
      "job,submit,end,plan_cpu,plan_mem,gpus\na,5,65,1,1,0\nb,6,,1,1,0\nc,7,3,1,1,0\n",
      mapping,
    );
    expect(loaded.table.lifetimeMicros(0)).toBe(60e6);
    expect(loaded.table.lifetimeMicros(1)).toBe(Number.POSITIVE_INFINITY);
    expect(loaded.changed).toEqual([{ count: 1, what: "have no end in the trace, and never end" }]);
    expect(loaded.issues).toMatchObject([{ line: 4, column: "end", value: "3" }]);
  });

  test("names pods itself where the trace's names will not do", () => {
    const loaded = load(
      "job,submit,run,plan_cpu,plan_mem,gpus\nA_1,0,1,1,1,0\nb,0,1,1,1,0\nb,0,1,1,1,0\njobs-0,0,1,1,1,0\n",
    );
    const names = [0, 1, 2, 3].map((ordinal) => loaded.names.of(ordinal, 0));
    expect(names).toEqual(["jobs-0", "b", "jobs-2", "jobs-3"]);
    expect(loaded.changed.map((note) => note.count)).toEqual([3]);
  });

  test.each([
    ["ten", "plan_cpu", "expected a number of 0 or more, such as 12 or 0.5"],
    ["-1", "plan_cpu", "expected a number of 0 or more, such as 12 or 0.5"],
    ["1e300", "plan_cpu", "expected a number of 0 or more, such as 12 or 0.5"],
    ["9e15", "plan_cpu", "expected a smaller number: this one is too large in its unit"],
  ])("tells of a broken row in the middle: plan_cpu %s", (value, column, message) => {
    const loaded = load(
      `job,submit,run,plan_cpu,plan_mem,gpus\na,0,1,1,1,0\nb,1,1,${value},1,0\nc,2,1,1,1,0\n`,
    );
    expect(loaded.issues).toEqual([{ line: 3, column, value, message }]);
    expect(loaded.table.size).toBe(2);
  });

  test("tells of every broken field of a row, and of rows that are too short or too long", () => {
    const loaded = load(
      "job,submit,run,plan_cpu,plan_mem,gpus\na,soon,never,1,1,0\nb,1,1\nc,1,1,1,1,0,9\n",
    );
    expect(loaded.issues.map(({ line, column }) => [line, column])).toEqual([
      [2, "submit"],
      [2, "run"],
      [3, ""],
      [4, ""],
    ]);
    expect(loaded.issues[2]?.message).toBe("expected 6 fields as in the header line, found 3");
  });

  test("names all missing columns, and those that it has", () => {
    const loaded = load("job,submit,time,cpu\na,0,1,1\n");
    expect(loaded.issues.map((issue) => issue.column)).toEqual([
      "run",
      "plan_cpu",
      "plan_mem",
      "gpus",
    ]);
    expect(loaded.issues[0]?.message).toContain("it has job, submit, time, cpu");
    expect(load("").issues[0]?.message).toContain("expected a header line with the columns job,");
  });

  test("tells of twenty broken rows and counts the others", () => {
    const rows = Array.from({ length: 100 }, (_, i) => `a${i},x,1,1,1,0\n`).join("");
    const { issues } = load(`job,submit,run,plan_cpu,plan_mem,gpus\n${rows}`);
    expect(issues.length).toBe(21);
    expect(issues.at(-1)?.message).toBe("80 more rows are broken");
  });

  test.each([
    ["7", true],
    ["-5", true],
    ["batch-low", true],
    ["1.5", true],
    ["2000000000", false],
    ["Batch_Low", false],
  ])("a priority is a number or the name of a class: %s", (priority, good) => {
    const mapping = { ...MAPPING, priority: { from: "prio", factor: 1 } };
    const text = `job,submit,run,plan_cpu,plan_mem,gpus,prio\na,0,1,1,1,0,${priority}\n`;
    expect(load(text, mapping).issues.length === 0).toBe(good);
  });
});
