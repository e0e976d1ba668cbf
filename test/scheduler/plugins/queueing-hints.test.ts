import { describe, expect, test } from "vitest";
import type { AnyVersion } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import {
  Action,
  type ClusterEvent,
  clusterEvent,
  eventMatches,
} from "../../../src/scheduler/framework/cluster-event.js";
import { World, node, object, pod, requesting } from "../world.js";

type Subject = AnyVersion | null;

/** Whether a plugin that refused `waiting` wants it tried again after the event. */
function hint(
  plugin: string,
  event: ClusterEvent,
  waiting: PodVersion,
  [before, after]: readonly [Subject, Subject],
): boolean {
  const { allPlugins } = new World([], { minor: 33 }).framework;
  const registered = allPlugins.find(({ name }) => name === plugin)?.eventsToRegister?.() ?? [];
  return registered.some(
    (each) =>
      eventMatches(each.event, event) &&
      (each.hint === undefined || each.hint(waiting, before, after) === "Queue"),
  );
}

const NODE_ADD = clusterEvent("Node", Action.Add);
const NODE_ROOM = clusterEvent("Node", Action.UpdateNodeAllocatable);
const NODE_LABEL = clusterEvent("Node", Action.UpdateNodeLabel);
const NODE_TAINT = clusterEvent("Node", Action.UpdateNodeTaint);
const POD_GONE = clusterEvent("AssignedPod", Action.Delete);
const POD_CAME = clusterEvent("AssignedPod", Action.Add);
const POD_LABEL = clusterEvent("AssignedPod", Action.UpdatePodLabel);
const NODE_GONE = clusterEvent("Node", Action.Delete);
const POD_SHRINKS = clusterEvent("AssignedPod", Action.UpdatePodScaleDown);
const OWN_LABEL = clusterEvent("UnschedulablePod", Action.UpdatePodLabel);
const OWN_TOLERATION = clusterEvent("UnschedulablePod", Action.UpdatePodToleration);
const CLASS_ADD = clusterEvent("StorageClass", Action.Add);
const CLASS_UPDATE = clusterEvent("StorageClass", Action.Update);
const VOLUME_UPDATE = clusterEvent("PersistentVolume", Action.Update);
const CSI_NODE_UPDATE = clusterEvent("CSINode", Action.Update);
const CAPACITY_UPDATE = clusterEvent("CSIStorageCapacity", Action.Update);
const DRIVER_UPDATE = clusterEvent("CSIDriver", Action.Update);
const CLAIM = clusterEvent("PersistentVolumeClaim", Action.Add);

const asNode = (...args: Parameters<typeof node>): AnyVersion => node(...args) as AnyVersion;
const wants = (cpu: string) => pod("p", requesting({ cpu }));
const small = asNode("n", { allocatable: { cpu: "1" } });
const large = asNode("n", { allocatable: { cpu: "8" } });
const tainted = asNode("n", { taints: [{ key: "t", effect: "NoSchedule" }] });
const cordoned = asNode("n", { unschedulable: true });
const labelled = asNode("n", { labels: { pool: "a" } });
const gone = (spec = {}, labels = {}) => pod("gone", spec, { nodeName: "n", labels });
const picky = pod("p", { nodeSelector: { pool: "a" } });
const lonely = pod("p", {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "a" } } },
      ],
    },
  },
});
const twoTerms = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: ["app", "tier"].map((key) => ({
      topologyKey: "zone",
      labelSelector: { matchLabels: { [key]: "a" } },
    })),
  },
};
const sociable = pod("p", { affinity: twoTerms });
const shy = pod("p", { affinity: { podAntiAffinity: twoTerms.podAffinity } });
const zoned = asNode("n", { labels: { zone: "a" } });
const elsewhere = pod("p", {
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          topologyKey: "zone",
          labelSelector: { matchLabels: { app: "a" } },
          namespaceSelector: { matchLabels: { team: "x" } },
        },
      ],
    },
  },
});
const port = {
  containers: [{ name: "c", image: "i", ports: [{ containerPort: 1, hostPort: 80 }] }],
};
const spreading = pod(
  "p",
  {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "a" } },
      },
    ],
  },
  { labels: { app: "a" } },
);
const heedful = pod("p", {
  topologySpreadConstraints: spreading.spec.topologySpreadConstraints!.map((constraint) => ({
    ...constraint,
    nodeTaintsPolicy: "Honor",
  })),
});
const tolerant = (each: PodVersion): PodVersion =>
  each.next({ spec: { ...each.spec, tolerations: [{ operator: "Exists" }] } });
