import { describe, expect, test } from "vitest";
import type { ClusterObserver } from "../../../src/record/cluster-observer.js";
import { UNOBSERVED } from "../../../src/record/cluster-observer.js";
import type { World } from "../../../src/scenario/assemble/world.js";
import { issuesFrom, loadedFromMemory, worldOf } from "../../runs/built-world.js";

const TYPES = `
        - name: small
          capacity: { cpu: "2", memory: 8Gi }
          overhead: { cpu: 100m }
          offerings: [{ zone: a, capacityType: spot, price: 0.05 }, { zone: b, capacityType: on-demand, price: 0.1 }]
        - name: large
          capacity: { cpu: "8", memory: 32Gi }
          offerings: [{ zone: a, capacityType: on-demand, price: 0.4 }]`;

interface Parts {
  readonly types?: string;
  readonly requirements?: string;
  readonly template?: string;
  readonly spec?: string;
  readonly replicas?: number;
  readonly cpu?: string;
  readonly nodePools?: string;
}

const files = (parts: Parts): Record<string, string> => ({
  "scenario.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: nodes }
spec:
  duration: 30m
  cluster:${parts.nodePools ?? ""}
    karpenter:
      provisioning: { registration: 40s, readiness: 10s }
      instanceTypes:${parts.types ?? TYPES}
  manifests: [objects.yaml]
`,
  "objects.yaml": `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  ${parts.spec ?? "weight: 1"}
  template:
    metadata: { labels: { team: shop } }
    spec:
      nodeClassRef: { group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default }
      requirements: [${parts.requirements ?? ""}]
      ${parts.template ?? "taints: []"}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${parts.replicas ?? 3}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web, resources: { requests: { cpu: ${parts.cpu ?? "500m"} } } }] }
