import type { CycleState } from "../../framework/cycle-state.js";
import type { Handle, PreemptionCandidate } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { type Budget, splitByViolation } from "./pdb-violations.js";
import { moreImportantFirst } from "./pick-candidate.js";

export const NO_VICTIMS = new Status(
  "UnschedulableAndUnresolvable",
  ["No preemption victims found for incoming pod"],
  "DefaultPreemption",
);

/** One node with pods taken away and put back, to see whether the incoming pod would fit. */
class Trial {
  readonly node: NodeInfo;

  constructor(
    private readonly handle: Handle,
    private readonly state: CycleState,
    private readonly incoming: PodInfo,
    node: NodeInfo,
  ) {
    this.node = node.clone();
  }

  remove(victim: PodInfo): Status | null {
    this.node.removePod(victim);
    return this.handle.runPreFilterExtensionRemovePod(this.state, this.incoming, victim, this.node);
  }

  add(pod: PodInfo): Status | null {
    this.node.addPod(pod);
    return this.handle.runPreFilterExtensionAddPod(this.state, this.incoming, pod, this.node);
  }

  filter(): Status | null {
    return this.handle.runFilterPluginsWithNominatedPods(this.state, this.incoming, this.node);
  }
}

/**
 * The pods that would have to go so that the incoming one fits: all of lower priority are taken away,
 * then put back one by one from the most important, those with a budget to break first, while the
 * incoming pod still fits. A status where that does not help. Source: `SelectVictimsOnNode`.
 */
export function selectVictimsOnNode(
  handle: Handle,
  state: CycleState,
  incoming: PodInfo,
  node: NodeInfo,
  budgets: readonly Budget[],
): PreemptionCandidate | Status {
  const lower = node.pods.filter((info) => info.priority < incoming.priority);
  if (lower.length === 0) return NO_VICTIMS;
  const { features } = handle;
  const trial = new Trial(handle, state.clone(), incoming, node);
  for (const victim of lower) {
    const failed = trial.remove(victim);
    if (failed !== null) return failed;
  }
  const refused = trial.filter();
  if (refused !== null) return refused;
  const { violating, others } = splitByViolation([...lower].sort(moreImportantFirst), budgets, {
    upToFirst: features.BudgetsUpToFirstViolated,
  });
  const victims: PodInfo[] = [];
  let pdbViolations = 0;
  for (const pod of [...violating, ...others]) {
    const failed = trial.add(pod);
    if (failed !== null) return failed;
    if (trial.filter() === null) continue;
    const failedAgain = trial.remove(pod);
    if (failedAgain !== null) return failedAgain;
    victims.push(pod);
    if (violating.includes(pod)) pdbViolations += 1;
  }
  if (features.VictimsSortedAfterReprieve) victims.sort(moreImportantFirst);
  if (victims.length > 0) return { node, victims, pdbViolations };
  const reason = `expected at least one victim pod on node "${node.name}"`;
  return new Status("Error", [reason], "DefaultPreemption");
}