const scratch = pod("p", {
  volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: { spec: {} } } }],
});
const inline = pod("p", { volumes: [{ name: "v", csi: { driver: "d" } }] });
const otherClaim = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "d" } }] };
const disk = { volumes: [{ name: "v", awsElasticBlockStore: { volumeID: "x" } }] };
const storageClass = (volumeBindingMode: string, allowedTopologies: object[] = []) =>
  object("StorageClass", "s", { volumeBindingMode, allowedTopologies }) as AnyVersion;
const volume = (zone: string) =>
  object(
    "PersistentVolume",
    "v",
    {},
    { labels: { "topology.kubernetes.io/zone": zone } },
  ) as AnyVersion;
const csiNode = (plugins: string) =>
  object(
    "CSINode",
    "n",
    {},
    {
      annotations: { "storage.alpha.kubernetes.io/migrated-plugins": plugins },
    },
  ) as AnyVersion;
const capacity = (size: string) =>
  object("CSIStorageCapacity", "c", { capacity: size }) as AnyVersion;
const driver = (storageCapacity: boolean) =>
  object("CSIDriver", "d", { storageCapacity }) as AnyVersion;
const claim = (name: string) =>
  object("PersistentVolumeClaim", name, {}, { namespace: "default" }) as AnyVersion;
const usesClaim = pod("p", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] });

