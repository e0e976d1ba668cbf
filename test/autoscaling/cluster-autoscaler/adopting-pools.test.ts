import { describe, expect, it } from "vitest";
import { UNOBSERVED } from "../../../src/record/cluster-observer.js";
import { issuesFrom, loadedFromMemory, worldOf } from "../../runs/built-world.js";

/** A Node as `kubectl get nodes -o yaml` prints it. */
const node = (name: string, { labels = "", taints = "", cpu = "3900m" } = {}) => `
- apiVersion: v1
  kind: Node
  metadata:
    name: ${name}
    uid: uid-of-${name}
    creationTimestamp: "2025-12-01T00:00:00Z"
    labels: { kubernetes.io/hostname: ${name}, kubernetes.io/os: linux, kubernetes.io/arch: arm64, ${labels} }
  spec: { providerID: aws:///eu-1a/i-${name}, taints: [${taints}] }
  status:
    capacity: { cpu: "4", memory: 16Gi, pods: "58" }
    allocatable: { cpu: ${cpu}, memory: 15Gi, pods: "58" }
    conditions: [{ type: Ready, status: "True", reason: KubeletReady, lastTransitionTime: "2025-12-01T00:01:00Z" }]`;

const CLASS = "class: m5, topology.kubernetes.io/zone: eu-1a";
const TAINTS = `{ key: team, value: shop, effect: NoSchedule },
    { key: node.kubernetes.io/unschedulable, effect: NoSchedule },
    { key: booting, effect: NoSchedule }`;

const dump = (...nodes: readonly string[]) =>
  `apiVersion: v1\nkind: List\nitems:${nodes.join("")}\n`;

/** Pods that tolerate the team's taint, and bring up no others. */
const pods = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      tolerations: [{ key: team, operator: Exists }]
      containers: [{ name: c, image: i, resources: { requests: { cpu: "3", memory: 1Gi } } }]
`;

const scenario = (pools: string, timeline = "") => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 20m
  cluster:
    snapshot: [dump.yaml]
    nodePools:
${pools}
  manifests: [pods.yaml]
  timeline: [${timeline}]
  controlPlane: { clusterAutoscaler: { scaleDownUnneededTime: 2m, scaleDownDelayAfterAdd: 3m, startupTaints: [booting] } }
`;

const pool = (autoscaling: string, more = "") =>
  `      - { name: m5, match: { labels: { class: m5 } }, pricePerHour: 0.2, ${more}autoscaling: { ${autoscaling} } }`;

interface Parts {
  readonly pools: string;
  readonly nodes: readonly string[];
  readonly replicas: number;
  readonly timeline?: string;
}

const files = ({ pools, nodes, replicas, timeline }: Parts) => ({
  "s.yaml": scenario(pools, timeline),
  "dump.yaml": dump(...nodes),
  "pods.yaml": pods(replicas),
});

async function ran(parts: Parts) {
  const world = await worldOf(await loadedFromMemory(files(parts)), { observer: UNOBSERVED });
  world.run();
  const { store } = world.ground;
  const running = [...store.table("Pod")].filter(({ phase }) => phase === "Running").length;
  return { nodes: [...store.table("Node")].sort((a, b) => (a.name < b.name ? -1 : 1)), running };
}

const namesOf = (nodes: readonly { readonly name: string }[]) => nodes.map(({ name }) => name);

