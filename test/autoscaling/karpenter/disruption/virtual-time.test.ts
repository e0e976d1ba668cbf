import { describe, expect, test } from "vitest";
import { Phase } from "../../../../src/kernel/phase.js";
import { type ClusterObserver, UNOBSERVED } from "../../../../src/record/cluster-observer.js";
import type { World } from "../../../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "../../../runs/built-world.js";

interface Parts {
  readonly karpenter?: string;
  readonly disruption?: string;
  readonly template?: string;
  readonly timeline?: string;
  readonly more?: string;
  readonly requirements?: string;
  readonly replicas?: number;
  readonly pod?: string;
  readonly duration?: string;
}

const files = (parts: Parts): Record<string, string> => ({
  "scenario.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: nodes }
spec:
  duration: ${parts.duration ?? "30m"}
  cluster:
    karpenter:
      provisioning: { registration: 40s, readiness: 10s, removal: 20s }
      ${parts.karpenter ?? "batchIdleDuration: 1s"}
      instanceTypes:
        - name: small
          capacity: { cpu: "2", memory: 8Gi }
          offerings: [{ zone: a, capacityType: spot, price: 0.05 }, { zone: a, capacityType: on-demand, price: 0.1 }]
        - name: large
          capacity: { cpu: "8", memory: 32Gi }
          offerings: [{ zone: a, capacityType: on-demand, price: 0.4 }]
  manifests: [objects.yaml]
  timeline: [${parts.timeline ?? ""}]
`,
  "objects.yaml": `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  disruption: ${parts.disruption ?? "{ consolidateAfter: 30s, budgets: [{ nodes: 100% }] }"}
  template:
    metadata: { labels: { team: shop } }
    spec:
      nodeClassRef: { group: karpenter.kwok.sh, kind: KWOKNodeClass, name: default }
      requirements: [${parts.requirements ?? "{ key: karpenter.sh/capacity-type, operator: In, values: [on-demand] }"}]
      ${parts.template ?? "taints: []"}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${parts.replicas ?? 3}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } ${parts.pod ?? ""} }
    spec: { containers: [{ name: web, image: web, resources: { requests: { cpu: "1500m" } } }] }
${parts.more ?? ""}`,
});

interface Told {
  readonly reason: string;
  readonly about: string;
  readonly message: string;
  readonly atSeconds: number;
}

async function run(parts: Parts, prepare?: (world: World) => void) {
  const told: Told[] = [];
  const evicted: number[] = [];
  const asked: string[] = [];
  const observer: ClusterObserver = {
    ...UNOBSERVED,
    event: (_, reason, { kind, name }, message, at) =>
      told.push({ reason, about: `${kind}/${name}`, message, atSeconds: at / 1e6 }),
    podEvicted: (_, reason, at) => {
      if (reason === "EvictedByKarpenter") evicted.push(at / 1e6);
    },
    nodesAskedFor: (_, pods) => asked.push(...pods.map(({ name }) => name)),
  };
  const world = await worldOf(await loadedFromMemory(files(parts)), { observer });
  prepare?.(world);
  world.run();
  return { world, told, evicted, asked };
}

const names = (world: World, kind: "Node" | "NodeClaim") =>
  [...world.ground.store.table(kind)].map(({ name }) => name);

const typesOf = (world: World) =>
  [...world.ground.store.table("Node")]
    .map(({ labels }) => labels["node.kubernetes.io/instance-type"])
    .sort();

const running = (world: World) =>
  [...world.ground.store.table("Pod")].filter(({ phase }) => phase === "Running").length;

const scaleTo = (replicas: number) =>
  `{ at: 10m, scale: { target: Deployment/web, replicas: ${replicas} } }`;

const BUDGET = (minAvailable: number) => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: ${minAvailable}, selector: { matchLabels: { app: web } } }
`;

