import { describe, expect, it } from "vitest";
import { bothObservers } from "../../../src/record/both-observers.js";
import { UNOBSERVED } from "../../../src/record/cluster-observer.js";
import { issuesFrom, loadedFromMemory, worldOf } from "../../runs/built-world.js";

interface Told {
  readonly second: number;
  readonly reason: string;
  readonly about: string;
  readonly message: string;
}

const deployment = (name: string, replicas: number, spec: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { ${spec} }
`;
const asking = (cpu: string) =>
  `containers: [{ name: c, image: i, resources: { requests: { cpu: "${cpu}", memory: 64Mi } } }]`;

const scenario = (pools: string, more = "") => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 20m
  cluster:
    nodePools:
${pools}
  manifests: [pods.yaml]
${more}`;

const pool = (name: string, autoscaling: string, more = "") =>
  `      - { name: ${name}, nodes: 1, capacity: { cpu: "4", memory: 16Gi }, ${more}autoscaling: { ${autoscaling} } }`;

/** Runs it: Events of scale-ups, nodes at the end by pool, and the digest. */
async function ran(text: string, manifests: string) {
  const told: Told[] = [];
  const observer = {
    ...UNOBSERVED,
    event(_: string, reason: string, about: { name: string }, message: string, time: number) {
      const isScaleUp = /Trigger|Scale[dU]/.test(reason);
      if (isScaleUp) told.push({ second: time / 1e6, reason, about: about.name, message });
    },
  };
  const loaded = await loadedFromMemory({ "s.yaml": text, "pods.yaml": manifests });
  const world = await worldOf(loaded, { observer: bothObservers(observer, UNOBSERVED) });
  world.run();
  const nodes = [...world.ground.store.table("Node")].map(({ name }) => name).sort();
  return { told, nodes, world };
}

describe("pods that wait", () => {
  it("get nodes of a pool, which register and become Ready in their time", async () => {
    const pools = pool("a", "min: 1, max: 10, provisioning: 40s", "readyAfter: 10s, ");
    const { told, nodes, world } = await ran(scenario(pools), deployment("web", 10, asking("1")));
    expect(nodes).toEqual(["a-0", "a-1", "a-2"]);
    const triggered = told.filter(({ reason }) => reason === "TriggeredScaleUp");
    expect(triggered).toHaveLength(6);
    expect(triggered[0]).toMatchObject({
      second: 10,
      message: "pod triggered scale-up: [{a 1->3 (max: 10)}]",
    });
    const bound = [...world.ground.store.table("Pod")].filter(({ nodeName }) => nodeName !== "");
    expect(bound).toHaveLength(10);
    expect(world.ground.store.table("Node").find("", "a-1")!.creationTimeMicros / 1e6).toBeCloseTo(
      50,
      1,
    );
  });

  it("are told where a new node has the CPU but not the spread or the affinity that they ask for", async () => {
    const apart = `affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: topology.kubernetes.io/zone, labelSelector: { matchLabels: { app: apart } } }] } }, ${asking("1")}`;
    const even = `topologySpreadConstraints: [{ maxSkew: 1, topologyKey: topology.kubernetes.io/zone, minDomains: 3,
      whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: even } } }], ${asking("100m")}`;
    const pools = pool("a", "min: 1, max: 10", "zones: [z], ");
    const { told, nodes } = await ran(
      scenario(pools),
      [deployment("apart", 2, apart), deployment("even", 2, even)].join("---\n"),
    );
    expect(nodes).toEqual(["a-0"]);
    const messages = told
      .filter(({ second }) => second === 10)
      .map(({ reason, about, message }) => [reason, about.split("-")[0], message]);
    expect(messages).toEqual([
      [
        "NotTriggerScaleUp",
        "apart",
        "pod didn't trigger scale-up: 1 node(s) didn't match pod anti-affinity rules",
      ],
      [
        "NotTriggerScaleUp",
        "even",
        "pod didn't trigger scale-up: 1 node(s) didn't match pod topology spread constraints",
      ],
    ]);
  });

  it("get nodes of another pool while the cloud has none for the first", async () => {
    const pools = [
      pool("cheap", "min: 0, max: 10, stock: 1"),
      pool("dear", "min: 0, max: 10"),
    ].join("\n");
    const flags =
      "  controlPlane: { clusterAutoscaler: { expander: [priority], priorities: { 20: [cheap], 10: [.*] } } }\n";
    const { told, nodes } = await ran(scenario(pools, flags), deployment("web", 10, asking("1")));
    expect(nodes).toEqual(["cheap-0", "dear-0", "dear-1"]);
    expect(told.filter(({ about }) => about === "cluster-autoscaler-status")).toMatchObject([
      { second: 10, reason: "FailedToScaleUpGroup" },
      { second: 20, reason: "ScaledUpGroup" },
    ]);
  });

  it("get the same nodes, by chance too, in every run of a seed", async () => {
    const pools = ["a", "b", "c"].map((name) => pool(name, "min: 0, max: 10")).join("\n");
    const flags = "  controlPlane: { clusterAutoscaler: { expander: [random] } }\n";
    const run = () => ran(scenario(pools, flags), deployment("web", 40, asking("1")));
    const [first, second] = [await run(), await run()];
    expect(first.nodes).toEqual(second.nodes);
    expect(first.told).toEqual(second.told);
  });

  it("are waited for by a run that ends when nothing is left to do", async () => {
    const idle = scenario(pool("a", "min: 0, max: 3")).replace("duration: 20m", "until: idle");
    const { nodes } = await ran(idle, deployment("web", 8, asking("1")));
    expect(nodes).toEqual(["a-0", "a-1"]);
  });
});

describe("nodes that nobody needs", () => {
  const shrinking = (more: string) =>
    scenario(
      pool("a", "min: 1, max: 10, removal: 30s"),
      `  timeline: [{ at: 2m, scale: { target: default/Deployment/web, replicas: 4 } }]
  controlPlane: { clusterAutoscaler: { scaleDownUnneededTime: 2m, scaleDownDelayAfterAdd: 3m${more} } }
`,
    );
  const BUDGET = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 100%, selector: { matchLabels: { app: web } } }
`;

  it("are drained and given back, down to what the pods ask for", async () => {
    const { nodes, world } = await ran(shrinking(""), deployment("web", 16, asking("1")));
    expect(nodes).toHaveLength(1);
    const pods = [...world.ground.store.table("Pod")];
    expect(pods.map(({ nodeName }) => nodeName)).toEqual(Array(4).fill(nodes[0]));
    expect(pods.every(({ phase }) => phase === "Running")).toBe(true);
  });

  it("stay where a budget does not let their pods go", async () => {
    const four = shrinking("").replace("nodes: 1", "nodes: 4");
    const web = deployment("web", 4, asking("1"));
    const free = await ran(four, web);
    expect(free.nodes).toHaveLength(1);
    const held = await ran(four, [web, BUDGET].join("---\n"));
    expect(held.nodes).toHaveLength(4);
  });

  it("stay where the autoscaler is not to remove any", async () => {
    const { nodes } = await ran(
      shrinking(", scaleDownEnabled: false"),
      deployment("web", 16, asking("1")),
    );
    expect(nodes).toHaveLength(4);
  });
});

describe("wrong input", () => {
  const wrong = (autoscaling: string, more = "") =>
    issuesFrom({
      "s.yaml": scenario(pool("a", autoscaling), more),
      "pods.yaml": deployment("web", 1, asking("1")),
    });

  it.each([
    ["min: 5, max: 3", "spec.cluster.nodePools[0].autoscaling.min"],
    ["min: 1", "spec.cluster.nodePools[0].autoscaling.max"],
    ["min: 1, max: 3, provisioning: -2s", "spec.cluster.nodePools[0].autoscaling.provisioning"],
    [
      "min: 1, max: 3, scaleDownUtilizationThreshold: 1.5",
      "spec.cluster.nodePools[0].autoscaling.scaleDownUtilizationThreshold",
    ],
  ])("of a pool is refused by its path: %s", async (autoscaling, path) => {
    expect(await wrong(autoscaling)).toContain(path);
  });

  it.each([
    ["expander: [cheapest]", "spec.controlPlane.clusterAutoscaler.expander"],
    ["priorities: { high: [a] }", "spec.controlPlane.clusterAutoscaler.priorities"],
    ['priorities: { 1: ["(a"] }', "spec.controlPlane.clusterAutoscaler.priorities"],
    ["priorities: { 1: [a] }", "priorities: nobody reads them: expected `priority` among"],
    ["expander: [priority], priorities: {}", "priorities: there is no pool's pattern in it"],
    ["expander: [priority], priorities: { 5: [] }", "there is no pool's pattern in it"],
    ["scanIntervall: 5s", "did you mean"],
    ["scanInterval: 1us", "scanInterval: expected a duration of 1s or longer"],
    ["expander: [priority]", "the expander `priority` needs `priorities`"],
    ["coresTotal: { min: 5, max: 3 }", "spec.controlPlane.clusterAutoscaler.coresTotal.min"],
    ["coresTotal: { max: -3 }", "spec.controlPlane.clusterAutoscaler.coresTotal.max"],
  ])("of the autoscaler is refused by its path: %s", async (flags, path) => {
    const more = `  controlPlane: { clusterAutoscaler: { ${flags} } }\n`;
    expect(await wrong("min: 1, max: 3", more)).toContain(path);
  });
});
