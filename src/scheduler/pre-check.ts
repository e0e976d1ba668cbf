import type { PodVersion } from "../api/pod-version.js";
import { firstUntolerated } from "../api/taints.js";
import { termMatches } from "./framework/affinity-term.js";
import type { ClusterState } from "./framework/cluster-state.js";
import { CycleState } from "./framework/cycle-state.js";
import type { Features } from "../api/features.js";
import { type Listers, namespaceLabels } from "./framework/listers.js";
import type { NodeInfo } from "./framework/node-info.js";
import type { PodInfo } from "./framework/pod-info.js";
import { NodeResourcesFit } from "./plugins/node-resources-fit/node-resources-fit.js";
import type { QueuedPod } from "./queue/queued-pod.js";

/** Says of a waiting pod whether an event is passed on to it at all. */
type Admits = (queued: QueuedPod) => boolean;

const FITS_ALONE = {
  ignoredResources: [],
  ignoredResourceGroups: [],
  scoringStrategy: { type: "LeastAllocated", resources: [] },
} as const;

/**
 * Which waiting pods hear of an event, before any plugin is asked. Where there are no queueing hints, a
 * change of a node is passed on only to pods that the node would take as far as it alone decides, and
 * a pod that came to a node only to pods that it may concern. The profile has no say in it.
 * Source: kube-scheduler, `preCheckForNode`, `AdmissionCheck`,
 * `getUnschedulablePodsWithMatchingAffinityTerm`, `getLEPriorityPreCheck`.
 */
export class PreChecks {
  private readonly fit: NodeResourcesFit;

  constructor(
    private readonly state: ClusterState,
    private readonly listers: Listers,
    private readonly features: Features,
  ) {
    this.fit = new NodeResourcesFit(FITS_ALONE, state.scalars, features);
  }

  /** For a node that came or changed; undefined where all pods hear of it. */
  forNode(name: string): Admits | undefined {
    if (this.features.SchedulerQueueingHints) return undefined;
    const node = this.state.get(name);
    if (node === undefined) return () => false;
    return ({ pod }) => this.nodeMayTake(this.state.podInfos.podInfo(pod), node);
  }

  /** For a pod that came to its node, or was changed there; undefined where all pods hear of it. */
  forAssignedPod(pod: PodVersion): Admits | undefined {
    if (this.features.SchedulerQueueingHints) return undefined;
    const labels = namespaceLabels(this.listers, pod.namespace);
    return (queued) => {
      if (this.spreadHears(queued, pod)) return true;
      const { template } = this.state.podInfos.podInfo(queued.pod);
      return template.requiredAffinityTerms.some((term) => termMatches(term, pod, labels));
    };
  }

  private spreadHears({ pod, rejectors }: QueuedPod, other: PodVersion): boolean {
    if (!this.features.SpreadHearsOfAssignedPods) return false;
    return rejectors.includes("PodTopologySpread") && pod.namespace === other.namespace;
  }

  private nodeMayTake(pod: PodInfo, node: NodeInfo): boolean {
    const { tolerations, requiredNodeAffinity, hostPorts } = pod.template;
    return (
      this.fit.filter(new CycleState(), pod, node) === null &&
      requiredNodeAffinity.matches(node) &&
      !hostPorts.some((port) => node.usedPorts.conflictsWith(port)) &&
      firstUntolerated(node.taints, tolerations, ["NoSchedule"]) === undefined
    );
  }
}

/** Pods that would count one of that priority where it is nominated. */
export function upToPriority(priority: number): Admits {
  return (queued) => queued.priority <= priority;
}
