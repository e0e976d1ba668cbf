import type { TimeMicros } from "../../base/time.js";

/**
 *   attaching -> attached -> detaching -> (gone)
 *       '-> uncertain --------^
 *
 * uncertain: an attempt to attach it failed, and nobody knows how far it came.
 */
type AttachmentState = "attaching" | "attached" | "uncertain" | "detaching";

/** A volume that is, or may be, attached to a node. */
export interface HeldAttachment {
  readonly uniqueName: string;
  readonly nodeName: string;
  state: AttachmentState;
  /** The node's status is to list it: upstream's "report as attached". */
  isReported: boolean;
  /** Since when nobody wants it there; null while somebody does. */
  unwantedSinceMicros: TimeMicros | null;
}

/** Which volumes are attached where: what upstream calls the actual state of the world. */
export class HeldAttachments {
  private readonly byVolume = new Map<string, Map<string, HeldAttachment>>();
  private readonly byNode = new Map<string, Map<string, HeldAttachment>>();

  /** What nodes hold of a volume. */
  of(uniqueName: string): readonly HeldAttachment[] {
    return [...(this.byVolume.get(uniqueName)?.values() ?? [])];
  }

  /** What a node holds. */
  on(nodeName: string): readonly HeldAttachment[] {
    return [...(this.byNode.get(nodeName)?.values() ?? [])];
  }

  at(uniqueName: string, nodeName: string): HeldAttachment | undefined {
    return this.byVolume.get(uniqueName)?.get(nodeName);
  }

  add(uniqueName: string, nodeName: string, state: AttachmentState): HeldAttachment {
    const known = this.at(uniqueName, nodeName);
    if (known !== undefined) return known;
    const isReported = state === "attached";
    const held = { uniqueName, nodeName, state, isReported, unwantedSinceMicros: null };
    put(this.byVolume, uniqueName, nodeName, held);
    put(this.byNode, nodeName, uniqueName, held);
    return held;
  }

  delete({ uniqueName, nodeName }: HeldAttachment): void {
    take(this.byVolume, uniqueName, nodeName);
    take(this.byNode, nodeName, uniqueName);
  }
}

type Table = Map<string, Map<string, HeldAttachment>>;

function put(table: Table, outer: string, inner: string, held: HeldAttachment): void {
  const row = table.get(outer) ?? new Map<string, HeldAttachment>();
  table.set(outer, row);
  row.set(inner, held);
}

function take(table: Table, outer: string, inner: string): void {
  const row = table.get(outer);
  row?.delete(inner);
  if (row?.size === 0) table.delete(outer);
}
