import { counted } from "../../base/counted.js";
import type { NodeSelectorRequirement, PodSpec } from "../../api/kubernetes.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Status } from "../framework/status.js";
import { type BlockedNode, blockedNodes } from "./blockers.js";
import type { Decision } from "./decision-observer.js";
import { nodesText } from "./node-text.js";
import { roomAdvice } from "./room-advice.js";

const ROOM = "NodeResourcesFit";
/** Combinations of refusals beyond this are left out: they help nobody. */
const MAX_COMBINATIONS = 3;

/** What one plugin alone keeps the pod from. */
interface Sole {
  readonly plugin: string;
  readonly nodes: readonly NodeInfo[];
  readonly statuses: readonly Status[];
}

/**
 * Sentences about what would have let an unschedulable pod in, from the state on which that was
 * decided: for each plugin the nodes that it alone refuses, with what it wants of them.
 */
export function adviceFor({ framework, pod, outcome }: Decision): readonly string[] {
  if (outcome.kind !== "unschedulable") return [];
  const { diagnosis, state } = outcome;
  if (framework.snapshot.nodes.length === 0) return ["There is no node at all: add one."];
  const { preFilter } = diagnosis;
  if (preFilter !== null) {
    return [
      `No node was looked at, for ${preFilter.plugin} refuses the pod: ${preFilter.message}.`,
    ];
  }
  const refused = [...diagnosis.entries()].map(([node]) => node);
  const blocked = blockedNodes(framework, state, pod, refused);
  const soles = soleBlockers(blocked);
  const advice: string[] = [];
  for (const sole of soles) {
    if (sole.plugin === ROOM) advice.push(...roomAdvice(pod, sole.nodes, framework.scalars));
    else advice.push(soleText(sole, pod.template.spec));
  }
  advice.push(...nominatedText(blocked));
  if (soles.length === 0) advice.push(...combinationText(blocked));
  return advice;
}

/** The nodes that only one plugin refuses, by plugin; room first, then the most nodes. */
function soleBlockers(blocked: readonly BlockedNode[]): readonly Sole[] {
  const soles = new Map<string, { plugin: string; nodes: NodeInfo[]; statuses: Status[] }>();
  for (const { node, by } of blocked) {
    const [status] = by;
    if (by.length !== 1 || status === undefined) continue;
    const { plugin } = status;
    const sole = soles.get(plugin) ?? { plugin, nodes: [], statuses: [] };
    soles.set(plugin, sole);
    sole.nodes.push(node);
    if (!sole.statuses.includes(status)) sole.statuses.push(status);
  }
  const rank = ({ plugin }: Sole) => (plugin === ROOM ? 0 : 1);
  return [...soles.values()].sort((a, b) => rank(a) - rank(b) || b.nodes.length - a.nodes.length);
}

function soleText({ plugin, nodes, statuses }: Sole, spec: PodSpec): string {
  const room = `${counted(nodes.length, "node")} with room for it (${nodesText(nodes)})`;
  const reasons = [...new Set(statuses.flatMap((status) => status.reasons))].join("; ");
  switch (plugin) {
    case "NodeAffinity":
      return `Only its own choice of nodes (${selectionText(spec)}) keeps it from ${room}: widen the choice, or label one of them so.`;
    case "TaintToleration":
      return `Only a taint keeps it from ${room}: ${reasons}. Tolerate the taint, or remove it.`;
    case "NodeUnschedulable":
      return `Only a cordon keeps it from ${room}: uncordon one.`;
    case "NodePorts":
      return `Only its host port, which other pods have taken, keeps it from ${room}: leave the port to Kubernetes, or move one of those pods.`;
    case "PodTopologySpread":
      return `Only its spread constraint (${spreadText(spec)}) keeps it from ${room}: make room in the domains with fewer pods, raise maxSkew, or use ScheduleAnyway.`;
    case "InterPodAffinity":
      return `Only affinity to other pods keeps it from ${room}: ${reasons}.`;
    default:
      return `Only ${plugin} keeps it from ${room}: ${reasons}.`;
  }
}

/** Nodes that every filter passes were refused for the sake of nominated pods. */
function nominatedText(blocked: readonly BlockedNode[]): readonly string[] {
  const nodes = blocked.filter(({ by }) => by.length === 0).map(({ node }) => node);
  if (nodes.length === 0) return [];
  return [
    `${counted(nodes.length, "node")} (${nodesText(nodes)}) would take it now, but the room is kept for a nominated pod of at least its priority.`,
  ];
}

function combinationText(blocked: readonly BlockedNode[]): readonly string[] {
  const combinations = new Map<string, NodeInfo[]>();
  for (const { node, by } of blocked) {
    if (by.length < 2) continue;
    const key = by.map(({ plugin, reasons }) => `${plugin} (${reasons.join(", ")})`).join(" and ");
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

function selectionText(spec: PodSpec): string {
  const selector = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [];
  const alternatives = terms.map(({ matchExpressions = [], matchFields = [] }) =>
    [...matchExpressions, ...matchFields].map(requirementText).join(" and "),
  );
  const affinity = alternatives.length === 0 ? [] : [alternatives.join(" or ")];
  const parts = [...selector, ...affinity];
  return parts.length === 0 ? "its profile's addedAffinity" : parts.join(", ");
}

function requirementText({ key, operator, values = [] }: NodeSelectorRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in [${values.join(", ")}]`;
    case "NotIn":
      return `${key} not in [${values.join(", ")}]`;
    case "Exists":
      return `has ${key}`;
    case "DoesNotExist":
      return `has no ${key}`;
    default:
      return `${key} ${operator} ${values.join(", ")}`;
  }
}

function spreadText(spec: PodSpec): string {
  const hard = (spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule",
  );
  if (hard.length === 0) return "of the profile's defaults";
  return hard
    .map(({ topologyKey, maxSkew }) => `maxSkew ${maxSkew} over ${topologyKey}`)
    .join(", ");
}
