import type { AttachableVolume } from "../../api/volumes/attachable.js";

/** A volume that pods of a node want there. */
export interface WantedAttachment {
  readonly volume: AttachableVolume;
  readonly nodeName: string;
  /** Rows of the pods, in the order in which they came. */
  readonly pods: Set<number>;
  /** Somebody was told already that it waits for another node to give the volume up. */
  isTold: boolean;
}

/** Which volumes are to be attached where: what upstream calls the desired state of the world. */
export class WantedAttachments {
  /** By the volume's unique name, then by node, in the order in which they were wanted. */
  private readonly byVolume = new Map<string, Map<string, WantedAttachment>>();
  /** By the row of a pod: the volumes that it wants, and where. */
  private readonly byPod = new Map<number, { nodeName: string; names: Set<string> }>();

  /** The nodes where a volume is wanted. */
  *of(uniqueName: string): Iterable<WantedAttachment> {
    yield* this.byVolume.get(uniqueName)?.values() ?? [];
  }

  at(uniqueName: string, nodeName: string): WantedAttachment | undefined {
    return this.byVolume.get(uniqueName)?.get(nodeName);
  }

  /** Unique names of the volumes that a pod wants. */
  ofPod(row: number): Iterable<string> {
    return this.byPod.get(row)?.names ?? [];
  }

  add(row: number, nodeName: string, volume: AttachableVolume): void {
    const { uniqueName } = volume;
    const nodes = this.byVolume.get(uniqueName) ?? new Map<string, WantedAttachment>();
    this.byVolume.set(uniqueName, nodes);
    const known = nodes.get(nodeName);
    if (known !== undefined) known.pods.add(row);
    else nodes.set(nodeName, { volume, nodeName, pods: new Set([row]), isTold: false });
    const pod = this.byPod.get(row) ?? { nodeName, names: new Set() };
    this.byPod.set(row, pod);
    pod.names.add(uniqueName);
  }

  /** The pod wants nothing any more; the unique names of what it wanted. */
  remove(row: number): readonly string[] {
    const pod = this.byPod.get(row);
    if (pod === undefined) return [];
    this.byPod.delete(row);
    for (const name of pod.names) {
      const nodes = this.byVolume.get(name)!;
      const wanted = nodes.get(pod.nodeName)!;
      wanted.pods.delete(row);
      if (wanted.pods.size > 0) continue;
      nodes.delete(pod.nodeName);
      if (nodes.size === 0) this.byVolume.delete(name);
    }
    return [...pod.names];
  }
}
