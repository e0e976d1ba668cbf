import type { Kind } from "../api/kinds.js";
import type { Manifest, Taint } from "../api/kubernetes.js";
import type { Finding } from "./coverage.js";

/** The taint that the node lifecycle controller keeps for a condition of a node. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ["Ready", "False", "node.kubernetes.io/not-ready"],
  ["Ready", "Unknown", "node.kubernetes.io/unreachable"],
  ["MemoryPressure", "True", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure", "True", "node.kubernetes.io/disk-pressure"],
  ["PIDPressure", "True", "node.kubernetes.io/pid-pressure"],
  ["NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"],
];
/** Set by a kubelet and taken away by a cloud's controller, which is not built. */
const UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized";
const POD_SECURITY = "pod-security.kubernetes.io/enforce";
/** Resources whose admission decides over pods. */
const PODS = /^(\*|pods|deployments|replicasets|statefulsets|daemonsets|jobs|cronjobs)(\/|$)/;

/** What an object asks for elsewhere than in its spec, of controllers and admission that are not built. */
export function askedBeside(kind: Kind, manifest: Manifest): readonly Finding[] {
  if (kind === "Node") return [...conditionFindings(manifest), ...taintFindings(manifest)];
  if (kind !== "Namespace") return [];
  const level = manifest.metadata.labels?.[POD_SECURITY];
  if (level === undefined || level === "privileged") return [];
  return [{ kind, field: `metadata.labels[${POD_SECURITY}]`, effect: "placement" }];
}

/** Conditions whose taint is missing: the node lifecycle controller would set it. */
function conditionFindings(manifest: Manifest): readonly Finding[] {
  const taints = taintsOf(manifest);
  return listAt(manifest.status, "conditions").flatMap(({ type, status }): Finding[] => {
    const known = CONDITION_TAINTS.find((one) => one[0] === type && one[1] === status);
    if (known === undefined || taints.some(({ key }) => key === known[2])) return [];
    return [{ kind: "Node", field: `status.conditions[${type}]`, effect: "placement" }];
  });
}

/** Taints that a controller would take away, since the node is as it should be. */
function taintFindings(manifest: Manifest): readonly Finding[] {
  const conditions = listAt(manifest.status, "conditions");
  return taintsOf(manifest).flatMap(({ key }): Finding[] => {
    const known = CONDITION_TAINTS.find((one) => one[2] === key);
    const isHeld = (at: typeof known) =>
      conditions.some(({ type, status }) => type === at?.[0] && status === at?.[1]);
    const isStale = known !== undefined && conditions.length > 0 && !isHeld(known);
    if (key !== UNINITIALIZED && !isStale) return [];
    return [{ kind: "Node", field: `spec.taints[${key}]`, effect: "placement" }];
  });
}

function taintsOf({ spec }: Manifest): readonly Taint[] {
  return listAt(spec, "taints") as unknown as readonly Taint[];
}

function listAt(value: unknown, field: string): readonly Readonly<Record<string, unknown>>[] {
  const list = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  if (!Array.isArray(list)) return [];
  return list.filter((one) => typeof one === "object" && one !== null);
}

export function isWebhook({ kind }: Manifest): boolean {
  return kind === "MutatingWebhookConfiguration" || kind === "ValidatingWebhookConfiguration";
}

/** Whether a configuration of webhooks is about pods, or about what makes pods. */
export function concernsPods(manifest: Manifest): boolean {
  const webhooks = listAt(manifest, "webhooks");
  return webhooks.some((webhook) =>
    listAt(webhook, "rules").some(({ resources }) =>
      (Array.isArray(resources) ? resources : []).some((resource) => PODS.test(String(resource))),
    ),
  );
}
