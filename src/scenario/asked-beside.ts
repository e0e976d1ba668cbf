import type { Kind } from "../api/kinds.js";
import type { Manifest, Taint } from "../api/kubernetes.js";
import type { Finding } from "./coverage.js";

/** Set by a kubelet and taken away by a cloud's controller, which is not built. */
const UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized";
const POD_SECURITY = "pod-security.kubernetes.io/enforce";
/** Resources whose admission decides over pods. */
const PODS = /^(\*|pods|deployments|replicasets|statefulsets|daemonsets|jobs|cronjobs)(\/|$)/;

/** What an object asks for elsewhere than in its spec, of controllers and admission that are not built. */
export function askedBeside(kind: Kind, manifest: Manifest): readonly Finding[] {
  if (kind === "Node") return taintFindings(manifest);
  if (kind !== "Namespace") return [];
  const level = manifest.metadata.labels?.[POD_SECURITY];
  if (level === undefined || level === "privileged") return [];
  return [{ kind, field: `metadata.labels[${POD_SECURITY}]`, effect: "placement" }];
}

/** Taints that a controller would take away which is not built. */
function taintFindings(manifest: Manifest): readonly Finding[] {
  return taintsOf(manifest).flatMap(({ key }): Finding[] =>
    key === UNINITIALIZED
      ? [{ kind: "Node", field: `spec.taints[${key}]`, effect: "placement" }]
      : [],
  );
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
