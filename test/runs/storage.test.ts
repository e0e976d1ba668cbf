import { beforeAll, describe, expect, it } from "vitest";
import type { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory, worldOf } from "./built-world.js";

const CLASS = `{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: disks }, provisioner: disks.example.com, volumeBindingMode: Immediate }`;
const claim = (name: string, mode = "ReadWriteOnce") =>
  `{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: ${name} }, spec: { storageClassName: disks, accessModes: [${mode}], resources: { requests: { storage: 1Gi } } } }`;
const pod = (name: string, claimName: string, spec = "") =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: ${name} }, spec: { ${spec}containers: [{ name: c, image: x }], volumes: [{ name: v, persistentVolumeClaim: { claimName: ${claimName} } }] } }`;
const TIMES = "provision: 4s, attach: 7s, detach: 9s, mount: 2s, unmount: 3s";

interface Told {
  readonly seconds: number;
  readonly reason: string;
  readonly object: string;
  readonly message: string;
}

async function run(
  objects: readonly string[],
  {
    timeline = [] as readonly string[],
    storage = `[{ ${TIMES} }]`,
    duration = "30m",
    version = "1.37",
  } = {},
) {
  const text = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: storage }
spec:
  kubernetesVersion: "${version}"
  duration: ${duration}
  cluster: { nodePools: [{ name: n, nodes: 2, capacity: { cpu: 4, memory: 16Gi } }] }
  manifests: [app.yaml]
  storage: ${storage}
  timeline: [${timeline.join(", ")}]
`;
  const told: Told[] = [];
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
  return { world, told, ...views(world, told) };
}

function views(world: World, told: readonly Told[]) {
  const { store } = world.ground;
  return {
    attached: () =>
      [...store.table("VolumeAttachment")].map(
        ({ spec, status }) => `${spec.nodeName} ${status.attached}`,
      ),
    phaseOf: (name: string) => store.table("Pod").find("default", name)?.phase,
    nodeStatus: (name: string) => store.table("Node").find("", name)!.status,
    first: (reason: string, object: string) =>
      told.find((event) => event.reason === reason && event.object === `default/${object}`),
  };
}

describe("a pod with a disk", () => {
  const objects = [CLASS, claim("d"), pod("p", "d", "nodeName: n-0, ")];
  let outcome: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    outcome = await run(objects, { duration: "5m" });
  });

  it("starts when its disk was made, attached and mounted", () => {
    const { first } = outcome;
    const made = first("ProvisioningSucceeded", "PersistentVolumeClaim/d")!.seconds;
    const attached = first("SuccessfulAttachVolume", "Pod/p")!.seconds;
    const started = first("Started", "Pod/p")!.seconds;
    expect(made).toBeCloseTo(4, 0);
    // The driver's time, until the next look, and until the loop begins.
    expect(attached - made).toBeGreaterThan(7);
    expect(attached - made).toBeLessThan(8.2);
    expect(started - attached).toBeGreaterThan(2);
    expect(started - attached).toBeLessThan(2.7);
  });

  it("is told of in the status of its node, and by a VolumeAttachment", () => {
    const { nodeStatus, attached } = outcome;
    const [name] = nodeStatus("n-0").volumesInUse!;
    expect(name).toMatch(/^kubernetes\.io\/csi\/disks\.example\.com\^pvc-/);
    expect(nodeStatus("n-0").volumesAttached).toEqual([{ name, devicePath: "" }]);
    expect(attached()).toEqual(["n-0 true"]);
  });

  it("starts at once where nothing takes time but the report of the node", async () => {
    const storage = "[{ provision: 0, attach: 0, mount: 0 }]";
    const { first } = await run(objects, { storage, duration: "1m" });
    expect(first("Started", "Pod/p")!.seconds).toBeLessThan(11);
    expect(first("Started", "Pod/p")!.seconds).toBeGreaterThan(10);
  });

  it("is told why it waits for longer than two minutes", async () => {
    const { first } = await run(objects, { storage: "[{ attach: 10m }]", duration: "5m" });
    expect(first("FailedMount", "Pod/p")!.message).toBe(
      "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v], failed to process volumes=[]: context deadline exceeded",
    );
    expect(first("FailedAttachVolume", "Pod/p")!.message).toContain(
      "timed out waiting for external-attacher of disks.example.com CSI driver",
    );
  });

  it("goes when its disk is unmounted, which is detached then", async () => {
    const { told, nodeStatus, attached, phaseOf } = await run(objects, {
      timeline: ["{ at: 1m, delete: { target: Pod/p } }"],
      duration: "90s",
    });
    expect(told.filter(({ reason }) => reason === "Killing")).toHaveLength(1);
    expect([phaseOf("p"), attached()]).toEqual([undefined, []]);
    expect(nodeStatus("n-0").volumesInUse).toEqual([]);
    expect(nodeStatus("n-0").volumesAttached).toEqual([]);
    const early = await run(objects, {
      timeline: ["{ at: 1m, delete: { target: Pod/p } }"],
      duration: "63s",
    });
    expect([early.phaseOf("p"), early.attached()]).toEqual(["Succeeded", ["n-0 true"]]);
  });
});

