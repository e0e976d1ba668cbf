import { describe, expect, test } from "vitest";
import { loadedFrom, loadedFromMemory, worldOf } from "./built-world.js";

const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: server
          image: web:v1
          resources: { requests: { cpu: 500m }, limits: { cpu: "1" } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: server, image: db:v1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ port: 80 }] }
`;

interface Parts {
  readonly behavior?: string;
  readonly traffic?: string;
  readonly timeline?: string;
  readonly measure?: string;
  readonly duration?: string;
  readonly every?: string;
}

function scenarioOf(parts: Parts): string {
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  duration: ${parts.duration ?? "5m"}
  measure: ${parts.measure ?? "{ from: 30s }"}
  metrics: { every: ${parts.every ?? "15s"} }
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  behavior: ${parts.behavior ?? "[{ service: 20ms }]"}
  traffic: ${parts.traffic ?? "[{ name: users, to: shop/Service/web, rate: 50/s }]"}
  timeline: ${parts.timeline ?? "[]"}
`;
}

async function run(parts: Parts) {
  const loaded = await loadedFromMemory({ "s.yaml": scenarioOf(parts), "app.yaml": APP });
  const world = await worldOf(loaded);
  world.run();
  const { figures } = world.finish();
  const summary = new Map<string, number>();
  for (const { metric, labels, value } of figures.summary) {
    summary.set(labels === "" ? metric : `${metric} ${labels}`, value);
  }
  return { summary, figures, digest: world.ground.engine.digest.hex() };
}

describe("requests to a Service", () => {
  test.each([
    ["crash", "{ from: 2m, to: 2m30s }", 0.5],
    ["crash", "{ from: 2m35s }", 0],
    ["partition", "{ from: 2m }", 0],
  ])(
    "of which one is on a node with a %s, measured %o, fail by %d",
    async (fault, measure, share) => {
      const timeline = `[{ at: 2m, failNode: { node: general-0, fault: ${fault} }, for: 30s }]`;
      const { summary } = await run({ timeline, measure });
      const ratio = summary.get("request_failed_ratio traffic=users")!;
      // Five standard deviations of 1,500 requests that take either pod.
      expect(Math.abs(ratio - share)).toBeLessThan(share === 0 ? 1e-9 : 5 * Math.sqrt(0.25 / 1500));
    },
  );

  test("are answered by its pods once these are ready", async () => {
    const { summary } = await run({});
    expect(summary.get("request_failed_ratio")).toBe(0);
    const count = summary.get("request_count traffic=users")!;
    expect(Math.abs(count - 270 * 50)).toBeLessThan(5 * Math.sqrt(270 * 50));
    expect(summary.get("request_latency_p50_seconds")).toBeCloseTo(0.02, 3);
  });

  test("fail for want of an endpoint before", async () => {
    const { summary } = await run({ measure: "{ from: 0s, to: 500ms }" });
    expect(summary.get("request_failed_ratio")).toBe(1);
    expect(summary.get("request_attempts_failed_count reason=noEndpoint")).toBeGreaterThan(0);
  });

  test("meet the same arrivals whatever the cluster is like", async () => {
    const [slow, fast] = await Promise.all([
      run({ measure: "{ from: 0s }", behavior: "[{ service: 20ms }]" }),
      run({ measure: "{ from: 0s }", behavior: "[{ service: 1ms, start: 5s }]" }),
    ]);
    const attempts = "request_attempts_count traffic=users";
    expect(slow.summary.get(attempts)).toBe(fast.summary.get(attempts));
  });

  test("give the same digest again", async () => {
    expect((await run({})).digest).toBe((await run({})).digest);
  });

  test("add up the same in intervals of any length", async () => {
    const [short, long] = await Promise.all([run({ every: "5s" }), run({ every: "1m" })]);
    for (const metric of ["request_count", "request_latency_p99_seconds"]) {
      expect(short.summary.get(metric)).toBe(long.summary.get(metric));
    }
    expect(short.summary.get("request_latency_mean_seconds")).toBeCloseTo(
      long.summary.get("request_latency_mean_seconds")!,
      9,
    );
  });
});

