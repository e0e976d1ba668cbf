import type { Labels } from "../../api/kubernetes.js";
import { allowsTopology } from "../../api/volumes/allowed-topologies.js";
import { ZONE } from "../../api/volumes/binding-outcome.js";
import type { StorageClass } from "../../api/volumes/claims.js";

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Where a volume is made without regard to its pod: claims of one StatefulSet take one zone after the
 * other, others a zone by their name. `undefined` where nodes have no zones; null where no node is in
 * a place that the class allows.
 * Source: external-provisioner, `GenerateAccessibilityRequirements` for immediate binding.
 */
export function provisioningZone(
  claimName: string,
  storageClass: StorageClass,
  nodes: Iterable<{ readonly labels: Labels }>,
): string | undefined | null {
  const zones = new Set<string | undefined>();
  for (const { labels } of nodes) {
    if (allowsTopology(storageClass.spec.allowedTopologies, labels)) zones.add(labels[ZONE]);
  }
  if (zones.size === 0) return null;
  const named = [...zones].filter((zone) => zone !== undefined).sort();
  return named[placeOfClaim(claimName) % Math.max(named.length, 1)];
}

/** `data-web-3` stands three places after the hash of `web`. */
function placeOfClaim(claimName: string): number {
  const ordinal = /^(.+)-(\d{1,9})$/.exec(claimName);
  if (ordinal === null) return fnv1(claimName);
  const [, base = "", index = "0"] = ordinal;
  const setName = base.slice(base.lastIndexOf("-") + 1);
  return (fnv1(setName) + Number(index)) % 2 ** 32;
}

/** 32-bit FNV-1 over UTF-8, which names of objects are plain ASCII of. */
function fnv1(text: string): number {
  let hash = FNV_OFFSET_BASIS;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash, FNV_PRIME) ^ text.charCodeAt(at);
  }
  return hash >>> 0;
}
