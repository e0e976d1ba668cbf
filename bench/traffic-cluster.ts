import assert from "node:assert/strict";
import { buildWorld } from "./worlds.js";

/**
 * The whole cluster in mode `fluid`: 200 services whose autoscalers take them to 10 to 40 pods at the peak of the
 * day, 5,000 in all, on 500 nodes; each look of an autoscaler, every 15 s, reads each of its pods.
 */
const SERVICES = 200;
const NODES = 500;
const REQUEST_SECONDS = 0.01;
const TARGET_PERCENT = 60;

/** Pods at the peak: 10 to 40, 25 in the mean. */
const podsOf = (service: number): number => 10 + ((service * 7) % 31);

function manifests(): string {
  return Array.from({ length: SERVICES }, (_, i) => {
    const labels = `{ app: s${i} }`;
    return `apiVersion: apps/v1
kind: Deployment
metadata: { name: s${i} }
spec:
  replicas: ${Math.ceil(podsOf(i) / 3)}
  selector: { matchLabels: ${labels} }
  template:
    metadata: { labels: ${labels} }
    spec:
      containers:
        - { name: server, image: server, resources: { requests: { cpu: "1" }, limits: { cpu: "2" } } }
---
apiVersion: v1
kind: Service
metadata: { name: s${i} }
spec: { selector: ${labels}, ports: [{ port: 80 }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: s${i} }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: s${i} }
  minReplicas: 2
  maxReplicas: 60
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: ${TARGET_PERCENT} } } }
`;
  }).join("---\n");
}

function scenario(days: number): string {
  const traffic = Array.from({ length: SERVICES }, (_, i) => {
    const peak = (podsOf(i) * TARGET_PERCENT) / 100 / REQUEST_SECONDS;
    const wave = `${peak}*(0.65 - 0.35*cos(2*pi*t/86400))`;
    return `    - { name: t${i}, to: default/Service/s${i}, mode: fluid, rate: { expression: "${wave}" } }`;
  });
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: bench-traffic }
spec:
  duration: ${days}d
  cluster: { nodePools: [{ name: n, nodes: ${NODES}, capacity: { cpu: "16", memory: 64Gi } }] }
  manifests: [bench-app.yaml]
  behavior:
    - { cpu: { perRequest: { exponential: { mean: ${REQUEST_SECONDS * 1000}ms } } }, start: 5s }
  traffic:
${traffic.join("\n")}
`;
}

async function days(count: number): Promise<void> {
  const world = await buildWorld({ text: scenario(count), manifests: manifests() });
  const since = process.cpuUsage();
  world.run();
  const { user, system } = process.cpuUsage(since);
  const { summary } = world.finish().figures;
  const of = (metric: string) => {
    const found = summary.find((row) => row.metric === metric && row.labels === "");
    assert(found !== undefined, `there is no ${metric}`);
    return found.value;
  };
  const most = of("replicas_max_count");
  assert(most > 4_500, `only ${most} pods at the peak`);
  assert(of("request_count") > 1e9, "the day had no requests");
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  console.log(
    `cluster: ${count} day(s) of ${SERVICES} services with autoscalers on ${NODES} nodes, ${most} pods at the peak: ` +
      `${((user + system) / 1e6).toFixed(1)} CPU seconds, ${of("scale_events_count")} changes of size, ${megabytes} MB`,
  );
}

export function runDay(): Promise<void> {
  return days(1);
}

export function runWeek(): Promise<void> {
  return days(7);
}