describe("a pod that is deleted", () => {
  const rollout = {
    timeline: "[{ at: 2m, rollout: { target: shop/Deployment/web, action: restart } }]",
  };

  test("refuses connections until kube-proxy knows, and ends with what it has", async () => {
    const { summary } = await run({ ...rollout, behavior: "[{ service: 4s, stop: 1s }]" });
    expect(summary.get("request_attempts_failed_count reason=refused")).toBeGreaterThan(0);
    expect(summary.get("request_attempts_failed_count reason=reset")).toBeGreaterThan(50);
  });

  test("loses nothing when it waits for kube-proxy before it stops", async () => {
    const app = APP.replace(
      "image: web:v1",
      "image: web:v1\n          lifecycle: { preStop: { sleep: { seconds: 5 } } }",
    );
    const files = { "s.yaml": scenarioOf({ ...rollout, behavior: "[{ service: 20ms }]" }) };
    const world = await worldOf(await loadedFromMemory({ ...files, "app.yaml": app }));
    world.run();
    const failed = world
      .finish()
      .figures.summary.find((row) => row.metric === "request_failed_count");
    expect(failed?.value).toBe(0);
  });
});

describe("CPU that requests take", () => {
  const busy = "[{ match: { labels: { app: web } }, cpu: { perRequest: 10ms, idle: 100m } }]";

  test("is the usage of the pods, besides what is idle", async () => {
    const { summary } = await run({ behavior: busy });
    // Two web pods of 100m, 50 requests of 10 ms, and half of no request for the other.
    const used = summary.get("utilization_mean_ratio resource=cpu")! * 8;
    expect(used).toBeCloseTo(0.2 + 0.5, 1);
  });

  test("is throttled at the limit", async () => {
    const traffic = "[{ name: users, to: shop/Service/web, rate: 300/s, timeout: 5s }]";
    const { summary } = await run({ behavior: busy, traffic });
    // 1.5 cores are asked of each pod that may have one.
    expect(summary.get("request_failed_ratio")).toBeGreaterThan(0.5);
  });
});

describe("calls of other services", () => {
  test("make up the latency, one after the other or at once", async () => {
    const behavior = (calls: string) =>
      `[{ match: { labels: { app: web } }, service: 10ms, calls: ${calls} }, { service: 20ms }]`;
    const db = "{ to: shop/Service/db }";
    const [inTurn, atOnce] = await Promise.all([
      run({ behavior: behavior(`[[${db}], [${db}]]`) }),
      run({ behavior: behavior(`[[{ to: shop/Service/db, times: 2 }]]`) }),
    ]);
    expect(inTurn.summary.get("request_latency_p50_seconds")).toBeCloseTo(0.05, 2);
    expect(atOnce.summary.get("request_latency_p50_seconds")).toBeCloseTo(0.03, 2);
  });

  test("that fail are failures of who called", async () => {
    const behavior = `[{ match: { labels: { app: web } }, calls: [[{ to: shop/Service/db }]] },
      { service: 20ms, errors: 0.25 }]`;
    const { summary } = await run({ behavior });
    expect(summary.get("request_failed_ratio")).toBeCloseTo(0.25, 1);
  });
});

describe("a step that sets traffic", () => {
  test("changes the rate, and to whom the requests go", async () => {
    const timeline = `[{ at: 2m, setTraffic: { traffic: users, rate: 200/s } },
      { at: 3m, setTraffic: { traffic: users, rate: 100/s, backends: [
        { to: shop/Service/web, weight: 1 }, { to: shop/Service/db, weight: 3 }] } }]`;
    const behavior =
      "[{ match: { labels: { app: db } }, service: 1ms, errors: 1 }, { service: 1ms }]";
    const { summary } = await run({ timeline, behavior, measure: "{ from: 200s, to: 300s }" });
    expect(Math.abs(summary.get("request_count")! - 10_000)).toBeLessThan(500);
    expect(summary.get("request_failed_ratio")).toBeCloseTo(0.75, 1);
  });
});

