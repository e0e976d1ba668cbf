import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { isPodReady } from "../../src/api/pod-version.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

interface Drained {
  readonly replicas: number;
  readonly budget: object;
  readonly drains: readonly object[];
  readonly end?: object;
  readonly nodes?: number;
  readonly start?: string;
  readonly watch?: string;
}

async function drainedWorld(given: Drained): Promise<World> {
  const { replicas, budget, drains, end = { until: "idle" }, nodes = 4 } = given;
  const labels = { app: "web" };
  const scenario = {
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: "drained" },
    spec: {
      ...end,
      cluster: {
        nodePools: [{ name: "general", nodes, capacity: { cpu: "4", memory: "8Gi", pods: 20 } }],
      },
      manifests: ["app.yaml"],
      controlPlane: { latency: { watch: given.watch ?? "50ms" } },
      behavior: [{ match: { labels }, start: given.start ?? "7s" }],
      timeline: drains,
    },
  };
  const items = [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 5,
            containers: [
              {
                name: "main",
                image: "web:1",
                resources: { requests: { cpu: "100m" } },
                readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { matchLabels: labels }, ...budget },
    },
  ];
  const files = {
    "s.yaml": JSON.stringify(scenario, null, 1),
    "app.yaml": JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  };
  return worldOf(await loadedFromMemory(files));
}

const drain = (node: number, at = "60s") => ({ at, drain: { node: `general-${node}` } });

/** The fewest healthy pods from when all of them were first healthy. */
function watchHealthy(world: World, replicas: number): { fewest: number } {
  const healthy = new Set<string>();
  const seen = { fewest: Number.POSITIVE_INFINITY };
  world.ground.store.observe((before, after) => {
    const pod = (after ?? before)!;
    if (pod.kind !== "Pod") return;
    const isHealthy = after !== null && pod.deletionTimeMicros === null && isPodReady(pod);
    if (isHealthy) healthy.add(pod.uid);
    else healthy.delete(pod.uid);
    if (healthy.size === replicas) seen.fewest = Math.min(seen.fewest, replicas);
    if (seen.fewest <= replicas) seen.fewest = Math.min(seen.fewest, healthy.size);
  });
  return seen;
}

const podsOn = (world: World, node: number): PodVersion[] =>
  [...world.ground.store.table("Pod")].filter(({ nodeName }) => nodeName === `general-${node}`);

describe("a drain under a budget", () => {
  it.each([
    { replicas: 8, budget: { minAvailable: 7 }, least: 7 },
    { replicas: 8, budget: { minAvailable: "60%" }, least: 5 },
    { replicas: 8, budget: { maxUnavailable: 1 }, least: 7 },
    { replicas: 8, budget: { maxUnavailable: "30%" }, least: 5 },
    { replicas: 8, budget: { maxUnavailable: 1 }, least: 7, watch: "1s500ms" },
    { replicas: 3, budget: { minAvailable: 2 }, least: 2, start: "40s" },
  ])("never breaks it and ends all the same: %o", async ({ least, ...given }) => {
    const world = await drainedWorld({ ...given, drains: [drain(0), drain(1), drain(2, "61s")] });
    const seen = watchHealthy(world, given.replicas);
    world.run();
    expect(seen.fewest).toBe(least);
    for (const node of [0, 1, 2]) expect(podsOn(world, node)).toEqual([]);
    expect(podsOn(world, 3)).toHaveLength(given.replicas);
    const { steps } = world.finish().figures;
    expect(steps.filter(({ message }) => message.startsWith("drained"))).toHaveLength(3);
  });

  it("that allows nothing keeps trying, and the run ends when nothing else happens", async () => {
    const given = { replicas: 4, budget: { maxUnavailable: 0 }, drains: [drain(0)] };
    const world = await drainedWorld({ ...given, end: { duration: "10m" } });
    const asked: number[] = [];
    const { server } = world.ground;
    const execute = server.execute.bind(server);
    server.execute = (request) => {
      const outcome = execute(request);
      if (request.verb === "evict") {
        asked.push(Math.round(world.now / 1e6));
        expect(outcome).toMatchObject({ ok: false, reason: "TooManyRequests" });
      }
      return outcome;
    };
    world.run();
    expect(podsOn(world, 0)).toHaveLength(1);
    expect(asked.slice(0, 4)).toEqual([60, 65, 70, 75]);
    expect(asked.length).toBeGreaterThan(100);
    const idle = await drainedWorld(given);
    expect(idle.run()).toBe("idle");
    expect(idle.now / 1e6).toBeLessThan(120);
  });

  it("goes on when the budget is loosened", async () => {
    const relaxed = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { maxUnavailable: 2 },
    };
    const drains = [drain(0), { at: "5m", apply: relaxed }];
    const world = await drainedWorld({ replicas: 4, budget: { maxUnavailable: 0 }, drains });
    world.run();
    expect(podsOn(world, 0)).toEqual([]);
    const { steps } = world.finish().figures;
    expect(steps.at(-1)?.message).toContain("refused evictions");
  });
});
