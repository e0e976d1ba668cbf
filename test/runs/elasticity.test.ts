import { describe, expect, test } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: web, resources: { requests: { cpu: 100m } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

async function run(more: string, traffic: string, every = "15s") {
  const loaded = await loadedFromMemory({
    "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: elastic }
spec:
  duration: 10m
  measure: { from: 1m }
  metrics: { every: ${every} }
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "10", memory: 32Gi } }] }
  manifests: [app.yaml]
  behavior: [{ start: 1s, service: 20ms, concurrency: 1 }]
  ${more}
  traffic: [{ name: users, to: default/Service/web, mode: fluid, ${traffic} }]
`,
    "app.yaml": APP,
  });
  const world = await worldOf(loaded);
  world.run();
  const { figures } = world.finish();
  return (metric: string) =>
    figures.summary.find(
      (row) => row.metric === metric && row.labels === "target=default/Deployment/web",
    )?.value;
}

describe("the elasticity of a Deployment", () => {
  test("is that of its ready pods against what its requests ask for", async () => {
    // Each pod does 50 a second: one is needed for four minutes, then three for five; there are two.
    const rate = "rate: { steps: [{ at: 0s, rate: 40/s }, { at: 5m, rate: 140/s }] }";
    const figure = await run("", rate);
    expect(figure("pods_needed_mean_count")).toBeCloseTo((240 + 3 * 300) / 540, 9);
    expect(figure("underprovisioned_mean_count")).toBeCloseTo(300 / 540, 9);
    expect(figure("overprovisioned_mean_count")).toBeCloseTo(240 / 540, 9);
    expect(figure("underprovisioned_accuracy_ratio")).toBeCloseTo(300 / 3 / 540, 9);
    expect(figure("overprovisioned_accuracy_ratio")).toBeCloseTo(240 / 540, 9);
    expect(figure("underprovisioned_time_ratio")).toBeCloseTo(300 / 540, 9);
    expect(figure("overprovisioned_time_ratio")).toBeCloseTo(240 / 540, 9);
    expect(figure("elasticity_jitter_count")).toBeCloseTo(-2 / 9, 9);
    // One of the 36 steps between 37 samples: the need grew, and nothing came.
    expect(figure("elasticity_instability_ratio")).toBeCloseTo(1 / 36, 2);
    expect(figure("pod_hours")).toBeCloseTo((2 * 540) / 3600, 9);
  });

  test("asks for more pods where an objective has to be met", async () => {
    const promised = "rate: 140/s, objective: { latency: 50ms, quantile: 0.95 }";
    const figure = await run("", promised);
    // 95 in 100 within 50 ms of M/D/1 with 20 ms: at 46.7 a second each (three pods) far too few.
    expect(figure("pods_needed_mean_count")).toBeGreaterThan(3);
    expect(figure("pods_needed_mean_count")).toBeLessThan(10);
  });

  test("knows as many flaps as changes of size that soon take one back", async () => {
    const scale = (at: string, replicas: number) =>
      `{ at: ${at}, scale: { target: Deployment/web, replicas: ${replicas} } }`;
    const steps = [scale("2m", 3), scale("4m", 4), scale("6m", 2), scale("7m", 3)];
    const figure = await run(`timeline: [${steps.join(", ")}]`, "rate: 40/s");
    expect(figure("scale_events_count")).toBe(4);
    expect(figure("scale_flaps_count")).toBe(2);
  });
});
