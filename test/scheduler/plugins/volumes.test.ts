import { describe, expect, test } from "vitest";
import type { PodSpec, Volume } from "../../../src/api/kubernetes.js";
import type { PreBindWrite } from "../../../src/scheduler/framework/interfaces.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { BIND_COMPLETED } from "../../../src/api/volumes/claims.js";
import { bindOutcome, provisionOutcome } from "../../../src/api/volumes/binding-outcome.js";
import { World, type WorldOptions, node, object, pod } from "../world.js";

const ZONE = "topology.kubernetes.io/zone";
const NEVER = { preemptionPolicy: "Never" } as const;
const zoned = (name: string, zone: string) => node(name, { labels: { [ZONE]: zone } });
const NODES = [zoned("n", "x"), zoned("m", "y")];

const using = (...claims: string[]): Partial<PodSpec> => ({
  volumes: claims.map((claimName) => ({
    name: claimName,
    persistentVolumeClaim: { claimName },
  })),
  ...NEVER,
});

const inZone = (zone: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }],
  },
});

class VolumeWorld extends World {
  constructor(options: WorldOptions = {}, nodes = NODES) {
    super(nodes, options);
  }

  storageClass(name: string, body: object): this {
    this.tables.storageClasses.set(object("StorageClass", name, body) as never);
    return this;
  }

  claim(name: string, spec: object, rest: object = {}): this {
    const resources = { requests: { storage: "10Gi" } };
    const complete = { accessModes: ["ReadWriteOnce"], resources, ...spec };
    const claim = object("PersistentVolumeClaim", name, complete, {
      namespace: "default",
      ...rest,
    });
    this.tables.persistentVolumeClaims.set(claim as never);
    return this;
  }

  bound(name: string, volumeName: string, spec: object = {}): this {
    return this.claim(name, { volumeName, ...spec }, { annotations: { [BIND_COMPLETED]: "yes" } });
  }

  volume(name: string, spec: object, rest: object = {}): this {
    const complete = { capacity: { storage: "10Gi" }, accessModes: ["ReadWriteOnce"], ...spec };
    const status = { phase: "Available" };
    const volume = object("PersistentVolume", name, complete, { status, ...rest } as object);
    this.tables.persistentVolumes.set(volume as never);
    return this;
  }

  /** What PreBind would write for a pod once it is scheduled. */
  steps(each: ReturnType<typeof pod>) {
    const outcome = this.schedule(each);
    if (outcome.kind !== "scheduled") throw new Error("must fit");
    const info = this.state.podInfos.podInfo(each);
    const steps = this.framework.runPreBindPlugins(outcome.state, info, outcome.node.name);
    if (steps instanceof Status) throw new Error(steps.message);
    return steps.flatMap(({ plan }) => {
      expect(plan.timeoutMicros).toBe(600_000_000);
      return plan.steps.map((step) => wordsOf(step.write()));
    });
  }
}

function wordsOf(write: PreBindWrite | null | string): string {
  if (write === null || typeof write === "string" || write.verb !== "update") return `${write}`;
  const { base, change } = write;
  const { claimRef } = (change.spec ?? {}) as { claimRef?: { name: string } };
  const whom = claimRef?.name ?? change.annotations?.["volume.kubernetes.io/selected-node"];
  return `update ${base.kind} ${base.name} for ${whom}`;
}

const WAITING = { provisioner: "csi.example.com", volumeBindingMode: "WaitForFirstConsumer" };
const LOCAL = {
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
};
const CONFLICT = "node(s) had volume node affinity conflict";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";

