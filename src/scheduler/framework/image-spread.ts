import { type ImageState, NO_IMAGES, type NodeInfo } from "./node-info.js";

interface Spread {
  /** As the first node that has the image reports it. */
  readonly sizeBytes: number;
  readonly nodes: Set<string>;
}

/** Live: counts follow as images come and go. */
class LiveImageState implements ImageState {
  constructor(private readonly spread: Spread) {}

  get sizeBytes(): number {
    return this.spread.sizeBytes;
  }

  get nodeCount(): number {
    return this.spread.nodes.size;
  }
}

function frozen({ sizeBytes, nodeCount }: ImageState): ImageState {
  return { sizeBytes, nodeCount };
}

/**
 * On how many nodes each image name lies. Source: kube-scheduler's cache, `imageStates`. With
 * `asOfNodeUpdate` a node keeps the counts of the moment when it was last added or updated, as older
 * versions do.
 */
export class ImageSpread {
  private readonly byName = new Map<string, { spread: Spread; state: ImageState }>();
  private version = 0;

  constructor(private readonly options: { readonly asOfNodeUpdate: boolean }) {}

  /** Differs whenever a node that was not touched may see other counts; -1 while there are no images. */
  get liveVersion(): number {
    return this.byName.size === 0 ? -1 : this.version;
  }

  /** Counts the images of a node and gives the node its states. */
  add(info: NodeInfo): void {
    const states = new Map<string, ImageState>();
    for (const image of info.node?.status?.images ?? []) {
      for (const name of image.names ?? []) {
        let known = this.byName.get(name);
        if (known === undefined) {
          const spread = { sizeBytes: image.sizeBytes ?? 0, nodes: new Set<string>() };
          known = { spread, state: new LiveImageState(spread) };
          this.byName.set(name, known);
        }
        known.spread.nodes.add(info.name);
        states.set(name, this.options.asOfNodeUpdate ? frozen(known.state) : known.state);
      }
    }
    info.imageStates = states.size === 0 ? NO_IMAGES : states;
    if (!this.options.asOfNodeUpdate && states.size > 0) this.version += 1;
  }

  /** Takes the images of a node out of the count. Its `imageStates` must be those of `add`. */
  remove(info: NodeInfo): void {
    for (const name of info.imageStates.keys()) {
      const known = this.byName.get(name);
      if (known === undefined) continue;
      known.spread.nodes.delete(info.name);
      if (known.spread.nodes.size === 0) this.byName.delete(name);
    }
    if (!this.options.asOfNodeUpdate && info.imageStates.size > 0) this.version += 1;
    info.imageStates = NO_IMAGES;
  }
}
