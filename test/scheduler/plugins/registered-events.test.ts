import { describe, expect, test } from "vitest";
import { Action, type ClusterEvent } from "../../../src/scheduler/framework/cluster-event.js";
import { World } from "../world.js";

const NODE_UPDATES = {
  allocatable: Action.UpdateNodeAllocatable,
  label: Action.UpdateNodeLabel,
  taint: Action.UpdateNodeTaint,
  condition: Action.UpdateNodeCondition,
  annotation: Action.UpdateNodeAnnotation,
};
const POD_UPDATES = {
  label: Action.UpdatePodLabel,
  shrink: Action.UpdatePodScaleDown,
  toleration: Action.UpdatePodToleration,
  gates: Action.UpdatePodSchedulingGatesEliminated,
};

function words(event: ClusterEvent, updates: Readonly<Record<string, number>>): string {
  const bits = { add: Action.Add, delete: Action.Delete, ...updates };
  const names = Object.entries(bits).filter(([, bit]) => (event.actions & bit) !== 0);
  return names.map(([name]) => name).join(" ");
}

/** What the plugin waits for of nodes and pods, in words. */
function awaited(plugin: string, minor: number): string {
  const found = new World([], { minor }).framework.allPlugins.find(({ name }) => name === plugin);
  const events = found!.eventsToRegister!().map(({ event }) => event);
  const nodes = events.filter(({ resource }) => resource === "Node");
  const pods = events.filter(({ resource }) => resource === "Pod");
  return [
    ...nodes.map((event) => `node: ${words(event, NODE_UPDATES)}`),
    ...pods.map((event) => `pod: ${words(event, POD_UPDATES)}`),
  ].join("; ");
}

const ANY_NODE = "node: add allocatable label taint condition annotation";
const ANY_POD = "pod: add delete label shrink toleration gates";

describe("what a plugin waits for", () => {
  // From v1.30 on a new node that was not ready is noticed when its taint goes; from v1.32 on there
  // are hints, and no plugin waits for more than may change its mind.
  test.each([
    ["NodeResourcesFit", 26, `${ANY_NODE}; pod: delete`],
    ["NodeResourcesFit", 32, "node: add allocatable; pod: delete"],
    ["NodeResourcesFit", 33, "node: add allocatable; pod: delete shrink"],
    ["NodeAffinity", 26, ANY_NODE],
    ["NodeAffinity", 32, "node: add label"],
    ["NodeName", 26, ANY_NODE],
    ["NodeName", 32, "node: add"],
    ["NodePorts", 26, `${ANY_NODE}; pod: delete`],
    ["NodePorts", 32, "node: add; pod: delete"],
    ["NodeUnschedulable", 26, "node: add taint"],
    ["NodeUnschedulable", 32, "node: add taint; pod: toleration"],
    ["TaintToleration", 26, ANY_NODE],
    ["TaintToleration", 32, "node: add taint; pod: toleration"],
    ["InterPodAffinity", 26, `node: add label; ${ANY_POD}`],
    ["InterPodAffinity", 30, `node: add label taint; ${ANY_POD}`],
    ["InterPodAffinity", 32, "node: add label; pod: add delete label"],
    ["PodTopologySpread", 26, `node: add delete label; ${ANY_POD}`],
    ["PodTopologySpread", 30, `node: add delete label taint; ${ANY_POD}`],
    ["PodTopologySpread", 32, "node: add delete label taint; pod: add delete label toleration"],
    ["VolumeRestrictions", 26, "node: add; pod: delete"],
    ["VolumeRestrictions", 31, "node: add taint; pod: delete"],
    ["VolumeRestrictions", 32, "node: add; pod: delete"],
    ["VolumeBinding", 26, "node: add label"],
    ["VolumeBinding", 31, "node: add label taint"],
    ["VolumeZone", 26, "node: add label"],
    ["VolumeZone", 32, "node: add label"],
    ["EBSLimits", 26, "node: add; pod: delete"],
    ["NodeVolumeLimits", 26, "pod: delete"],
    ["SchedulingGates", 32, "pod: gates"],
  ])("%s, v1.%i: %s", (plugin, minor, events) => {
    expect(awaited(plugin, minor)).toBe(events);
  });
});
