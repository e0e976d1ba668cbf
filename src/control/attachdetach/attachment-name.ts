import { fnv1a } from "../../base/fnv.js";

const BASES = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0xf39cc060] as const;

/**
 * The name of a VolumeAttachment: as in Kubernetes `csi-` and 64 hexadecimal digits that volume, driver
 * and node decide. Kubernetes' digits are a SHA-256; these are not, and nobody reads anything out of them.
 */
export function attachmentName(handle: string, driver: string, nodeName: string): string {
  const text = `${handle}\n${driver}\n${nodeName}`;
  let digits = "";
  for (let half = 0; half < 2; half += 1) {
    for (const base of BASES) digits += hash(`${half}${text}`, base);
  }
  return `csi-${digits}`;
}

/** FNV-1a from a base of its own, stirred at the end. */
function hash(text: string, base: number): string {
  let hash = fnv1a(text, base);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, "0");
}
