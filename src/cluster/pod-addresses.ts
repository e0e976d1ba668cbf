import type { KubeletNode } from "./kubelet-node.js";

/** Addresses of pods: each of this run has its own, from 10.0.0.0/8. */
export class PodAddresses {
  private last = 0;

  next(): string {
    this.last += 1;
    const n = this.last;
    return `10.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
  }
}

/** The node's own address; one from 172.16.0.0/12 if its object has none. */
export function nodeAddress(node: KubeletNode): string {
  const addresses = node.node.status.addresses ?? [];
  const own = addresses.find(({ type }) => type === "InternalIP")?.address;
  if (own !== undefined) return own;
  const n = node.ordinal + 1;
  return `172.${16 + ((n >>> 16) & 15)}.${(n >>> 8) & 255}.${n & 255}`;
}
