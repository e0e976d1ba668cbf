import { CycleState } from "../framework/cycle-state.js";
import type { Plugin } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import type { Framework } from "../framework/runtime.js";
import { type Status, isRejected } from "../framework/status.js";
import type { FastClass } from "./fast-class.js";

/** With more nodes than this, each asked anew, the plain form is no slower. */
const MAX_NODES = 64;
const NO_NODES: readonly NodeInfo[] = [];

/** Whether the filters of a pod without counting rules would mind it. */
function keepsAway({ requiredAntiAffinityTerms }: PodTemplateInfo): boolean {
  return requiredAntiAffinityTerms.length > 0;
}

/** Whether a nominated pod may matter to pods that no counting rule concerns, beyond its own node. */
export function anyKeepsAway({ nominator }: Framework): boolean {
  for (const template of nominator.templates()) if (keepsAway(template)) return true;
  return false;
}

/**
 * What pods that are nominated on nodes, and may get there before the incoming one, mean to a class. To the
 * rules of one node they are pods on it (`ShapeJudge`); where rules that count placed pods would mind them, or a
 * plugin cannot be told, the plain form is asked about the node, and what it refuses is set aside.
 */
export class NominatedNodes {
  private readonly minded = new WeakMap<PodTemplateInfo, boolean>();

  constructor(private readonly of: FastClass) {}

  /**
   * The nodes about which the plain form has to be asked; null where there are too many. Before the groups
   * of the class are asked for: sums may be added.
   */
  find(framework: Framework, pod: PodInfo, plain: readonly Plugin[]): readonly NodeInfo[] | null {
    const { nominator, snapshot } = framework;
    const isTold = plain.length === 0;
    if (isTold && !this.mindsAny(nominator.templates())) return NO_NODES;
    const found: NodeInfo[] = [];
    for (const name of nominator.nodeNames()) {
      const node = snapshot.get(name);
      const before = node === undefined ? [] : framework.nominatedBefore(pod, name);
      const matters = isTold ? before.some((info) => this.minds(info.template)) : before.length > 0;
      if (!matters) continue;
      if (found.length === MAX_NODES) return null;
      found.push(node!);
    }
    return found;
  }

  private mindsAny(templates: Iterable<PodTemplateInfo>): boolean {
    for (const template of templates) if (this.minds(template)) return true;
    return false;
  }

  private minds(template: PodTemplateInfo): boolean {
    let minded = this.minded.get(template);
    if (minded === undefined) {
      const { sums } = this.of;
      const isUntold = sums === null || sums.rules.includes(null);
      minded = (isUntold && keepsAway(template)) || (sums?.mindsPod(template) ?? false);
      this.minded.set(template, minded);
    }
    return minded;
  }

  /** Sets those of the nodes aside that the plain form refuses. False if it has to decide as a whole. */
  close(framework: Framework, pod: PodInfo, nodes: readonly NodeInfo[]): boolean {
    if (nodes.length === 0) return true;
    const { table, aside } = this.of.desk;
    const state = stateOf(framework, pod);
    if (state === null) return false;
    for (const node of nodes) {
      const status = framework.runFilterPluginsWithNominatedPods(state, pod, node);
      if (status !== null && !isRejected(status)) return false;
      if (status !== null) aside.close(table.positionOf(node.row), status);
    }
    return true;
  }

  /**
   * Why the node that the pod itself is nominated on refuses it; null if it does not. Of a class that is
   * prepared, without a plugin that cannot be told.
   */
  statusOfOwn(framework: Framework, pod: PodInfo, node: NodeInfo): Status | null {
    const { desk, shape } = this.of;
    const { aside } = desk;
    const position = desk.table.positionOf(node.row);
    const beyond = desk.closedBy[desk.groupIdAt(position)] ?? null;
    if (aside.isClosed(position)) return beyond;
    const state = shape.filterState;
    const before = framework.nominatedBefore(pod, node.name);
    const withThem =
      before.length === 0 ? null : framework.runFilterPluginsWith(before, state, pod, node);
    if (withThem !== null) return this.of.firstOf(withThem, beyond);
    return this.of.firstOf(framework.runFilterPlugins(state, pod, node), beyond);
  }
}

/** What PreFilter makes; null where it refuses the pod, or names nodes. */
function stateOf(framework: Framework, pod: PodInfo): CycleState | null {
  const state = new CycleState();
  const { status, nodeNames } = framework.runPreFilterPlugins(state, pod);
  return status === null && nodeNames === null ? state : null;
}