describe("VolumeBinding", () => {
  test("a bound claim binds the pod to where its volume is", () => {
    const world = new VolumeWorld().bound("c", "v").volume("v", { nodeAffinity: inZone("y") });
    expect(world.refusals(pod("p", using("c")))).toEqual({ n: CONFLICT });
  });

  test("a claim bound to a volume that is gone fits nowhere", () => {
    const reason = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
    const world = new VolumeWorld().bound("c", "v");
    expect(world.refusals(pod("p", using("c")))).toEqual({ n: reason, m: reason });
  });

  test.each<[string, (world: VolumeWorld) => unknown, string]>([
    ["does not exist", () => undefined, 'persistentvolumeclaim "c" not found'],
    [
      "is unbound and of an immediate class",
      (world) =>
        world
          .storageClass("now", { provisioner: "x", volumeBindingMode: "Immediate" })
          .claim("c", { storageClassName: "now" }),
      "pod has unbound immediate PersistentVolumeClaims",
    ],
    [
      "has lost its volume",
      (world) => world.claim("c", { volumeName: "v" }, { status: { phase: "Lost" } }),
      'persistentvolumeclaim "c" bound to non-existent persistentvolume "v"',
    ],
    [
      "is being deleted",
      (world) => world.claim("c", {}, { deletionTimeMicros: 1 }),
      'persistentvolumeclaim "c" is being deleted',
    ],
  ])("a claim that %s refuses the pod as a whole", (_, prepare, reason) => {
    const world = new VolumeWorld();
    prepare(world);
    expect(world.decide(pod("p", using("c")))).toContain(`0/2 nodes are available: ${reason}.`);
  });

  test("a generic ephemeral volume waits for its claim", () => {
    const volumes = [{ name: "tmp", ephemeral: {} }] as Volume[];
    expect(new VolumeWorld().decide(pod("p", { volumes, ...NEVER }))).toContain(
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-tmp"',
    );
  });

  test("the smallest volume that is large enough is taken, each only once", () => {
    const world = new VolumeWorld({}, [zoned("n", "x")])
      .storageClass("local", LOCAL)
      .claim("large", { storageClassName: "local", resources: { requests: { storage: "20Gi" } } })
      .claim("small", { storageClassName: "local" })
      .volume("v50", { storageClassName: "local", capacity: { storage: "50Gi" } })
      .volume("v20", { storageClassName: "local", capacity: { storage: "20Gi" } });
    expect(world.steps(pod("p", using("large", "small")))).toEqual([
      "update PersistentVolume v20 for small",
      "update PersistentVolume v50 for large",
    ]);
  });

  test.each<[string, object, object]>([
    ["too small", { capacity: { storage: "9Gi" } }, {}],
    ["of another class", { storageClassName: "other" }, {}],
    ["of other access modes", { accessModes: ["ReadOnlyMany"] }, {}],
    ["of another volume mode", { volumeMode: "Block" }, {}],
    ["reserved for another claim", { claimRef: { namespace: "default", name: "other" } }, {}],
    ["not available", {}, { status: { phase: "Released" } }],
    ["being deleted", {}, { deletionTimeMicros: 1 }],
    ["elsewhere", { nodeAffinity: inZone("z") }, {}],
  ])("a volume that is %s does not do", (_, spec, rest) => {
    const world = new VolumeWorld()
      .storageClass("local", LOCAL)
      .claim("c", { storageClassName: "local" })
      .volume("v", { storageClassName: "local", ...spec }, rest);
    expect(world.refusals(pod("p", using("c")))).toEqual({ n: NO_VOLUME, m: NO_VOLUME });
  });

  test("a volume reserved for the claim goes before a smaller one", () => {
    const claimRef = { namespace: "default", name: "c" };
    const world = new VolumeWorld()
      .storageClass("local", LOCAL)
      .claim("c", { storageClassName: "local" })
      .volume("fits", { storageClassName: "local" })
      .volume("mine", { storageClassName: "local", capacity: { storage: "99Gi" }, claimRef });
    expect(world.steps(pod("p", using("c")))).toEqual(["update PersistentVolume mine for c"]);
  });

  test("a reserved volume is not given away before its binding is seen", () => {
    const world = new VolumeWorld({}, [zoned("n", "x")])
      .storageClass("local", LOCAL)
      .claim("c", { storageClassName: "local" })
      .claim("d", { storageClassName: "local" })
      .volume("v", { storageClassName: "local" });
    const first = pod("p", using("c"));
    const outcome = world.schedule(first);
    if (outcome.kind !== "scheduled") throw new Error("must fit");
    const info = world.state.podInfos.podInfo(first);
    world.framework.runReservePlugins(outcome.state, info, "n");
    expect(world.refusals(pod("q", using("d")))).toEqual({ n: NO_VOLUME });
    world.framework.runUnreservePlugins(outcome.state, info, "n");
    expect(world.refusals(pod("q", using("d")))).toEqual({});
  });

  test("without a volume one is provisioned, where the class allows it", () => {
    const allowedTopologies = [{ matchLabelExpressions: [{ key: ZONE, values: ["y"] }] }];
    const world = new VolumeWorld()
      .storageClass("fast", { ...WAITING, allowedTopologies })
      .claim("c", { storageClassName: "fast" });
    const each = pod("p", using("c"));
    expect(world.refusals(each)).toEqual({ n: NO_VOLUME });
    expect(world.steps(each)).toEqual(["update PersistentVolumeClaim c for m"]);
  });

  test("a driver that reports its capacity must have enough within reach", () => {
    const world = new VolumeWorld()
      .storageClass("fast", WAITING)
      .claim("c", { storageClassName: "fast" });
    world.tables.csiDrivers.set(
      object("CSIDriver", "csi.example.com", { storageCapacity: true }) as never,
    );
    const capacity = (name: string, zone: string, size: string) =>
      object(
        "CSIStorageCapacity",
        name,
        {
          storageClassName: "fast",
          capacity: size,
          nodeTopology: { matchLabels: { [ZONE]: zone } },
        },
        { namespace: "kube-system" },
      );
    world.tables.csiStorageCapacities.set(capacity("a", "x", "9Gi") as never);
    world.tables.csiStorageCapacities.set(capacity("b", "y", "10Gi") as never);
    expect(world.refusals(pod("p", using("c")))).toEqual({
      n: "node(s) did not have enough free storage",
    });
  });

  test.each([
    [26, { n: CONFLICT }],
    [27, {}],
    [31, { n: CONFLICT }],
  ])("in v1.%i a bound local volume leaves the nodes that it names: %o", (minor, refused) => {
    const required = {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["m"] }] },
      ],
    };
    const world = new VolumeWorld({ minor })
      .bound("c", "v")
      .volume("v", { nodeAffinity: { required } });
    expect(world.refusals(pod("p", using("c")))).toEqual(refused);
  });
});