describe("a pool that adopts nodes of a dump", () => {
  const ADOPTED = [node("ip-1", { labels: CLASS, taints: TAINTS.split(",\n")[0]! })];

  it("makes more like the first of them, called and counted by the pool", async () => {
    const { nodes, running } = await ran({
      pools: pool("min: 1, max: 3, provisioning: 40s", "readyAfter: 10s, "),
      nodes: [node("ip-1", { labels: CLASS, taints: TAINTS }), node("other")],
      replicas: 4,
    });
    expect(namesOf(nodes)).toEqual(["ip-1", "m5-0", "m5-1", "other"]);
    // On both that came, and on the one of no pool; the adopted one has taints of the moment.
    expect(running).toBe(3);
    const made = nodes[1]!;
    expect(made.labels).toMatchObject({
      class: "m5",
      "kubernetes.io/hostname": "m5-0",
      "kubernetes.io/arch": "arm64",
      "topology.kubernetes.io/zone": "eu-1a",
    });
    expect(made.spec.taints).toEqual([{ key: "team", value: "shop", effect: "NoSchedule" }]);
    expect(made.status.capacity).toEqual({ cpu: "4", memory: "16Gi", pods: "58" });
    expect(made.status.allocatable).toEqual({ cpu: "3900m", memory: "15Gi", pods: "58" });
    expect(made.creationTimeMicros).toBeGreaterThan(40e6);
    expect(made.spec.providerID).not.toBe(nodes[0]!.spec.providerID);
  });

  it("goes on behind nodes of its own that the dump has", async () => {
    const { nodes } = await ran({
      pools: pool("min: 1, max: 5"),
      nodes: [node("m5-0", { labels: CLASS }), node("m5-7", { labels: CLASS })],
      replicas: 3,
    });
    expect(namesOf(nodes)).toEqual(["m5-0", "m5-7", "m5-8"]);
  });

  it("has those that nobody needs taken away, down to its minimum", async () => {
    const three = ["ip-1", "ip-2", "ip-3"].map((name) => node(name, { labels: CLASS }));
    const shrunk = await ran({ pools: pool("min: 1, max: 5"), nodes: three, replicas: 1 });
    expect(shrunk.nodes).toHaveLength(1);
    expect(shrunk.running).toBe(1);
    const held = await ran({ pools: pool("min: 2, max: 5"), nodes: three, replicas: 1 });
    expect(held.nodes).toHaveLength(2);
    const nobodys = pool("min: 1, max: 5").replace(/autoscaling: \{.*?\} /, "");
    expect((await ran({ pools: nobodys, nodes: three, replicas: 1 })).nodes).toHaveLength(3);
  });

  it("makes nodes of its own shape, if it has one, also when it adopted none", async () => {
    const shape = 'capacity: { cpu: "7", memory: 32Gi }, ';
    const { nodes, running } = await ran({
      pools: pool("min: 0, max: 5", shape),
      nodes: [node("other", { cpu: "100m" })],
      replicas: 4,
    });
    expect(namesOf(nodes)).toEqual(["m5-0", "m5-1", "other"]);
    expect(nodes[0]!.labels.class).toBe("m5");
    expect(running).toBe(4);
  });

  it("gets nodes from a step of the timeline, too", async () => {
    const { nodes } = await ran({
      pools: pool("min: 3, max: 5"),
      nodes: ADOPTED,
      replicas: 0,
      timeline: "{ at: 1m, addNodes: { pool: m5, count: 2 } }",
    });
    expect(namesOf(nodes)).toEqual(["ip-1", "m5-0", "m5-1"]);
  });
});

describe("a pool that adopts nodes is refused", () => {
  const PLACE = "spec.cluster.nodePools[0]";

  it("where it adopted none and has no shape of its own, by its name and path", async () => {
    const parts = { pools: pool("min: 0, max: 5"), nodes: [node("other")], replicas: 1 };
    await expect(ran(parts)).rejects.toThrow(
      /s\.yaml:9:\d+: spec\.cluster\.nodePools\[0\]\.match.*the pool m5 has adopted no node/s,
    );
  });

  it.each([
    ["nodes: 2, ", "nodes"],
    ["labels: { a: b }, ", "labels"],
    ['capacity: { cpu: "4" }, ', "capacity"],
  ])("with what does not go together: %s", async (more, key) => {
    const parts = { pools: pool("min: 0, max: 5", more), nodes: [node("other")], replicas: 1 };
    expect(await issuesFrom(files(parts))).toContain(`${PLACE}.${key}`);
  });

  it("where it adopts by hostname", async () => {
    const pools = pool("min: 0, max: 5").replace("class: m5", "kubernetes.io/hostname: ip-1");
    expect(await issuesFrom(files({ pools, nodes: [node("ip-1")], replicas: 1 }))).toContain(
      `${PLACE}.match`,
    );
  });
});
