import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type { Features } from "../../../api/features.js";
import { hostPortsConflict, hostPortsOf } from "../../framework/host-ports.js";
import {
  type FilterPlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import { Status } from "../../framework/status.js";
import { signHostPorts } from "../pod-signature.js";

const NAME = "NodePorts";
const TAKEN = new Status(
  "Unschedulable",
  ["node(s) didn't have free ports for the requested pod ports"],
  NAME,
);
const MISSING = new Status(
  "Error",
  ['reading "PreFilterNodePorts" from cycleState: not found'],
  NAME,
);
const SKIP: PreFilterResult = { status: new Status("Skip", [], NAME), nodeNames: null };

/** The host ports that a pod asks for must be free on its node. */
export class NodePorts implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly reads: Reads = { pod: ["hostPorts"], node: ["usedPorts"] };
  readonly preFilterExtensions = null;
  readonly unprepared = MISSING;

  constructor(private readonly features: Features) {}

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const options = { sidecars: this.features.HostPortsOfSidecars };
    const updates = this.features.SchedulerQueueingHints ? 0 : Action.Update;
    return [
      {
        event: clusterEvent("Pod", Action.Delete),
        hint: (pod, gone) =>
          gone?.kind === "Pod" &&
          (gone.nodeName !== "" || gone.nominatedNodeName !== "") &&
          hostPortsConflict(hostPortsOf(pod.spec, options), hostPortsOf(gone.spec, options))
            ? "Queue"
            : "Skip",
      },
      { event: clusterEvent("Node", Action.Add, updates) },
    ];
  }

  signPod({ template }: PodInfo): string {
    return signHostPorts(template);
  }

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    return pod.template.hostPorts.length === 0 ? SKIP : PRE_FILTER_SUCCESS;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    if (node.usedPorts.size === 0) return null;
    for (const port of pod.template.hostPorts) {
      if (node.usedPorts.conflictsWith(port)) return TAKEN;
    }
    return null;
  }
}
