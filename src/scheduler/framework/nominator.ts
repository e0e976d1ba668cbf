import { assert } from "../../base/assert.js";
import type { PodInfo } from "./pod-info.js";
import type { PodTemplateInfo } from "./pod-template-info.js";

/** Reads which pods wait for room on a node that preemption made for them. */
export interface Nominator {
  /** True while any pod is nominated. */
  readonly any: boolean;
  /** Names of the nodes that pods are nominated on. */
  nodeNames(): Iterable<string>;
  nominatedPodsForNode(node: string): readonly PodInfo[];
  /** The node that the pod of that uid is nominated on; undefined if on none. */
  nominatedNode(uid: string): string | undefined;
  /** Templates of the nominated pods, each once. */
  templates(): Iterable<PodTemplateInfo>;
  /** Tells `observer` from now on of each node whose nominations change. */
  observe(observer: (node: string) => void): void;
}

const NONE: readonly PodInfo[] = [];

/**
 * The nominated pods by node, in the order of their nomination. Source: kube-scheduler's
 * `nominator` (scheduling queue).
 */
export class PodNominator implements Nominator {
  private readonly byNode = new Map<string, PodInfo[]>();
  private readonly nodeOf = new Map<string, string>();
  private readonly byTemplate = new Map<PodTemplateInfo, number>();
  private readonly observers: ((node: string) => void)[] = [];

  get any(): boolean {
    return this.nodeOf.size > 0;
  }

  nodeNames(): Iterable<string> {
    return this.byNode.keys();
  }

  nominatedPodsForNode(node: string): readonly PodInfo[] {
    return this.byNode.get(node) ?? NONE;
  }

  nominatedNode(uid: string): string | undefined {
    return this.nodeOf.get(uid);
  }

  templates(): Iterable<PodTemplateInfo> {
    return this.byTemplate.keys();
  }

  observe(observer: (node: string) => void): void {
    this.observers.push(observer);
  }

  /** Nominates the pod on `node`, in place of an earlier nomination. */
  add(info: PodInfo, node: string): void {
    assert(node !== "", "a nomination names a node");
    this.delete(info.pod.uid);
    this.nodeOf.set(info.pod.uid, node);
    const pods = this.byNode.get(node);
    if (pods === undefined) this.byNode.set(node, [info]);
    else pods.push(info);
    this.count(info, 1);
    this.tell(node);
  }

  delete(uid: string): void {
    const node = this.nodeOf.get(uid);
    if (node === undefined) return;
    this.nodeOf.delete(uid);
    const left: PodInfo[] = [];
    for (const info of this.nominatedPodsForNode(node)) {
      if (info.pod.uid === uid) this.count(info, -1);
      else left.push(info);
    }
    if (left.length === 0) this.byNode.delete(node);
    else this.byNode.set(node, left);
    this.tell(node);
  }

  /** Takes the pod's new version; its nomination, if it has one, stays. */
  update(info: PodInfo): void {
    const node = this.nodeOf.get(info.pod.uid);
    if (node === undefined) return;
    const pods = this.byNode.get(node)!.map((known) => {
      if (known.pod.uid !== info.pod.uid) return known;
      this.count(known, -1);
      return info;
    });
    this.byNode.set(node, pods);
    this.count(info, 1);
    this.tell(node);
  }

  private count({ template }: PodInfo, by: 1 | -1): void {
    const count = (this.byTemplate.get(template) ?? 0) + by;
    if (count === 0) this.byTemplate.delete(template);
    else this.byTemplate.set(template, count);
  }

  private tell(node: string): void {
    for (const observer of this.observers) observer(node);
  }
}
