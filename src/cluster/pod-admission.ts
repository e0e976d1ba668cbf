import { RequiredNodeAffinity } from "../api/node-selector.js";
import type { PodSpec } from "../api/kubernetes.js";
import { firstUntolerated } from "../api/taints.js";
import type { KubeletNode } from "./kubelet-node.js";
import { type PodDemand, portsConflict } from "./pod-demand.js";

/** Why a kubelet does not take a pod: reason and message of the pod's status. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

const FIRST_RESOURCES = ["cpu", "memory", "ephemeral-storage"];

/**
 * The kubelet's own check of a pod that was bound to its node, against the pods that it holds: the
 * first thing that does not fit, or null. Resources come first, then affinity, ports and taints.
 *
 * Source: Kubernetes, `pkg/kubelet/lifecycle` (predicate admission); "Node-pressure eviction" and
 * "Assigning Pods to Nodes" on pods that are bound past the scheduler.
 */
export class PodAdmission {
  private readonly affinities = new WeakMap<PodSpec, RequiredNodeAffinity>();

  check(node: KubeletNode, spec: PodSpec, demand: PodDemand): Rejection | null {
    const short = shortage(node, demand);
    if (short !== null) return short;
    if (!this.affinityOf(spec).matches(node.node)) {
      return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    }
    if (demand.hostPorts.length > 0) {
      for (const other of node.portHolders) {
        if (portsConflict(demand.hostPorts, other.demand.hostPorts)) {
          return predicate(
            "NodePorts",
            "node(s) didn't have free ports for the requested pod ports",
          );
        }
      }
    }
    if (firstUntolerated(node.taints, spec.tolerations ?? [], ["NoExecute"]) !== undefined) {
      return predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate");
    }
    return null;
  }

  /** Whether `demand` fits in the place of `before`, which the node holds now. */
  fitsInstead(node: KubeletNode, before: PodDemand, demand: PodDemand): boolean {
    for (const [resource, amount] of demand.requests) {
      const more = amount - (before.requests.get(resource) ?? 0);
      if (more > 0 && more > node.free(resource)) return false;
    }
    return true;
  }

  /** Whether `demand` could ever fit on the node. */
  fitsAlone(node: KubeletNode, demand: PodDemand): boolean {
    for (const [resource, amount] of demand.requests) {
      if (amount > (node.allocatable.get(resource) ?? 0)) return false;
    }
    return true;
  }

  private affinityOf(spec: PodSpec): RequiredNodeAffinity {
    let affinity = this.affinities.get(spec);
    if (affinity === undefined) {
      affinity = new RequiredNodeAffinity(spec);
      this.affinities.set(spec, affinity);
    }
    return affinity;
  }
}

function shortage(node: KubeletNode, demand: PodDemand): Rejection | null {
  const places = node.allocatable.get("pods") ?? 0;
  if (node.podCount + 1 > places) {
    return outOf("pods", { requested: 1, used: node.podCount, capacity: places });
  }
  for (const resource of FIRST_RESOURCES) {
    const short = shortageOf(node, resource, demand.requests.get(resource) ?? 0);
    if (short !== null) return short;
  }
  const others = [...demand.requests.keys()].filter((r) => !FIRST_RESOURCES.includes(r)).sort();
  for (const resource of others) {
    // What the node does not offer at all may be a resource of the cluster.
    if (isExtended(resource) && !node.allocatable.has(resource)) continue;
    const short = shortageOf(node, resource, demand.requests.get(resource) ?? 0);
    if (short !== null) return short;
  }
  return null;
}

function shortageOf(node: KubeletNode, resource: string, requested: number): Rejection | null {
  if (requested <= 0 || requested <= node.free(resource)) return null;
  const used = node.requested.get(resource) ?? 0;
  return outOf(resource, { requested, used, capacity: node.allocatable.get(resource) ?? 0 });
}

function outOf(
  resource: string,
  amounts: { readonly requested: number; readonly used: number; readonly capacity: number },
): Rejection {
  const { requested, used, capacity } = amounts;
  return {
    reason: `OutOf${resource}`,
    message:
      `Node didn't have enough resource: ${resource}, requested: ${requested}, ` +
      `used: ${used}, capacity: ${capacity}`,
  };
}

function predicate(name: string, description: string): Rejection {
  return { reason: name, message: `Predicate ${name} failed: ${description}` };
}

/** A resource that is none of Kubernetes' own. */
function isExtended(resource: string): boolean {
  return resource.includes("/") && !resource.includes("kubernetes.io/");
}
