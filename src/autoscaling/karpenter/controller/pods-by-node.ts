import type { PodVersion } from "../../../api/pod-version.js";

const NONE: ReadonlyMap<number, PodVersion> = new Map();

/** Pods of a watch by the node that they are bound to, by row, and those that are bound to none. */
export class PodsByNode {
  private readonly nodes = new Map<string, Map<number, PodVersion>>();
  private readonly changes = new Map<string, number>();
  private readonly free = new Map<number, PodVersion>();

  get unbound(): Iterable<PodVersion> {
    return this.free.values();
  }

  /** The ended ones too. */
  on(node: string): Iterable<PodVersion> {
    return (this.nodes.get(node) ?? NONE).values();
  }

  /** How often something was told of pods of the node. */
  changesOf(node: string): number {
    return this.changes.get(node) ?? 0;
  }

  came(pod: PodVersion): void {
    const { nodeName, row } = pod;
    if (nodeName === "") {
      this.free.set(row, pod);
      return;
    }
    this.free.delete(row);
    const pods = this.nodes.get(nodeName) ?? new Map<number, PodVersion>();
    this.nodes.set(nodeName, pods.set(row, pod));
    this.changes.set(nodeName, this.changesOf(nodeName) + 1);
  }

  left({ nodeName, row }: PodVersion): void {
    this.free.delete(row);
    if (this.nodes.get(nodeName)?.delete(row) !== true) return;
    this.changes.set(nodeName, this.changesOf(nodeName) + 1);
  }

  /** Of a node that is gone, whose last pods may be told of later: nothing is kept once it has none. */
  forget(node: string): void {
    if ((this.nodes.get(node)?.size ?? 0) > 0) return;
    this.nodes.delete(node);
    this.changes.delete(node);
  }
}