describe("what binding makes of claims and volumes", () => {
  const world = new VolumeWorld()
    .storageClass("fast", WAITING)
    .claim("c", { storageClassName: "fast" });
  const claim = world.tables.persistentVolumeClaims.get("default", "c")!;

  test("a provisioned volume is as large as asked, in the node's zone", () => {
    const made = provisionOutcome(claim, world.tables.storageClasses.get("fast")!, "x");
    expect(made).toMatchObject({
      name: `pvc-${claim.uid}`,
      spec: {
        capacity: { storage: "10Gi" },
        csi: { driver: "csi.example.com", volumeHandle: `pvc-${claim.uid}` },
        nodeAffinity: inZone("x"),
      },
    });
    expect(
      provisionOutcome(claim, world.tables.storageClasses.get("fast")!, undefined).spec
        .nodeAffinity,
    ).toBeUndefined();
  });

  test("claim and volume point at each other", () => {
    const volume = { name: "v", annotations: {}, spec: { capacity: { storage: "10Gi" } } };
    const outcome = bindOutcome(claim, volume);
    expect(outcome.claim).toMatchObject({ spec: { volumeName: "v" }, status: { phase: "Bound" } });
    expect(outcome.volume.spec.claimRef).toMatchObject({
      namespace: "default",
      name: "c",
      uid: claim.uid,
    });
  });
});