describe("mode fluid", () => {
  const traffic = (mode: string) =>
    `[{ name: users, to: shop/Service/web, rate: 60/s, mode: ${mode}, objective: { latency: 100ms, quantile: 0.99 } }]`;
  const behavior = "[{ service: { exponential: { mean: 50ms } }, concurrency: 2 }]";

  test("is near to requests, at a fraction of the work", async () => {
    const [exact, fluid] = await Promise.all([
      run({ traffic: traffic("requests"), behavior, duration: "30m" }),
      run({ traffic: traffic("fluid"), behavior, duration: "30m" }),
    ]);
    for (const [metric, bound] of [
      ["request_count", 0.02],
      ["request_latency_mean_seconds", 0.05],
      ["request_latency_p99_seconds", 0.15],
      ["objective_violation_ratio", 0.15],
    ] as const) {
      const [wanted, found] = [exact.summary.get(metric)!, fluid.summary.get(metric)!];
      expect(Math.abs(found / wanted - 1), metric).toBeLessThan(bound);
    }
  });

  test("tells the CPU that requests take", async () => {
    const busy = "[{ match: { labels: { app: web } }, cpu: { perRequest: 10ms } }]";
    const { summary } = await run({ behavior: busy, traffic: traffic("fluid") });
    expect(summary.get("utilization_mean_ratio resource=cpu")! * 8).toBeCloseTo(0.6, 1);
  });
});

describe("an autoscaler in the loop of traffic", () => {
  const figuresOf = async (path: string, settings: readonly string[]) => {
    const world = await worldOf(await loadedFrom([path], { settings: [...settings] }));
    world.run();
    const rows = world.finish().figures.summary;
    return (metric: string) =>
      rows.find((row) => row.metric === metric && row.labels === "target=shop/Deployment/front")!
        .value;
  };

  test("makes as many pods as the CPU of the requests asks for", async () => {
    const settings = ["duration=20m", "measure.from=15m"];
    const rate = "traffic.visitors.rate.expression";
    const path = "scenarios/autoscaling/daily-curve.yaml";
    // 12 cores at 60 %, and a tolerance of a tenth.
    const busy = await figuresOf(path, [...settings, `${rate}=1200 + 0 * t`]);
    expect(Math.abs(busy("replicas_mean_count") - 20)).toBeLessThanOrEqual(2);
    const quiet = await figuresOf(path, [...settings, `${rate}=100 + 0 * t`]);
    expect(quiet("replicas_mean_count")).toBe(3);
  });

  test("flaps without stabilization, and not with it", async () => {
    const path = "scenarios/autoscaling/daily-curve-flaps.yaml";
    const window = "patches.hasty.patch.spec.behavior.scaleDown.stabilizationWindowSeconds";
    const settings = ["duration=90m"];
    const hasty = await figuresOf(path, settings);
    const calm = await figuresOf(path, [...settings, `${window}=600`]);
    expect(hasty("scale_events_count")).toBeGreaterThan(2 * calm("scale_events_count"));
  });
});

describe("requests to a headless Service", () => {
  const headless = (more = "") =>
    APP.replace(
      "spec: { selector: { app: web }",
      `spec: { clusterIP: None${more}, selector: { app: web }`,
    );
  /** The share that fails in a time after all pods of `web` were taken away at 61 s, by reason. */
  async function failedBy(app: string, measure: string): Promise<readonly [number, string[]]> {
    const timeline = "[{ at: 61s, scale: { target: shop/Deployment/web, replicas: 0 } }]";
    const parts = { timeline, measure, behavior: "[{ service: 20ms, stop: 1s }]" };
    const world = await worldOf(
      await loadedFromMemory({ "s.yaml": scenarioOf(parts), "app.yaml": app }),
    );
    world.run();
    const rows = world.finish().figures.summary;
    const ratio = rows.find((one) => one.metric === "request_failed_ratio" && one.labels === "")!;
    const reasons = rows.filter(
      ({ metric, labels, value }) =>
        metric === "request_attempts_failed_count" && /^reason=[^;]*$/.test(labels) && value > 0,
    );
    return [ratio.value, reasons.map(({ labels }) => labels)];
  }

  test("go to pods that are gone until the name is looked up again", async () => {
    expect(await failedBy(headless(), "{ from: 70s, to: 89s }")).toEqual([1, ["reason=refused"]]);
    expect(await failedBy(headless(), "{ from: 91s }")).toEqual([1, ["reason=noEndpoint"]]);
  });

  test("unlike those to a Service with an address", async () => {
    expect(await failedBy(APP, "{ from: 70s, to: 89s }")).toEqual([1, ["reason=noEndpoint"]]);
  });

  test("are answered by its ready pods", async () => {
    expect(await failedBy(headless(), "{ from: 31s, to: 60s }")).toEqual([0, []]);
  });
});
