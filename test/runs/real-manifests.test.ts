import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isPodReady } from "../../src/api/pod-version.js";
import type { NotModelled } from "../../src/scenario/coverage.js";
import { loadedFrom, loadedFromMemory, worldOf } from "./built-world.js";
import { endpointsOf } from "./cluster-checker.js";
import { isThere } from "./outside-data.js";

const FOLDER = "../shared/manifests";

function effectOf(entries: readonly NotModelled[], kind: string, field: string) {
  return entries.find((entry) => entry.kind === kind && entry.field === field)?.effect;
}

describe.each([
  { file: "online-boutique.yaml", deployments: 12, pods: 12 },
  { file: "guestbook.yaml", deployments: 3, pods: 6 },
])("$file, unchanged, on three nodes", ({ file, deployments, pods }) => {
  const path = `${FOLDER}/${file}`;
  it.skipIf(!isThere(path))(
    "becomes available, with exactly its ready pods in the slices",
    async () => {
      const loaded = await loadedFrom([path], { nodes: "3x4cpu,16Gi", until: "30m" });
      const world = await worldOf(loaded);
      world.run();
      const { store } = world.ground;
      const all = [...store.table("Deployment")];
      expect(all).toHaveLength(deployments);
      for (const { name, status } of all) {
        const available = status.conditions?.find(({ type }) => type === "Available");
        expect(available?.status, name).toBe("True");
        expect(status.unavailableReplicas, name).toBeUndefined();
      }
      expect([...store.table("Pod")]).toHaveLength(pods);
      let served = 0;
      for (const service of store.table("Service")) {
        const selector = Object.entries(service.spec.selector ?? {});
        const ready = [...store.table("Pod")].filter(
          (pod) => isPodReady(pod) && selector.every(([key, value]) => pod.labels[key] === value),
        );
        expect(endpointsOf(world, service).sort(), service.name).toEqual(
          ready.map(({ name }) => name).sort(),
        );
        served += ready.length;
      }
      expect(served).toBeGreaterThanOrEqual(pods - 1);
    },
  );
});

describe("what online-boutique.yaml has and is not modelled", () => {
  const path = `${FOLDER}/online-boutique.yaml`;
  it.skipIf(!isThere(path))("is listed with its effect and who has it", async () => {
    const { notModelled } = await loadedFrom([path], { nodes: "3x4cpu,16Gi" });
    expect(effectOf(notModelled, "ServiceAccount", "")).toBe("none");
    expect(effectOf(notModelled, "Pod", "spec.securityContext")).toBe("none");
    expect(effectOf(notModelled, "Pod", "spec.containers[].securityContext")).toBe("none");
    expect(effectOf(notModelled, "Pod", "spec.containers[].env")).toBe("none");
    for (const { kind, field, objects } of notModelled) {
      expect(objects.length, `${kind} ${field}`).toBeGreaterThan(0);
    }
    expect(effectOf(notModelled, "Pod", "spec.serviceAccountName")).toBe("none");
  });
});

describe("cassandra-statefulset.yaml, unchanged, while its nodes are drained one after another", () => {
  const path = `${FOLDER}/cassandra-statefulset.yaml`;
  const drains = [0, 1, 2, 3].map(
    (node) => `
    - { at: ${node === 0 ? "10m" : "1s"}, drain: { node: general-${node} } }
    - { at: ${node === 0 ? "11m" : "1m"}, waitFor: { target: StatefulSet/cassandra, is: complete, within: 10m } }
    - { at: 0s, uncordon: { node: general-${node} } }`,
  );
  const scenario = `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: cassandra }
spec:
  duration: 1h
  cluster:
    nodePools: [{ name: general, nodes: 4, capacity: { cpu: "2", memory: 8Gi } }]
  manifests: [cassandra.yaml]
  behavior: [{ match: { labels: { app: cassandra } }, start: 20s, stop: 20s }]
  timeline: ${drains.join("")}
`;

  it.skipIf(!isThere(path))(
    "comes up in order with its claims, and is Ready again each time",
    async () => {
      const manifests = readFileSync(path, "utf8");
      const loaded = await loadedFromMemory({
        "scenario.yaml": scenario,
        "cassandra.yaml": manifests,
      });
      const world = await worldOf(loaded);
      world.run();
      const { figures } = world.finish();
      const pods = [...figures.pods()];
      const first = pods.slice(0, 3);
      expect(first.map(({ name }) => name)).toEqual(["cassandra-0", "cassandra-1", "cassandra-2"]);
      for (const [i, { createdMicros }] of first.entries()) {
        if (i > 0) expect(createdMicros).toBeGreaterThan(first[i - 1]!.boundMicros + 20e6);
      }
      const { store } = world.ground;
      expect(
        [...store.table("PersistentVolumeClaim")].map(({ name, status }) => [name, status.phase]),
      ).toEqual([0, 1, 2].map((ordinal) => [`cassandra-data-cassandra-${ordinal}`, "Bound"]));
      const waits = figures.steps.filter(({ operation }) => operation === "waitFor");
      expect(waits.map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
      expect(pods.length).toBeGreaterThanOrEqual(6);
      expect([...store.table("Pod")].every((pod) => isPodReady(pod))).toBe(true);
    },
  );
});
