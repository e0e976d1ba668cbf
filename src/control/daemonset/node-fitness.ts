import { daemonTolerations } from "../../api/daemon-tolerations.js";
import type { Labels, Taint, Toleration } from "../../api/kubernetes.js";
import { RequiredNodeAffinity } from "../../api/node-selector.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { firstUntolerated } from "../../api/taints.js";
import type { DaemonSet } from "./daemon-pods.js";

export type Node = ObjectVersion<"Node">;

export interface Fitness {
  /** A pod that is not there is to be made. */
  readonly shouldRun: boolean;
  /** A pod that is there may stay. */
  readonly mayStay: boolean;
}

const NEITHER: Fitness = { shouldRun: false, mayStay: false };
const STAYS: Fitness = { shouldRun: false, mayStay: true };
const BOTH: Fitness = { shouldRun: true, mayStay: true };

interface Wants {
  readonly nodeName: string;
  readonly affinity: RequiredNodeAffinity;
  readonly tolerations: readonly Toleration[];
  /** By row of the node, what was decided of which labels and taints. */
  readonly decided: (Decided | undefined)[];
}

interface Decided {
  readonly uid: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly fitness: Fitness;
}

const NO_TAINTS: readonly Taint[] = [];

/**
 * Whether nodes are for the pods of a DaemonSet: by the node's name, node selector and affinity, and
 * taints. Resources and ports are the scheduler's concern.
 * Source: Kubernetes, "DaemonSet: How Daemon Pods are scheduled".
 */
export class NodeFitness {
  private readonly wants = new WeakMap<DaemonSet["spec"], Wants>();

  of(set: Pick<DaemonSet, "spec">, node: Node): Fitness {
    const wants = this.wantsOf(set.spec);
    const taints = node.spec.taints ?? NO_TAINTS;
    const known = wants.decided[node.row];
    if (known?.uid === node.uid && known.labels === node.labels && known.taints === taints) {
      return known.fitness;
    }
    const fitness = decide(wants, node, taints);
    wants.decided[node.row] = { uid: node.uid, labels: node.labels, taints, fitness };
    return fitness;
  }

  private wantsOf(spec: DaemonSet["spec"]): Wants {
    let wants = this.wants.get(spec);
    if (wants === undefined) {
      const podSpec = spec.template.spec ?? { containers: [] };
      wants = {
        nodeName: podSpec.nodeName ?? "",
        affinity: new RequiredNodeAffinity(podSpec),
        tolerations: daemonTolerations(podSpec),
        decided: [],
      };
      this.wants.set(spec, wants);
    }
    return wants;
  }
}

function decide(wants: Wants, node: Node, taints: readonly Taint[]): Fitness {
  if (wants.nodeName !== "" && wants.nodeName !== node.name) return NEITHER;
  if (!wants.affinity.matches(node)) return NEITHER;
  const refuses = (...effects: string[]) =>
    firstUntolerated(taints, wants.tolerations, effects) !== undefined;
  if (!refuses("NoSchedule", "NoExecute")) return BOTH;
  return refuses("NoExecute") ? NEITHER : STAYS;
}
