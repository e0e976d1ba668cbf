import type { PodVersion } from "../api/pod-version.js";

/** Pods that are bound to nodes without a kubelet, by the node's name. */
export class UnattendedPods {
  private readonly byNode = new Map<string, Map<number, string>>();

  put({ nodeName, row, uid }: PodVersion): void {
    let rows = this.byNode.get(nodeName);
    if (rows === undefined) {
      rows = new Map();
      this.byNode.set(nodeName, rows);
    }
    rows.set(row, uid);
  }

  remove({ nodeName, row }: PodVersion): void {
    this.byNode.get(nodeName)?.delete(row);
  }

  /** Rows and UIDs of the node's pods, which somebody attends to from now on. */
  take(nodeName: string): readonly (readonly [row: number, uid: string])[] {
    const rows = this.byNode.get(nodeName);
    this.byNode.delete(nodeName);
    return rows === undefined ? [] : [...rows];
  }
}