describe("VolumeZone", () => {
  const NO_ZONE = "node(s) had no available volume zone";

  test.each([
    ["its zone", { [ZONE]: "x" }, { m: NO_ZONE }],
    ["one of its zones", { [ZONE]: "x__y" }, {}],
    ["no label", {}, {}],
    ["a list of zones with an empty part, which says nothing", { [ZONE]: "z__" }, {}],
    ["an empty label", { [ZONE]: "" }, {}],
  ])("a volume is used where it is: %s", (_, labels, refused) => {
    const world = new VolumeWorld().bound("c", "v").volume("v", {}, { labels });
    expect(world.refusals(pod("p", using("c")))).toEqual(refused);
  });

  test.each([
    [27, { n: NO_ZONE, m: NO_ZONE }],
    [28, { n: NO_ZONE }],
  ])("in v1.%i a volume's label of old and a node's label of today: %o", (minor, refused) => {
    const labels = { "failure-domain.beta.kubernetes.io/zone": "y" };
    const world = new VolumeWorld({ minor }).bound("c", "v").volume("v", {}, { labels });
    expect(world.refusals(pod("p", using("c")))).toEqual(refused);
  });

  test("the first volume that refuses a node gives the reason", () => {
    const profile = { plugins: { filter: { disabled: [{ name: "VolumeBinding" }] } } };
    const world = new VolumeWorld({ profile })
      .bound("c", "v")
      .volume("v", {}, { labels: { [ZONE]: "x" } })
      .bound("d", "gone");
    expect(world.refusals(pod("p", using("c", "d")))).toEqual({
      n: 'persistentvolume "gone" not found',
      m: NO_ZONE,
    });
  });

  test("nodes without any zone take every volume", () => {
    const world = new VolumeWorld({}, [node("n")])
      .bound("c", "v")
      .volume("v", {}, { labels: { [ZONE]: "x" } });
    expect(world.refusals(pod("p", using("c")))).toEqual({});
  });
});

describe("VolumeRestrictions", () => {
  const disk = (volume: object): Partial<PodSpec> => ({
    volumes: [{ name: "d", ...volume }],
    ...NEVER,
  });
  const gce = (pdName: string, readOnly = false) =>
    disk({ gcePersistentDisk: { pdName, readOnly } });
  const rbd = (monitors: string[], image: string) => disk({ rbd: { monitors, image } });

  test.each([
    ["the same GCE disk", gce("a"), gce("a"), true],
    ["read-only by one", gce("a", true), gce("a"), true],
    ["read-only by both", gce("a", true), gce("a", true), false],
    ["another disk", gce("a"), gce("b"), false],
    [
      "the same EBS volume",
      disk({ awsElasticBlockStore: { volumeID: "a", readOnly: true } }),
      disk({ awsElasticBlockStore: { volumeID: "a", readOnly: true } }),
      true,
    ],
    [
      "the same iSCSI target",
      disk({ iscsi: { iqn: "i", lun: 0, targetPortal: "t" } }),
      disk({ iscsi: { iqn: "i", lun: 1, targetPortal: "t" } }),
      true,
    ],
    ["the same Ceph image", rbd(["a", "b"], "i"), rbd(["b"], "i"), true],
    ["on other monitors", rbd(["a"], "i"), rbd(["b"], "i"), false],
  ])("%s", (_, there, wanted, refused) => {
    const world = new World([node("n")]).place("n", pod("there", there));
    expect(world.refusals(pod("p", wanted)).n).toBe(
      refused ? "node(s) had no available disk" : undefined,
    );
  });

  const RWOP =
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";

  test.each([
    ["off", 26, {}, "n"],
    ["on", 26, { ReadWriteOncePod: true }, `0/2 nodes are available: ${RWOP}.`],
    ["on", 27, {}, `0/2 nodes are available: 2 ${RWOP}.`],
  ])("a claim for one pod, gate %s in v1.%i", (_, minor, gates, decision) => {
    const world = new VolumeWorld({ minor, gates })
      .bound("c", "v", { accessModes: ["ReadWriteOncePod"] })
      .volume("v", {});
    world.place("n", pod("there", using("c")));
    expect(world.decide(pod("p", using("c"))).replace(/ preemption.*/, "")).toBe(
      decision === "n" ? "m" : decision,
    );
  });

  test.each([
    [["c", "gone"], RWOP],
    [["gone", "c"], 'persistentvolumeclaim "gone" not found'],
  ])("the first claim that refuses the pod gives the reason: %o", (claims, reason) => {
    const world = new VolumeWorld({ gates: { ReadWriteOncePod: true } })
      .bound("c", "v", { accessModes: ["ReadWriteOncePod"] })
      .volume("v", {});
    world.place("n", pod("there", using("c")));
    const outcome = world.schedule(pod("p", using(...claims)));
    expect(outcome).toMatchObject({ diagnosis: { preFilter: { reasons: [reason] } } });
  });

  test("from v1.27 on the pod that holds the claim may be preempted", () => {
    const world = new VolumeWorld({ minor: 27 })
      .bound("c", "v", { accessModes: ["ReadWriteOncePod"] })
      .volume("v", {});
    world.place("n", pod("there", using("c")));
    const outcome = world.schedule(
      pod("p", { ...using("c"), priority: 9, preemptionPolicy: "PreemptLowerPriority" }),
    );
    expect(outcome).toMatchObject({ postFilter: { nominatedNodeName: "n" } });
  });
});

