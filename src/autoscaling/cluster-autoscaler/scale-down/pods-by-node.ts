import type { PodVersion } from "../../../api/pod-version.js";
import type { Informer } from "../../../store/informer.js";

const NONE: readonly PodVersion[] = [];

/** Which pods are bound to which node, by what the watches tell. */
export class PodsByNode {
  private readonly byNode = new Map<string, Map<string, PodVersion>>();

  constructor(pods: Informer<"Pod">) {
    pods.addHandler({
      added: (pod) => this.put(pod),
      updated: (before, after) => {
        if (before.nodeName !== after.nodeName) this.drop(before);
        this.put(after);
      },
      deleted: (last) => this.drop(last),
    });
  }

  /** In the order in which they were bound. */
  of(nodeName: string): readonly PodVersion[] {
    const pods = this.byNode.get(nodeName);
    return pods === undefined ? NONE : [...pods.values()];
  }

  private put(pod: PodVersion): void {
    const { nodeName, uid } = pod;
    if (nodeName === "") return;
    const pods = this.byNode.get(nodeName);
    if (pods === undefined) this.byNode.set(nodeName, new Map([[uid, pod]]));
    else pods.set(uid, pod);
  }

  private drop({ nodeName, uid }: PodVersion): void {
    const pods = this.byNode.get(nodeName);
    if (pods?.delete(uid) === true && pods.size === 0) this.byNode.delete(nodeName);
  }
}
