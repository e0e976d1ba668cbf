import { describe, expect, it } from "vitest";
import { poolNode } from "../../src/cluster/node-object.js";
import { type NodeMaker, NodePools } from "../../src/cluster/node-pools.js";
import { NodeProvisioning } from "../../src/cluster/node-provisioning.js";
import { type Distribution, distributionOf } from "../../src/kernel/distribution.js";
import { UNOBSERVED } from "../../src/record/cluster-observer.js";
import { Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import { LATENCY_MICROS, newWorld, START_MS } from "./world.js";

const SECOND = 1_000_000;
const SHAPE = {
  name: "general",
  zones: [],
  capacity: { cpu: 4, memory: "16Gi", pods: "110" },
  reserved: {},
  labels: {},
  taints: [],
};
const after = (seconds: number): Distribution =>
  distributionOf({ type: "constant", value: seconds * SECOND });

interface Delays {
  readonly registration: Distribution;
  readonly readiness: Distribution;
  readonly removal: Distribution;
}
const FIXED: Delays = { registration: after(40), readiness: after(10), removal: after(5) };

/** A cloud with a pool of one node, and every change of a node with its second. */
function cloud(delays: Delays = FIXED) {
  const world = newWorld({ nodes: 0, taintsNewNodes: true });
  const { engine, server, store } = world;
  const client = new Client(server, "cloud", { latencyMicros: LATENCY_MICROS, qps: 0, burst: 0 });
  const informers = new InformerFactory(store, "cloud", LATENCY_MICROS);
  const shared = { engine, informers, client, observer: UNOBSERVED, startTimeMs: START_MS };
  const pools = new NodePools(shared);
  for (const node of pools.define(SHAPE, 1)) server.load(node);
  const changes: string[] = [];
  store.observe((before, object) => {
    const node = object ?? before;
    if (node?.kind !== "Node") return;
    const ready = node.status.conditions?.find(({ type }) => type === "Ready")?.status;
    const taints = (node.spec.taints ?? []).map(({ key }) => key).join();
    const seconds = Math.floor(engine.now / SECOND);
    const what = object === null ? "gone" : `Ready ${ready} ${taints}`.trim();
    changes.push(`${seconds}s ${node.name}: ${what}`);
  });
  const provisioning = new NodeProvisioning({ ...shared, pools, delaysOf: () => delays });
  const run = (seconds: number) => engine.run({ untilMicros: seconds * SECOND });
  return { provisioning, pools, server, store, changes, run };
}

const NOT_READY = "Ready False node.kubernetes.io/not-ready";
/** The taint goes when a node controller has looked at it. */
const READY = "Ready True node.kubernetes.io/not-ready";

describe("a node that is asked for", () => {
  it("registers after a delay, not ready and tainted, and is Ready after another", () => {
    const { provisioning, changes, run } = cloud();
    expect(provisioning.request("general")).toEqual({
      ...{ ok: true, node: "general-1" },
      providerId: "seatrial://general/general-1",
    });
    run(100);
    expect(changes).toEqual([`40s general-1: ${NOT_READY}`, `50s general-1: ${READY}`]);
  });

  it("becomes Ready over whatever somebody else wrote to its object meanwhile", () => {
    const { provisioning, server, store, changes, run } = cloud();
    provisioning.request("general");
    run(50);
    const target = { kind: "Node", namespace: "", name: "general-1" } as const;
    server.execute({ verb: "merge", target, patch: { metadata: { labels: { disk: "ssd" } } } });
    run(100);
    expect(changes.at(-1)).toBe(`50s general-1: ${READY}`);
    expect(store.table("Node").find("", "general-1")?.labels.disk).toBe("ssd");
  });

  it("becomes Ready though the watch has not yet told of it when it should", () => {
    const { provisioning, changes, run } = cloud({ ...FIXED, readiness: after(0) });
    provisioning.request("general");
    run(100);
    expect(changes.at(-1)).toBe(`40s general-1: ${READY}`);
  });

  it("is let go of when somebody else deletes its object", () => {
    const { provisioning, server, changes, run } = cloud();
    provisioning.request("general");
    run(45);
    const target = { kind: "Node", namespace: "", name: "general-1" } as const;
    server.execute({ verb: "delete", target });
    run(100);
    expect(changes).toEqual([`40s general-1: ${NOT_READY}`, "45s general-1: gone"]);
  });

  it("draws its delays for itself: another request before it changes nothing of the pool's others", () => {
    const exponential = distributionOf({ type: "exponential", mean: 60 * SECOND });
    const registered = (requests: number) => {
      const { provisioning, changes, run } = cloud({ ...FIXED, registration: exponential });
      for (let i = 0; i < requests; i++) provisioning.request("general");
      run(2_000);
      return changes.filter((change) => change.includes("False"));
    };
    expect(registered(3)).toEqual(expect.arrayContaining(registered(2)));
    expect(new Set(registered(3).map((change) => change.split("s ")[0])).size).toBe(3);
  });

  it("never comes when it is taken away before it has registered", () => {
    const { provisioning, changes, run } = cloud();
    provisioning.request("general");
    run(20);
    provisioning.remove("general-1");
    run(100);
    expect(changes).toEqual([]);
  });

  it("is refused where no pool has that name, or the pool only adopts nodes", () => {
    const { provisioning, pools } = cloud();
    pools.adopt("found", { disk: "ssd" });
    expect(provisioning.request("gone")).toMatchObject({ ok: false });
    expect(provisioning.request("found")).toMatchObject({ ok: false });
  });
});

describe("a node that is taken away", () => {
  it("is deleted after a delay, once, whether it was asked for or there from the start", () => {
    const { provisioning, changes, run } = cloud();
    provisioning.request("general");
    run(60);
    for (const name of ["general-0", "general-1", "general-1"]) provisioning.remove(name);
    run(100);
    expect(changes.slice(2)).toEqual(["65s general-0: gone", "65s general-1: gone"]);
  });

  it("is gone without having been Ready when it is taken away in between", () => {
    const { provisioning, changes, run } = cloud();
    provisioning.request("general");
    run(45);
    provisioning.remove("general-1");
    run(100);
    expect(changes).toEqual([`40s general-1: ${NOT_READY}`, "50s general-1: gone"]);
  });

  it("may be one that its pool adopted, where the pool makes nodes, too", () => {
    const { provisioning, pools, server, changes, run } = cloud();
    server.load({
      ...poolNode({ ...SHAPE, name: "found" }, 3, { startTimeMs: START_MS, nowMicros: 0 }),
      labels: { disk: "ssd" },
    });
    pools.adopt("ssd", { disk: "ssd" });
    run(1);
    expect(provisioning.remove("found-3")).toMatchObject({ ok: false });
    const maker: NodeMaker = (index, at) => poolNode({ ...SHAPE, name: "ssd" }, index, at);
    pools.equip("ssd", maker, 0);
    expect(provisioning.remove("found-3")).toMatchObject({ ok: true });
    expect(provisioning.request("ssd")).toMatchObject({ ok: true, node: "ssd-0" });
    run(45);
    expect(changes.slice(1)).toEqual(["6s found-3: gone", `41s ssd-0: ${NOT_READY}`]);
  });

  it("is refused where no pool made it", () => {
    const { provisioning } = cloud();
    expect(provisioning.remove("elsewhere-3")).toEqual({
      ok: false,
      message: "no node pool made the node elsewhere-3",
    });
  });
});