describe("a refused pod is tried again", () => {
  test.each<[string, string, ClusterEvent, PodVersion, readonly [Subject, Subject], boolean]>([
    [
      "a node that is large enough comes",
      "NodeResourcesFit",
      NODE_ADD,
      wants("4"),
      [null, large],
      true,
    ],
    [
      "a node that is too small comes",
      "NodeResourcesFit",
      NODE_ADD,
      wants("4"),
      [null, small],
      false,
    ],
    ["a node grows enough", "NodeResourcesFit", NODE_ROOM, wants("4"), [small, large], true],
    ["a node shrinks", "NodeResourcesFit", NODE_ROOM, wants("1"), [large, small], false],
    ["a pod leaves its node", "NodeResourcesFit", POD_GONE, wants("4"), [gone(), null], true],
    ["a pod comes", "NodeResourcesFit", POD_CAME, wants("4"), [null, gone()], false],
    ["a node loses the taint", "TaintToleration", NODE_TAINT, pod("p"), [tainted, large], true],
    ["a node keeps the taint", "TaintToleration", NODE_TAINT, pod("p"), [tainted, tainted], false],
    [
      "a node without taints changes",
      "TaintToleration",
      NODE_TAINT,
      pod("p"),
      [large, large],
      false,
    ],
    ["a node is uncordoned", "NodeUnschedulable", NODE_TAINT, pod("p"), [cordoned, large], true],
    ["a node is cordoned", "NodeUnschedulable", NODE_TAINT, pod("p"), [large, cordoned], false],
    ["a node gets the label", "NodeAffinity", NODE_LABEL, picky, [large, labelled], true],
    ["a node gets another label", "NodeAffinity", NODE_LABEL, picky, [large, small], false],
    [
      "a node that had the label changes",
      "NodeAffinity",
      NODE_LABEL,
      picky,
      [labelled, labelled],
      false,
    ],
    ["a pod frees the port", "NodePorts", POD_GONE, pod("p", port), [gone(port), null], true],
    ["a pod without ports leaves", "NodePorts", POD_GONE, pod("p", port), [gone(), null], false],
    [
      "a pod that kept it away leaves",
      "InterPodAffinity",
      POD_GONE,
      lonely,
      [gone({}, { app: "a" }), null],
      true,
    ],
    [
      "a pod that it does not mind leaves",
      "InterPodAffinity",
      POD_GONE,
      lonely,
      [gone({}, { app: "b" }), null],
      false,
    ],
    [
      "a pod comes that keeps it away",
      "InterPodAffinity",
      POD_CAME,
      lonely,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "a pod that kept it away gets another label",
      "InterPodAffinity",
      POD_LABEL,
      lonely,
      [gone({}, { app: "a" }), gone({}, { app: "b" })],
      true,
    ],
    [
      "a pod that keeps it away gets one more label",
      "InterPodAffinity",
      POD_LABEL,
      lonely,
      [gone({}, { app: "a" }), gone({}, { app: "a", more: "x" })],
      false,
    ],
    [
      "a pod comes that fulfils all terms",
      "InterPodAffinity",
      POD_CAME,
      sociable,
      [null, gone({}, { app: "a", tier: "a" })],
      true,
    ],
    [
      "a pod comes that fulfils one of two terms",
      "InterPodAffinity",
      POD_CAME,
      sociable,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "a pod leaves that it was to be near",
      "InterPodAffinity",
      POD_GONE,
      sociable,
      [gone({}, { app: "a", tier: "a" }), null],
      false,
    ],
    // Upstream's gap, until after v1.34.
    [
      "a pod leaves that wanted to be alone",
      "InterPodAffinity",
      POD_GONE,
      pod("p", {}, { labels: { app: "a" } }),
      [gone(lonely.spec, {}), null],
      false,
    ],
    [
      "a pod leaves that two of its terms kept it away from",
      "InterPodAffinity",
      POD_GONE,
      shy,
      [gone({}, { app: "a", tier: "a" }), null],
      true,
    ],
    // Upstream's gap, until after v1.34.
    [
      "a pod leaves that one of two of its terms kept it away from",
      "InterPodAffinity",
      POD_GONE,
      shy,
      [gone({}, { app: "a" }), null],
      false,
    ],
    [
      "a pod comes to be near, in a namespace that is selected by its labels",
      "InterPodAffinity",
      POD_CAME,
      elsewhere,
      [null, gone({}, { app: "a" })],
      false,
    ],
    [
      "its own labels change",
      "InterPodAffinity",
      OWN_LABEL,
      lonely,
      [lonely, lonely.next({ labels: { app: "b" } })],
      true,
    ],
    [
      "the labels of another waiting pod change",
      "InterPodAffinity",
      OWN_LABEL,
      lonely,
      [pod("q", {}, { labels: { app: "a" } }), pod("q")],
      false,
    ],
    [
      "a node comes with the key of its affinity",
      "InterPodAffinity",
      NODE_ADD,
      sociable,
      [null, zoned],
      true,
    ],
    [
      "a node comes without the key of its affinity",
      "InterPodAffinity",
      NODE_ADD,
      sociable,
      [null, large],
      false,
    ],
    [
      "a node comes, with or without the key of its anti-affinity",
      "InterPodAffinity",
      NODE_ADD,
      shy,
      [null, large],
      true,
    ],
    [
      "a node comes to a domain of its affinity",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [large, zoned],
      true,
    ],
    [
      "a node leaves a domain of its affinity",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [zoned, large],
      false,
    ],
    [
      "a node leaves a domain of its anti-affinity",
      "InterPodAffinity",
      NODE_LABEL,
      shy,
      [zoned, large],
      true,
    ],
    [
      "a node comes to a domain of its anti-affinity",
      "InterPodAffinity",
      NODE_LABEL,
      shy,
      [large, zoned],
      false,
    ],
    [
      "a node changes some other label",
      "InterPodAffinity",
      NODE_LABEL,
      sociable,
      [zoned, asNode("n", { labels: { zone: "a", more: "x" } })],
      false,
    ],
    [
      "a pod of its kind leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [gone({}, { app: "a" }), null],
      true,
    ],
    [
      "a pod of another kind leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [gone({}, { app: "b" }), null],
      false,
    ],
    [
      "a waiting pod of its kind goes",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [pod("q", {}, { labels: { app: "a" } }), null],
      false,
    ],
    [
      "a pod of its kind in another namespace leaves",
      "PodTopologySpread",
      POD_GONE,
      spreading,
      [pod("q", {}, { nodeName: "n", namespace: "other", labels: { app: "a" } }), null],
      false,
    ],
    [
      "a pod comes to be of its kind",
      "PodTopologySpread",
      POD_LABEL,
      spreading,
      [gone({}, { app: "b" }), gone({}, { app: "a" })],
      true,
    ],
    [
      "its own labels change its kind",
      "PodTopologySpread",
      OWN_LABEL,
      spreading,
      [spreading, spreading.next({ labels: { app: "b" } })],
      true,
    ],
    [
      "it tolerates more, and taints do not matter to it",
      "PodTopologySpread",
      OWN_TOLERATION,
      spreading,
      [spreading, tolerant(spreading)],
      false,
    ],
    [
      "it tolerates more, and taints matter to it",
      "PodTopologySpread",
      OWN_TOLERATION,
      heedful,
      [heedful, tolerant(heedful)],
      true,
    ],
    [
      "a node with all keys goes",
      "PodTopologySpread",
      NODE_GONE,
      spreading,
      [asNode("n"), null],
      true,
    ],
    [
      "a node with all keys loses a taint",
      "PodTopologySpread",
      NODE_TAINT,
      spreading,
      [tainted, asNode("n")],
      true,
    ],
    [
      "a node that waits for somebody gives up its nomination",
      "NodeResourcesFit",
      POD_GONE,
      wants("1"),
      [pod("q", {}, { nominatedNodeName: "n" }), null],
      true,
    ],
    [
      "a pod goes that had no node",
      "NodeResourcesFit",
      POD_GONE,
      wants("1"),
      [pod("q"), null],
      false,
    ],
    [
      "a pod gives up its nomination, and its ports",
      "NodePorts",
      POD_GONE,
      pod("p", port),
      [pod("q", port, { nominatedNodeName: "n" }), null],
      true,
    ],
    [
      "a pod on a node shrinks where it needs room",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [gone(requesting({ cpu: "2" })), gone(requesting({ cpu: "1" }))],
      true,
    ],
    [
      "a pod on a node shrinks where it needs none",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [gone(requesting({ memory: "2Gi" })), gone(requesting({ memory: "1Gi" }))],
      false,
    ],
    [
      "a waiting pod shrinks",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [pod("q", requesting({ cpu: "2" })), pod("q", requesting({ cpu: "1" }))],
      false,
    ],
    [
      "it shrinks itself",
      "NodeResourcesFit",
      POD_SHRINKS,
      wants("1"),
      [wants("2"), wants("1")],
      true,
    ],
    [
      "a node gets room for more pods",
      "NodeResourcesFit",
      NODE_ROOM,
      wants("1"),
      [asNode("n", { allocatable: { pods: "1" } }), asNode("n")],
      true,
    ],
    ["its claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("c")], true],
    ["another claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("d")], false],
    [
      "the claim of its ephemeral volume comes",
      "VolumeBinding",
      CLAIM,
      scratch,
      [null, claim("p-v")],
      true,
    ],
    [
      "the claim of its ephemeral volume comes",
      "VolumeZone",
      CLAIM,
      scratch,
      [null, claim("p-v")],
      false,
    ],
    [
      "a class comes",
      "VolumeBinding",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("Immediate")],
      true,
    ],
    [
      "a class comes that binds at once",
      "VolumeZone",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("Immediate")],
      false,
    ],
    [
      "a class comes that binds late",
      "VolumeZone",
      CLASS_ADD,
      usesClaim,
      [null, storageClass("WaitForFirstConsumer")],
      true,
    ],
    [
      "a class changes somewhere",
      "VolumeBinding",
      CLASS_UPDATE,
      usesClaim,
      [storageClass("Immediate"), storageClass("Immediate")],
      false,
    ],
    [
      "a class allows other topologies",
      "VolumeBinding",
      CLASS_UPDATE,
      usesClaim,
      [storageClass("Immediate"), storageClass("Immediate", [{ matchLabelExpressions: [] }])],
      true,
    ],
    [
      "a volume moves to another zone",
      "VolumeZone",
      VOLUME_UPDATE,
      usesClaim,
      [volume("a"), volume("b")],
      true,
    ],
    [
      "a volume changes and stays where it is",
      "VolumeZone",
      VOLUME_UPDATE,
      usesClaim,
      [volume("a"), volume("a")],
      false,
    ],
    [
      "a node hands in-tree volumes over",
      "VolumeBinding",
      CSI_NODE_UPDATE,
      usesClaim,
      [csiNode(""), csiNode("kubernetes.io/aws-ebs")],
      true,
    ],
    [
      "a node says nothing new of CSI",
      "VolumeBinding",
      CSI_NODE_UPDATE,
      usesClaim,
      [csiNode(""), csiNode("")],
      false,
    ],
    [
      "capacity grows",
      "VolumeBinding",
      CAPACITY_UPDATE,
      usesClaim,
      [capacity("1Gi"), capacity("2Gi")],
      true,
    ],
    [
      "capacity shrinks",
      "VolumeBinding",
      CAPACITY_UPDATE,
      usesClaim,
      [capacity("2Gi"), capacity("1Gi")],
      false,
    ],
    [
      "a driver of its in-line volume gives up capacity",
      "VolumeBinding",
      DRIVER_UPDATE,
      inline,
      [driver(true), driver(false)],
      true,
    ],
    [
      "a driver that it does not use gives up capacity",
      "VolumeBinding",
      DRIVER_UPDATE,
      usesClaim,
      [driver(true), driver(false)],
      false,
    ],
    [
      "a pod with its claim leaves",
      "VolumeRestrictions",
      POD_GONE,
      usesClaim,
      [gone(usesClaim.spec), null],
      true,
    ],
    [
      "a pod with another claim leaves",
      "VolumeRestrictions",
      POD_GONE,
      usesClaim,
      [gone(otherClaim), null],
      false,
    ],
    [
      "a pod with its disk leaves",
      "VolumeRestrictions",
      POD_GONE,
      pod("p", disk),
      [gone(disk), null],
      true,
    ],
    [
      "a pod with a claim leaves",
      "NodeVolumeLimits",
      POD_GONE,
      usesClaim,
      [gone(otherClaim), null],
      true,
    ],
    [
      "a pod with volumes of the node leaves",
      "NodeVolumeLimits",
      POD_GONE,
      usesClaim,
      [gone({ volumes: [{ name: "v", emptyDir: {} }] }), null],
      false,
    ],
  ])("when %s (%s)", (_, plugin, event, waiting, change, again) => {
    expect(hint(plugin, event, waiting, change)).toBe(again);
  });

  test("an event of a resource that nobody registered helps nobody", () => {
    expect(eventMatches(NODE_ADD, POD_GONE)).toBe(false);
    expect(eventMatches(clusterEvent("*", Action.All), POD_GONE)).toBe(true);
    expect(eventMatches(clusterEvent("Node", Action.Add, Action.Delete), NODE_LABEL)).toBe(false);
  });
});
