import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { ClusterRecorder } from "../../src/record/cluster-recorder.js";
import type { RunFigures } from "../../src/record/run-figures.js";
import { node, ownedBy, pod, spec } from "./objects.js";

const SECOND = 1e6;
const NODES = 3;
const SPECS = [
  spec({ cpu: "1", memory: "1Gi" }),
  spec({ cpu: "250m", memory: "333333333" }),
  spec({ cpu: "2", memory: "3Gi", "nvidia.com/gpu": "1" }),
];

/** What happens at a time to a pod or a node; those that make no sense at that time are left out. */
type Step =
  | { gap: number; what: "create"; pod: number; shape: number; isDaemon: boolean }
  | { gap: number; what: "bind"; pod: number; node: number }
  | { gap: number; what: "run" | "succeed" | "delete"; pod: number }
  | { gap: number; what: "addNode"; node: number }
  | { gap: number; what: "removeNode"; node: number }
  | { gap: number; what: "toggleReady"; node: number };

const gap = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 * SECOND }));
const podNumber = fc.nat({ max: 7 });
const nodeNumber = fc.nat({ max: NODES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    gap,
    what: fc.constant("create" as const),
    pod: podNumber,
    shape: fc.nat({ max: SPECS.length - 1 }),
    isDaemon: fc.boolean(),
  }),
  fc.record({ gap, what: fc.constant("bind" as const), pod: podNumber, node: nodeNumber }),
  fc.record({
    gap,
    what: fc.constantFrom("run" as const, "succeed" as const, "delete" as const),
    pod: podNumber,
  }),
  fc.record({ gap, what: fc.constant("addNode" as const), node: nodeNumber }),
  fc.record({ gap, what: fc.constant("removeNode" as const), node: nodeNumber }),
  fc.record({ gap, what: fc.constant("toggleReady" as const), node: nodeNumber }),
);

/** The state between two changes, as plain as can be. */
interface State {
  fromMicros: number;
  toMicros: number;
  nodes: { name: string; ready: boolean }[];
  pods: { cpu: number; gpu: number; node: string; running: boolean; daemon: boolean }[];
}

const CPU_OF_NODE = 4000;
const nodeObject = (index: number, ready: boolean) =>
  node(`n${index}`, { cpu: "4", memory: "8Gi", "nvidia.com/gpu": "2", pods: "10" }, { ready });

/** Plays the steps to a recorder and keeps the states that they pass through. */
function play(
  steps: readonly Step[],
  options: { every: number; from: number; to: number | null; tail: number },
): { figures: RunFigures; states: State[]; end: number } {
  const recorder = new ClusterRecorder({
    everyMicros: options.every,
    window: { fromMicros: options.from, toMicros: options.to },
    priceOf: () => ({ pool: "general", pricePerHourDollars: 2 }),
    events: null,
  });
  const pods = new Map<number, { version: PodVersion; shape: number; daemon: boolean }>();
  const nodes = new Map<number, boolean>();
  const states: State[] = [];
  let now = 0;
  let ordinal = 0;
  const pass = (micros: number) => {
    states.push({
      fromMicros: now,
      toMicros: now + micros,
      nodes: [...nodes].map(([index, ready]) => ({ name: `n${index}`, ready })),
      pods: [...pods.values()]
        .filter(({ version }) => version.phase !== "Succeeded")
        .map(({ version, shape, daemon }) => ({
          cpu: [1000, 250, 2000][shape]!,
          gpu: [0, 0, 1][shape]!,
          node: version.nodeName,
          running: version.phase === "Running",
          daemon,
        })),
    });
    now += micros;
  };
  const change = (index: number, fields: Partial<PodVersion>) => {
    const entry = pods.get(index)!;
    const before = entry.version;
    entry.version = before.next(fields);
    recorder.objectChanged(before, entry.version, now);
  };
  for (const s of steps) {
    pass(s.gap);
    if (s.what === "addNode") {
      if (nodes.has(s.node)) continue;
      nodes.set(s.node, true);
      recorder.objectChanged(null, nodeObject(s.node, true), now);
    } else if (s.what === "removeNode") {
      const ready = nodes.get(s.node);
      if (ready === undefined) continue;
      nodes.delete(s.node);
      recorder.objectChanged(nodeObject(s.node, ready), null, now);
    } else if (s.what === "toggleReady") {
      const ready = nodes.get(s.node);
      if (ready === undefined) continue;
      nodes.set(s.node, !ready);
      recorder.objectChanged(nodeObject(s.node, ready), nodeObject(s.node, !ready), now);
    } else if (s.what === "create") {
      if (pods.has(s.pod)) continue;
      ordinal += 1;
      const version = pod({
        row: s.pod,
        name: `p${ordinal}`,
        creationTimeMicros: now,
        spec: SPECS[s.shape]!,
        ownerReferences: s.isDaemon ? ownedBy("DaemonSet", "agent", "ds") : [],
      });
      pods.set(s.pod, { version, shape: s.shape, daemon: s.isDaemon });
      recorder.objectChanged(null, version, now);
    } else {
      const entry = pods.get(s.pod);
      if (entry === undefined) continue;
      const { version } = entry;
      const isAlive = version.phase !== "Succeeded";
      if (s.what === "bind" && version.nodeName === "" && isAlive) {
        change(s.pod, { nodeName: `n${s.node}` });
      } else if (s.what === "run" && version.nodeName !== "" && version.phase === "Pending") {
        change(s.pod, { phase: "Running" });
      } else if (s.what === "succeed" && version.phase === "Running") {
        change(s.pod, { phase: "Succeeded" });
      } else if (s.what === "delete") {
        pods.delete(s.pod);
        recorder.objectChanged(version, null, now);
      }
    }
  }
  pass(options.tail);
  return { figures: recorder.finish(now), states, end: now };
}

