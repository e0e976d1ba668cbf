import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../src/api/kubernetes.js";
import {
  EMPTY_POD_STATUS,
  type PodCondition,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import type { PostFilterResult } from "../../../src/scheduler/framework/interfaces.js";
import { World, type WorldOptions, node, object, pod, requesting } from "../world.js";

const HIGH = 100;

const victim = (
  name: string,
  cpu: string,
  more: { priority?: number; start?: number; labels?: Record<string, string> } = {},
): PodVersion =>
  pod(
    name,
    { ...requesting({ cpu }), priority: more.priority ?? 0 },
    {
      labels: more.labels ?? {},
      status: { ...EMPTY_POD_STATUS, startTimeMicros: more.start ?? 0 },
    },
  );

const preemptor = (cpu: string, spec: Partial<PodSpec> = {}): PodVersion =>
  pod("p", { ...requesting({ cpu }), priority: HIGH, ...spec });

function preempt(world: World, each: PodVersion): PostFilterResult {
  const outcome = world.schedule(each);
  if (outcome.kind !== "unschedulable" || outcome.postFilter === null) {
    throw new Error(`${outcome.kind}: preemption did not run`);
  }
  return outcome.postFilter;
}

const names = (infos: PostFilterResult["victims"]) => infos.map(({ pod: each }) => each.name);

const budget = (name: string, app: string, disruptionsAllowed: number, disruptedPods = {}) =>
  object("PodDisruptionBudget", name, { selector: { matchLabels: { app } } }, {
    namespace: "default",
    status: { disruptionsAllowed, disruptedPods },
  } as object);

describe("victims of a node", () => {
  test("only as many as are needed, the less important ones", () => {
    const world = new World([node("n")]).place(
      "n",
      victim("old", "1", { start: 1 }),
      victim("young", "1", { start: 2 }),
      victim("urgent", "2", { priority: 50 }),
    );
    const result = preempt(world, preemptor("1"));
    expect(names(result.victims)).toEqual(["young"]);
    expect(result.nominatedNodeName).toBe("n");
  });

  test("never one of equal or higher priority", () => {
    const world = new World([node("n")]).place("n", victim("equal", "4", { priority: HIGH }));
    const result = preempt(world, preemptor("1"));
    expect(result.status.message).toBe(
      "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
    expect(result.nominatedNodeName).toBe("");
  });

  test("those with a budget are spared first, and listed first if they must go", () => {
    const labels = { app: "a" };
    const world = new World([node("n")]).place(
      "n",
      victim("guarded", "2", { labels }),
      victim("free", "2", { priority: 10 }),
    );
    world.tables.podDisruptionBudgets.set(budget("b", "a", 0) as never);
    expect(names(preempt(world, preemptor("2")).victims)).toEqual(["free"]);
    const both = preempt(world, preemptor("4"));
    expect(names(both.victims)).toEqual(["guarded", "free"]);
    expect(both.candidates[0]?.pdbViolations).toBe(1);
  });

  test.each([
    [
      "a disruption that was counted already is no violation",
      budget("b", "a", 0, { guarded: "" }),
      0,
    ],
    ["an allowed one is none", budget("b", "a", 1), 0],
    ["one of another application is none", budget("b", "other", 0), 0],
    [
      "a budget without a selector matches nothing",
      object("PodDisruptionBudget", "b", { selector: {} }, {
        namespace: "default",
        status: { disruptionsAllowed: 0 },
      } as object),
      0,
    ],
    ["one beyond the budget is", budget("b", "a", 0), 1],
  ])("%s", (_, pdb, violations) => {
    const world = new World([node("n")]).place(
      "n",
      victim("guarded", "4", { labels: { app: "a" } }),
    );
    world.tables.podDisruptionBudgets.set(pdb as never);
    expect(preempt(world, preemptor("4")).candidates[0]?.pdbViolations).toBe(violations);
  });

  test("anti-affinity of a victim goes with it", () => {
    const keepsAway = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "p" } } },
          ],
        },
      },
    };
    const world = new World([node("n")]).place("n", pod("guard", keepsAway));
    const incoming = pod("p", { priority: HIGH }, { labels: { app: "p" } });
    expect(names(preempt(world, incoming).victims)).toEqual(["guard"]);
  });
});

