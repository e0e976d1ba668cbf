import { describe, expect, it } from "vitest";
import {
  type MetricsClient,
  MetricsError,
  NO_METRICS,
} from "../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { cronReplicas, readCronTrigger } from "../../src/control/keda/cron-trigger.js";
import { calculate, readFormula } from "../../src/control/keda/formula/formula.js";
import { deployment, only, START_TIME_MS, TestCluster } from "./cluster.js";

const CONTROLLERS = only(
  "deployment-controller",
  "replicaset-controller",
  "horizontal-pod-autoscaler-controller",
  "keda-scaledobject-controller",
);

/** A target of one replica under these triggers, over metrics by name; null: the source fails. */
function under(spec: object, found: Record<string, number | null> = {}, replicas = 1) {
  const metrics: MetricsClient = {
    ...NO_METRICS,
    externalValuesMillis: (namespace, metric) => {
      const own = cluster.externalMetrics(namespace, metric);
      if (own !== null) return own;
      const value = found[metric.name] ?? null;
      return value === null ? new MetricsError("no route to host") : [value * 1_000];
    },
  };
  const cluster: TestCluster = new TestCluster({ metrics });
  cluster.run(CONTROLLERS);
  cluster.apply(deployment("worker", { replicas }));
  cluster.apply({
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "worker", namespace: "default" },
    spec: { scaleTargetRef: { name: "worker" }, cooldownPeriod: 30, ...spec },
  } as never);
  const size = () => cluster.get("Deployment", "worker").spec.replicas;
  return { cluster, found, size };
}

const WORKDAY = { timezone: "Europe/Berlin", start: "0 8 * * 1-5", end: "0 18 * * 1-5" };

describe("a trigger of type cron", () => {
  it.each([
    ["2026-11-20T06:59:59Z", 0],
    ["2026-11-20T07:00:00Z", 6],
    ["2026-11-20T16:59:00Z", 6],
    ["2026-11-20T17:00:00Z", 0],
    ["2026-11-21T12:00:00Z", 0],
    // In summer Berlin is another hour ahead.
    ["2026-07-03T06:00:00Z", 6],
    ["2026-07-03T16:00:00Z", 0],
  ])("at %s wants %i replicas of a workday in Berlin", (at, replicas) => {
    const read = readCronTrigger({ ...WORKDAY, desiredReplicas: "6" });
    if ("problem" in read) throw new Error(read.problem);
    expect(read.metricName).toBe("cron-Europe/Berlin-08xx1-5-018xx1-5");
    expect(cronReplicas(read.window!, Date.parse(at) * 1_000)).toBe(replicas);
  });

  it("spans midnight", () => {
    const night = { timezone: "UTC", start: "0 22 * * *", end: "0 4 * * *", desiredReplicas: "2" };
    const read = readCronTrigger(night);
    if ("problem" in read) throw new Error(read.problem);
    const at = (hour: number) =>
      cronReplicas(read.window!, (START_TIME_MS + hour * 3_600_000) * 1_000);
    expect([1, 3, 5, 21, 22, 23, 25].map(at)).toEqual([2, 2, 0, 0, 2, 2, 2]);
  });

  it.each([
    ["no zone", { timezone: "" }, 'missing required parameter "timezone"'],
    ["a line that is none", { start: "61 * * * *" }, "error parsing start schedule"],
    ["a name in place of a line", { end: "@daily" }, "error parsing end schedule"],
    ["the same start and end", { end: WORKDAY.start }, "can not have exactly same time input"],
    ["no replicas", { desiredReplicas: "0" }, "no desiredReplicas specified"],
    ["text for replicas", { desiredReplicas: "many" }, "expected a whole number"],
  ])("with %s is refused", (_, wrong, message) => {
    const metadata = { ...WORKDAY, desiredReplicas: "3", ...wrong };
    expect(readCronTrigger(metadata)).toEqual({ problem: expect.stringContaining(message) });
  });

  it("takes a target from zero to the replicas of its window, and back after the cooldown", () => {
    const trigger = {
      type: "cron",
      metadata: { timezone: "UTC", start: "2 * * * *", end: "20 * * * *", desiredReplicas: "4" },
    };
    const fast = {
      horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
    };
    const { cluster, size } = under({ triggers: [trigger], advanced: fast }, {}, 0);
    cluster.advance(110);
    expect(size()).toBe(0);
    cluster.advance(60);
    expect(size()).toBe(4);
    cluster.advance(17 * 60);
    expect(size()).toBe(4);
    cluster.advance(120);
    expect(size()).toBe(0);
  });
});

