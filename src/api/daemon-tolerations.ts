import type { PodSpec, Toleration } from "./kubernetes.js";

/** Taints that every daemon pod tolerates, for ever. Source: Kubernetes, "DaemonSet: Taints and tolerations". */
const TOLERATED: readonly (readonly [key: string, effect: string])[] = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
];
const TOLERATED_IN_HOST_NETWORK = ["node.kubernetes.io/network-unavailable", "NoSchedule"] as const;

/** The tolerations of a daemon pod: its template's, and those that every daemon pod has. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const tolerations = [...(spec.tolerations ?? [])];
  const added = spec.hostNetwork === true ? [...TOLERATED, TOLERATED_IN_HOST_NETWORK] : TOLERATED;
  for (const [key, effect] of added) {
    const toleration = { key, operator: "Exists", effect } as Toleration;
    const at = tolerations.findIndex(
      (one) =>
        one.key === key &&
        one.operator === "Exists" &&
        one.effect === effect &&
        (one.value ?? "") === "",
    );
    if (at < 0) tolerations.push(toleration);
    else tolerations[at] = toleration;
  }
  return tolerations;
}
