import type { PodSpec } from "../../../api/kubernetes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import type { CycleState } from "../../framework/cycle-state.js";
import { MAX_NODE_SCORE, type ScorePlugin } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import type { Snapshot } from "../../framework/snapshot.js";

const MEBIBYTE = 1024 * 1024;
/** Images below this in sum count for nothing. */
const MIN_THRESHOLD_BYTES = 23 * MEBIBYTE;
/** A container's images above this in sum count for no more. */
const MAX_CONTAINER_THRESHOLD_BYTES = 1000 * MEBIBYTE;

interface ImageVolume {
  readonly image?: { readonly reference?: string };
}

/** Image names as nodes report them have a tag. */
function withTag(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;
}

/**
 * Prefers nodes that have the pod's images. Each image counts by its size times the share of the
 * nodes that have it, so that no node with a rare image draws everything.
 */
export class ImageLocality implements ScorePlugin {
  readonly name = "ImageLocality";
  readonly reads: Reads = {
    pod: ["spec.containers.image", "spec.initContainers.image", "spec.volumes.image"],
    node: ["imageStates"],
  };
  private readonly imagesOf = new WeakMap<PodSpec, readonly string[]>();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly options: { readonly initContainers: boolean; readonly imageVolumes: boolean },
  ) {}

  signPod({ template: { spec } }: PodInfo): string {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const images = containers.map(({ image = "" }) => withTag(image));
    return canonicalJson([...new Set(images)].sort());
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    if (node.imageStates.size === 0) return 0;
    const images = this.images(pod.template.spec);
    const nodeCount = this.snapshot.nodes.length;
    let sum = 0;
    for (const image of images) {
      const state = node.imageStates.get(image);
      if (state === undefined) continue;
      sum += Math.trunc(state.sizeBytes * (state.nodeCount / nodeCount));
    }
    const max = MAX_CONTAINER_THRESHOLD_BYTES * images.length;
    const held = Math.min(Math.max(sum, MIN_THRESHOLD_BYTES), max);
    const share = (MAX_NODE_SCORE * (held - MIN_THRESHOLD_BYTES)) / (max - MIN_THRESHOLD_BYTES);
    return Math.trunc(share);
  }

  private images(spec: PodSpec): readonly string[] {
    const known = this.imagesOf.get(spec);
    if (known !== undefined) return known;
    const init = this.options.initContainers ? (spec.initContainers ?? []) : [];
    const volumes = this.options.imageVolumes ? (spec.volumes ?? []) : [];
    const references = volumes.flatMap((volume) => (volume as ImageVolume).image?.reference ?? []);
    const images = [
      ...[...init, ...spec.containers].map((container) => container.image ?? ""),
      ...references,
    ].map(withTag);
    this.imagesOf.set(spec, images);
    return images;
  }
}
