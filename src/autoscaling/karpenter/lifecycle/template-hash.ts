import type { NodePool } from "../cluster-view.js";

export const NODE_POOL_HASH = "karpenter.sh/nodepool-hash";

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

const PRIME = 0x01000193;
const BASIS = 0x811c9dc5;

/** FNV-1a of 32 bits. */
function hash(text: string): number {
  let sum = BASIS;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), PRIME);
  return sum >>> 0;
}

/**
 * Stands for what of a NodePool's template a NodeClaim must have been made of: requirements are not part of it, which are
 * compared by what they say. The value is not upstream's, which hashes another way.
 */
export function templateHash({ spec }: NodePool): string {
  const { requirements: _, ...rest } = spec.template.spec;
  return String(hash(canonical({ metadata: spec.template.metadata, spec: rest })));
}
