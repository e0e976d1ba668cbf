import { describe, expect, it } from "vitest";
import type { TimelineStep } from "../../src/record/event-log.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: "web:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

function scenario(timeline: string, more = ""): string {
  return `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: waits }
spec:
  duration: 10m
  cluster:
    nodePools: [{ name: general, nodes: 2, capacity: { cpu: "4", memory: 8Gi } }]
  manifests: [web.yaml]
  ${more}
  timeline:
${timeline}`;
}

async function built(timeline: string, more = "", options = {}) {
  const contents = { "waits.yaml": scenario(timeline, more), "web.yaml": WEB };
  const world = await worldOf(await loadedFromMemory(contents), options);
  world.run();
  return world;
}

async function stepsOf(timeline: string, more = ""): Promise<readonly string[]> {
  const world = await built(timeline, more);
  const { steps } = world.finish().figures;
  return steps.map(
    ({ timeMicros, operation, target, message }: TimelineStep) =>
      `${Math.round(timeMicros / 1e5) / 10} ${operation} ${target}: ${message}`,
  );
}

const SCALE = (replicas: number) => `scale: { target: Deployment/web, replicas: ${replicas} }`;

describe("a wait for a figure of the run", () => {
  it("measures one window after the other until one is as it should be", async () => {
    const steps = await stepsOf(`
    - { at: 1m, ${SCALE(4)} }
    - { at: 1m, waitFor: { metric: pods_created_count, is: "== 0", over: 20s, within: 2m } }
    - { at: 5s, ${SCALE(3)} }`);
    expect(steps).toEqual([
      "60 scale default/Deployment/web: scaled to 4",
      "100 waitFor Metric/pods_created_count: == 0 after 40 s",
      "105 scale default/Deployment/web: scaled to 3",
    ]);
  });

  it("measures each window by itself", async () => {
    const steps = await stepsOf(`
    - { at: 1m, waitFor: { metric: replicas_max_count, is: "< 4", over: 1m, within: 1m } }
    - { at: 0s, ${SCALE(4)} }
    - { at: 10s, waitFor: { metric: replicas_max_count, is: "== 4", over: 1m, within: 1m } }
    - { at: 0s, ${SCALE(1)} }
    - { at: 10s, waitFor: { metric: replicas_max_count, is: "== 1", over: 1m, within: 1m } }`);
    expect(steps.filter((step) => step.includes("waitFor"))).toEqual([
      "120 waitFor Metric/replicas_max_count: < 4 after 60 s",
      "190 waitFor Metric/replicas_max_count: == 4 after 60 s",
      "260 waitFor Metric/replicas_max_count: == 1 after 60 s",
    ]);
  });

  it("names the rows that are not as is waited for where each of them is meant", async () => {
    const steps = await stepsOf(
      `    - { at: 1m, waitFor: { metric: unavailable_seconds, is: "> 0", over: 10s, within: 10s } }`,
    );
    expect(steps.at(-1)).toContain(
      "Metric/unavailable_seconds: failed: not > 0 after 10 s: found 0; found 0 of target=default/Deployment/web",
    );
  });

  it("says that there is no row of those labels", async () => {
    const steps = await stepsOf(
      `    - { at: 1m, waitFor: { metric: unavailable_seconds, labels: { target: a/b/c }, is: "> 0", over: 10s, within: 10s } }`,
    );
    expect(steps.at(-1)).toContain("failed: not > 0 after 10 s: there is no such row");
  });

  it("takes the steps of `else` where it was in vain, and none of those after it", async () => {
    const steps = await stepsOf(`
    - at: 1m
      waitFor:
        metric: unavailable_seconds
        labels: { target: default/Deployment/web }
        is: "> 0"
        over: 10s
        within: 25s
        else: [{ ${SCALE(1)} }, { at: 30s, ${SCALE(5)} }]
    - { at: 1s, ${SCALE(9)} }`);
    expect(steps).toEqual([
      "80 waitFor Metric/unavailable_seconds{target=default/Deployment/web}: failed: not > 0 after 20 s: found 0: 1 later step not taken",
      "80 scale default/Deployment/web: scaled to 1",
      "110 scale default/Deployment/web: scaled to 5",
    ]);
  });

  it("sees the requests of its window, up to its end", async () => {
    const traffic = `traffic: [{ name: users, to: Service/web, rate: 4/s }]`;
    const steps = await stepsOf(
      `
    - { at: 61s, waitFor: { metric: request_count, labels: { traffic: users }, is: ">= 60", over: 20s, within: 20s, else: go on } }
    - { at: 0s, setTraffic: { traffic: users, rate: 1/s } }
    - { at: 0s, waitFor: { metric: request_count, labels: { traffic: users }, is: "<= 30", over: 20s, within: 20s } }
    - { at: 0s, ${SCALE(0)} }
    - { at: 10s, waitFor: { metric: request_failed_ratio, labels: { traffic: users }, is: "== 1", over: 20s, within: 20s } }`,
      traffic,
    );
    expect(steps.filter((step) => step.includes("failed:"))).toEqual([]);
    expect(steps.at(-1)).toContain("131 waitFor Metric/request_failed_ratio{traffic=users}");
  });

  it("is the same whether somebody measures the run or nobody does", async () => {
    const timeline = `
    - { at: 1m, ${SCALE(4)} }
    - { at: 1m, waitFor: { metric: pods_created_count, is: "== 0", within: 2m } }
    - { at: 5s, ${SCALE(3)} }`;
    const measured = await built(timeline);
    const unmeasured = await built(timeline, "", { isMeasured: false });
    expect(unmeasured.ground.engine.digest.hex()).toBe(measured.ground.engine.digest.hex());
  });

  it.each([
    [`{ metric: pods_create_count, is: "== 0", within: 1m }`, "nearest is pods_created_count"],
    [`{ metric: pods_created_count, is: complete, within: 1m }`, "expected a comparison such as"],
    [
      `{ metric: pods_created_count, is: "== 0", within: 10s }`,
      "waitFor.over: is longer than `within`",
    ],
    [`{ is: "== 0", within: 10s }`, "expected either `target` or `metric`"],
    [`{ metric: pods_created_count, is: "== 0", within: 1m, else: undo }`, "belongs to `target`"],
    [
      `{ target: Deployment/web, is: complete, within: 1m, else: [{ scale: { target: Deployment/wep, replicas: 1 } }] }`,
      "there is no object `default/Deployment/wep`; the nearest is `default/Deployment/web`",
    ],
    [`{ target: Deployment/web, is: complete, within: 1m, else: [{}] }`, "exactly one operation"],
  ])("refuses %s", async (wait, message) => {
    await expect(built(`    - { at: 1m, waitFor: ${wait} }`)).rejects.toThrow(message);
  });
});
