import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import { type Status, isRejected } from "../framework/status.js";
import type { FastClass } from "./fast-class.js";

/** With nominations on more nodes than this, each asked anew, the plain form is no slower. */
const MAX_NODES = 64;

/** What the plain form said of a node with its nominated pods, and as of when. */
interface Known {
  readonly status: Status | null;
  readonly changedAt: number;
  readonly objects: number;
  readonly nominated: readonly PodInfo[];
  /** Pods are added to that list in place. */
  readonly count: number;
}

/**
 * Nodes on which pods are nominated that may get there before the incoming one: these are looked at
 * by the plain form, since such a pod counts on its own node only, and never in a score. Where it
 * refuses a node the decision sets that one aside. For a class to which pods elsewhere mean nothing the
 * answer stands until the node or its nominations change.
 */
export class NominatedNodes {
  private readonly known = new Map<NodeInfo, Known>();

  constructor(private readonly of: FastClass) {}

  /** Sets the nodes aside. False if the plain form has to decide. `stands`: answers may be remembered. */
  close(framework: Framework, pod: PodInfo, stands: boolean): boolean {
    const { nominator, snapshot } = framework;
    const { table, aside } = this.of.desk;
    let state: CycleState | null = null;
    let asked = 0;
    for (const name of nominator.nodeNames()) {
      const nominated = nominator.nominatedPodsForNode(name);
      if (!nominated.some((info) => counts(info, pod))) continue;
      const node = snapshot.get(name);
      if (node === undefined) continue;
      let known = stands ? this.knownOf(node, nominated) : undefined;
      if (known === undefined) {
        asked += 1;
        if (!stands && asked > MAX_NODES) return false;
        state ??= stateOf(framework, pod);
        if (state === null) return false;
        const status = framework.runFilterPluginsWithNominatedPods(state, pod, node);
        if (status !== null && !isRejected(status)) return false;
        known = this.told(node, nominated, status);
        if (stands) this.known.set(node, known);
      }
      if (known.status !== null) aside.close(table.positionOf(node.row), known.status);
    }
    return true;
  }

  private knownOf(node: NodeInfo, nominated: readonly PodInfo[]): Known | undefined {
    const known = this.known.get(node);
    if (known === undefined || known.nominated !== nominated) return undefined;
    const now = this.told(node, nominated, known.status);
    const isSame =
      known.count === now.count &&
      known.changedAt === now.changedAt &&
      known.objects === now.objects;
    return isSame ? known : undefined;
  }

  private told(node: NodeInfo, nominated: readonly PodInfo[], status: Status | null): Known {
    const { shape, desk } = this.of;
    const changedAt = desk.table.changedAt(node.row);
    return {
      status,
      changedAt,
      objects: shape.objectsVersion,
      nominated,
      count: nominated.length,
    };
  }
}

function counts(info: PodInfo, incoming: PodInfo): boolean {
  return info.priority >= incoming.priority && info.pod.uid !== incoming.pod.uid;
}

/** What PreFilter makes; null where it refuses the pod, or names nodes. */
function stateOf(framework: Framework, pod: PodInfo): CycleState | null {
  const state = new CycleState();
  const { status, nodeNames } = framework.runPreFilterPlugins(state, pod);
  return status === null && nodeNames === null ? state : null;
}
