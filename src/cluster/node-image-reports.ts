import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { AnswerId, Client } from "../store/client.js";
import type { KubeletNode } from "./kubelet-node.js";

export interface NodeImageReportsOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly periodMicros: TimeMicros;
}

interface Image {
  readonly names: string[];
  readonly sizeBytes: number;
}

/** Upstream's `nodeStatusMaxImages`. */
const MAX_IMAGES = 50;

/**
 * Says in a node's status which images it has, the largest first, at the first node status update
 * after a pull. A node that pulled nothing queues nothing.
 */
export class NodeImageReports {
  private readonly handler: HandlerId;
  private readonly answer: AnswerId;
  private readonly due = new Map<
    number,
    { readonly node: KubeletNode; readonly images: Image[] }
  >();

  constructor(private readonly options: NodeImageReportsOptions) {
    this.handler = options.engine.registerHandler("kubelet/node-images", (ordinal) =>
      this.report(ordinal),
    );
    this.answer = options.client.onAnswer(() => {});
  }

  pulled(node: KubeletNode, image: string, sizeBytes: number): void {
    const names = [lastPart(image).includes(":") ? image : `${image}:latest`];
    const waiting = this.due.get(node.ordinal);
    if (waiting !== undefined) {
      waiting.images.push({ names, sizeBytes });
      return;
    }
    this.due.set(node.ordinal, { node, images: [{ names, sizeBytes }] });
    const { engine, periodMicros } = this.options;
    const since = engine.now - node.upSinceMicros;
    const at = node.upSinceMicros + (Math.floor(since / periodMicros) + 1) * periodMicros;
    engine.scheduleAt(at, Phase.react, this.handler, node.ordinal);
  }

  /** Says what a node has pulled while it was cut off. */
  resume(node: KubeletNode): void {
    this.report(node.ordinal);
  }

  private report(ordinal: number): void {
    const due = this.due.get(ordinal);
    if (due === undefined || !due.node.hears) return;
    this.due.delete(ordinal);
    const { node } = due.node;
    const known = new Set(due.images.flatMap((image) => image.names));
    const others = (node.status.images ?? []).filter(
      (image) => !(image.names ?? []).some((name) => known.has(name)),
    );
    const images = [...others, ...due.images]
      .sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
      .slice(0, MAX_IMAGES);
    const change = { status: { ...node.status, images } };
    this.options.client.submit({ verb: "patch", target: node, change }, this.answer);
  }
}

function lastPart(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}
