import type { TimeMicros } from "../../base/time.js";

/** An image on a node's disk. */
export interface KeptImage {
  readonly name: string;
  readonly bytes: number;
  readonly firstDetectedMicros: TimeMicros;
  /** When it was last seen in use; null: never. */
  readonly lastUsedMicros: TimeMicros | null;
}

export interface ImageGcPolicy {
  /** Upstream's `imageGCHighThresholdPercent`: from so full a disk on, images go. */
  readonly highThresholdPercent: number;
  /** Upstream's `imageGCLowThresholdPercent`: until it is no fuller than that. */
  readonly lowThresholdPercent: number;
  /** Upstream's `imageMinimumGCAge`. */
  readonly minAgeMicros: TimeMicros;
}

export interface FreedImages {
  readonly removed: readonly KeptImage[];
  readonly freedBytes: number;
}

interface Freeing {
  readonly bytesToFree: number;
  readonly nowMicros: TimeMicros;
  readonly minAgeMicros: TimeMicros;
}

/**
 * The images that go to free so many bytes: of those that nothing uses the one that has been unused
 * longest first, then the one that has been there longest; none that is too young.
 * Source: upstream's `images/image_gc_manager.go` (freeSpace); Kubernetes, "Garbage Collection:
 * Container image lifecycle".
 */
export function imagesToFree(
  unused: Iterable<KeptImage>,
  { bytesToFree, nowMicros, minAgeMicros }: Freeing,
): FreedImages {
  const removed: KeptImage[] = [];
  let freedBytes = 0;
  for (const image of [...unused].sort(inOrderOfRemoval)) {
    if ((image.lastUsedMicros ?? Number.NEGATIVE_INFINITY) >= nowMicros) continue;
    if (nowMicros - image.firstDetectedMicros < minAgeMicros) continue;
    removed.push(image);
    freedBytes += image.bytes;
    if (freedBytes >= bytesToFree) break;
  }
  return { removed, freedBytes };
}

/** How many bytes a disk that is so full has to free; 0: none, it is not over the threshold. */
export function bytesToFree(
  disk: { readonly capacityBytes: number; readonly availableBytes: number },
  policy: ImageGcPolicy,
): number {
  const { capacityBytes } = disk;
  const available = Math.min(disk.availableBytes, capacityBytes);
  const usedPercent = 100 - Math.floor((available * 100) / capacityBytes);
  if (usedPercent < policy.highThresholdPercent) return 0;
  return Math.floor((capacityBytes * (100 - policy.lowThresholdPercent)) / 100) - available;
}

function inOrderOfRemoval(a: KeptImage, b: KeptImage): number {
  const used = (image: KeptImage) => image.lastUsedMicros ?? Number.NEGATIVE_INFINITY;
  if (used(a) !== used(b)) return used(a) < used(b) ? -1 : 1;
  return a.firstDetectedMicros - b.firstDetectedMicros;
}
