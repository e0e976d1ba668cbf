import { describe, expect, it } from "vitest";
import { loadedFrom, loadedFromMemory, worldOf } from "../runs/built-world.js";
import { scenarioOf } from "./told.js";

const CLASS = (name: string, mode: string) => `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: ${name} }
provisioner: local.example
volumeBindingMode: ${mode}
`;
const CLAIM = (name: string, storageClass: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { storageClassName: ${storageClass}, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
const POD = (name: string, spec: string, claim = "d") => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  ${spec}
  containers: [{ name: c, image: x, volumeMounts: [{ name: v, mountPath: /v }] }]
  volumes: [{ name: v, persistentVolumeClaim: { claimName: ${claim} } }]
`;
const VOLUME = (node: string) => `apiVersion: v1
kind: PersistentVolume
metadata: { name: pv }
spec:
  storageClassName: manual
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  hostPath: { path: /v }
  claimRef: { namespace: default, name: d }
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [${node}] }] }] } }
`;

async function ended(objects: readonly string[], timeline: readonly string[] = []) {
  const contents = { "s.yaml": scenarioOf(timeline), "app.yaml": objects.join("---\n") };
  const world = await worldOf(await loadedFromMemory(contents));
  world.run();
  return {
    phaseOf: (name: string) => world.ground.store.table("Pod").find("default", name)?.phase,
    claim: world.ground.store.table("PersistentVolumeClaim").find("default", "d")?.status.phase,
    events: world.finish().figures.events,
  };
}

describe("a pod that names its node, with a claim", () => {
  it("that waits for its first consumer: nobody binds it, and the pod never starts", async () => {
    const paths = ["test/field/62-volume-affinity/s-nodename.yaml"];
    const world = await worldOf(await loadedFrom(paths));
    world.run();
    const { store } = world.ground;
    expect(store.table("PersistentVolumeClaim").find("default", "d")?.status.phase).toBe("Pending");
    const pod = store.table("Pod").find("default", "p");
    expect(pod).toMatchObject({ phase: "Pending", nodeName: "n-0" });
    expect(pod?.status.containers).toMatchObject([{ reason: "ContainerCreating" }]);
    const { events } = world.finish().figures;
    // After 2 min 3 s, and then each 2 min 13 s of half an hour.
    expect(events).toContainEqual({ type: "Warning", reason: "FailedMount", count: 13 });
  });

  it.each([
    {
      what: "that is bound at once: it starts",
      objects: [CLASS("now", "Immediate"), CLAIM("d", "now"), POD("p", "nodeName: n-0")],
      phase: "Running",
    },
    {
      what: "that is not there: it never starts",
      objects: [POD("p", "nodeName: n-0")],
      phase: "Pending",
    },
    {
      what: "whose volume is on this node: it starts",
      objects: [VOLUME("n-0"), CLAIM("d", "manual"), POD("p", "nodeName: n-0")],
      phase: "Running",
    },
    {
      what: "whose volume is on another node: it never starts",
      objects: [VOLUME("n-1"), CLAIM("d", "manual"), POD("p", "nodeName: n-0")],
      phase: "Pending",
    },
  ])("$what", async ({ objects, phase }) => {
    const { phaseOf } = await ended(objects);
    expect(phaseOf("p")).toBe(phase);
  });

  it("starts once another pod, which the scheduler places, has the claim bound", async () => {
    const waits = CLASS("wffc", "WaitForFirstConsumer");
    const objects = [waits, CLAIM("d", "wffc"), POD("p", "nodeName: n-0")];
    const there = "nodeSelector: { kubernetes.io/hostname: n-0 }";
    const other = POD("q", there).trimEnd().replaceAll("\n", "\n        ");
    const before = await ended(objects);
    expect([before.claim, before.phaseOf("p")]).toEqual(["Pending", "Pending"]);
    const step = `at: 5m\n      apply:\n        ${other}`;
    const after = await ended(objects, [step]);
    expect([after.claim, after.phaseOf("p"), after.phaseOf("q")]).toEqual([
      "Bound",
      "Running",
      "Running",
    ]);
  });

  it.each(["scenario", "s-ok", "s-missing"])(
    "and without a node of its own, as ever: %s",
    async (name) => {
      const world = await worldOf(await loadedFrom([`test/field/62-volume-affinity/${name}.yaml`]));
      world.run();
      const pod = world.ground.store.table("Pod").find("default", "p");
      expect(pod?.nodeName).toBe(name === "s-ok" ? "n-2" : "");
    },
  );
});
