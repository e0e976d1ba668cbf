import type { PodVersion } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { Features } from "../../../api/features.js";
import type { PreEnqueuePlugin, Result } from "../../framework/interfaces.js";
import { Status } from "../../framework/status.js";

const NAME = "SchedulingGates";

/** A pod with scheduling gates stays out of the queue until the last gate is gone. KEP-3521. */
export class SchedulingGates implements PreEnqueuePlugin {
  readonly name = NAME;

  constructor(private readonly features: Features) {}

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [
      {
        event: clusterEvent("Pod", Action.UpdatePodSchedulingGatesEliminated),
        hint: (pod, _before, after) => (after?.uid === pod.uid ? "Queue" : "Skip"),
      },
    ];
  }

  preEnqueue(pod: PodVersion): Result {
    const gates = pod.spec.schedulingGates ?? [];
    if (!this.features.PodSchedulingReadiness || gates.length === 0) return null;
    const names = gates.map((gate) => gate.name).join(" ");
    const reason = `waiting for scheduling gates: [${names}]`;
    return new Status("UnschedulableAndUnresolvable", [reason], NAME);
  }
}
