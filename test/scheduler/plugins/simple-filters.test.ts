import { describe, expect, test } from "vitest";
import { World, node, pod, requesting } from "../world.js";

const NEVER = { preemptionPolicy: "Never" } as const;

describe("NodeUnschedulable and TaintToleration", () => {
  const tainted = (effect: string) =>
    node("n", { taints: [{ key: "dedicated", value: "db", effect }] });

  test.each([
    ["a cordoned node takes no pod", [], "node(s) were unschedulable"],
    [
      "but one that tolerates the taint of cordoning",
      [{ key: "node.kubernetes.io/unschedulable", operator: "Exists" }],
      undefined,
    ],
    ["or everything", [{ operator: "Exists" }], undefined],
  ])("%s", (_, tolerations, reason) => {
    const world = new World([node("n", { unschedulable: true })]);
    expect(world.refusals(pod("p", { tolerations, ...NEVER })).n).toBe(reason);
  });

  test.each([
    ["NoSchedule", "node(s) had untolerated taint {dedicated: db}"],
    ["NoExecute", "node(s) had untolerated taint {dedicated: db}"],
    ["PreferNoSchedule", undefined],
  ])("a taint with effect %s refuses with %s", (effect, reason) => {
    expect(new World([tainted(effect)]).refusals(pod("p", NEVER)).n).toBe(reason);
  });

  test("all nodes with the same taint share one status", () => {
    const taints = [{ key: "a", effect: "NoSchedule" }];
    const outcome = new World([node("n", { taints }), node("m", { taints })]).schedule(
      pod("p", NEVER),
    );
    if (outcome.kind !== "unschedulable") throw new Error("must not fit");
    const statuses = [...outcome.diagnosis.entries()].map(([, status]) => status);
    expect(new Set(statuses).size).toBe(1);
    expect(statuses[0]?.message).toBe("node(s) had untolerated taint {a: }");
  });

  test("soft taints cost score", () => {
    const soft = { taints: [{ key: "a", effect: "PreferNoSchedule" }] };
    const world = new World([node("n", soft), node("m")]);
    expect(world.scores(pod("p"), "TaintToleration")).toEqual({ n: [1, 0], m: [0, 100] });
  });
});

describe("NodeName", () => {
  test("a pod whose spec names a node fits there alone", () => {
    const world = new World([node("n"), node("m")]);
    expect(world.refusals(pod("p", { nodeName: "m" }))).toEqual({
      n: "node(s) didn't match the requested node name",
    });
  });
});

describe("NodePorts", () => {
  const port = (hostPort: number, more: object = {}) => ({
    containers: [{ name: "c", image: "i", ports: [{ containerPort: 1, hostPort, ...more }] }],
    ...NEVER,
  });
  const TAKEN = "node(s) didn't have free ports for the requested pod ports";

  test.each([
    ["the same port", port(80), TAKEN],
    ["another port", port(81), undefined],
    ["another protocol", port(80, { protocol: "UDP" }), undefined],
    ["one address, while all are taken", port(80, { hostIP: "10.0.0.1" }), TAKEN],
  ])("%s", (_, spec, reason) => {
    const world = new World([node("n")]).place("n", pod("there", port(80)));
    expect(world.refusals(pod("p", spec)).n).toBe(reason);
  });

  test("two addresses do not conflict; a port is free again when its pod is gone", () => {
    const world = new World([node("n")]).place("n", pod("there", port(80, { hostIP: "10.0.0.1" })));
    expect(world.refusals(pod("p", port(80, { hostIP: "10.0.0.2" }))).n).toBeUndefined();
    expect(world.refusals(pod("p", port(80))).n).toBe(TAKEN);
    world.state.removePod("pod/there");
    expect(world.refusals(pod("p", port(80))).n).toBeUndefined();
  });

  test.each([
    [28, undefined],
    [29, TAKEN],
  ])("in v1.%i a sidecar's port gives %s", (minor, reason) => {
    const sidecar = {
      name: "s",
      image: "i",
      restartPolicy: "Always",
      ports: [{ containerPort: 1, hostPort: 80 }],
    };
    const world = new World([node("n")], { minor }).place("n", pod("there", port(80)));
    const spec = { ...requesting({}), initContainers: [sidecar], ...NEVER };
    expect(world.refusals(pod("p", spec)).n).toBe(reason);
  });
});

describe("NodeAffinity", () => {
  const required = (...terms: object[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
      },
    },
    ...NEVER,
  });
  const named = (...values: string[]) => ({
    matchFields: values.map((value) => ({ key: "metadata.name", operator: "In", values: [value] })),
  });
  const MISMATCH = "node(s) didn't match Pod's node affinity/selector";

  test("nodeSelector and affinity must both hold", () => {
    const world = new World([
      node("n", { labels: { disk: "ssd" } }),
      node("m", { labels: { disk: "ssd", pool: "a" } }),
    ]);
    const affinity = required({ matchExpressions: [{ key: "pool", operator: "Exists" }] });
    expect(world.refusals(pod("p", { nodeSelector: { disk: "ssd" }, ...affinity }))).toEqual({
      n: MISMATCH,
    });
  });

  test("a node name that an expression contradicts leaves nothing", () => {
    const world = new World([node("n"), node("m")]);
    const term = { ...named("n"), matchExpressions: [{ key: "pool", operator: "Exists" }] };
    expect(world.refusals(pod("p", required(term)))).toEqual({ n: MISMATCH });
  });

  test.each([
    [26, "0/1 nodes are available: pod affinity terms conflict."],
    [27, "n"],
  ])(
    "in v1.%i a term that names two nodes at once, beside one that fits: %s",
    (minor, decision) => {
      const world = new World([node("n", { labels: { pool: "a" } })], { minor });
      const open = { matchExpressions: [{ key: "pool", operator: "Exists" }] };
      const decided = world.decide(pod("p", required(named("n", "m"), open)));
      expect(decided.replace(/ preemption.*/, "")).toBe(decision);
    },
  );

  test("what the profile adds holds for every pod, in its own words", () => {
    const addedAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "Exists" }] }],
      },
    };
    const profile = { pluginConfig: [{ name: "NodeAffinity", args: { addedAffinity } }] };
    const world = new World([node("n"), node("m", { labels: { pool: "a" } })], { profile });
    expect(world.refusals(pod("p"))).toEqual({
      n: "node(s) didn't match scheduler-enforced node affinity",
    });
  });
});

describe("SchedulingGates", () => {
  test.each([
    [26, null],
    [27, "waiting for scheduling gates: [a b]"],
  ])("in v1.%i a gated pod: %s", (minor, reason) => {
    const world = new World([], { minor });
    const gated = pod("p", { schedulingGates: [{ name: "a" }, { name: "b" }] });
    const status = world.framework.runPreEnqueuePlugins(world.state.podInfos.podInfo(gated));
    expect(status?.message ?? null).toBe(reason);
  });
});

describe("PrioritySort", () => {
  test.each([
    ["higher priority goes first", { priority: 2, timestampMicros: 9 }, true],
    ["lower priority goes later", { priority: 0, timestampMicros: 0 }, false],
    ["of equals the earlier one goes first", { priority: 1, timestampMicros: 4 }, true],
    ["and nobody goes before an equal", { priority: 1, timestampMicros: 5 }, false],
  ])("%s", (_, queued, first) => {
    const { queueSort } = new World([]).framework;
    const other = { pod: pod("b"), priority: 1, timestampMicros: 5 };
    expect(queueSort.less({ pod: pod("a"), ...queued }, other)).toBe(first);
  });
});
