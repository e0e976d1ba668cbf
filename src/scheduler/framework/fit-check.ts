import type { PodVersion } from "../../api/pod-version.js";
import { CycleState } from "./cycle-state.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { Framework } from "./runtime.js";
import { Status } from "./status.js";

/**
 * One pod's filters, prepared once for the cluster as it was then: valid until a pod or a node comes,
 * goes or changes.
 */
export class FitCheck {
  private readonly state = new CycleState();
  private readonly rejection: Status | null;
  private readonly nodeNames: ReadonlySet<string> | null;

  constructor(
    private readonly framework: Framework,
    private readonly pod: PodInfo,
  ) {
    const { status, nodeNames } = framework.runPreFilterPlugins(this.state, pod);
    this.rejection = status;
    this.nodeNames = nodeNames;
  }

  /** Null where the pod fits, else what the first filter that refuses it says. */
  onNode(node: NodeInfo): Status | null {
    if (this.rejection !== null) return this.rejection;
    if (this.nodeNames?.has(node.name) === false) return LEFT_OUT;
    return this.framework.runFilterPlugins(this.state, this.pod, node);
  }
}

const LEFT_OUT = new Status(
  "UnschedulableAndUnresolvable",
  ["node is filtered out by the prefilter result"],
  "",
);

/** What a pod is told that no scheduler of the cluster answers to. */
export function noScheduler(pod: PodVersion): Status {
  const reason = `no scheduler answers to "${pod.spec.schedulerName ?? ""}"`;
  return new Status("UnschedulableAndUnresolvable", [reason], "");
}
