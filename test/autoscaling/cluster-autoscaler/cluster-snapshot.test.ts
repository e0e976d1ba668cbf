import { describe, expect, test } from "vitest";
import { ClusterSnapshot } from "../../../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import { HintingSimulator } from "../../../src/autoscaling/cluster-autoscaler/hinting-simulator.js";
import { buildNode, buildPod, emptyCluster } from "../../conformance/autoscalers/ca-objects.js";

const ANY = { isAcceptable: () => true, breakOnFailure: false };

function node(name: string, cpu = "2") {
  const allocatable = { cpu, memory: "4Gi", pods: "10" };
  return buildNode({ metadata: { name }, status: { allocatable } });
}

function pod(name: string, cpu: string, nodeName = "", owner = "rs") {
  const metadata = { name, ownerReferences: [{ kind: "ReplicaSet", name: owner }] };
  const containers = [{ name: "c", resources: { requests: { cpu } } }];
  return buildPod({ metadata, spec: { containers, nodeName } });
}

function told(snapshot: ClusterSnapshot) {
  return snapshot.nodes.map(({ name, pods }) => [name, pods.map((info) => info.pod.name)]);
}

function threeNodes() {
  const snapshot = new ClusterSnapshot(emptyCluster());
  const pods = ["a", "b", "c"].map((name) => pod(name, "500m", "n1"));
  snapshot.reset([node("n0"), node("n1"), node("n2")], pods);
  return { snapshot, pods };
}

describe("a snapshot", () => {
  test("takes every kind of change back, with pods in their order", () => {
    const { snapshot, pods } = threeNodes();
    const before = told(snapshot);
    snapshot.fork();
    snapshot.removePod(pods[0]!.uid);
    snapshot.fork();
    snapshot.addNode({ node: node("new"), pods: [pod("ds", "100m", "new")] });
    snapshot.removeNode("n1");
    snapshot.addPod(pod("x", "1", "n0"));
    snapshot.commit();
    expect(told(snapshot)).toEqual([
      ["n0", ["x"]],
      ["n2", []],
      ["new", ["ds"]],
    ]);
    snapshot.revert();
    expect(told(snapshot)).toEqual(before);
  });

  test("made anew is what it would be if it were new", () => {
    const { snapshot, pods } = threeNodes();
    const moved = pod("d", "1", "n3");
    snapshot.reset([node("n3"), node("n1")], [moved, pods[2]!, pods[0]!]);
    expect(told(snapshot)).toEqual([
      ["n3", ["d"]],
      ["n1", ["c", "a"]],
    ]);
  });

  test("begins each search one past the node that took the last pod", () => {
    const { snapshot } = threeNodes();
    const names = ["p0", "p1", "p2", "p3"].map((name) =>
      snapshot.scheduleOnAny(pod(name, "100m"), () => true),
    );
    expect(names).toEqual(["n1", "n2", "n0", "n1"]);
  });

  test("takes no cordoned node in a search, and says why a pod fits nowhere", () => {
    const { snapshot } = threeNodes();
    const cordoned = { ...node("n0"), spec: { unschedulable: true } };
    snapshot.reset([cordoned], []);
    expect(snapshot.scheduleOnAny(pod("p", "1"), () => true)).toBeNull();
    snapshot.reset([node("n0")], []);
    expect(snapshot.refusal(pod("p", "3"), "n0")).toMatchObject({
      plugin: "NodeResourcesFit",
      reasons: ["Insufficient cpu"],
    });
  });
});

describe("a hinting simulator", () => {
  test("tries the node of the simulation before first, until a loop goes by without", () => {
    const { snapshot } = threeNodes();
    const simulator = new HintingSimulator();
    const one = [pod("p", "100m")];
    const place = () => {
      snapshot.fork();
      const [placed] = simulator.place(snapshot, one, ANY);
      snapshot.revert();
      return placed?.nodeName;
    };
    expect([place(), place()]).toEqual(["n1", "n1"]);
    simulator.dropOld();
    expect(place()).toBe("n1");
    simulator.dropOld();
    simulator.dropOld();
    expect(place()).toBe("n2");
  });

  test("looks at one of several like pods that fit nowhere", () => {
    const { snapshot } = threeNodes();
    const simulator = new HintingSimulator();
    const pods = [pod("big", "3"), pod("big2", "3"), pod("small", "1", "", "other")];
    expect(simulator.place(snapshot, pods, ANY).map((one) => one.pod.name)).toEqual(["small"]);
    expect(simulator.place(snapshot, pods, { ...ANY, breakOnFailure: true })).toEqual([]);
  });
});
