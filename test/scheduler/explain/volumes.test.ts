import { describe, expect, test } from "vitest";
import { Explainer } from "../../../src/scheduler/explain/explainer.js";
import { nodeManifest, podManifest, SchedulerWorld } from "../scheduler-world.js";
import { testAdvice, ZONE, zone } from "./told.js";

const HOST = "kubernetes.io/hostname";
const mounts = (...claims: readonly string[]) => ({
  volumes: claims.map((claimName) => ({
    name: claimName,
    persistentVolumeClaim: { claimName },
  })),
});
const claimed = mounts("c");
const claim = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "default", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } }, ...spec },
  status: { phase: "Pending" },
});
const bound = (name: string, volumeName: string) =>
  claim(
    { storageClassName: "", volumeName },
    { name, annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  );
const volume = (name: string, spec: object = {}, phase = "Available", labels: object = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name, labels },
  spec: {
    capacity: { storage: "5Gi" },
    accessModes: ["ReadWriteOnce"],
    storageClassName: "",
    csi: { driver: "d", volumeHandle: name },
    ...spec,
  },
  status: { phase },
});
const reachableWith = (key: string, value: string) => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values: [value] }] }],
    },
  },
});
const claimRef = (name: string, uid?: string) => ({
  claimRef: { namespace: "default", name, ...(uid && { uid }) },
});
const storageClass = (name: string, more: object = {}) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "Immediate",
  ...more,
});
const NO_PROVISIONER = { provisioner: "kubernetes.io/no-provisioner" };
const WAITING = { volumeBindingMode: "WaitForFirstConsumer" };
const allowed = (value: string) => ({
  allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: [value] }] }],
});
const a = nodeManifest("a");
const p = podManifest("p", claimed);