/** ∫ of a function of the state over a part of the run. */
function integrate(
  states: readonly State[],
  fromMicros: number,
  toMicros: number,
  of: (state: State) => number,
): number {
  let sum = 0;
  for (const state of states) {
    const length = Math.min(state.toMicros, toMicros) - Math.max(state.fromMicros, fromMicros);
    if (length > 0) sum += of(state) * length;
  }
  return sum;
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const demand = (s: State) => total(s.pods.map((p) => p.cpu));
const bound = (s: State) => total(s.pods.filter((p) => p.node !== "").map((p) => p.cpu));
const boundGpus = (s: State) => total(s.pods.filter((p) => p.node !== "").map((p) => p.gpu));
const used = (s: State) => total(s.pods.filter((p) => p.running).map((p) => p.cpu / 2));
const allocatable = (s: State) => s.nodes.length * CPU_OF_NODE;
const pending = (s: State) => s.pods.filter((p) => p.node === "").length;
const nodesUsed = (s: State) =>
  s.nodes.filter((n) => s.pods.some((p) => p.node === n.name && !p.daemon)).length;
const nodesReady = (s: State) => s.nodes.filter((n) => n.ready).length;
const deviation = (s: State) => {
  if (s.nodes.length === 0) return 0;
  const ratios = s.nodes.map(
    (n) => total(s.pods.filter((p) => p.node === n.name).map((p) => p.cpu)) / CPU_OF_NODE,
  );
  const mean = total(ratios) / ratios.length;
  return Math.sqrt(total(ratios.map((r) => (r - mean) ** 2)) / ratios.length);
};

function figure(figures: RunFigures, metric: string, labels = ""): number {
  const row = figures.summary.find((r) => r.metric === metric && r.labels === labels);
  if (row === undefined) throw new Error(`no row ${metric} ${labels}`);
  return row.value;
}

/** Equal up to rounding, NaN standing for a figure without a denominator. */
function expectClose(actual: number, part: number, whole: number, tolerance = 1e-9): void {
  if (whole === 0) expect(actual).toBeNaN();
  else expect(Math.abs(actual - part / whole)).toBeLessThan(tolerance * (1 + part / whole));
}

const plan = fc.record({
  steps: fc.array(step, { maxLength: 60 }),
  every: fc.integer({ min: 5 * SECOND, max: 90 * SECOND }),
  from: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 * SECOND })),
  length: fc.option(fc.integer({ min: 1, max: 300 * SECOND })),
  tail: fc.integer({ min: 0, max: 100 * SECOND }),
});

