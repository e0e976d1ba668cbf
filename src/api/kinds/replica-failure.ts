import type { Trouble } from "./kind-descriptor.js";

interface Failing {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
    readonly lastTransitionTime?: string;
  }[];
}

/** Why the pods of a set cannot be made, or cannot go. */
export function replicaFailure({ conditions = [] }: Failing): Trouble | null {
  const failure = conditions.find(({ type }) => type === "ReplicaFailure");
  if (failure?.status !== "True") return null;
  const { message = failure.type, lastTransitionTime: since } = failure;
  return { message, since };
}
