import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const pod = (name: string, cpu: string, more = "") => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default, labels: { app: x } }
spec: { ${more}containers: [{ name: main, image: i, resources: { requests: { cpu: "${cpu}" } } }] }
`;

/** Two nodes of 4 cpu with pods of 3 and 2 cpu; pods that wait ask for 2, 3 and 5. */
async function settled(): Promise<World> {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 5m
  cluster: { nodePools: [{ name: n, nodes: 2, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [pods.yaml]
`;
  const other = "schedulerName: other, ";
  const pods = [
    pod("three", "3"),
    pod("two", "2"),
    pod("wide", "5"),
    pod("more", "3"),
    pod("fitting", "2", other),
    pod("small", "1", other),
  ];
  const world = await worldOf(
    await loadedFromMemory({ "s.yaml": scenario, "pods.yaml": pods.join("---\n") }),
  );
  world.run();
  return world;
}

function podOf(world: World, name: string): PodVersion {
  const found = world.ground.store.table("Pod").find("default", name)!;
  const { schedulerName: _, ...spec } = found.spec;
  return found.next({ spec: { ...spec, schedulerName: "default-scheduler" } });
}

describe("would it fit?", () => {
  it("is answered with the nodes that a pod fits on, or in Kubernetes' words", async () => {
    const world = await settled();
    const fork = world.scheduler.fork();
    const two = world.ground.store.table("Pod").find("default", "two")!.nodeName;
    expect(fork.wouldFit(podOf(world, "fitting"))).toEqual({
      nodeName: two,
      fitting: [two],
      message: "",
    });
    expect(fork.wouldFit(podOf(world, "small")).fitting.toSorted()).toEqual(["n-0", "n-1"]);
    expect(fork.wouldFit(podOf(world, "wide"))).toEqual({
      nodeName: null,
      fitting: [],
      message: "0/2 nodes are available: 2 Insufficient cpu.",
    });
    const foreign = podOf(world, "small").next({
      spec: { ...podOf(world, "small").spec, schedulerName: "nobody" },
    });
    expect(fork.wouldFit(foreign).message).toBe('no scheduler answers to "nobody"');
  });

  it("of a node that might come, and of one that might go", async () => {
    const world = await settled();
    const fork = world.scheduler.fork();
    const wide = podOf(world, "wide");
    const [first] = [...world.ground.store.table("Node")];
    const big = { cpu: "8", memory: "16Gi", pods: "110" };
    const coming = {
      ...first!,
      name: "new-0",
      uid: "new-0",
      labels: { ...first!.labels, "kubernetes.io/hostname": "new-0" },
      status: { ...first!.status, capacity: big, allocatable: big },
    };
    fork.state.addNode(coming);
    expect(fork.wouldFit(wide).fitting).toEqual(["new-0"]);
    fork.place(wide, "new-0");
    expect(fork.wouldFit(podOf(world, "more"))).toMatchObject({ nodeName: "new-0" });
    fork.state.removeNode("new-0");
    expect(fork.wouldFit(podOf(world, "more")).nodeName).toBeNull();
  });

  it("on a fork: the scheduler itself believes what it did, and goes on the same", async () => {
    const asked = await settled();
    const left = await settled();
    const view = ({ scheduler }: World) =>
      scheduler.state.nodes.map(({ name, requested, pods }) => [
        name,
        requested.cpuMillis,
        pods.map(({ pod: each }) => each.name).toSorted(),
      ]);
    const fork = asked.scheduler.fork();
    expect(fork.state.nodes.map(({ name }) => name)).toEqual(
      asked.scheduler.state.nodes.map(({ name }) => name),
    );
    fork.place(podOf(asked, "fitting"), "n-0");
    fork.state.removeNode("n-1");
    fork.wouldFit(podOf(asked, "small"));
    expect(view(asked)).toEqual(view(left));
    expect(asked.ground.engine.digest.hex()).toBe(left.ground.engine.digest.hex());
    const next = podOf(asked, "small");
    expect(asked.scheduler.fork().wouldFit(next)).toEqual(left.scheduler.fork().wouldFit(next));
  });
});
