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
  const { allPlugins } = new World([], { minor: 32 }).framework;
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
    [
      "a pod leaves that wanted to be alone",
      "InterPodAffinity",
      POD_GONE,
      pod("p", {}, { labels: { app: "a" } }),
      [gone(lonely.spec, {}), null],
      true,
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
    ["its claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("c")], true],
    ["another claim comes", "VolumeBinding", CLAIM, usesClaim, [null, claim("d")], false],
  ])("when %s (%s)", (_, plugin, event, waiting, change, again) => {
    expect(hint(plugin, event, waiting, change)).toBe(again);
  });

  test("an event of a resource that nobody registered helps nobody", () => {
    expect(eventMatches(NODE_ADD, POD_GONE)).toBe(false);
    expect(eventMatches(clusterEvent("*", Action.All), POD_GONE)).toBe(true);
    expect(eventMatches(clusterEvent("Node", Action.Add, Action.Delete), NODE_LABEL)).toBe(false);
  });
});
