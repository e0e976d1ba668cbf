import type { NodeSelectorRequirement } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type VolumeObjects, volumeRefusal } from "./volume-needs.js";
import {
  CAPACITY_TYPE_LABEL,
  currentKey,
  HOSTNAME_LABEL,
  WELL_KNOWN_LABELS,
} from "./well-known-labels.js";

const CAPACITY_TYPES = ["on-demand", "reserved", "spot"];
const OWN_DOMAIN = "karpenter.sh";

/**
 * Why no node is looked for, before any is tried; null where there is no reason: labels that only Karpenter may set, terms
 * that it cannot read, volumes.
 *
 * Source: karpenter 1.15, `Validate` in `pkg/controllers/provisioning/provisioner.go`.
 */
export function podRefusal(pod: PodVersion, volumes: VolumeObjects): string | null {
  for (const key of Object.keys(pod.spec.nodeSelector ?? {})) {
    if (isRestricted(currentKey(key))) return restricted(key);
  }
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields, matchExpressions = [] } of required?.nodeSelectorTerms ?? []) {
    if (matchFields != null) return "node selector term with matchFields is not supported";
    for (const expression of matchExpressions) {
      const refusal = expressionRefusal(expression);
      if (refusal !== null) return refusal;
    }
  }
  return volumeRefusal(pod, volumes);
}

function expressionRefusal({ key, operator, values = [] }: NodeSelectorRequirement): string | null {
  const current = currentKey(key);
  if (isRestricted(current)) return restricted(current);
  const isKnown = values.some((value) => CAPACITY_TYPES.includes(value));
  return current === CAPACITY_TYPE_LABEL && operator === "In" && !isKnown
    ? `no valid values found in [${values.join(" ")}] for ${current}`
    : null;
}

function isRestricted(key: string): boolean {
  if (WELL_KNOWN_LABELS.has(key)) return false;
  const [domain = ""] = key.includes("/") ? key.split("/") : [""];
  return domain === OWN_DOMAIN || domain.endsWith(`.${OWN_DOMAIN}`) || key === HOSTNAME_LABEL;
}

function restricted(key: string): string {
  return `using label ${key} is not allowed as it might interfere with the internal provisioning logic`;
}
