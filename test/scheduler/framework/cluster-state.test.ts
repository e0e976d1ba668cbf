import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClusterState } from "../../../src/scheduler/framework/cluster-state.js";
import { featuresOf } from "../../../src/api/features.js";
import { AMOUNTS_PER_NODE } from "../../../src/scheduler/framework/node-amounts.js";
import { zoneKey } from "../../../src/api/zone-key.js";
import { NodeTree } from "../../../src/scheduler/framework/node-tree.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { node, pod, requesting } from "../world.js";

const FEATURES = featuresOf(26);

/** What the plugins can see of the nodes. */
function view(state: ClusterState) {
  return state.nodes.map((info) => ({
    name: info.name,
    // A resource that was named once may stay, as 0.
    scalars: info.requested.scalars.filter((n) => n !== 0),
    amounts: [
      ...state.amounts.columns.subarray(info.row * AMOUNTS_PER_NODE).subarray(0, AMOUNTS_PER_NODE),
    ],
    read: [
      info.requested.cpuMillis,
      info.requested.memoryBytes,
      info.requested.ephemeralStorageBytes,
      info.nonZeroCpuMillis,
      info.nonZeroMemoryBytes,
    ],
    allocatable: { ...info.allocatable },
    pods: info.pods.map(({ pod: each }) => each.name).sort(),
    affinity: info.podsWithAffinity.map(({ pod: each }) => each.name).sort(),
    anti: info.podsWithRequiredAntiAffinity.map(({ pod: each }) => each.name).sort(),
    marked: [state.nodesWithAffinity.has(info), state.nodesWithRequiredAntiAffinity.has(info)],
    claims: [...(info.pvcRefCounts ?? [])].sort(),
    images: [...info.imageStates].map(([name, { nodeCount }]) => [name, nodeCount]).sort(),
  }));
}

const anti = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "a" } } },
    ],
  },
};
const SPECS = [
  requesting({ cpu: "250m", memory: "64Mi" }),
  requesting({ cpu: "1", "example.com/gpu": "2" }),
  { ...requesting({}), affinity: anti },
  { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] },
];

