import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const POD = `apiVersion: v1
kind: Pod
metadata: { name: p, namespace: default }
spec: { terminationGracePeriodSeconds: 5, containers: [{ name: main, image: i }] }
`;

/** A world of one node and one pod, deleted at 1m, before it is run. */
async function world(version: string): Promise<World> {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 5m
  kubernetesVersion: "${version}"
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: "2", memory: 4Gi } }] }
  manifests: [pod.yaml]
  timeline: [{ at: 1m, delete: { target: default/Pod/p } }]
`;
  return worldOf(await loadedFromMemory({ "s.yaml": scenario, "pod.yaml": POD }));
}

/** Every version of the pod. */
async function versionsOf(version: string): Promise<readonly PodVersion[]> {
  const built = await world(version);
  const versions = [...built.ground.store.table("Pod")];
  built.ground.store.observe((_, after) => {
    if (after?.kind === "Pod") versions.push(after);
  });
  built.run();
  return versions;
}

describe("what depends on the version of Kubernetes", () => {
  it.each([
    ["1.28", false],
    ["1.29", true],
  ])("in %s a pod has the condition PodReadyToStartContainers: %s", async (version, has) => {
    const types = (await versionsOf(version)).flatMap(({ status }) =>
      status.conditions.map(({ type }) => type as string),
    );
    expect(types).toContain("Ready");
    expect(types.includes("PodReadyToStartContainers")).toBe(has);
  });

  it.each([
    ["1.26", ["Pending", "Running"]],
    ["1.27", ["Pending", "Running", "Succeeded"]],
  ])("in %s a pod that is deleted goes through %j", async (version, expected) => {
    const phases = new Set((await versionsOf(version)).map(({ phase }) => phase));
    expect([...phases]).toEqual(expected);
  });

  it("a pod tolerates a node that is not ready or unreachable for 300 s", async () => {
    const { store } = (await world("1.34")).ground;
    const { tolerations } = store.table("Pod").find("default", "p")!.spec;
    const told = tolerations!.map(({ key, effect, tolerationSeconds }) => [
      key,
      effect,
      tolerationSeconds,
    ]);
    expect(told).toEqual([
      ["node.kubernetes.io/not-ready", "NoExecute", 300],
      ["node.kubernetes.io/unreachable", "NoExecute", 300],
    ]);
  });
});
