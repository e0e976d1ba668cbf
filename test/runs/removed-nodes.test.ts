import { expect, it } from "vitest";
import { isPodReady } from "../../src/api/pod-version.js";
import { rowsOf } from "../record/recording.js";
import { loadedFromMemory, worldOf } from "./built-world.js";
import { ClusterChecker, nothingMet } from "./cluster-checker.js";

const SCENARIO = `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: removed }
spec:
  until: idle
  cluster: { nodePools: [{ name: general, nodes: 4, capacity: { cpu: "4", memory: 8Gi } }] }
  manifests: [app.yaml]
  timeline: [{ at: 45s, removeNodes: { pool: general, count: 2 } }]
`;
const APP = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 8
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: "web:1", resources: { requests: { cpu: 100m } } }] }
`;

it("an idle run goes on until the pods of removed nodes are replaced", async () => {
  const loaded = await loadedFromMemory({ "s.yaml": SCENARIO, "app.yaml": APP });
  const world = await worldOf(loaded);
  const checker = new ClusterChecker(world, nothingMet(), { isCalm: false });
  expect(world.run()).toBe("drained");
  checker.settled();
  const { store } = world.ground;
  expect(store.table("Node").size).toBe(2);
  const pods = [...store.table("Pod")];
  expect(pods).toHaveLength(8);
  for (const pod of pods) {
    expect(isPodReady(pod)).toBe(true);
    expect(store.table("Node").find("", pod.nodeName)).toBeDefined();
  }
  // Pods stay 40 s after their nodes are missed; when the collector looks within its 20 s is drawn by seed.
  expect(world.now / 1e6).toBeGreaterThan(45 + 40);
  const { figures } = world.finish();
  const { summary } = figures;
  const evicted = summary.find(
    ({ metric, labels }) => metric === "pods_evicted_count" && labels === "",
  );
  expect(evicted?.value).toBe(4);
  const reasons = rowsOf(figures.podsTable()).map((row) => row[10]);
  expect(reasons.filter((reason) => reason === "DeletionByPodGC")).toHaveLength(4);
});