describe("a formula over triggers", () => {
  const names = new Map([
    ["a", 3],
    ["b", 8],
    ["gone", null],
  ]);
  /** What expr-lang 1.17.8 itself finds. */
  it.each([
    ["a + b * 2", 19],
    ["(a + b) / 2", 5.5],
    ["-a ** 2", -9],
    ["2 ** 3 ** 2", 512],
    ["a > 2 ? b : 1", 8],
    ["a > 2 && b < 5 ? 1 : a == 3 or b == 0 ? 2 : 3", 2n],
    ["not (a > b) ? 7 : 1", 7n],
    ["max(a, b, 5)", 8],
    ["max([a, b, 12])", 12n],
    ["sum([a, b]) + mean(a, b)", 16.5],
    ["sum(1..4)", 10n],
    ["median([9, a, b])", 8],
    ["count([a, b, 12], {# > 5}) > 1 ? 5 : 0", 5n],
    ["count([a > 1, b > 8])", 1n],
    ["any([a, b], # > 7) ? 1.5 : 0", 1.5],
    ["all([a, b], {# > 7}) ? 1 : 0", 0n],
    ["gone ?? a + 1", 4],
    ["gone ?? nil", null],
    ["ceil(a / 2) + floor(.5) + round(2.5)", 5],
    ["float(a) + int(b / 3)", 5],
    ["1_000 + 0x10", 1016n],
    ["1e3", 1000],
    ["7 / 2", 3.5],
    ["-7 % 3", -1n],
    ["a in [1, 3]", true],
    ["a not in 4..6", true],
    ["sum(filter([a, b], # > 5), # * 2)", 16],
    ["[a, b] | map(# + 1) | max()", 9],
    ["reduce([a, b], # + #acc, 10)", 21],
    ["let x = a + b; x > 10 ? x : 0", 11],
    ["if a > b { 1.5 } else { first([b, a]) }", 8],
    ["[a, b][-1] + last(sort([b, a]))", 16],
    ["find([a, b], # > 100) ?? findIndex([a, b], # > 5)", 1n],
    ["take(reverse(uniq(flatten([[a, a], [b]]))), 1)[0]", 8],
    ["sortBy(concat([a], [b]), -#)[0]", 8],
  ])("%s is %s", (text, value) => {
    const read = readFormula(text, new Set(names.keys()));
    expect("problem" in read ? read : calculate(read, names)).toBe(value);
  });

  it.each([
    ["a +", "ends too early"],
    ["a b", 'unexpected "b" at 2'],
    ["a + c", "unknown name c at 4"],
    ["process(a)", "function process at 0 is not modelled"],
    ["a; b", 'unexpected ";" at 1'],
    ["a @ b", 'unrecognized character "@" at 2'],
    ['a == "x"', 'text is not modelled: "\\"" at 5'],
    ["avg([a, b])", "function avg at 0 is not modelled"],
    ["a % 2", "% takes whole numbers, not the floating 3"],
    ["1 % 0", "integer divide by zero"],
    ["[a][1]", "index out of range: 1 (array length is 1)"],
    ["let a = 1; a", "cannot redeclare a"],
    ["a | b", 'expected "(" at 5'],
    ["(a", 'expected ")" at 2, found the end'],
    ["max()", "not enough arguments to call max"],
    ["a.constructor", 'unrecognized character "."'],
    ["a && b", "&& takes true or false, not 3"],
    ["gone + 1", "+ takes numbers, not nil"],
    ["constructor(a)", "function constructor at 0 is not modelled"],
  ])("%s: %s", (text, message) => {
    const read = readFormula(text, new Set(names.keys()));
    const found = "problem" in read ? read : calculate(read, names);
    expect(found).toEqual({ problem: expect.stringContaining(message) });
  });
});

describe("scaling modifiers", () => {
  const trigger = (name: string) => ({
    type: "prometheus",
    name,
    metadata: { threshold: "1", serverAddress: "http://p", query: "q" },
  });
  const modified = (formula: string, more: object = {}) => ({
    minReplicaCount: 0,
    triggers: [trigger("a"), trigger("b")],
    advanced: { scalingModifiers: { formula, target: "2", activationTarget: "3" } },
    ...more,
  });

  it("scale by what the formula makes of all triggers, woken above its own activation", () => {
    const { cluster, found, size } = under(modified("(a + b) / 2"), { a: 2, b: 4 }, 0);
    cluster.advance(60);
    expect(size()).toBe(0);
    found.b = 18;
    cluster.advance(60);
    expect(size()).toBe(5);
  });

  it("take a trigger that failed for too long as nil", () => {
    const fallback = { failureThreshold: 2, replicas: 3, behavior: "scalingModifiers" };
    const spec = modified("a ?? b", { fallback });
    const { cluster, found, size } = under(spec, { a: 8, b: 12 });
    cluster.advance(60);
    expect(size()).toBe(4);
    found.a = null;
    cluster.advance(90);
    expect(size()).toBe(6);
  });

  it("that give a whole number fail, as upstream's: it takes floating ones only", () => {
    const { cluster, size } = under(modified("a > 2 ? 5 : a"), { a: 3, b: 4 }, 0);
    cluster.advance(60);
    expect(size()).toBe(0);
    const floating = under(modified("a > 2 ? 5.0 : a"), { a: 3, b: 4 }, 0);
    floating.cluster.advance(60);
    expect(floating.size()).toBe(3);
  });

  it.each([
    ["without a formula", "", "Formula is mandatory"],
    ["with a name that no trigger has", "a + c", "unknown name c"],
    ["with a function that is not modelled", "exec(a)", "function exec at 0 is not modelled"],
  ])("%s are told", (_, formula, message) => {
    const { cluster } = under(modified(formula), { a: 1, b: 1 });
    cluster.advance(5);
    expect(cluster.events.map((event) => event.message).join("\n")).toContain(message);
  });
});

describe("triggers of CPU alone", () => {
  it("let nothing sleep: upstream counts them as active", () => {
    const cpu = { type: "cpu", metricType: "Utilization", metadata: { value: "50" } };
    const { cluster, size } = under({ triggers: [cpu], minReplicaCount: 0 });
    cluster.advance(300);
    expect(size()).toBe(1);
  });
});

it("a target at zero is woken by a fallback", () => {
  const fallback = { failureThreshold: 1, replicas: 3 };
  const queue = { type: "rabbitmq", metadata: { queueName: "orders", value: "10" } };
  const { cluster, size } = under({ triggers: [queue], fallback }, { "rabbitmq-orders": null }, 0);
  cluster.advance(20);
  expect(size()).toBe(0);
  cluster.advance(120);
  expect(size()).toBe(3);
});