describe("the node that is chosen", () => {
  const two = (options?: WorldOptions) => new World([node("n"), node("m")], options);

  test.each<[string, PodVersion[], PodVersion[], string]>([
    [
      "has the lower highest priority",
      [victim("a", "4", { priority: 9 })],
      [victim("b", "4", { priority: 8 })],
      "m",
    ],
    [
      "has the smaller sum of priorities",
      [victim("a", "2", { priority: 9 }), victim("b", "2", { priority: 9 })],
      [victim("c", "4", { priority: 9 })],
      "m",
    ],
    [
      "has the victim that started last",
      [victim("a", "4", { start: 5 })],
      [victim("b", "4", { start: 6 })],
      "m",
    ],
    ["is the first, if all else is equal", [victim("a", "4")], [victim("b", "4")], "n"],
  ])("%s", (_, onN, onM, chosen) => {
    const world = two()
      .place("n", ...onN)
      .place("m", ...onM);
    expect(preempt(world, preemptor("4")).nominatedNodeName).toBe(chosen);
  });

  test.each([
    [31, "n"],
    [32, "m"],
  ])(
    "in v1.%i a budget's victim hides one of higher priority (31) or not (32): %s",
    (minor, chosen) => {
      const labels = { app: "a" };
      const world = two({ minor })
        .place("n", victim("low", "2", { labels }), victim("high", "2", { priority: 50 }))
        .place(
          "m",
          victim("low2", "2", { labels, priority: 1 }),
          victim("mid", "2", { priority: 40 }),
        );
      world.tables.podDisruptionBudgets.set(budget("b", "a", 0) as never);
      expect(preempt(world, preemptor("4")).nominatedNodeName).toBe(chosen);
    },
  );

  test("the search ends once enough candidates were found", () => {
    const args = { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 };
    const profile = { pluginConfig: [{ name: "DefaultPreemption", args }] };
    const world = two({ profile })
      .place("n", victim("a", "4", { priority: 9 }))
      .place("m", victim("b", "4"));
    const result = preempt(world, preemptor("4"));
    expect(result.candidates).toHaveLength(1);
    expect(result.nominatedNodeName).toBe("n");
  });

  test("pods of lower priority that were nominated there lose their nomination", () => {
    const world = two()
      .place("n", victim("a", "4"))
      .place("m", victim("b", "4", { priority: HIGH }));
    world.nominate(pod("lower", { priority: 1 }), "n");
    expect(names(preempt(world, preemptor("4")).clearedNominations)).toEqual(["lower"]);
  });
});

describe("a pod that may not preempt", () => {
  test("by its policy keeps its nomination", () => {
    const world = new World([node("n")]).place("n", victim("a", "4"));
    const result = preempt(world, preemptor("4", { preemptionPolicy: "Never" }));
    expect(result.status.message).toBe("preemption: not eligible due to preemptionPolicy=Never.");
    expect(result.nominatedNodeName).toBeNull();
  });

  const disrupted = (reason: string): PodCondition => ({
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTimeMicros: 0,
    reason,
    message: "",
  });
  const statusOf = (conditions: readonly PodCondition[]) => ({ ...EMPTY_POD_STATUS, conditions });

  test.each([
    ["any pod", 26, [], true],
    ["a pod that was deleted", 27, [], false],
    ["a pod that was evicted", 27, [disrupted("EvictionByEvictionAPI")], false],
    ["a victim of preemption", 27, [disrupted("PreemptionByScheduler")], true],
  ] as const)(
    "while %s terminates on its nominated node (v1.%i)",
    (_, minor, conditions, waits) => {
      const world = new World([node("n"), node("m")], { minor })
        .place("n", victim("a", "4").next({ deletionTimeMicros: 1, status: statusOf(conditions) }))
        .place("m", victim("b", "4"));
      const result = preempt(world, preemptor("4").next({ nominatedNodeName: "n" }));
      expect(result.status.message).toBe(
        waits ? "preemption: not eligible due to a terminating pod on the nominated node." : "",
      );
    },
  );

  test.each([
    [26, "EvictionByEvictionAPI", null],
    [27, "EvictionByEvictionAPI", "n"],
    [27, "PreemptionByScheduler", null],
  ] as const)(
    "in v1.%i, where a pod ends there for the reason %s, is nominated on %s",
    (minor, reason, nominated) => {
      const ending = victim("a", "4");
      const world = new World([node("n")], { minor }).place(
        "n",
        ending.next({
          deletionTimeMicros: 1,
          status: { ...ending.status, conditions: [disrupted(reason)] },
        }),
      );
      const waiting = preemptor("4").next({ nominatedNodeName: "n" });
      expect(preempt(world, waiting).nominatedNodeName).toBe(nominated);
    },
  );

  test("where its nominated node can never take it looks again", () => {
    const gone = { allocatable: {}, taints: [{ key: "t", effect: "NoSchedule" }] };
    const world = new World([node("n", gone), node("m")])
      .place("n", victim("a", "4").next({ deletionTimeMicros: 1 }))
      .place("m", victim("b", "4"));
    const waiting = preemptor("4").next({ nominatedNodeName: "n" });
    expect(preempt(world, waiting).nominatedNodeName).toBe("m");
  });
});