describe("a disk that two nodes want", () => {
  const both = (mode: string) => [
    CLASS,
    claim("d", mode),
    pod("p", "d", "nodeName: n-0, "),
    pod("q", "d", "nodeName: n-1, "),
  ];

  it.each([
    { version: "1.37", words: "Waiting for detach" },
    { version: "1.36", words: "Multi-Attach error" },
  ])("waits, under $version with the words $words", async ({ version, words }) => {
    const { phaseOf, told } = await run(both("ReadWriteOnce"), { version, duration: "5m" });
    expect([phaseOf("p"), phaseOf("q")].sort()).toEqual(["Pending", "Running"]);
    const waits = told.filter(({ reason }) => reason === "FailedAttachVolume");
    expect(waits).toHaveLength(1);
    expect(waits[0]!.message).toContain(`${words} for volume "pvc-`);
    expect(waits[0]!.message).toContain("Volume is already used by pod(s) p");
  });

  it("goes to both if it may", async () => {
    const { phaseOf, attached } = await run(both("ReadWriteMany"), { duration: "5m" });
    expect([phaseOf("p"), phaseOf("q")]).toEqual(["Running", "Running"]);
    expect(attached().sort()).toEqual(["n-0 true", "n-1 true"]);
  });
});

describe("a disk of a machine that is down", () => {
  const objects = [CLASS, claim("d"), pod("p", "d", "nodeName: n-0, ")];
  const next = `{ at: 200s, apply: ${pod("q", "d", "nodeName: n-1, ")} }`;
  const lost = "{ at: 1m, failNode: { node: n-0 } }";

  it("is detached six minutes after nobody wants it there any more", async () => {
    const forced = "{ at: 3m, delete: { target: Pod/p, gracePeriod: 0s } }";
    const { first } = await run(objects, { timeline: [lost, forced, next] });
    const { seconds } = first("SuccessfulAttachVolume", "Pod/q")!;
    const detachedAt = 180 + 360 + 9;
    expect(seconds - detachedAt).toBeGreaterThan(7);
    expect(seconds - detachedAt).toBeLessThan(10);
    expect(first("FailedAttachVolume", "Pod/q")!.message).toContain("exclusively attached");
  });

  it("is detached at once with the taint out-of-service", async () => {
    const taint =
      "{ at: 3m, taint: { node: n-0, key: node.kubernetes.io/out-of-service, effect: NoExecute } }";
    const { first, attached } = await run(objects, { timeline: [lost, taint, next] });
    expect(first("SuccessfulAttachVolume", "Pod/q")!.seconds).toBeLessThan(240);
    expect(attached()).toEqual(["n-1 true"]);
  });

  it("stays while its pod does", async () => {
    const { phaseOf } = await run(objects, { timeline: [lost, next] });
    expect(phaseOf("q")).toBe("Pending");
  });

  it("stays with a machine that comes back", async () => {
    const forced = "{ at: 3m, delete: { target: Pod/p, gracePeriod: 0s } }";
    const back = "{ at: 4m, recoverNode: { node: n-0 } }";
    const { first } = await run(objects, { timeline: [lost, forced, next, back] });
    // Its kubelet says that the disk is not in use.
    const { seconds } = first("SuccessfulAttachVolume", "Pod/q")!;
    expect(seconds).toBeGreaterThan(240);
    expect(seconds).toBeLessThan(300);
  });
});

it("a node takes no more disks of a driver than its CSINode allows, and the next when one goes", async () => {
  const limit = `{ apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: { name: n-0 }, spec: { drivers: [{ name: disks.example.com, nodeID: n-0, allocatable: { count: 1 } }] } }`;
  const objects = [CLASS, limit, claim("d"), claim("e")];
  const pods = [pod("p", "d", "nodeName: n-0, "), pod("q", "e", "nodeName: n-0, ")];
  const go = "{ at: 5m, delete: { target: Pod/p } }";
  const without = await run([...objects, ...pods], { duration: "5m" });
  expect([without.phaseOf("p"), without.phaseOf("q")].sort()).toEqual(["Pending", "Running"]);
  const refused = without.told.filter(({ reason }) => reason === "FailedAttachVolume");
  expect(refused.length).toBeGreaterThan(1);
  expect(refused[0]!.message).toContain("code = ResourceExhausted");
  const { phaseOf } = await run([...objects, ...pods], { timeline: [go], duration: "15m" });
  expect(phaseOf("q")).toBe("Running");
});

it("a driver that attaches nothing has its volumes mounted alone", async () => {
  const driver = `{ apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: { name: disks.example.com }, spec: { attachRequired: false } }`;
  const objects = [CLASS, driver, claim("d"), pod("p", "d")];
  const { first, attached, nodeStatus } = await run(objects, { duration: "5m" });
  expect(attached()).toEqual([]);
  expect(nodeStatus("n-0").volumesInUse).toBeUndefined();
  expect(first("Started", "Pod/p")!.seconds).toBeLessThan(8);
});

it("pods without volumes bring about no write and no Event of volumes", async () => {
  const plain = `{ apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [{ name: c, image: x }], volumes: [{ name: v, emptyDir: {} }] } }`;
  const { told, nodeStatus, attached } = await run([plain], { duration: "2m" });
  expect(told.map(({ reason }) => reason)).not.toContain("SuccessfulAttachVolume");
  expect(nodeStatus("n-0").volumesInUse).toBeUndefined();
  expect(attached()).toEqual([]);
});