describe("nodes without pods", () => {
  test("go, when they have been left in peace for long enough", async () => {
    const { world, told } = await run({ timeline: scaleTo(0) });
    expect(names(world, "Node")).toEqual([]);
    expect(names(world, "NodeClaim")).toEqual([]);
    const [first] = told.filter(({ reason }) => reason === "DisruptionTerminating");
    expect(first?.message).toBe("Disrupting NodeClaim: Empty");
    // Consolidatable 30 s after the last pod left, seen by the next look in ten seconds, and again 15 s later.
    expect(first?.atSeconds).toBeGreaterThan(10 * 60 + 30 + 15);
    expect(first?.atSeconds).toBeLessThan(10 * 60 + 30 + 30 + 10 + 15 + 5);
  });

  test("stay where consolidation is off", async () => {
    const { world } = await run({
      timeline: scaleTo(0),
      disruption: "{ consolidateAfter: Never }",
    });
    expect(names(world, "Node")).toHaveLength(1);
  });

  test("stay where the budget is nought, which is told of the pool", async () => {
    const disruption = '{ consolidateAfter: 30s, budgets: [{ nodes: "0" }] }';
    const { world, told } = await run({ timeline: scaleTo(0), disruption });
    expect(names(world, "Node")).toHaveLength(1);
    expect(told).toContainEqual(
      expect.objectContaining({
        about: "NodePool/general",
        message: "No allowed disruptions for disruption reason Empty due to blocking budget",
      }),
    );
  });
});

describe("a node that is too large", () => {
  test("is replaced by a cheaper one, which is initialized first", async () => {
    const { world, told, evicted } = await run({ timeline: scaleTo(1) });
    expect(typesOf(world)).toEqual(["small"]);
    expect(running(world)).toBe(1);
    const at = (reason: string) => told.find((one) => one.reason === reason)?.atSeconds ?? 0;
    expect(at("DisruptionTerminating") - at("DisruptionLaunching")).toBeGreaterThan(50);
    expect(evicted).toHaveLength(1);
    expect(evicted[0]).toBeGreaterThan(at("DisruptionTerminating"));
  });

  test("stays when it is annotated", async () => {
    const { world } = await run({
      timeline: scaleTo(1),
      pod: ', annotations: { karpenter.sh/do-not-disrupt: "true" }',
    });
    expect(typesOf(world)).toEqual(["large"]);
  });

  test("stays when a budget forbids to evict its pod", async () => {
    const { world, told } = await run({ timeline: scaleTo(1), more: BUDGET(1) });
    expect(typesOf(world)).toEqual(["large"]);
    expect(told.map(({ message }) => message)).toContain("Pdb prevents pod evictions");
  });
});

describe("a node that is no longer what its pool would make", () => {
  const patch = `{ at: 10m, patch: { target: NodePool/general, patch: { spec: { template: { metadata: { labels: { team: lab } } } } } } }`;

  test("is replaced, one at a time within the budget", async () => {
    const { world, told } = await run({ timeline: patch, replicas: 8 });
    const labels = [...world.ground.store.table("Node")].map((node) => node.labels.team);
    expect(new Set(labels)).toEqual(new Set(["lab"]));
    expect(running(world)).toBe(8);
    expect(told.map(({ message }) => message)).toContain("Disrupting NodeClaim: Drifted");
  });
});

