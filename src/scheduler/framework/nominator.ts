import { assert } from "../../base/assert.js";
import type { PodInfo } from "./pod-info.js";

/** Reads which pods wait for room on a node that preemption made for them. */
export interface Nominator {
  /** True while any pod is nominated. */
  readonly any: boolean;
  /** Names of the nodes that pods are nominated on. */
  nodeNames(): Iterable<string>;
  nominatedPodsForNode(node: string): readonly PodInfo[];
}

const NONE: readonly PodInfo[] = [];

/**
 * The nominated pods by node, in the order of their nomination. Source: kube-scheduler's
 * `nominator` (scheduling queue).
 */
export class PodNominator implements Nominator {
  private readonly byNode = new Map<string, PodInfo[]>();
  private readonly nodeOf = new Map<string, string>();

  get any(): boolean {
    return this.nodeOf.size > 0;
  }

  nodeNames(): Iterable<string> {
    return this.byNode.keys();
  }

  nominatedPodsForNode(node: string): readonly PodInfo[] {
    return this.byNode.get(node) ?? NONE;
  }

  /** The node that the pod of that uid is nominated on; undefined if on none. */
  nominatedNode(uid: string): string | undefined {
    return this.nodeOf.get(uid);
  }

  /** Nominates the pod on `node`, in place of an earlier nomination. */
  add(info: PodInfo, node: string): void {
    assert(node !== "", "a nomination names a node");
    this.delete(info.pod.uid);
    this.nodeOf.set(info.pod.uid, node);
    const pods = this.byNode.get(node);
    if (pods === undefined) this.byNode.set(node, [info]);
    else pods.push(info);
  }

  delete(uid: string): void {
    const node = this.nodeOf.get(uid);
    if (node === undefined) return;
    this.nodeOf.delete(uid);
    const left = this.nominatedPodsForNode(node).filter((info) => info.pod.uid !== uid);
    if (left.length === 0) this.byNode.delete(node);
    else this.byNode.set(node, left);
  }

  /** Takes the pod's new version; its nomination, if it has one, stays. */
  update(info: PodInfo): void {
    const node = this.nodeOf.get(info.pod.uid);
    if (node === undefined) return;
    const pods = this.byNode.get(node)!;
    this.byNode.set(
      node,
      pods.map((known) => (known.pod.uid === info.pod.uid ? info : known)),
    );
  }
}
