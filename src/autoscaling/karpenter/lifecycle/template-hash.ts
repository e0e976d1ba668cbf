import type { Labels } from "../../../api/kubernetes.js";
import { fnv1a } from "../../../base/fnv.js";
import type { NodePool } from "../cluster-view.js";
import { claimCondition } from "../state-node.js";
import type { NodeClaim } from "./node-claim.js";

const HASH = "karpenter.sh/nodepool-hash";
const HASH_VERSION = "karpenter.sh/nodepool-hash-version";
/** Under which no other Karpenter has written a hash. */
const OWN_VERSION = "seatrial.dev/1";

/** Equal values have equal texts; the order of keys and of lists does not matter, nor do empty values. */
function canonical(value: unknown): string {
  if (value === null || value === undefined || value === "" || value === 0 || value === false) {
    return "";
  }
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value)
    .map(([key, field]) => [key, canonical(field)] as const)
    .filter(([, text]) => text !== "")
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return fields.length === 0 ? "" : `{${fields.sort().join(",")}}`;
}

/**
 * Stands for what of a NodePool's template a NodeClaim must have been made of: requirements are not part of it, which are
 * compared by what they say. The value is not upstream's, which hashes another way.
 */
function templateHash({ spec }: NodePool): string {
  const { requirements: _, ...rest } = spec.template.spec;
  return String(fnv1a(canonical({ metadata: spec.template.metadata, spec: rest })) >>> 0);
}

/** The annotations by which a NodeClaim tells of what template it was made. */
export function templateAnnotations(pool: NodePool): Labels {
  return { [HASH]: templateHash(pool), [HASH_VERSION]: OWN_VERSION };
}

/** True where the template of its pool has changed since the NodeClaim was made, or taken over. */
export function isTemplateChanged(claim: NodeClaim, pool: NodePool): boolean {
  if (isOwnHash(claim)) return claim.annotations[HASH] !== templateHash(pool);
  const drifted = claimCondition(claim, "Drifted");
  return drifted?.status === "True" && drifted.reason === "NodePoolDrifted";
}

/**
 * What to annotate a NodeClaim with whose hash was computed in another way, as in a dump: it is taken to be made of the
 * template as it is now, unless it has drifted from it before. Null: nothing. Source: Karpenter, `nodepool/hash`.
 */
export function takenOver(claim: NodeClaim, pool: NodePool): Labels | null {
  if (isOwnHash(claim) || isTemplateChanged(claim, pool)) return null;
  return { ...claim.annotations, ...templateAnnotations(pool) };
}

function isOwnHash({ annotations }: NodeClaim): boolean {
  return annotations[HASH_VERSION] === OWN_VERSION;
}