describe("a dump whose NodeClaims were hashed by upstream", () => {
  const UPSTREAM = {
    "karpenter.sh/nodepool-hash": "8821442180951372904",
    "karpenter.sh/nodepool-hash-version": "v3",
  };
  const DRIFTED = {
    type: "Drifted",
    status: "True",
    reason: "NodePoolDrifted",
    lastTransitionTime: "2025-12-31T23:00:00Z",
  };

  /** Goes on with what a run left, its NodeClaims annotated so; the names of NodeClaims before and after. */
  async function resumed(
    annotations: Readonly<Record<string, string>>,
    { conditions = [], timeline = "" }: { conditions?: readonly object[]; timeline?: string } = {},
  ) {
    const { world } = await run({});
    const items = [...world.objects()].map((object) => {
      if (object.kind !== "NodeClaim") return object;
      const status = object.status as { readonly conditions: readonly object[] };
      return {
        ...object,
        metadata: { ...object.metadata, annotations },
        status: { ...status, conditions: [...status.conditions, ...conditions] },
      };
    });
    const scenario = files({ timeline })["scenario.yaml"]!;
    const loaded = await loadedFromMemory({
      "scenario.yaml": scenario.replace("  manifests: [objects.yaml]", "    snapshot: [dump.json]"),
      "dump.json": JSON.stringify({ apiVersion: "v1", kind: "List", items }),
    });
    const after = await worldOf(loaded, { observer: UNOBSERVED });
    after.run();
    expect(running(after)).toBe(3);
    return { before: names(world, "NodeClaim"), after: names(after, "NodeClaim") };
  }

  test.each([
    ["upstream's", UPSTREAM],
    ["none", {}],
  ])("keeps its nodes: %s", async (_, hash) => {
    const { before, after } = await resumed(hash);
    expect(after).toEqual(before);
  });

  test("has them replaced once the template changes", async () => {
    const timeline = `{ at: 10m, patch: { target: NodePool/general, patch: { spec: { template: { metadata: { labels: { team: lab } } } } } } }`;
    const { before, after } = await resumed(UPSTREAM, { timeline });
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  test("has those replaced that had drifted", async () => {
    const { before, after } = await resumed(UPSTREAM, { conditions: [DRIFTED] });
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });
});

describe("a NodeClaim that expires", () => {
  test("goes with its node, and its pods find another", async () => {
    const { world } = await run({ template: "expireAfter: 10m", duration: "19m" });
    const [claim, ...others] = [...world.ground.store.table("NodeClaim")];
    expect(others).toEqual([]);
    expect(claim?.creationTimeMicros).toBeGreaterThan(10 * 60e6);
    expect(running(world)).toBe(3);
  });

  test("waits for a budget, unless it has a grace period", async () => {
    const budget = { more: BUDGET(3), duration: "25m" };
    const held = await run({ template: "expireAfter: 10m", ...budget });
    expect([...held.world.ground.store.table("NodeClaim")].map(({ name }) => name)).toHaveLength(2);
    expect(held.evicted).toEqual([]);
    // The second node was made for pods that run still: nobody waits for it.
    expect(held.asked).toHaveLength(3);
    const template = "expireAfter: 10m\n      terminationGracePeriod: 5m";
    const forced = await run({ template, ...budget });
    expect(forced.told.map(({ reason }) => reason)).toContain("TerminationGracePeriodExpiring");
    const disrupted = forced.told.filter(({ reason }) => reason === "Disrupted");
    expect(disrupted.length).toBeGreaterThanOrEqual(3);
    expect(running(forced.world)).toBe(3);
  });
});

describe("a spot machine that the cloud wants back", () => {
  const spot = {
    karpenter: "spotLifetime: 10m",
    requirements: "{ key: karpenter.sh/capacity-type, operator: In, values: [spot] }",
    disruption: "{ consolidateAfter: Never }",
  };

  test("is drained within its notice, and others come in its place", async () => {
    const { world, told, evicted } = await run({ ...spot, duration: "14m" });
    expect(told.filter(({ reason }) => reason === "SpotInterrupted").length).toBeGreaterThan(2);
    expect(evicted).toHaveLength(3);
    expect(running(world)).toBe(3);
  });

  test("is gone after two minutes, whatever a budget says", async () => {
    const { world, told, evicted } = await run({ ...spot, more: BUDGET(3), duration: "18m" });
    expect(evicted).toEqual([]);
    const [first] = told.filter(({ reason }) => reason === "SpotInterrupted");
    const old = [...world.ground.store.table("Node")]
      .filter(({ creationTimeMicros }) => creationTimeMicros < first!.atSeconds * 1e6)
      .map(({ name }) => name);
    expect(old).toEqual([]);
    expect(running(world)).toBe(3);
  });
});

test("a node that somebody deletes is drained first, and its NodeClaim goes too", async () => {
  const { world, evicted } = await run({ duration: "16m" }, ({ ground }) => {
    const { engine } = ground;
    const client = ground.unlimitedClient("somebody", 0);
    const ignored = client.onAnswer(() => {});
    const target = { kind: "Node", namespace: "", name: "general-0" } as const;
    const remove = engine.registerHandler("test/delete", () =>
      client.submit({ verb: "delete", target }, ignored),
    );
    engine.scheduleAt(600e6, Phase.world, remove);
  });
  expect(names(world, "Node")).not.toContain("general-0");
  expect(names(world, "NodeClaim")).toHaveLength(1);
  expect(evicted).toHaveLength(3);
  expect(running(world)).toBe(3);
});