describe("nodes where preemption cannot help", () => {
  test.each([
    ["more cpu than there is", 33, { cpu: "5" }, "Unschedulable", 0],
    ["more cpu than there is", 34, { cpu: "5" }, "UnschedulableAndUnresolvable", 0],
    ["more memory than there is", 34, { memory: "9Gi" }, "UnschedulableAndUnresolvable", 0],
    ["a device that is not there", 34, { "a.io/x": "1" }, "UnschedulableAndUnresolvable", 0],
    ["all the cpu that there is", 34, { cpu: "4" }, "Unschedulable", 1],
  ])("are, for a pod that asks for %s (v1.%i)", (_, minor, requests, code, candidates) => {
    const world = new World([node("n")], { minor }).place("n", victim("a", "1"));
    const important = pod("p", { ...requesting(requests), priority: HIGH });
    expect(world.refusalCodes(important)).toEqual({ n: code });
    expect(preempt(world, important).candidates).toHaveLength(candidates);
  });

  test("are told apart from those without victims", () => {
    const world = new World([node("n"), node("m", { unschedulable: true })]);
    expect(preempt(world, preemptor("9")).status.message).toBe(
      "preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
  });

  const claimless = preemptor("1", {
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "none" } }],
  });
  const NOT_FOUND = 'persistentvolumeclaim "none" not found';

  test.each([
    [
      25,
      `0/1 nodes are available: 1 ${NOT_FOUND}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling..`,
    ],
    [26, `0/1 nodes are available: ${NOT_FOUND}.`],
    [
      28,
      `0/1 nodes are available: ${NOT_FOUND}. preemption: running RemovePod on PreFilter plugin "PodTopologySpread": reading "PreFilterPodTopologySpread" from cycleState: not found.`,
    ],
    [
      29,
      `0/1 nodes are available: ${NOT_FOUND}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`,
    ],
  ])("in v1.%i, after PreFilter refused the pod: %s", (minor, message) => {
    const world = new World([node("n")], { minor }).place("n", victim("a", "1"));
    expect(world.decide(claimless)).toBe(message);
  });

  const conflicting = preemptor("1", {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchFields: ["n", "m"].map((name) => ({
                key: "metadata.name",
                operator: "In",
                values: [name],
              })),
            },
          ],
        },
      },
    },
  });

  test.each([
    [["NodePorts"], 'running "NodePorts" filter plugin: reading "PreFilterNodePorts"'],
    [
      ["NodeResourcesFit"],
      'running "NodeResourcesFit" filter plugin: error reading "PreFilterNodeResourcesFit"',
    ],
    [
      ["InterPodAffinity", "PodTopologySpread"],
      'running RemovePod on PreFilter plugin "InterPodAffinity": error reading "PreFilterInterPodAffinity"',
    ],
  ])("a filter without what its PreFilter makes fails: %o", (plugins, failure) => {
    const enabled = [
      "PrioritySort",
      "NodeAffinity",
      ...plugins,
      "DefaultPreemption",
      "DefaultBinder",
    ];
    const multiPoint = {
      disabled: [{ name: "*" }],
      enabled: enabled.map((name) => ({ name })),
    };
    const filter = { disabled: [{ name: "NodeAffinity" }] };
    const world = new World([node("n")], { profile: { plugins: { multiPoint, filter } } });
    const result = preempt(world.place("n", victim("a", "1")), conflicting);
    expect(result.status).toMatchObject({
      code: "Error",
      message: `preemption: ${failure} from cycleState: not found`,
    });
    expect(result.nominatedNodeName).toBeNull();
  });
});
