import { counted } from "../../base/counted.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import type { Status } from "../framework/status.js";
import {
  AFFINITY_UNMET,
  ANTI_AFFINITY_BROKEN,
} from "../plugins/inter-pod-affinity/affinity-filter.js";
import { avoidedAdvice, farAdvice, nearAdvice } from "./affinity-advice.js";
import { type BlockedNode, blockedNodes, untolerated } from "./blockers.js";
import type { Decision } from "./decision-observer.js";
import { devicesOfNodes, devicesOfPod } from "./device-advice.js";
import { choiceAdvice } from "./node-choice.js";
import { listText, nodesText, roomText } from "./node-text.js";
import { portAdvice } from "./port-advice.js";
import { roomAdvice } from "./room-advice.js";
import type { Refused } from "./ruled.js";
import { spreadAdvice } from "./spread-advice.js";
import { volumesOfNodes, volumesOfPod } from "./volume-advice.js";

const ROOM = "NodeResourcesFit";
/** Combinations of refusals beyond this are left out: they help nobody. */
const MAX_COMBINATIONS = 3;
const MAX_TAINTS = 3;

/** What one plugin alone keeps the pod from, for the same reasons. */
interface Sole {
  readonly plugin: string;
  readonly status: Status;
  readonly nodes: readonly NodeInfo[];
}

/** What a plugin's refusal of a node means, for people who do not know the plugin. */
const MEANINGS: Readonly<Record<string, string>> = {
  NodeUnschedulable: "cordoned",
  NodeName: "another node than the pod names",
  NodeAffinity: "not one that the pod asks for",
  TaintToleration: "a taint that the pod does not tolerate",
  [ROOM]: "no room",
  NodePorts: "host port taken",
  PodTopologySpread: "spread constraint",
  InterPodAffinity: "rule about other pods",
  VolumeBinding: "volumes",
  VolumeZone: "volumes",
  VolumeRestrictions: "volumes",
  NodeVolumeLimits: "volumes",
  EBSLimits: "volumes",
  GCEPDLimits: "volumes",
  AzureDiskLimits: "volumes",
  CinderLimits: "volumes",
  DynamicResources: "claimed devices",
};

/**
 * Sentences about what would have let an unschedulable pod in, from the state on which that was
 * decided: for each plugin the nodes that it alone refuses, with what it wants of them.
 */
export function adviceFor({ framework, pod, outcome }: Decision): readonly string[] {
  if (outcome.kind !== "unschedulable") return [];
  const { diagnosis, state } = outcome;
  if (framework.snapshot.nodes.length === 0) return ["There is no node at all: add one."];
  const { preFilter } = diagnosis;
  // Preemption helps by itself.
  if ((outcome.postFilter?.victims.length ?? 0) > 0) return [];
  if (preFilter !== null) return [wholeAdvice(preFilter, { framework, pod })];
  const blocked = blockedNodes(framework, state, pod);
  const soles = soleBlockers(blocked);
  const advice = soles.flatMap((sole) => soleAdvice(sole, framework, pod));
  advice.push(...nominatedAdvice(blocked));
  if (soles.length === 0) advice.push(...combinationAdvice(blocked));
  return advice;
}

/** A pod that was refused before any node was looked at. */
function wholeAdvice({ plugin, message }: Status, refused: Refused): string {
  return (
    volumesOfPod(message, refused) ??
    devicesOfPod(message) ??
    `No node is even looked at, for ${plugin} refuses the pod as it is: ${message}.`
  );
}

