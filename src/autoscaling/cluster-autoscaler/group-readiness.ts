import type { VersionOf } from "../../api/object-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { NodeGroup, NodeGroups } from "./node-group.js";
import { isNodeReady } from "./node-readiness.js";
import { type AutoscalerOptions, NODE_GROUP_DEFAULTS } from "./options.js";

/** How many nodes are in which state, of a group or of all. Source: cluster-autoscaler, `clusterstate.Readiness`. */
export interface Readiness {
  ready: number;
  unready: number;
  /** Not ready and made not long ago. */
  readonly starting: string[];
  /** Machines without a Node. */
  unregistered: number;
  /** Machines that have had no Node for too long. */
  readonly lost: string[];
}

export function emptyReadiness(): Readiness {
  return { ready: 0, unready: 0, starting: [], unregistered: 0, lost: [] };
}

/** Nodes that are there, in any state. */
export function registered({ ready, unready, starting }: Readiness): number {
  return ready + unready + starting.length;
}

export interface ClusterReadiness {
  readonly total: Readiness;
  /** Groups without a node and without a machine that has none are absent. */
  readonly byGroup: ReadonlyMap<string, Readiness>;
}

export interface Surveyed {
  readonly nodes: readonly VersionOf<"Node">[];
  readonly groups: NodeGroups;
  readonly options: AutoscalerOptions;
  /** Machines without a Node, and when they were first seen so. */
  readonly unregisteredSince: ReadonlyMap<string, TimeMicros>;
  readonly now: TimeMicros;
}

/** Counts the nodes of the cluster by group and state; a node whose machine is gone is in none. */
export function surveyNodes({
  nodes,
  groups,
  options,
  unregisteredSince,
  now,
}: Surveyed): ClusterReadiness {
  const total = emptyReadiness();
  const byGroup = new Map<string, Readiness>();
  const of = (group: NodeGroup | null): readonly Readiness[] => {
    if (group === null) return [total];
    let readiness = byGroup.get(group.id);
    if (readiness === undefined) {
      readiness = emptyReadiness();
      byGroup.set(group.id, readiness);
    }
    return [total, readiness];
  };
  for (const node of nodes) {
    if (groups.isGone(node.name)) continue;
    const group = groups.groupOf(node.name);
    const { maxNodeStartupMicros } = group?.options ?? NODE_GROUP_DEFAULTS;
    const isReady = isNodeReady(node, options);
    const isYoung = node.creationTimeMicros + maxNodeStartupMicros > now;
    for (const readiness of of(group)) {
      if (isReady) readiness.ready += 1;
      else if (isYoung) readiness.starting.push(node.name);
      else readiness.unready += 1;
    }
  }
  for (const [name, since] of unregisteredSince) {
    const group = groups.groupOf(name);
    if (group === null) continue;
    const isLost = since + group.options.maxNodeProvisionMicros < now;
    for (const readiness of of(group)) {
      if (isLost) readiness.lost.push(name);
      else readiness.unregistered += 1;
    }
  }
  return { total, byGroup };
}