`,
});

interface Told {
  readonly reason: string;
  readonly about: string;
  readonly message: string;
  readonly atSeconds: number;
}

async function run(
  parts: Parts,
): Promise<{ readonly world: World; readonly told: readonly Told[] }> {
  const told: Told[] = [];
  const observer: ClusterObserver = {
    ...UNOBSERVED,
    event: (_, reason, { kind, name }, message, at) =>
      told.push({ reason, about: `${kind}/${name}`, message, atSeconds: at / 1e6 }),
  };
  const world = await worldOf(await loadedFromMemory(files(parts)), { observer });
  world.run();
  return { world, told };
}

const all = (world: World, kind: "Node" | "NodeClaim" | "Pod") => [
  ...world.ground.store.table(kind),
];

describe("a NodeClaim", () => {
  test("is made for pods that wait, launched, registered and initialized", async () => {
    const { world, told } = await run({});
    const [claim, ...others] = [...world.ground.store.table("NodeClaim")];
    expect(others).toEqual([]);
    const { status, labels } = claim!;
    expect(status.conditions?.map(({ type, status: is }) => `${type} ${is}`)).toEqual(
      ["Launched", "Registered", "Initialized", "Ready", "Consolidatable"].map(
        (type) => `${type} True`,
      ),
    );
    expect(labels).toMatchObject({
      "node.kubernetes.io/instance-type": "small",
      "karpenter.sh/capacity-type": "spot",
      "topology.kubernetes.io/zone": "a",
      team: "shop",
    });
    const [node] = [...world.ground.store.table("Node")];
    expect(node?.labels).toMatchObject({ ...labels, "karpenter.sh/initialized": "true" });
    expect(node?.spec.taints ?? []).toEqual([]);
    expect(all(world, "Pod").every((pod) => pod.kind === "Pod" && pod.phase === "Running")).toBe(
      true,
    );
    // A second after the last pod was refused, and not before.
    const nominated = told.filter(({ reason }) => reason === "Nominated");
    expect(nominated).toHaveLength(3);
    expect(nominated[0]?.atSeconds).toBeGreaterThan(1);
    expect(nominated[0]?.atSeconds).toBeLessThan(1.2);
  });

  test("waits for a startup taint, which nobody takes away, with what runs there already", async () => {
    const template = "startupTaints: [{ key: cni, effect: NoSchedule }]";
    const { world } = await run({ template });
    const [claim] = [...world.ground.store.table("NodeClaim")];
    const initialized = claim?.status.conditions?.find(({ type }) => type === "Initialized");
    expect(initialized).toMatchObject({ status: "Unknown", reason: "StartupTaintsExist" });
    expect(all(world, "NodeClaim")).toHaveLength(1);
  });

  test("is made in a number that the limits of the pool allow", async () => {
    const { world, told } = await run({
      spec: 'limits: { cpu: "5" }',
      cpu: '"1500m"',
      replicas: 9,
    });
    expect(all(world, "NodeClaim")).toHaveLength(2);
    expect(told.map(({ message }) => message)).toContain(
      "Failed to schedule pod, all available instance types exceed limits for nodepool",
    );
  });
});

test("pods wait for nodes from when their NodeClaim is there until they are bound", async () => {
  const world = await worldOf(await loadedFromMemory(files({})));
  const { store } = world.ground;
  let [claimedAt, waitedMicros] = [0, 0];
  store.observe((before, after) => {
    if (before === null && after?.kind === "NodeClaim") claimedAt = world.now;
    if (after?.kind !== "Pod" || before?.kind !== "Pod") return;
    if (before.nodeName === "" && after.nodeName !== "") waitedMicros += world.now - claimedAt;
  });
  world.run();
  const rows = world.finish().figures.summary;
  const figure = (name: string, labels: string) =>
    rows.find((row) => row.metric === name && row.labels === labels)?.value;
  expect(figure("waited_for_nodes_count", "pool=general")).toBe(3);
  // Each for about as long as the node takes to be ready.
  expect(waitedMicros).toBeGreaterThan(3 * 50e6);
  // What is answered is known a request's latency after it was written.
  const hours = figure("waiting_for_nodes_hours", "pool=general");
  expect(Math.abs(hours! * 3600e6 - waitedMicros)).toBeLessThan(3 * 0.1e6);
});

test("a dump from the middle of the run goes on with the nodes that it has", async () => {
  const { world } = await run({});
  const dump = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...world.objects()] });
  const scenario = files({})["scenario.yaml"]!.replace(
    "  manifests: [objects.yaml]",
    "    snapshot: [dump.json]",
  );
  const made = await worldOf(
    await loadedFromMemory({ "scenario.yaml": scenario, "dump.json": dump }),
    { observer: UNOBSERVED },
  );
  made.run();
  const names = (one: World) => [...one.ground.store.table("NodeClaim")].map(({ name }) => name);
  expect(names(made)).toEqual(names(world));
  expect(all(made, "Pod").map(({ uid }) => uid)).toEqual(all(world, "Pod").map(({ uid }) => uid));
});

describe("bad input", () => {
  test("an empty table of instance types is refused at its place", async () => {
    const issues = await issuesFrom(files({ types: " []" }));
    expect(issues).toContain("scenario.yaml:9:22: spec.cluster.karpenter.instanceTypes");
    expect(issues).toContain("expected at least one instance type");
  });

  test("a pool that no type is for is told of by name, as upstream tells it", async () => {
    const requirements = "{ key: kubernetes.io/arch, operator: In, values: [s390x] }";
    const { world, told } = await run({ requirements });
    expect(all(world, "NodeClaim")).toEqual([]);
    const tells = (reason: string) => told.find((one) => one.reason === reason);
    expect(tells("NoCompatibleInstanceTypes")).toMatchObject({
      about: "NodePool/general",
      message: "NodePool requirements filtered out all compatible available instance types",
    });
    expect(told.map(({ message }) => message)).toContain(
      "Failed to schedule pod, nodepool requirements filtered out all available instance types",
    );
  });

  test("a budget that cannot be read is refused at its place", async () => {
    const spec = "disruption: { budgets: [{ nodes: half }] }";
    expect(await issuesFrom(files({ spec }))).toContain("spec.disruption.budgets[0].nodes");
  });

  test("a pool of nodes with the name of a NodePool is refused", async () => {
    const capacity = '{ cpu: "4", memory: 8Gi }';
    const nodePools = `\n    nodePools: [{ name: general, nodes: 1, capacity: ${capacity} }]`;
    expect(await issuesFrom(files({ nodePools }))).toContain("spec.cluster.nodePools[0].name");
  });
});