/** The nodes that only one plugin refuses, by plugin and reasons; room first, then the most nodes. */
function soleBlockers(blocked: readonly BlockedNode[]): readonly Sole[] {
  const soles = new Map<string, { plugin: string; status: Status; nodes: NodeInfo[] }>();
  for (const { node, by } of blocked) {
    const [status] = by;
    if (by.length !== 1 || status === undefined) continue;
    const { plugin } = status;
    // Nodes may lack different things; how much of what is told for all of them together.
    const key = plugin === ROOM ? plugin : `${plugin} ${status.message}`;
    const sole = soles.get(key) ?? { plugin, status, nodes: [] };
    soles.set(key, sole);
    sole.nodes.push(node);
  }
  const rank = ({ plugin }: Sole) => (plugin === ROOM ? 0 : 1);
  return [...soles.values()].sort((a, b) => rank(a) - rank(b) || b.nodes.length - a.nodes.length);
}

function soleAdvice(
  { plugin, status, nodes }: Sole,
  framework: Framework,
  pod: PodInfo,
): readonly string[] {
  const ruled = { framework, pod, nodes };
  switch (plugin) {
    case ROOM:
      return roomAdvice(ruled);
    case "NodeAffinity":
      return [choiceAdvice(pod.template.spec, nodes, framework.snapshot.nodes)];
    case "TaintToleration":
      return [taintAdvice(pod, nodes)];
    case "NodeUnschedulable":
      return [
        `${roomText(nodes)} would take it, but ${nodes.length === 1 ? "is" : "are"} cordoned: uncordon one.`,
      ];
    case "NodePorts":
      return [portAdvice(ruled)];
    case "PodTopologySpread":
      return [spreadAdvice(ruled)];
    case "InterPodAffinity":
      if (status === AFFINITY_UNMET) return [nearAdvice(ruled)];
      return [status === ANTI_AFFINITY_BROKEN ? farAdvice(ruled) : avoidedAdvice(ruled)];
    case "DynamicResources":
      return [devicesOfNodes(ruled, status.reasons)];
    default:
      return MEANINGS[plugin] === "volumes"
        ? [volumesOfNodes(ruled, status.reasons)]
        : [`${roomText(nodes)} would take it, but for ${plugin}: ${status.message}.`];
  }
}

function taintAdvice(pod: PodInfo, nodes: readonly NodeInfo[]): string {
  const taints = new Set(
    nodes.flatMap((node) =>
      untolerated(node, pod).map(({ key, value = "", effect }) =>
        value === "" ? `${key}:${effect}` : `${key}=${value}:${effect}`,
      ),
    ),
  );
  const named = listText([...taints], MAX_TAINTS);
  const word = taints.size === 1 ? "this taint" : "these taints";
  return `${roomText(nodes)} would take it if the pod tolerated ${word}: ${named}. Add such a toleration to the pod, or take the taint away.`;
}

/** Nodes that every filter passes were refused for the sake of nominated pods. */
function nominatedAdvice(blocked: readonly BlockedNode[]): readonly string[] {
  const nodes = blocked.filter(({ by }) => by.length === 0).map(({ node }) => node);
  if (nodes.length === 0) return [];
  return [
    `${roomText(nodes)} keep${nodes.length === 1 ? "s" : ""} that room for another pod of at least its priority, for which preemption has made it.`,
  ];
}

function combinationAdvice(blocked: readonly BlockedNode[]): readonly string[] {
  const combinations = new Map<string, NodeInfo[]>();
  for (const { node, by } of blocked) {
    if (by.length < 2) continue;
    const key = by.map(meaningOf).join("; ");
    const nodes = combinations.get(key) ?? [];
    combinations.set(key, nodes);
    nodes.push(node);
  }
  if (combinations.size === 0) return [];
  const listed = [...combinations].sort(([, a], [, b]) => b.length - a.length);
  return [
    "No single change is enough: each node is refused for at least two reasons.",
    ...listed
      .slice(0, MAX_COMBINATIONS)
      .map(([key, nodes]) => `${counted(nodes.length, "node")} (${nodesText(nodes)}): ${key}.`),
  ];
}

/** `no room (Insufficient cpu)`. */
function meaningOf({ plugin, reasons }: Status): string {
  return `${MEANINGS[plugin] ?? plugin} (${reasons.join(", ")})`;
}
