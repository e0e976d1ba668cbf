import { describe, expect, it } from "vitest";
import { newWorld } from "./world.js";

const asks = (requests: object, limits: object = {}) => ({
  containers: [{ name: "main", image: "app:1", resources: { requests, limits } }],
});
const port = (hostPort: number, hostIP?: string) => ({
  containers: [{ name: "main", image: "app:1", ports: [{ containerPort: 80, hostPort, hostIP }] }],
});

const REFUSED: readonly (readonly [string, object, object, string, string])[] = [
  [
    "more CPU than is left",
    asks({ cpu: "3" }),
    asks({ cpu: "1500m" }),
    "OutOfcpu",
    "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000",
  ],
  [
    "more memory than is left",
    asks({ memory: "8Gi" }),
    asks({ memory: "1Mi" }),
    "OutOfmemory",
    "Node didn't have enough resource: memory, requested: 1048576, used: 8589934592, capacity: 8589934592",
  ],
  [
    "more of an extended resource than is left",
    asks({}),
    asks({}, { "example.com/gpu": "3" }),
    "OutOfexample.com/gpu",
    "Node didn't have enough resource: example.com/gpu, requested: 3, used: 0, capacity: 2",
  ],
  [
    "another node's label",
    asks({}),
    { nodeSelector: { disk: "ssd" } },
    "NodeAffinity",
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ],
  [
    "a port of the node that is taken",
    port(8080),
    port(8080, "10.1.1.1"),
    "NodePorts",
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ],
];

describe("admission of pods that were bound past the scheduler", () => {
  it.each(REFUSED)("refuses %s", (_name, held, spec, reason, message) => {
    const world = newWorld({ capacity: { "example.com/gpu": "2" } });
    world.bind("held", held);
    world.bind("pod", spec);
    world.until(10);
    expect(world.pod("held")?.phase).toBe("Running");
    const pod = world.pod("pod");
    expect(pod?.phase).toBe("Failed");
    expect(pod?.status.reason).toBe(reason);
    expect(pod?.status.message).toBe(`Pod was rejected: ${message}`);
    expect(pod?.status.containers).toEqual([]);
    expect(world.events).toContain(`pod ${reason}: ${message}`);
  });

  it("refuses the pod that is one too many", () => {
    const world = newWorld({ capacity: { pods: "2" } });
    for (const name of ["a", "b", "c"]) world.bind(name);
    world.until(10);
    expect(["a", "b", "c"].map((name) => world.pod(name)?.status.reason)).toEqual([
      "",
      "",
      "OutOfpods",
    ]);
  });

  it("refuses a pod that does not tolerate a NoExecute taint, and takes it past NoSchedule", () => {
    const world = newWorld({ nodes: 2 });
    const taint = (name: string, effect: string) => {
      const node = world.store.table("Node").find("", name)!;
      const spec = { ...node.spec, taints: [{ key: "k", effect }] };
      world.do({ verb: "patch", target: node, change: { spec } });
    };
    taint("node-0", "NoExecute");
    taint("node-1", "NoSchedule");
    world.until(1);
    world.bind("a", {}, "node-0");
    world.bind("b", {}, "node-1");
    world.bind("c", { tolerations: [{ key: "k", operator: "Exists" }] }, "node-0");
    world.until(10);
    expect(world.line("a")).toBe("Failed(TaintToleration)");
    expect(world.pod("b")?.phase).toBe("Running");
    expect(world.pod("c")?.phase).toBe("Running");
  });

  it("an extended resource that the node does not offer at all is not the kubelet's to refuse", () => {
    const world = newWorld();
    world.bind("pod", asks({}, { "example.com/licence": "1" }));
    expect(world.until(10).pod("pod")?.phase).toBe("Running");
  });

  it("a terminating pod holds its place until its containers are gone, a finished one does not", () => {
    const world = newWorld({ scripts: { main: { run: null, stop: 20 } } });
    world.bind("old", asks({ cpu: "4" }));
    world.until(10).delete("old");
    world.until(15).bind("early", asks({ cpu: "4" }));
    world.until(31).bind("late", asks({ cpu: "4" }));
    world.until(40);
    expect(world.pod("early")?.status.reason).toBe("OutOfcpu");
    expect(world.pod("late")?.phase).toBe("Running");
  });

  describe("a resize in place", () => {
    const resize = (world: ReturnType<typeof newWorld>, name: string, cpu: string): string => {
      const outcome = world.server.execute({
        verb: "merge",
        target: { kind: "Pod", namespace: "default", name },
        patch: { spec: { containers: [{ name: "main", resources: { requests: { cpu } } }] } },
        subresource: "resize",
      });
      return outcome.ok ? "accepted" : `${outcome.reason}: ${outcome.message}`;
    };
    const condition = (world: ReturnType<typeof newWorld>, type: string) =>
      world.pod("a")?.status.conditions.find((one) => one.type === type);
    const held = (world: ReturnType<typeof newWorld>) =>
      world.pod("a")?.status.resources?.containerStatuses?.[0];

    it("is granted where there is room, and done when the kubelet next lists its containers", () => {
      const world = newWorld();
      world.bind("a", asks({ cpu: "2" }));
      world.until(5);
      expect(resize(world, "a", "3")).toBe("accepted");
      expect(held(world)).toMatchObject({ allocatedResources: { cpu: "2" } });
      world.until(5.5);
      expect(condition(world, "PodResizeInProgress")?.status).toBe("True");
      expect(held(world)).toMatchObject({
        allocatedResources: { cpu: "3" },
        resources: { requests: { cpu: "2" } },
      });
      world.until(8);
      expect(condition(world, "PodResizeInProgress")).toBeUndefined();
      expect(held(world)).toMatchObject({ resources: { requests: { cpu: "3" } } });
      expect(world.kubelets.requestedOn("node-0")?.get("cpu")).toBe(3000);
    });

    it("waits for room and is then granted", () => {
      const world = newWorld();
      world.bind("a", asks({ cpu: "2" }));
      world.bind("b", asks({ cpu: "2" }));
      world.until(5);
      resize(world, "a", "3");
      world.until(6);
      const pending = () => condition(world, "PodResizePending");
      expect(pending()).toMatchObject({ status: "True", reason: "Deferred" });
      expect(world.kubelets.requestedOn("node-0")?.get("cpu")).toBe(4000);
      world.delete("b");
      world.until(10);
      expect(pending()).toBeUndefined();
      expect(world.kubelets.requestedOn("node-0")?.get("cpu")).toBe(3000);
    });

    it("that the node could never hold is infeasible, and the pod keeps what it has", () => {
      const world = newWorld();
      world.bind("a", asks({ cpu: "2" }));
      world.until(5);
      resize(world, "a", "5");
      world.until(10);
      expect(condition(world, "PodResizePending")).toMatchObject({ reason: "Infeasible" });
      expect(held(world)).toMatchObject({ allocatedResources: { cpu: "2" } });
    });

    it("may not change the class of quality of service", () => {
      const world = newWorld();
      world.bind("a", asks({}));
      world.until(5);
      expect(resize(world, "a", "1")).toContain("QOS Class may not change");
    });

    it("is known to servers of v1.33 and later only", () => {
      const world = newWorld({ resizes: false });
      world.bind("a", asks({ cpu: "2" }));
      world.until(5);
      expect(resize(world, "a", "3")).toBe(
        "NotFound: the server could not find the requested resource",
      );
    });
  });
});
