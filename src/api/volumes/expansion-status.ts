import { formatTimestamp } from "../timestamp.js";
import type { Claim } from "./claims.js";
import type { TimeMicros } from "../../base/time.js";

type Status = Claim["status"];
type Condition = NonNullable<Status["conditions"]>[number];

interface Clock {
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly nowMicros: TimeMicros;
}

const OF_EXPANSION = ["Resizing", "FileSystemResizePending"];

/** The status of a claim while its volume is made larger by its driver. */
export function expandingStatus({ spec, status }: Claim, clock: Clock): Status {
  return {
    ...status,
    ...allocated(spec.resources?.requests?.storage, "ControllerResizeInProgress"),
    conditions: withCondition(status, conditionOf("Resizing", "", clock)),
  };
}

/** The same once the driver is done, and a node has to make the file system larger. */
export function nodePendingStatus({ status }: Claim, storage: string, clock: Clock): Status {
  const message =
    "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";
  return {
    ...status,
    ...allocated(storage, "NodeResizePending"),
    conditions: withCondition(status, conditionOf("FileSystemResizePending", message, clock)),
  };
}

/** The same once all is done. */
export function expandedStatus({ status }: Claim, storage: string): Status {
  const { allocatedResources: _a, allocatedResourceStatuses: _s, conditions, ...rest } = status;
  const others = (conditions ?? []).filter(({ type }) => !OF_EXPANSION.includes(type));
  return {
    ...rest,
    capacity: { ...status.capacity, storage },
    ...(others.length > 0 && { conditions: others }),
  };
}

function allocated(storage: string | undefined, state: string): Partial<Status> {
  if (storage === undefined) return {};
  return { allocatedResources: { storage }, allocatedResourceStatuses: { storage: state } };
}

function withCondition({ conditions = [] }: Status, condition: Condition): Condition[] {
  return [...conditions.filter(({ type }) => !OF_EXPANSION.includes(type)), condition];
}

function conditionOf(type: string, message: string, clock: Clock): Condition {
  const lastTransitionTime = formatTimestamp(clock.nowMicros, clock.startTimeMs);
  return {
    type,
    status: "True",
    lastTransitionTime,
    ...(message !== "" && { message }),
  };
}