describe("limits of volumes a node", () => {
  const FULL = "node(s) exceed max volume count";
  const csi = (volumeHandle: string) => ({ csi: { driver: "csi.example.com", volumeHandle } });

  function limited(count: number): VolumeWorld {
    const world = new VolumeWorld({}, [node("n")]);
    const drivers = [{ name: "csi.example.com", nodeID: "n", allocatable: { count } }];
    world.tables.csiNodes.set(object("CSINode", "n", { drivers }) as never);
    return world
      .storageClass("fast", WAITING)
      .bound("a", "va")
      .volume("va", csi("ha"))
      .bound("b", "vb")
      .volume("vb", csi("hb"))
      .claim("new", { storageClassName: "fast" });
  }

  test.each([
    ["one more than the limit", 1, ["b"], FULL],
    ["the last one", 2, ["b"], undefined],
    ["the same volume again", 1, ["a"], undefined],
    ["a volume yet to be provisioned", 1, ["new"], FULL],
  ])("CSI: %s", (_, count, claims, reason) => {
    const world = limited(count).place("n", pod("there", using("a")));
    expect(world.refusals(pod("p", using(...claims))).n).toBe(reason);
  });

  test.each([
    ["that is gone counts for nothing", null, "n"],
    ["made for the pod counts", "pod/there", `0/1 nodes are available: 1 ${FULL}.`],
    [
      "made for another pod is an error",
      "pod/other",
      'error: running "NodeVolumeLimits" filter plugin: PVC default/there-tmp was not created for pod default/there (pod is not owner)',
    ],
  ])("the claim of a generic ephemeral volume %s", (_, uid, decision) => {
    const volumes = [{ name: "tmp", ephemeral: {} }] as Volume[];
    const world = limited(1).place("n", pod("there", { volumes }));
    const owner = { apiVersion: "v1", kind: "Pod", name: "there", uid, controller: true };
    if (uid !== null) {
      world.claim("there-tmp", { storageClassName: "fast" }, { ownerReferences: [owner] });
    }
    expect(world.decide(pod("p", using("new"))).replace(/ preemption.*/, "")).toBe(decision);
  });

  const ebs = (volumeID: string): Partial<PodSpec> => ({
    volumes: [{ name: "d", awsElasticBlockStore: { volumeID } }],
    ...NEVER,
  });

  test.each([
    ["the limit that the node states", { "attachable-volumes-aws-ebs": "1" }, {}, FULL],
    ["39 by default", {}, {}, undefined],
    [
      "nothing once the plugin is migrated",
      { "attachable-volumes-aws-ebs": "1" },
      { "storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/aws-ebs" },
      undefined,
    ],
  ])("in-tree: %s", (_, allocatable, annotations, reason) => {
    const world = new World([node("n", { allocatable })]).place("n", pod("there", ebs("a")));
    world.tables.csiNodes.set(object("CSINode", "n", { drivers: [] }, { annotations }) as never);
    expect(world.refusals(pod("p", ebs("b"))).n).toBe(reason);
  });
});
