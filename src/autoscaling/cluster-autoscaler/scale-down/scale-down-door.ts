import type { VersionOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { Owners } from "../drain/drain-rules.js";

type NodeSpec = NodeVersion["spec"];

/** What scale-down asks of the cluster and of the clock: the API server behind it may take its time. */
export interface ScaleDownDoor {
  readonly owners: Owners;
  now(): TimeMicros;
  /** Has `wake` of the removal of that number called at `atMicros`. */
  wakeAt(atMicros: TimeMicros, removal: number): void;
  budgets(): readonly VersionOf<"PodDisruptionBudget">[];
  /** Those bound to the node, as the watches tell, in the order in which they were made. */
  podsOn(nodeName: string): readonly PodVersion[];
  /** Changes the spec of a node, whatever version of it is the newest; nothing where it is gone. */
  changeNode(nodeName: string, change: (node: NodeVersion) => NodeSpec): void;
  /** Asks for an eviction; `evicted` of the removal of that number is told the answer, at once or later. */
  evict(pod: PodVersion, graceSeconds: number, removal: number): void;
  /** What upstream tells as an Event. */
  tell(event: ScaleDownEvent): void;
}

export interface ScaleDownEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: "ScaleDown" | "ScaleDownEmpty" | "ScaleDownFailed";
  /** Null: of the autoscaler itself. */
  readonly about: NodeVersion | PodVersion | null;
  readonly message: string;
}
