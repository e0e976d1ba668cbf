import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { AnswerId, Client } from "../store/client.js";
import type { KubeletNode } from "./kubelet-node.js";
import { statusMerge } from "./node-status-merge.js";

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
    { readonly node: KubeletNode; readonly images: Image[]; readonly gone: Set<string> }
  >();

  constructor(private readonly options: NodeImageReportsOptions) {
    this.handler = options.engine.registerHandler("kubelet/node-images", (ordinal) =>
      this.report(ordinal),
    );
    this.answer = options.client.onAnswer(() => {});
  }

  pulled(node: KubeletNode, image: string, sizeBytes: number): void {
    const names = [taggedName(image)];
    const waiting = this.dueOf(node);
    for (const name of names) waiting.gone.delete(name);
    waiting.images.push({ names, sizeBytes });
  }

  /** Images that are not there any more. */
  removed(node: KubeletNode, names: readonly string[]): void {
    const { gone } = this.dueOf(node);
    for (const name of names) gone.add(taggedName(name)).add(name);
  }

  private dueOf(node: KubeletNode) {
    const waiting = this.due.get(node.ordinal);
    if (waiting !== undefined) return waiting;
    const due = { node, images: [] as Image[], gone: new Set<string>() };
    this.due.set(node.ordinal, due);
    const { engine, periodMicros } = this.options;
    const since = engine.now - node.upSinceMicros;
    const at = node.upSinceMicros + (Math.floor(since / periodMicros) + 1) * periodMicros;
    engine.scheduleAt(at, Phase.react, this.handler, node.ordinal);
    return due;
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
    const known = new Set([...due.images.flatMap((image) => image.names), ...due.gone]);
    const there = due.images.filter(({ names }) => !names.some((name) => due.gone.has(name)));
    const others = (node.status.images ?? []).filter(
      (image) => !(image.names ?? []).some((name) => known.has(name)),
    );
    const images = [...others, ...there]
      .sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
      .slice(0, MAX_IMAGES);
    this.options.client.submit(statusMerge(node, { images }), this.answer);
  }
}

/** The image with the tag that is meant where none is named. */
function taggedName(image: string): string {
  return lastPart(image).includes(":") ? image : `${image}:latest`;
}

function lastPart(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}
