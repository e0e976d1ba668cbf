import { expect, test } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

const SCENARIO = `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: slack }
spec:
  duration: 30m
  measure: { from: 10m }
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [web.yaml]
  behavior:
    - { match: { labels: { app: web } }, cpu: 200m, memory: 250Mi }
`;
const WEB = `
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: { name: web }
spec:
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  updatePolicy: { updateMode: "Off" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "web:v1", resources: { requests: { cpu: "1", memory: 1000Mi } } }
`;

test("pods whose use never changes have the slack of what they use, told before they are seen to run", async () => {
  const world = await worldOf(await loadedFromMemory({ "slack.yaml": SCENARIO, "web.yaml": WEB }));
  world.run();
  const rows = world.finish().figures.summary.filter(({ metric }) => metric === "slack_ratio");
  const slack = Object.fromEntries(rows.map(({ labels, value }) => [labels, value]));
  expect(slack["resource=cpu;target=default/Deployment/web"]).toBeCloseTo(0.8, 6);
  expect(slack["resource=memory;target=default/Deployment/web"]).toBeCloseTo(0.75, 6);
});
