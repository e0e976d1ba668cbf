import { describe, expect, test } from "vitest";
import { issuesFrom, loadedFromMemory, worldOf } from "./built-world.js";

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: REPLICAS
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: web, resources: { requests: { cpu: 100m } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
`;

const hpa = (metric: string) => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 1
  maxReplicas: 10
  metrics: [${metric}]
`;

const ofPods =
  "{ type: Pods, pods: { metric: { name: rps }, target: { type: AverageValue, averageValue: '20' } } }";
const ofService =
  "{ type: Object, object: { metric: { name: rps }, describedObject: { apiVersion: v1, kind: Service, name: web }, target: { type: AverageValue, averageValue: '20' } } }";
const outside =
  "{ type: External, external: { metric: { name: rps, selector: { matchLabels: { service: web } } }, target: { type: AverageValue, averageValue: '20' } } }";

const keda = `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web }
spec:
  scaleTargetRef: { name: web }
  pollingInterval: 15
  cooldownPeriod: 60
  triggers: [{ type: prometheus, name: rps, metadata: { serverAddress: "http://p", query: q, threshold: "20" } }]
`;

interface Parts {
  readonly metrics: string;
  readonly app: string;
  readonly mode?: string;
  readonly replicas?: number;
  readonly behavior?: string;
  readonly rate?: string;
  readonly traffic?: boolean;
  readonly duration?: string;
}

function files(parts: Parts) {
  const rate = parts.rate ?? "96/s";
  const traffic = `traffic: [{ name: users, to: default/Service/web, mode: ${parts.mode ?? "requests"}, rate: ${rate} }]`;
  return {
    "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: metrics }
spec:
  duration: ${parts.duration ?? "10m"}
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "10", memory: 32Gi } }] }
  manifests: [app.yaml]
  behavior: [{ start: 1s, ${parts.behavior ?? "service: 20ms"} }]
  ${parts.metrics}
  ${parts.traffic === false ? "" : traffic}
`,
    "app.yaml": WEB.replace("REPLICAS", `${parts.replicas ?? 1}`) + parts.app,
  };
}

async function run(parts: Parts) {
  const events: string[] = [];
  const loaded = await loadedFromMemory(files(parts));
  const world = await worldOf(loaded, {
    events: { write: (rows) => void events.push(...rows.map(String)) },
  });
  world.run();
  const { figures } = world.finish();
  const named = new Map(figures.summary.map((row) => [`${row.metric} ${row.labels}`, row.value]));
  const size = [...world.objects()].find((one) => one.kind === "Deployment")!;
  return { named, events: events.join("\n"), size: (size.spec as { replicas: number }).replicas };
}

const PODS =
  "customMetrics: [{ name: rps, pods: {}, value: { traffic: { of: requestsPerSecond } } }]";
const SERVICE =
  "customMetrics: [{ name: rps, object: default/Service/web, value: { traffic: { of: requestsPerSecond, window: 30s } } }]";
const EXTERNAL =
  "externalMetrics: [{ name: rps, labels: { service: web }, value: { traffic: { of: requestsPerSecond, to: default/Service/web } } }]";

describe.each(["requests", "fluid"])("in mode %s, an autoscaler follows", (mode) => {
  test.each([
    ["what each pod serves a second (Pods)", PODS, hpa(ofPods)],
    ["what comes to a Service (Object)", SERVICE, hpa(ofService)],
    ["what comes to a Service (External)", EXTERNAL, hpa(outside)],
  ])("%s", async (_, metrics, app) => {
    // A pod's rate of the last minute may ask for one too many, which goes after five.
    expect((await run({ metrics, app, mode, duration: "12m" })).size).toBe(5);
  });

  test("requests from zero, where no pod can be asked", async () => {
    const rate = "{ steps: [{ at: 0s, rate: 0 }, { at: 60s, rate: 70/s }, { at: 6m, rate: 0 }] }";
    const { named, size } = await run({ metrics: EXTERNAL, app: keda, mode, replicas: 0, rate });
    expect(named.get("replicas_max_count target=default/Deployment/web")).toBe(4);
    expect(size).toBe(0);
  });

  test("the queue that there is, which a pod with room has not", async () => {
    const metrics =
      "customMetrics: [{ name: rps, object: default/Service/web, value: { traffic: { of: queueLength } } }]";
    const behavior = "service: 100ms, concurrency: 2";
    const busy = await run({ metrics, app: hpa(ofService), mode, behavior, rate: "40/s" });
    expect(busy.size).toBeGreaterThan(1);
    const calm = await run({ metrics, app: hpa(ofService), mode, behavior, rate: "5/s" });
    expect(calm.size).toBe(1);
  });
});

test("a metric that nobody provides is reported as upstream does", async () => {
  const { events, size } = await run({ metrics: PODS.replace("rps", "other"), app: hpa(ofPods) });
  expect(events).toContain("FailedGetPodsMetric");
  expect(events).toContain("the server could not find the metric rps for pods");
  expect(size).toBe(1);
  const none = await run({ metrics: "", app: hpa(ofService) });
  expect(none.events).toContain("no known available metric versions found");
});

describe("a metric that is wrong is refused with its place", () => {
  const value = "value: { traffic: { of: requestsPerSecond } }";
  test.each([
    ["no Service", `externalMetrics: [{ name: rps, ${value} }]`, /expected the Service whose/],
    [
      "both",
      `customMetrics: [{ name: r, pods: {}, object: default/Service/web, ${value} }]`,
      /exactly one of pods, object/,
    ],
    [
      "an Ingress",
      `customMetrics: [{ name: r, object: default/Ingress/web, ${value} }]`,
      /expected the Service whose/,
    ],
    [
      "a long window",
      "customMetrics: [{ name: r, pods: {}, value: { traffic: { of: inFlight, window: 6m } } }]",
      /expected at most 5m/,
    ],
    [
      "a Service that there is not",
      "externalMetrics: [{ name: r, value: { traffic: { of: inFlight, to: default/Service/wep } } }]",
      /the nearest is `web`/,
    ],
  ])("%s", async (_, metrics, message) => {
    expect(await issuesFrom(files({ metrics, app: "" }))).toMatch(message);
  });

  test("no traffic", async () => {
    const issues = await issuesFrom(files({ metrics: EXTERNAL, app: "", traffic: false }));
    expect(issues).toMatch(/there is no `traffic` in the scenario/);
  });
});