describe("time-weighted figures of random event sequences", () => {
  it("equal a brute-force integration over the window", () => {
    fc.assert(
      fc.property(plan, ({ steps, every, from, length, tail }) => {
        const to = length === null ? null : from + length;
        const { figures, states, end } = play(steps, { every, from, to, tail });
        const until = Math.min(to ?? end, end);
        const over = (of: (s: State) => number) => integrate(states, from, until, of);
        const window = Math.max(0, until - from);
        const cpu = "resource=cpu";
        expectClose(figure(figures, "offered_load_ratio", cpu), over(demand), over(allocatable));
        expectClose(figure(figures, "demand_served_ratio", cpu), over(bound), over(demand));
        expectClose(figure(figures, "allocation_mean_ratio", cpu), over(bound), over(allocatable));
        expectClose(figure(figures, "utilization_mean_ratio", cpu), over(used), over(allocatable));
        expectClose(figure(figures, "imbalance_mean_ratio", cpu), over(deviation), window, 1e-7);
        expectClose(figure(figures, "nodes_used_mean_count"), over(nodesUsed), window);
        expectClose(figure(figures, "nodes_ready_mean_count"), over(nodesReady), window);
        expectClose(
          figure(figures, "node_hours"),
          over((s) => s.nodes.length),
          3.6e9,
        );
        const lasting = states.filter(
          (s) => Math.min(s.toMicros, until) > Math.max(s.fromMicros, from),
        );
        const peaks = lasting
          .filter((s) => s.nodes.length > 0)
          .map((s) => bound(s) / allocatable(s));
        const peak = figure(figures, "allocation_peak_ratio", cpu);
        if (peaks.length === 0) expect(peak).toBeNaN();
        else expect(peak).toBe(Math.max(...peaks));
        expect(figure(figures, "nodes_used_max_count")).toBe(
          Math.max(0, ...lasting.map(nodesUsed)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("equal it over each interval, and the intervals make up the whole", () => {
    fc.assert(
      fc.property(plan, ({ steps, every, tail }) => {
        const { figures, states, end } = play(steps, { every, from: 0, to: null, tail });
        const rows = [...figures.timeseriesTable().blocks()].flat();
        const series = (metric: string, labels: string) =>
          rows.filter((r) => r[1] === metric && r[2] === labels);
        let from = 0;
        let integral = 0;
        for (const row of series("pods_pending_count", "")) {
          const to = Math.round(Number(row[0]) * SECOND);
          expect(to).toBe(Math.min(from + every, end));
          expectClose(row[3] as number, integrate(states, from, to, pending), to - from);
          integral += (row[3] as number) * (to - from);
          from = to;
        }
        expect(from).toBe(end);
        const whole = integrate(states, 0, end, pending);
        expect(Math.abs(integral - whole)).toBeLessThanOrEqual(1e-9 * whole);
        const hours = total(series("node_hours", "").map((r) => r[3] as number));
        expectClose(
          hours,
          integrate(states, 0, end, (s) => s.nodes.length),
          3.6e9,
        );
        const created = total(series("pods_created_count", "").map((r) => r[3] as number));
        if (end > 0) expect(created).toBe(figure(figures, "pods_created_count"));
      }),
      { numRuns: 200 },
    );
  });

  it("do not depend on the length of the intervals", () => {
    fc.assert(
      fc.property(plan, fc.integer({ min: SECOND, max: 90 * SECOND }), (p, other) => {
        const { from, length, tail } = p;
        const to = length === null ? null : from + length;
        const one = play(p.steps, { every: p.every, from, to, tail });
        const two = play(p.steps, { every: other, from, to, tail });
        for (const [index, row] of one.figures.summary.entries()) {
          const twin = two.figures.summary[index]!;
          if (Number.isNaN(row.value)) expect(twin.value).toBeNaN();
          else expect(Math.abs(row.value - twin.value)).toBeLessThanOrEqual(1e-12 * row.value);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("count GPUs like any other resource", () => {
    fc.assert(
      fc.property(plan, ({ steps, every, tail }) => {
        const { figures, states, end } = play(steps, { every, from: 0, to: null, tail });
        const hasGpu = figures.summary.some((r) => r.labels === "resource=nvidia.com/gpu");
        if (!hasGpu) return;
        expectClose(
          figure(figures, "allocation_mean_ratio", "resource=nvidia.com/gpu"),
          integrate(states, 0, end, boundGpus),
          integrate(states, 0, end, (s) => s.nodes.length * 2),
        );
      }),
      { numRuns: 100 },
    );
  });
});