describe("what would help a pod whose claim is not bound", () => {
  testAdvice([
    {
      what: "its claim",
      objects: [a],
      pods: [p],
      says: [
        "It mounts the PersistentVolumeClaim c, and there is none of that name in the namespace default: create it, or correct the name.",
      ],
    },
    {
      what: "nothing while the claim of an ephemeral volume is to be made",
      objects: [a],
      pods: [
        podManifest("p", {
          volumes: [
            {
              name: "tmp",
              ephemeral: { volumeClaimTemplate: { spec: claim().spec } },
            },
          ],
        }),
      ],
      says: [
        "The ephemeral volume controller makes its PersistentVolumeClaim p-tmp shortly after the pod: nothing has to be done.",
      ],
    },
    {
      what: "nothing while a provisioner is at work",
      objects: [a, storageClass("std"), claim({ storageClassName: "std" })],
      pods: [p],
      says: [
        "The provisioner of the StorageClass std is about to make a volume for its PersistentVolumeClaim c: nothing has to be done.",
      ],
    },
    {
      what: "nothing while a volume is there that fits",
      objects: [a, volume("v"), claim({ storageClassName: "" })],
      pods: [p],
      says: [
        "Its PersistentVolumeClaim c is about to be bound to the volume v: nothing has to be done.",
      ],
    },
    {
      what: "a class's name without a slip of the pen",
      objects: [a, storageClass("fast"), claim({ storageClassName: "fsat" })],
      pods: [p],
      says: [
        "Its PersistentVolumeClaim c names the StorageClass fsat, and there is none of that name; is fast meant? Correct the claim's storageClassName, or create the class.",
      ],
    },
    {
      what: "a class that is there, in place of one that is near none",
      objects: [a, storageClass("standard"), claim({ storageClassName: "gp3" })],
      pods: [p],
      says: ["the StorageClass gp3, and there is none of that name. Correct"],
    },
    {
      what: "the volume that it names",
      objects: [a, volume("vol-y"), claim({ storageClassName: "", volumeName: "vol-x" })],
      pods: [p],
      says: [
        "Its PersistentVolumeClaim c asks for the volume vol-x, and there is no PersistentVolume of that name; is vol-y meant? Create it, or correct the claim's volumeName.",
      ],
    },
    {
      what: "another volume than that of another claim",
      objects: [
        a,
        volume("v", claimRef("other"), "Bound"),
        bound("other", "v"),
        claim({ storageClassName: "", volumeName: "v" }),
      ],
      pods: [p],
      says: ["asks for the volume v, which another claim has, default/other: name another volume."],
    },
    {
      what: "that somebody frees the volume that it names",
      objects: [
        a,
        volume("v", claimRef("gone", "1"), "Released"),
        claim({ storageClassName: "", volumeName: "v" }),
      ],
      pods: [p],
      says: [
        "the volume v, which is still reserved for a claim that is gone, default/gone: free it (remove its claimRef), or name another volume.",
      ],
    },
    {
      what: "a larger volume than it names",
      objects: [
        a,
        volume("v", { capacity: { storage: "1Gi" } }),
        claim({ storageClassName: "", volumeName: "v" }),
      ],
      pods: [p],
      says: [
        "asks for the volume v, which is too small (1Gi, and 5Gi are asked for): name another volume, or correct the claim.",
      ],
    },
    {
      what: "a volume of the same class as the claim",
      objects: [a, volume("v", { storageClassName: "x" }), claim({ volumeName: "v" })],
      pods: [p],
      says: ["the volume v, which has the class x, where the claim has no class: name another"],
    },
    {
      what: "a volume of its access modes",
      objects: [
        a,
        volume("v"),
        claim({ storageClassName: "", volumeName: "v", accessModes: ["ReadWriteMany"] }),
      ],
      pods: [p],
      says: ["has other accessModes (ReadWriteOnce) than are asked for (ReadWriteMany): name"],
    },
    {
      what: "a volume, or a default class",
      objects: [a, claim()],
      pods: [p],
      says: [
        "Its PersistentVolumeClaim c names no StorageClass, none is the default, and no free volume fits. Add a PersistentVolume without class of at least 5Gi with ReadWriteOnce, or add a default StorageClass.",
      ],
    },
    {
      what: "a volume, where it asks for none of a class",
      objects: [a, claim({ storageClassName: "" })],
      pods: [p],
      says: ["asks for a volume without StorageClass, and no free one fits. Add a Persistent"],
      not: "default StorageClass",
    },
    {
      what: "a volume of a class that makes none",
      objects: [
        a,
        storageClass("man", NO_PROVISIONER),
        volume("v", { storageClassName: "man", capacity: { storage: "1Gi" } }),
        claim({ storageClassName: "man" }),
      ],
      pods: [p],
      says: [
        "The StorageClass man of its PersistentVolumeClaim c makes no volumes (kubernetes.io/no-provisioner), and no free one fits. Add a PersistentVolume of the class man of at least 5Gi with ReadWriteOnce. The free volume v is too small (1Gi, and 5Gi are asked for).",
      ],
    },
    {
      what: "that somebody frees a volume that would fit",
      objects: [
        a,
        storageClass("man", NO_PROVISIONER),
        volume("v", { storageClassName: "man", ...claimRef("gone", "1") }, "Released"),
        claim({ storageClassName: "man" }),
      ],
      pods: [p],
      says: [
        "Free v, which would fit but is Released (remove its claimRef), or add a PersistentVolume of the class man",
      ],
    },
    {
      what: "a volume for a claim with a selector",
      objects: [
        a,
        storageClass("std"),
        claim({ storageClassName: "std", selector: { matchLabels: { x: "y" } } }),
      ],
      pods: [p],
      says: [
        "Its PersistentVolumeClaim c has a selector, and for such a claim no volume is made. Add a PersistentVolume of the class std of at least 5Gi with ReadWriteOnce and the labels that the claim selects, or take the selector away.",
      ],
    },
    {
      what: "each of two claims",
      objects: [a, claim(), claim({ storageClassName: "gp3" }, { name: "d" })],
      pods: [podManifest("p", mounts("c", "d"))],
      says: [
        "Its PersistentVolumeClaim c names no StorageClass",
        "Its PersistentVolumeClaim d names the StorageClass gp3",
      ],
    },
  ]);
});

