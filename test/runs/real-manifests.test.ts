import { describe, expect, it } from "vitest";
import type { NotModelled } from "../../src/scenario/coverage.js";
import { isPodReady } from "../../src/api/pod-version.js";
import { loadedFrom, worldOf } from "./built-world.js";
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
