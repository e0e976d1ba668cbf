import { type PodVersion, podCondition } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import { countedReasons, reasonsHistogram } from "../../framework/fit-error.js";
import type {
  Handle,
  NodeStatuses,
  PostFilterPlugin,
  PostFilterResult,
  PreemptionCandidate,
  PreEnqueuePlugin,
  Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { type Budget, budgetsOf } from "./pdb-violations.js";
import { pickCandidate } from "./pick-candidate.js";
import { NO_VICTIMS, selectVictimsOnNode } from "./select-victims.js";

export interface DefaultPreemptionArgs {
  /** At least this share of the nodes is searched for candidates … */
  readonly minCandidateNodesPercentage: number;
  /** … and at least this number. */
  readonly minCandidateNodesAbsolute: number;
}

const NAME = "DefaultPreemption";
const NOT_HELPFUL = new Status(
  "UnschedulableAndUnresolvable",
  ["Preemption is not helpful for scheduling"],
  NAME,
);
const STILL_PREEMPTING = new Status(
  "UnschedulableAndUnresolvable",
  ["waiting for the preemption for this pod to be finished"],
  NAME,
);

interface Search {
  /** Those without a violated budget first, each part in the order of the search. */
  readonly candidates: readonly PreemptionCandidate[];
  readonly statuses: ReadonlyMap<NodeInfo, Status>;
  /** Messages of plugins that failed. */
  readonly errors: readonly string[];
}

/**
 * Makes room for a pod that fits nowhere by deleting pods of lower priority from one node. It only
 * says what should be done: whoever runs the cycle deletes the victims and nominates the pod, which is
 * kept out of the queue meanwhile.
 */
export class DefaultPreemption implements PreEnqueuePlugin, PostFilterPlugin {
  readonly name = NAME;

  constructor(
    private readonly args: DefaultPreemptionArgs,
    private readonly handle: Handle,
  ) {}

  /** A pod that is held back has another plugin that refused it, which knows what helps. */
  eventsToRegister(): readonly ClusterEventWithHint[] {
    const event = clusterEvent("AssignedPod", Action.Delete);
    return [
      this.handle.features.SchedulerAsyncPreemption ? { event, hint: () => "Skip" } : { event },
    ];
  }

  preEnqueue(pod: PodVersion): Result {
    return this.handle.preemptions.isRunning(pod.uid) ? STILL_PREEMPTING : null;
  }

  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult {
    const ineligible = this.whyNotEligible(pod, statuses);
    if (ineligible !== null) return nothing("Unschedulable", ineligible, null);
    if (!this.handle.snapshot.hasPodsBelow(pod.priority)) return this.noVictimAnywhere(statuses);
    const search = this.findCandidates(state, pod, statuses);
    if (search.candidates.length === 0) {
      return search.errors.length > 0
        ? nothing("Error", aggregate(search.errors), null)
        : nothing("Unschedulable", noCandidateMessage(search.statuses), "");
    }
    const best = pickCandidate(search.candidates, {
      firstVictimAsHighest: this.handle.features.FirstVictimAsHighest,
    });
    const said = this.handle.features.PreemptionSaysWhere
      ? [
          `preemption: found a potential placement for pod on node ${best.node.name}, preempting ${best.victims.length} victims`,
        ]
      : [];
    return {
      status: new Status("Success", said, NAME),
      nominatedNodeName: best.node.name,
      victims: best.victims,
      candidates: search.candidates,
      clearedNominations: this.handle.nominator
        .nominatedPodsForNode(best.node.name)
        .filter((info) => this.priorityAsNominated(info, pod) < pod.priority),
    };
  }

  private priorityAsNominated({ pod: nominated, priority }: PodInfo, preemptor: PodInfo): number {
    const isItself = nominated.uid === preemptor.pod.uid;
    return isItself && this.handle.features.PreemptorAmongLowerNominations ? 0 : priority;
  }

  /** What the search comes to, with its draw, where no node has a pod of lower priority. */
  private noVictimAnywhere(statuses: NodeStatuses): PostFilterResult {
    const { length } = this.handle.snapshot.nodes;
    const notHelpful = statuses.countOf("UnschedulableAndUnresolvable", length);
    if (notHelpful < length) this.handle.offset(length - notHelpful);
    const because = countedReasons([
      [NOT_HELPFUL, notHelpful],
      [NO_VICTIMS, length - notHelpful],
    ]);
    return nothing("Unschedulable", `0/${length} nodes are available: ${because}.`, "");
  }

  /** Null when the pod may preempt. Source: `PodEligibleToPreemptOthers`. */
  private whyNotEligible(pod: PodInfo, statuses: NodeStatuses): string | null {
    if (pod.template.spec.preemptionPolicy === "Never") {
      return "not eligible due to preemptionPolicy=Never.";
    }
    const nominated = this.handle.snapshot.get(pod.pod.nominatedNodeName);
    if (nominated === undefined) return null;
    if (statuses.get(nominated)?.code === "UnschedulableAndUnresolvable") return null;
    for (const { pod: other, priority } of nominated.pods) {
      if (priority < pod.priority && this.makesRoom(other)) {
        return "not eligible due to a terminating pod on the nominated node.";
      }
    }
    return null;
  }

  /** True for a pod that is on its way out; see the gate for which ones count. */
  private makesRoom(other: PodVersion): boolean {
    if (other.deletionTimeMicros === null) return false;
    if (!this.handle.features.OnlyVictimsMakeRoom) return true;
    const disrupted = podCondition(other, "DisruptionTarget");
    return disrupted?.status === "True" && disrupted.reason === "PreemptionByScheduler";
  }

  private findCandidates(state: CycleState, pod: PodInfo, statuses: NodeStatuses): Search {
    const results = new Map<NodeInfo, Status>();
    const potential: NodeInfo[] = [];
    for (const node of this.handle.snapshot.nodes) {
      if (statuses.get(node)?.code === "UnschedulableAndUnresolvable") {
        results.set(node, NOT_HELPFUL);
      } else {
        potential.push(node);
      }
    }
    if (potential.length === 0) return { candidates: [], statuses: results, errors: [] };
    return this.dryRun(state, pod, potential, results);
  }

  /** How many candidates are enough. */
  private wantedCandidates(nodeCount: number): number {
    const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = this.args;
    const share = Math.trunc((nodeCount * minCandidateNodesPercentage) / 100);
    return Math.min(Math.max(share, minCandidateNodesAbsolute), nodeCount);
  }

  private dryRun(
    state: CycleState,
    pod: PodInfo,
    potential: readonly NodeInfo[],
    statuses: Map<NodeInfo, Status>,
  ): Search {
    const budgets: readonly Budget[] = budgetsOf(this.handle.listers.podDisruptionBudgets.list());
    const wanted = this.wantedCandidates(potential.length);
    const offset = this.handle.offset(potential.length);
    const clean: PreemptionCandidate[] = [];
    const violating: PreemptionCandidate[] = [];
    const errors: string[] = [];
    for (let i = 0; i < potential.length; i += 1) {
      const node = potential[(offset + i) % potential.length]!;
      const found = selectVictimsOnNode(this.handle, state, pod, node, budgets);
      if (found instanceof Status) {
        statuses.set(node, found);
        if (found.code === "Error") errors.push(found.message);
        continue;
      }
      const list = found.pdbViolations === 0 ? clean : violating;
      if (list.length < wanted) list.push(found);
      if (clean.length > 0 && clean.length + violating.length >= wanted) break;
    }
    return { candidates: [...clean, ...violating], statuses, errors };
  }
}

function nothing(
  code: "Unschedulable" | "Error",
  message: string,
  nominatedNodeName: string | null,
): PostFilterResult {
  return {
    status: new Status(code, [`preemption: ${message}`], NAME),
    nominatedNodeName,
    victims: [],
    candidates: [],
    clearedNominations: [],
  };
}

function noCandidateMessage(statuses: ReadonlyMap<NodeInfo, Status>): string {
  return `0/${statuses.size} nodes are available: ${reasonsHistogram(statuses.values())}.`;
}

/** Several different errors as one text, as upstream's aggregate of errors prints them. */
function aggregate(errors: readonly string[]): string {
  const different = [...new Set(errors)];
  return different.length === 1 ? different[0]! : `[${different.join(", ")}]`;
}