describe("what would help a pod whose volumes are elsewhere", () => {
  testAdvice([
    {
      what: "a volume for a claim that waits for it",
      objects: [
        a,
        storageClass("local", { ...NO_PROVISIONER, ...WAITING }),
        claim({ storageClassName: "local" }),
      ],
      pods: [p],
      says: [
        "1 node with room for it (a) would take it, but for its volumes: node(s) didn't find available persistent volumes to bind. The StorageClass local of its PersistentVolumeClaim c makes no volumes (kubernetes.io/no-provisioner), and no free one fits. Add a PersistentVolume of the class local of at least 5Gi with ReadWriteOnce.",
      ],
    },
    {
      what: "room where a free volume is",
      objects: [
        a,
        nodeManifest("b", { cpu: "500m" }),
        storageClass("local", { ...NO_PROVISIONER, ...WAITING }),
        volume("v", { storageClassName: "local", ...reachableWith(HOST, "b") }),
        claim({ storageClassName: "local" }),
      ],
      pods: [p],
      says: [
        `and the free volume v can be used only where nodes have ${HOST}=b. Make room there (b), or add a PersistentVolume of the class local of at least 5Gi with ReadWriteOnce for these nodes.`,
      ],
    },
    {
      what: "a volume for each of its claims",
      objects: [
        a,
        storageClass("local", { ...NO_PROVISIONER, ...WAITING }),
        volume("v", { storageClassName: "local" }),
        claim({ storageClassName: "local" }),
        claim({ storageClassName: "local" }, { name: "d" }),
      ],
      pods: [podManifest("p", mounts("c", "d"))],
      says: [
        "Free volumes there fit, but there is not one for each of its PersistentVolumeClaims (c, d): add a PersistentVolume.",
      ],
    },
    {
      what: "a node in a topology that the class allows",
      objects: [
        zone("a", "x"),
        storageClass("wait", { ...WAITING, ...allowed("z") }),
        claim({ storageClassName: "wait" }),
      ],
      pods: [p],
      says: [
        `The StorageClass wait of its PersistentVolumeClaim c makes volumes only where nodes have ${ZONE}=z (allowedTopologies), and no node is there. Add a node there, or correct the allowedTopologies.`,
      ],
    },
    {
      what: "a node in a topology that a class allows which does not wait",
      objects: [
        zone("a", "x"),
        storageClass("std", allowed("z")),
        claim({ storageClassName: "std" }),
      ],
      pods: [p],
      says: [`makes volumes only where nodes have ${ZONE}=z (allowedTopologies), and no node`],
    },
    {
      what: "room in a topology that the class allows",
      objects: [
        zone("a", "x"),
        zone("b", "z", "500m"),
        storageClass("wait", { ...WAITING, ...allowed("z") }),
        claim({ storageClassName: "wait" }),
      ],
      pods: [p],
      says: ["(allowedTopologies). Make room there (b (zone z)), or widen the allowedTopologies."],
    },
    {
      what: "a node where its volume is",
      objects: [
        zone("a", "x"),
        volume("v", { ...claimRef("c"), ...reachableWith(ZONE, "z") }, "Bound"),
        bound("c", "v"),
      ],
      pods: [p],
      says: [
        `The volume v of its PersistentVolumeClaim c can be used only where nodes have ${ZONE}=z, and no node is there: add one there, or let the claim be bound anew.`,
      ],
    },
    {
      what: "the host of its volume",
      minor: 30,
      objects: [
        a,
        volume("v", { ...claimRef("c"), ...reachableWith(HOST, "gone") }, "Bound"),
        bound("c", "v"),
      ],
      pods: [p],
      says: [`only where nodes have ${HOST}=gone, and no node is there: add one there`],
    },
    {
      what: "room in the zone of its volume's label",
      objects: [
        zone("a", "x"),
        zone("b", "z", "500m"),
        volume("v", claimRef("c"), "Bound", { [ZONE]: "z" }),
        bound("c", "v"),
      ],
      pods: [p],
      says: [
        `can be used only where nodes have ${ZONE}=z, so the pod must go there: make room there (b (zone z)), or let`,
      ],
    },
    {
      what: "one place for its volumes",
      objects: [
        zone("a", "x"),
        zone("b", "y"),
        volume("v", { ...claimRef("c"), ...reachableWith(ZONE, "x") }, "Bound"),
        volume("w", { ...claimRef("d"), ...reachableWith(ZONE, "y") }, "Bound"),
        bound("c", "v"),
        bound("d", "w"),
      ],
      pods: [podManifest("p", mounts("c", "d"))],
      says: ["No node can use all of these volumes."],
    },
  ]);
});

test("a claim that is being deleted is to be created anew once no pod uses it", () => {
  const explainer = new Explainer("p");
  const world = new SchedulerWorld([nodeManifest("a"), volume("v", claimRef("c"), "Bound")], {
    decisions: explainer,
  });
  world.create(bound("c", "v"), podManifest("x", claimed)).until(1);
  world.do({ verb: "delete", target: world.target("c", "PersistentVolumeClaim") }).until(2);
  world.create(podManifest("p", claimed)).until(3);
  expect(explainer.stories[0]?.advice).toEqual([
    "Its PersistentVolumeClaim c is being deleted, and stays until no pod uses it (x does): create it anew then.",
  ]);
});

test("a pod that was placed once its claim was bound needed no help", () => {
  const explainer = new Explainer("p");
  const objects = [a, storageClass("std"), claim({ storageClassName: "std" })];
  const world = new SchedulerWorld(objects, { decisions: explainer });
  world.create(p).until(1);
  expect(explainer.stories[0]?.advice).toHaveLength(1);
  world.until(10);
  expect(world.nodes("p")).toEqual(["a"]);
  expect(explainer.stories[0]?.advice).toEqual([]);
});
