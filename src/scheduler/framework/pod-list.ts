import { assert } from "../../base/assert.js";
import type { NodePods } from "./node-pods.js";
import type { PodInfo } from "./pod-info.js";

/** The pods of a node: those of the table of all nodes, or of a copy. */
export interface PodList {
  readonly count: number;
  /** Differs after every change. */
  readonly version: number;
  list(): PodInfo[];
}

/** Pods of a copy, which may be changed. */
export class OwnPods implements PodList {
  version = 0;

  constructor(private readonly pods: PodInfo[]) {}

  get count(): number {
    return this.pods.length;
  }

  list(): PodInfo[] {
    return this.pods.slice();
  }

  add(info: PodInfo): void {
    this.version += 1;
    this.pods.push(info);
  }

  /** The last one takes the place of the one that leaves, as upstream does it. */
  remove(info: PodInfo): boolean {
    const at = this.pods.indexOf(info);
    if (at < 0) return false;
    this.version += 1;
    const last = this.pods.pop();
    assert(last !== undefined, "the list was not empty");
    if (at < this.pods.length) this.pods[at] = last;
    return true;
  }
}

/** One row of the table of all nodes. */
export class PodsOfRow implements PodList {
  constructor(
    private readonly all: NodePods,
    private readonly row: number,
  ) {}

  get count(): number {
    return this.all.count(this.row);
  }

  get version(): number {
    return this.all.version(this.row);
  }

  list(): PodInfo[] {
    return this.all.list(this.row);
  }
}