describe("the cluster state", () => {
  test("a pod placed on a node that went meanwhile counts under the name of that node", () => {
    const state = new ClusterState(FEATURES);
    state.addNode(node("a"));
    const chosen = state.nodes[0]!;
    state.removeNode("a");
    // Takes the row that is free.
    state.addNode(node("b"));
    const place = (name: string) => {
      const info = state.podInfos.podInfo(pod(name, requesting({ cpu: "1" })));
      state.placePod(info, info.pod.next({ nodeName: "a" }), chosen);
    };
    place("first");
    expect(state.get("b")!.podCount).toBe(0);
    state.addNode(node("a"));
    place("second");
    expect(state.get("a")!.pods.map((each) => each.pod.name)).toEqual(["first", "second"]);
    expect(state.get("a")!.requested.cpuMillis).toBe(2000);
  });

  test("after any sequence of changes it is the one built from scratch", () => {
    const name = fc.integer({ min: 0, max: 4 }).map((n) => `n${n}`);
    const change = fc.oneof(
      fc.record({ op: fc.constant("node" as const), name, zone: fc.constantFrom("a", "b") }),
      fc.record({ op: fc.constant("noNode" as const), name }),
      fc.record({
        op: fc.constant("pod" as const),
        id: fc.integer({ min: 0, max: 9 }),
        name,
        spec: fc.integer({ min: 0, max: SPECS.length - 1 }),
      }),
      fc.record({ op: fc.constant("noPod" as const), id: fc.integer({ min: 0, max: 9 }) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const state = new ClusterState({ ...FEATURES, ImageSpreadAsOfNodeUpdate: false });
        const nodes = new Map<string, ReturnType<typeof node>>();
        const pods = new Map<string, PodVersion>();
        for (const each of changes) {
          if (each.op === "node") {
            const images = [{ names: [`image-${each.zone}`], sizeBytes: 1 }];
            const labels = { "topology.kubernetes.io/zone": each.zone };
            const version = node(each.name, { labels, images });
            state.updateNode(version);
            nodes.set(each.name, version);
          } else if (each.op === "noNode") {
            state.removeNode(each.name);
            nodes.delete(each.name);
          } else if (each.op === "pod") {
            const version = pod(`p${each.id}`, SPECS[each.spec], { nodeName: each.name });
            state.updatePod(version);
            pods.set(version.uid, version);
          } else {
            state.removePod(`pod/p${each.id}`);
            pods.delete(`pod/p${each.id}`);
          }
        }
        const fresh = new ClusterState({ ...FEATURES, ImageSpreadAsOfNodeUpdate: false });
        for (const version of nodes.values()) fresh.addNode(version);
        for (const version of pods.values()) fresh.addPod(version);
        const byName = (state: ClusterState) =>
          view(state).sort((a, b) => (a.name < b.name ? -1 : 1));
        expect(byName(state)).toEqual(byName(fresh));
        expect(state.podCount).toBe(fresh.podCount);
        expect(state.isPvcUsedByPods("default/data")).toBe(fresh.isPvcUsedByPods("default/data"));
      }),
      { numRuns: 150 },
    );
  });

  test("each change is logged by the row of its node", () => {
    const state = new ClusterState(FEATURES);
    state.addNode(node("a"));
    state.addNode(node("b"));
    const cursor = state.changes.end;
    state.addPod(pod("p", {}, { nodeName: "b" }));
    expect(state.changes.end - cursor).toBe(1);
    expect(state.changes.rowAt(cursor)).toBe(state.get("b")!.row);
    expect(state.changes.reaches(cursor)).toBe(true);
  });

  test("a pod whose node is not known yet counts once the node comes", () => {
    const state = new ClusterState(FEATURES);
    state.addPod(pod("p", requesting({ cpu: "1" }), { nodeName: "late" }));
    expect(state.get("late")).toBeUndefined();
    expect(state.nodes).toHaveLength(0);
    state.addNode(node("late"));
    expect(state.get("late")?.requested.cpuMillis).toBe(1000);
  });

  test("pods of one template share what was compiled of it", () => {
    const state = new ClusterState(FEATURES);
    const first = pod("a", requesting({ cpu: "1" }), { nodeName: "n" });
    const second = pod("b", {}, { nodeName: "n", spec: first.spec, labels: first.labels });
    expect(state.addPod(first).template).toBe(state.addPod(second).template);
    const elsewhere = pod("c", {}, { ...second, name: "c", uid: "c", namespace: "other" });
    expect(state.addPod(elsewhere).template.namespace).toBe("other");
  });

  test("a ring of changes that was overrun says so", () => {
    const state = new ClusterState(FEATURES);
    state.addNode(node("a"));
    for (let i = 0; i <= 2 ** 14; i += 1) state.updateNode(node("a"));
    expect(state.changes.reaches(0)).toBe(false);
    expect(state.changes.reaches(state.changes.end)).toBe(true);
  });
});

describe("the order of nodes", () => {
  test("one of each zone in turn; a zone that empties loses its place", () => {
    const tree = new NodeTree<{ readonly name: string }>();
    for (const [zone, name] of [
      ["x", "1"],
      ["x", "2"],
      ["y", "3"],
      ["", "4"],
      ["y", "5"],
      ["x", "6"],
    ]) {
      tree.add(zone!, { name: name! });
    }
    const names = () => tree.list().map(({ name }) => name);
    expect(names()).toEqual(["1", "3", "4", "2", "5", "6"]);
    tree.remove("x", "1");
    tree.remove("x", "2");
    tree.remove("x", "6");
    tree.add("x", { name: "1" });
    expect(names()).toEqual(["3", "4", "1", "5"]);
    tree.move("", "y", { name: "4" });
    expect(names()).toEqual(["3", "1", "5", "4"]);
    expect(tree.size).toBe(4);
  });

  test.each([
    [{}, ""],
    [{ "topology.kubernetes.io/zone": "z" }, ":\u0000:z"],
    [{ "failure-domain.beta.kubernetes.io/region": "r" }, "r:\u0000:"],
    [
      { "topology.kubernetes.io/zone": "z", "failure-domain.beta.kubernetes.io/zone": "old" },
      ":\u0000:old",
    ],
  ])("the zone of %o", (labels, key) => {
    expect(zoneKey(labels as Record<string, string>)).toBe(key);
  });
});
