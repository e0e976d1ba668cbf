import type { PodVersion } from "../../api/pod-version.js";
import type { ClusterState } from "./cluster-state.js";
import { FitCheck, noScheduler } from "./fit-check.js";
import type { Framework } from "./runtime.js";
import { SchedulingAlgorithm } from "./scheduling-algorithm.js";
import type { Status } from "./status.js";

/** Where a pod would go. */
export interface FitAnswer {
  /** The node that would be chosen; null where none fits. */
  readonly nodeName: string | null;
  /** All nodes that it fits on, in the cluster's order. */
  readonly fitting: readonly string[];
  /** Why it fits nowhere, in Kubernetes' words; empty where it fits. */
  readonly message: string;
}

/**
 * What the scheduler believes of the cluster, copied to try changes on: nodes that might come or go,
 * pods that would be placed. Whoever scales a cluster asks it whether a pod would fit; neither the
 * scheduler nor its random draws are touched.
 */
export class ClusterFork {
  /** `frameworks`: by schedulerName, over that very `state`. */
  constructor(
    /** To add and remove nodes and pods in. */
    readonly state: ClusterState,
    private readonly frameworks: ReadonlyMap<string, Framework>,
  ) {}

  /**
   * Whether the pod would fit as things stand in the fork, by all filters of its profile and without
   * preemption; among equal nodes the first is chosen. A pod of no known scheduler fits nowhere.
   */
  wouldFit(pod: PodVersion): FitAnswer {
    const framework = this.frameworks.get(pod.spec.schedulerName ?? "");
    if (framework === undefined) {
      return { nodeName: null, fitting: [], message: noScheduler(pod).message };
    }
    const algorithm = new SchedulingAlgorithm({
      percentageOfNodesToScore: 100,
      chooseTie: null,
      withoutPostFilter: true,
    });
    const outcome = algorithm.schedule(framework, this.state.podInfos.podInfo(pod));
    if (outcome.kind === "scheduled") {
      const fitting = outcome.feasible.map(({ name }) => name);
      return { nodeName: outcome.node.name, fitting, message: "" };
    }
    const message = outcome.kind === "error" ? outcome.message : outcome.message();
    return { nodeName: null, fitting: [], message };
  }

  /**
   * The filters of the pod's profile, to be asked of single nodes while nothing changes in the fork; the
   * refusal of a pod of no known scheduler.
   */
  fitCheck(pod: PodVersion): FitCheck | Status {
    const framework = this.frameworks.get(pod.spec.schedulerName ?? "");
    if (framework === undefined) return noScheduler(pod);
    return FitCheck.of(framework, this.state.podInfos.podInfo(pod));
  }

  /** Counts the pod on that node from now on. */
  place(pod: PodVersion, nodeName: string): void {
    this.state.addPod(pod.next({ nodeName }));
  }
}
