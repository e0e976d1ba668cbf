import { describe, expect, it } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

const storageClass = (may: boolean) =>
  `{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: disks }, provisioner: disks.example.com, allowVolumeExpansion: ${may} }`;
const CLAIM = `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: d }, spec: { storageClassName: disks, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }`;
const POD = `{ apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [{ name: c, image: x }], volumes: [{ name: v, persistentVolumeClaim: { claimName: d } }] } }`;
const ask = (at: string, storage: string) =>
  `{ at: ${at}, patch: { target: PersistentVolumeClaim/d, patch: { spec: { resources: { requests: { storage: ${storage} } } } } } }`;

async function run(
  objects: readonly string[],
  timeline: readonly string[],
  { duration = "10m", storage = "expand: 20s, resizeFileSystem: 3s", version = "1.37" } = {},
) {
  const text = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: expansion }
spec:
  kubernetesVersion: "${version}"
  duration: ${duration}
  cluster: { nodePools: [{ name: n, nodes: 2, capacity: { cpu: 4, memory: 16Gi } }] }
  manifests: [app.yaml]
  storage: [{ ${storage} }]
  timeline: [${timeline.join(", ")}]
`;
  const told: { seconds: number; reason: string; object: string; message: string }[] = [];
  const contents = { "s.yaml": text, "app.yaml": objects.join("\n---\n") };
  const world = await worldOf(await loadedFromMemory(contents), {
    events: {
      write: (rows) => {
        for (const row of rows) {
          const [seconds, , reason = "", object = "", message = ""] = row.map(String);
          told.push({ seconds: Number(seconds), reason, object, message });
        }
      },
    },
  });
  world.run();
  world.finish();
  const { store } = world.ground;
  const claim = store.table("PersistentVolumeClaim").find("default", "d")!;
  const volume = store.table("PersistentVolume").find("", claim.spec.volumeName ?? "");
  const of = (reason: string) => told.find((event) => event.reason === reason);
  return { claim, capacity: volume?.spec.capacity?.storage, of, store };
}

describe("a claim that asks for more", () => {
  const objects = [storageClass(true), CLAIM, POD];

  it("gets it from its driver, and then from the node that has it mounted", async () => {
    const { claim, capacity, of } = await run(objects, [ask("1m", "2Gi")]);
    expect(capacity).toBe("2Gi");
    expect(claim.status.capacity).toEqual({ storage: "2Gi" });
    expect(claim.status).not.toHaveProperty("conditions");
    expect(claim.status).not.toHaveProperty("allocatedResourceStatuses");
    expect(of("ExternalExpanding")!.seconds).toBeCloseTo(60, 1);
    expect(of("Resizing")!.message).toMatch(/^External resizer is resizing volume pvc-/);
    expect(of("FileSystemResizeRequired")!.seconds).toBeCloseTo(80, 0);
    const { seconds, message } = of("FileSystemResizeSuccessful")!;
    expect(seconds).toBeGreaterThan(83);
    expect(seconds).toBeLessThan(83.3);
    expect(message).toMatch(/^MountVolume.NodeExpandVolume succeeded for volume "pvc-.*" n-/);
  });

  it("is being resized meanwhile", async () => {
    const { claim, capacity } = await run(objects, [ask("1m", "2Gi")], { duration: "70s" });
    expect([capacity, claim.status.capacity]).toEqual(["1Gi", { storage: "1Gi" }]);
    expect(claim.status.conditions).toMatchObject([{ type: "Resizing", status: "True" }]);
    expect(claim.status.allocatedResourceStatuses).toEqual({
      storage: "ControllerResizeInProgress",
    });
  });

  it("waits for a pod that mounts it", async () => {
    const steps = [ask("1m", "2Gi")];
    const without = await run([storageClass(true), CLAIM], steps);
    expect(without.capacity).toBe("2Gi");
    expect(without.claim.status.capacity).toEqual({ storage: "1Gi" });
    expect(without.claim.status.conditions).toMatchObject([{ type: "FileSystemResizePending" }]);
    const later = await run([storageClass(true), CLAIM], [...steps, `{ at: 5m, apply: ${POD} }`]);
    expect(later.claim.status.capacity).toEqual({ storage: "2Gi" });
  });

  it("is counted in a quota, which may refuse it", async () => {
    const quota = `{ apiVersion: v1, kind: ResourceQuota, metadata: { name: q }, spec: { hard: { requests.storage: 3Gi } } }`;
    const steps = [ask("1m", "2Gi"), ask("3m", "4Gi")];
    const { claim, store } = await run([quota, ...objects], steps);
    expect(claim.status.capacity).toEqual({ storage: "2Gi" });
    const { used } = store.table("ResourceQuota").find("default", "q")!.status;
    expect(used).toEqual({ "requests.storage": "2Gi" });
  });
});

describe("the API server refuses", () => {
  it.each([
    {
      what: "a class that does not let its volumes grow",
      objects: [storageClass(false), CLAIM, POD],
      steps: [ask("1m", "2Gi")],
      message:
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
    },
    {
      what: "a claim that is not bound",
      objects: [
        storageClass(true).replace("disks.example.com", "kubernetes.io/no-provisioner"),
        CLAIM,
      ],
      steps: [ask("1m", "2Gi")],
      message: "Only bound persistent volume claims can be expanded",
    },
    {
      what: "less than the claim has",
      objects: [storageClass(true), CLAIM, POD],
      steps: [ask("1m", "2Gi"), ask("3m", "1Gi")],
      message: "field can not be less than status.capacity",
    },
    {
      what: "less than before, up to 1.31",
      objects: [storageClass(true), CLAIM],
      steps: [ask("1m", "3Gi"), ask("62s", "2Gi")],
      version: "1.31",
      message: "field can not be less than previous value",
    },
  ])("$what", async ({ objects, steps, message, version = "1.37" }) => {
    const { of } = await run(objects, steps, { version });
    expect(of("TimelineStepFailed")?.message).toContain(message);
  });

  it("not less than was asked for in vain, from 1.32 on", async () => {
    const steps = [ask("1m", "3Gi"), ask("62s", "2Gi")];
    const { claim, of } = await run([storageClass(true), CLAIM], steps);
    expect(of("TimelineStepFailed")).toBeUndefined();
    expect(claim.spec.resources?.requests?.storage).toBe("2Gi");
  });
});
