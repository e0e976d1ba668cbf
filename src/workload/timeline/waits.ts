import { kindNamed } from "../../api/kinds.js";
import type { TimeMicros } from "../../base/time.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { Operation, OperationTarget } from "./operation.js";
import { stored } from "./stored.js";

/** What is done where it was not so in time: the target's rollout is undone or paused, or nothing. */
type WaitOtherwise = "undo" | "pause" | "stop" | "go on";

export interface WaitOperation extends Operation {
  readonly type: "waitFor";
  readonly target: OperationTarget;
  /** `complete`, `gone`, or a condition with its status: `Available=True`. */
  readonly is: string;
  readonly withinMicros: TimeMicros;
  readonly otherwise: WaitOtherwise;
}

interface Conditioned {
  readonly generation: number;
  readonly spec: unknown;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Whether it is so now, as `kubectl rollout status` and `kubectl wait` see it. */
export function isReached({ target, is }: WaitOperation, store: ObjectStore): boolean {
  const object = stored(store, target);
  if (is === "gone") return typeof object === "string";
  if (typeof object === "string") return false;
  const { generation, spec, status } = object as unknown as Conditioned;
  if (is === "complete") {
    if ((status?.observedGeneration ?? 0) < generation) return false;
    return kindNamed(object.kind)?.workload?.isRolledOut?.(spec, status) === true;
  }
  const [type, value = "True"] = is.split("=");
  return status?.conditions?.some((one) => one.type === type && one.status === value) === true;
}
