import type { Labels } from "../../../api/kubernetes.js";
import { type Claim, type PersistentVolume, isBoundTo } from "../../../api/volumes/claims.js";
import {
  type VolumeNodeAffinity,
  affinityKeys,
  canKeep,
  canTake,
  capacityBytes,
} from "../../../api/volumes/matching.js";
import { HOSTNAME, onlyHostnamesOf } from "./volume-hostnames.js";

const FEW_VOLUMES = 16;

/**
 * The volumes that one claim could be bound to, ready to be asked for each node: all that does not
 * depend on the node is decided once, and volumes that lie in machines are found by their hostname.
 * Source: Kubernetes `component-helpers/storage/volume`, FindMatchingVolume.
 */
export class ClaimCandidates {
  private readonly reserved: readonly PersistentVolume[];
  private readonly anywhere: PersistentVolume[] = [];
  private readonly byHostname = new Map<string, PersistentVolume[]>();
  /** Lists of volumes that were asked for: the smallest first, then by name. */
  private readonly sorted = new Set<PersistentVolume[]>();

  constructor(
    readonly claim: Claim,
    volumes: readonly PersistentVolume[],
    private readonly affinity: VolumeNodeAffinity,
  ) {
    this.reserved = volumes
      .filter((volume) => isBoundTo(volume, claim) && canKeep(volume, claim))
      .sort(byName);
    for (const volume of volumes) if (canTake(volume, claim)) this.offer(volume);
  }

  private offer(volume: PersistentVolume): void {
    const hostnames = onlyHostnamesOf(volume);
    if (hostnames === null) {
      this.anywhere.push(volume);
      return;
    }
    for (const hostname of hostnames) {
      const there = this.byHostname.get(hostname);
      if (there === undefined) this.byHostname.set(hostname, [volume]);
      else there.push(volume);
    }
  }

  /**
   * The volume that the claim would be bound to on a node of these labels: one that is reserved for it,
   * else the smallest that is large enough and not among the taken. Undefined if there is none.
   */
  bestOn(labels: Labels, taken: ReadonlySet<string>): PersistentVolume | undefined {
    const reserved = this.reserved.find(({ name }) => !taken.has(name));
    if (reserved !== undefined) {
      return this.affinity.allows(reserved, labels) ? reserved : undefined;
    }
    const here = this.firstOf(this.byHostname.get(labels[HOSTNAME] ?? ""), labels, taken);
    const elsewhere = this.firstOf(this.anywhere, labels, taken);
    if (here === undefined || elsewhere === undefined) return here ?? elsewhere;
    return smallestFirst(here, elsewhere) < 0 ? here : elsewhere;
  }

  get isEmpty(): boolean {
    return this.reserved.length + this.anywhere.length + this.byHostname.size === 0;
  }

  /** The labels of nodes that {@link bestOn} reads; null where it looks at single nodes, or at many volumes. */
  get labelKeys(): readonly string[] | null {
    const { reserved, anywhere, byHostname } = this;
    if (byHostname.size > 0 || anywhere.length > FEW_VOLUMES) return null;
    const found: string[] = [];
    for (const volume of [...reserved, ...anywhere]) {
      const keys = affinityKeys(volume);
      if (keys === null) return null;
      found.push(...keys);
    }
    return found;
  }

  private firstOf(
    volumes: PersistentVolume[] | undefined,
    labels: Labels,
    taken: ReadonlySet<string>,
  ): PersistentVolume | undefined {
    if (volumes === undefined || volumes.length === 0) return undefined;
    if (volumes.length > 1 && !this.sorted.has(volumes)) {
      this.sorted.add(volumes.sort(smallestFirst));
    }
    return volumes.find(
      (volume) => !taken.has(volume.name) && this.affinity.allows(volume, labels),
    );
  }
}

function smallestFirst(a: PersistentVolume, b: PersistentVolume): number {
  return capacityBytes(a) - capacityBytes(b) || byName(a, b);
}

function byName(a: PersistentVolume, b: PersistentVolume): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
