import type { RefusalCause } from "../../record/cluster-observer.js";
import type { Features } from "../../api/features.js";
import type { NodeStatuses, PostFilterResult } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import type { Code, Status } from "./status.js";

/**
 * Why each node of a cycle was refused: one (shared) status a node. Plugins give the same object to
 * nodes that they refuse for the same reasons, so this is an array of references.
 */
export class Diagnosis implements NodeStatuses {
  private readonly byNode = new Map<NodeInfo, Status>();
  /** Set when PreFilter refused the pod as a whole; the map is empty then. */
  preFilter: Status | null = null;
  /** Stands for nodes that were not evaluated because PreFilter left them out; see the gates. */
  absentNodes: Status | null = null;
  /** Plugins that left nodes out in PreFilter, in versions in which they count as refusing. */
  narrowedBy: readonly string[] = [];

  /** Nodes with a status. */
  get size(): number {
    return this.byNode.size;
  }

  set(node: NodeInfo, status: Status): void {
    this.byNode.set(node, status);
  }

  get(node: NodeInfo): Status | undefined {
    return this.byNode.get(node) ?? this.absentNodes ?? undefined;
  }

  /** Refused nodes in the order in which they were evaluated. */
  entries(): IterableIterator<[NodeInfo, Status]> {
    return this.byNode.entries();
  }

  /** How many nodes each status was given to. */
  statusCounts(): Iterable<readonly [Status, number]> {
    return countStatuses(this.byNode.values());
  }

  countOf(code: Code, nodeCount: number): number {
    let count = this.absentNodes?.code === code ? nodeCount - this.size : 0;
    for (const [status, nodes] of this.statusCounts()) if (status.code === code) count += nodes;
    return count;
  }

  /** Plugins that refused something: their events may help. */
  unschedulablePlugins(): ReadonlySet<string> {
    const plugins = new Set(this.narrowedBy);
    if (this.preFilter !== null) plugins.add(this.preFilter.plugin);
    for (const status of this.byNode.values()) plugins.add(status.plugin);
    // The framework's own refusals name none.
    plugins.delete("");
    return plugins;
  }
}

/** Each plugin and reason once, however many nodes it holds for. Without a node nobody was asked. */
export function causesOf(diagnosis: Diagnosis): readonly RefusalCause[] {
  const { preFilter } = diagnosis;
  if (preFilter !== null) return [{ plugin: preFilter.plugin, reason: preFilter.message }];
  const causes = new Map<string, RefusalCause>();
  for (const [{ plugin, reasons }] of diagnosis.statusCounts()) {
    for (const reason of reasons) causes.set(`${plugin} ${reason}`, { plugin, reason });
  }
  if (causes.size === 0) return [{ plugin: "Scheduler", reason: "no nodes" }];
  return [...causes.values()];
}

function countStatuses(statuses: Iterable<Status>): Map<Status, number> {
  const counts = new Map<Status, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** `3 Insufficient cpu, 4 Insufficient memory`: how many nodes each reason holds for, as text. */
export function reasonsHistogram(statuses: Iterable<Status>): string {
  return countedReasons(countStatuses(statuses));
}

/** The same of statuses that were counted before. */
export function countedReasons(statuses: Iterable<readonly [Status, number]>): string {
  const counts = new Map<string, number>();
  for (const [status, nodes] of statuses) {
    if (nodes === 0) continue;
    for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  }
  const lines = [...counts].map(([reason, count]) => `${count} ${reason}`);
  return lines.sort(byCodeUnits).join(", ");
}

/** Upstream sorts bytes; for the ASCII of these messages code units are the same. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Wording {
  readonly features: Features;
  /** What PostFilter said; empty for nothing. */
  readonly postFilter: string;
}

/** What of PostFilter's answer stands in the message; empty for nothing. */
export function postFilterWords(result: PostFilterResult | null, features: Features): string {
  if (result === null) return "";
  const { code, message } = result.status;
  return code === "Error" && features.PostFilterErrorLeftOut ? "" : message;
}

/** What each node was refused for, as far as it counts in the message. */
function refusals(
  nodeCount: number,
  diagnosis: Diagnosis,
  features: Features,
): readonly (readonly [Status, number])[] {
  if (diagnosis.preFilter !== null) {
    return features.PreFilterReasonCountedByNode ? [[diagnosis.preFilter, nodeCount]] : [];
  }
  const listed = [...diagnosis.statusCounts()];
  const { absentNodes } = diagnosis;
  if (!features.NodesLeftOutCounted || absentNodes === null) return listed;
  return [...listed, [absentNodes, nodeCount - diagnosis.size]];
}

/**
 * The text of an unschedulable pod: `0/5 nodes are available: …`. Source: kube-scheduler,
 * `FitError.Error`.
 */
export function fitErrorMessage(
  nodeCount: number,
  diagnosis: Diagnosis,
  { features, postFilter }: Wording,
): string {
  const counted = refusals(nodeCount, diagnosis, features);
  const because =
    counted.length === 0 && diagnosis.preFilter !== null
      ? diagnosis.preFilter.message
      : countedReasons(counted);
  let text = `0/${nodeCount} nodes are available:`;
  if (because !== "") text += ` ${because}.`;
  if (postFilter !== "")
    text += ` ${postFilter}${features.PostFilterWordsWithoutPeriod ? "" : "."}`;
  return text;
}
