import { describe, expect, test } from "vitest";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import type { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import type { FilterPlugin } from "../../../src/scheduler/framework/interfaces.js";
import type { NodeInfo } from "../../../src/scheduler/framework/node-info.js";
import type { PodInfo } from "../../../src/scheduler/framework/pod-info.js";
import type { Reads } from "../../../src/scheduler/framework/reads.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";
import { heldToReads, withoutDeclarations } from "../../../src/testing/declared-views.js";
import { type Case, Differential } from "./differential.js";
import { makeNode, makePod, makeTemplate, makeWorld } from "./random-cluster.js";
import type { Mix } from "./random-templates.js";

const MIX: Mix = {
  soft: 30,
  hard: 20,
  preferredPods: 30,
  requiredAnti: 20,
  requiredNear: 10,
  nodeAffinity: 30,
  tolerations: 30,
  ports: 20,
  odd: 4,
};

function caseOf(seed: number, rest: Partial<Case>): Case {
  return {
    seed,
    nodes: 5 + (seed % 3) * 9,
    templates: 6,
    steps: 80,
    mix: MIX,
    minor: 26 + (seed % 12),
    configuration: null,
    ties: seed % 2 === 0 ? "first" : "random",
    remember: { blockLog2: 1, superLog2: 1, maxSharedDomains: 3 },
    churn: 30,
    nodeChurn: 15,
    nominations: seed % 3 === 0 ? 10 : 0,
    ...rest,
  };
}

/** Compares both forms over random clusters; the plain form as a whole is the exception. */
function compare(runs: number, rest: Partial<Case>): void {
  const met = { fast: 0, decisions: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    const { fast, decisions } = new Differential(caseOf(seed, rest)).run();
    met.fast += fast;
    met.decisions += decisions;
  }
  expect(met.fast / met.decisions).toBeGreaterThan(0.6);
}

/** A profile in which these filters come first, in this order. */
function filteringFirst(...names: readonly string[]): object {
  const before = names.map((name) => ({ name }));
  const after = ["NodeAffinity", "NodeResourcesFit"].filter((name) => !names.includes(name));
  const filter = {
    disabled: [...names, ...after].filter((name) => name !== TWO).map((name) => ({ name })),
    enabled: [...before, ...after.map((name) => ({ name }))],
  };
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [{ schedulerName: "default-scheduler", plugins: { filter } }],
  };
}

const TWO = "TwoOfAnOwner";

/** Two pods of an owner a node: with a declaration, a wrong one, or none. */
class TwoOfAnOwner implements FilterPlugin {
  readonly name = TWO;
  private readonly full = new Status("Unschedulable", ["two of the owner are there"], TWO);

  constructor(readonly reads: Reads) {}

  filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo) {
    const [owner] = pod.ownerReferences;
    const there = node.pods.filter((placed) => placed.pod.ownerReferences[0]?.uid === owner?.uid);
    return owner !== undefined && there.length >= 2 ? this.full : null;
  }
}

const DECLARED: Reads = {
  pod: ["pod.ownerReferences"],
  node: ["pods"],
  pods: ["pod.ownerReferences"],
};

const withTwo = (reads: Reads) =>
  new Map([
    ...PLUGIN_CATALOGUE,
    [TWO, { name: TWO, extensionPoints: { filter: true }, factory: () => new TwoOfAnOwner(reads) }],
  ]);

describe("plugins read what they declare and nothing else", () => {
  test("every plugin, over random clusters", () => {
    const catalogue = heldToReads(PLUGIN_CATALOGUE);
    for (let seed = 1; seed <= 9; seed += 1) new Differential(caseOf(seed, { catalogue })).run();
  });

  const wrong: readonly (readonly [string, Reads])[] = [
    ["of the pod", { ...DECLARED, pod: ["labels"] }],
    ["of the node", { ...DECLARED, node: ["podCount"] }],
    ["of the pods on it", { ...DECLARED, pods: ["labels"] }],
  ];
  test.each(wrong)("one that does not say what it reads %s is found out", (_, reads) => {
    const catalogue = heldToReads(withTwo(reads));
    const configuration = filteringFirst(TWO);
    expect(() => new Differential(caseOf(1, { catalogue, configuration })).run()).toThrow(
      "which it does not declare",
    );
  });
});

describe("a plugin that reads the pods of a node, ordered before NodeResourcesFit", () => {
  const bound = (catalogue: ReturnType<typeof withTwo>) => {
    const world = makeWorld({ minor: 30, configuration: filteringFirst(TWO), catalogue });
    const { state } = world;
    for (const name of ["a", "b", "c"]) {
      state.addNode(makeNode(name, { cpu: "8", memory: "8Gi", pods: 110, labels: {} }));
    }
    const fast = new FastSchedulingAlgorithm(state, {
      percentageOfNodesToScore: 100,
      chooseTie: null,
      verifyEvery: 1,
    });
    const framework = world.framework();
    const template = makeTemplate("default", {}, { containers: [{ name: "c", image: "i" }] }, "rs");
    let count = 0;
    for (let i = 0; i < 9; i += 1) {
      const pod = makePod(template, `pod-${i}`);
      const outcome = fast.schedule(framework, state.podInfos.podInfo(pod));
      if (outcome.kind !== "scheduled") continue;
      state.addPod(pod.next({ nodeName: outcome.node.name }));
      count += 1;
    }
    expect(fast.counts.plain).toBe(0);
    return count;
  };

  test("has its answers remembered if it says so, and holds", () => {
    expect(bound(withTwo(DECLARED))).toBe(6);
  });

  test("is asked node by node if it says nothing, and holds", () => {
    expect(bound(withoutDeclarations(withTwo(DECLARED), TWO) as never)).toBe(6);
  });

  test.each([
    ["declared", withTwo(DECLARED)],
    ["not declared", withoutDeclarations(withTwo(DECLARED), TWO)],
  ])("decides as the plain form over random clusters, %s", (_, catalogue) => {
    const configuration = filteringFirst(TWO);
    compare(6, { catalogue, configuration });
  });
});

describe("a plugin that declares nothing is asked node by node, the others stay remembered", () => {
  const names = [...PLUGIN_CATALOGUE.values()]
    .filter(({ factory, extensionPoints }) => {
      return factory !== null && ("filter" in extensionPoints || "score" in extensionPoints);
    })
    .map(({ name }) => name);

  test.each(names)("%s", (name) => {
    const catalogue = withoutDeclarations(PLUGIN_CATALOGUE, name);
    compare(3, { catalogue });
  });

  test.each([
    ["PodTopologySpread", "InterPodAffinity"],
    ["InterPodAffinity", "NodeResourcesFit", "PodTopologySpread"],
    ["NodeResourcesFit", "NodeAffinity"],
  ])("filters in another order: %s, %s …", (...order) => {
    compare(4, { configuration: filteringFirst(...order) });
  });
});
