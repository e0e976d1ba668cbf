import type { Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { own } from "../../base/own.js";

type Node = ObjectVersion<"Node">;

export const NOT_READY = "node.kubernetes.io/not-ready";
export const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** The taint that a condition stands for, by its type and status. */
const TAINT_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
};
const KEPT_KEYS: ReadonlySet<string> = new Set([
  ...Object.values(TAINT_OF).flatMap((byStatus) => Object.values(byStatus)),
  UNSCHEDULABLE,
]);

/** Changes of a node's taints: a taint is told by key and effect. */
export interface TaintChange {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

/**
 * What a node lacks, or has too many, of the NoSchedule taints that its conditions and
 * `unschedulable` stand for. Source: Kubernetes, "Taints and Tolerations: Taint Nodes by Condition".
 */
export function conditionTaintChange({ spec, status }: Node): TaintChange {
  const wanted = new Set<string>();
  for (const { type, status: value } of status.conditions ?? []) {
    const key = own(own(TAINT_OF, type) ?? {}, value);
    if (key !== undefined) wanted.add(key);
  }
  if (spec.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const kept = (spec.taints ?? []).filter(
    ({ key, effect }) => effect === "NoSchedule" && KEPT_KEYS.has(key),
  );
  const present = new Set(kept.map(({ key }) => key));
  return {
    add: [...wanted]
      .filter((key) => !present.has(key))
      .map((key): Taint => ({ key, effect: "NoSchedule" })),
    remove: kept.filter(({ key }) => !wanted.has(key)),
  };
}

export function hasTaint({ spec }: Node, key: string, effect: string): boolean {
  return spec.taints?.some((taint) => taint.key === key && taint.effect === effect) === true;
}

/** The taints with those added, each once, and since when it is there. */
export function withTaints(
  taints: readonly Taint[],
  added: readonly Taint[],
  timeAdded: string,
): Taint[] {
  return [...withoutTaints(taints, added), ...added.map((taint) => ({ ...taint, timeAdded }))];
}

export function withoutTaints(taints: readonly Taint[], removed: readonly Taint[]): Taint[] {
  const isOne = (taint: Taint) =>
    removed.some(({ key, effect }) => key === taint.key && effect === taint.effect);
  return taints.filter((taint) => !isOne(taint));
}
