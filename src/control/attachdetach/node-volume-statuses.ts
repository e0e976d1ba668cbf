import type { ObjectVersion } from "../../api/object-version.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { HeldAttachment, HeldAttachments } from "./held-attachments.js";

type Node = ObjectVersion<"Node">;

export interface NodeVolumeStatusesOptions {
  readonly client: Client;
  readonly held: HeldAttachments;
  readonly nodes: Informer<"Node">;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * What nodes' statuses say of volumes: which the kubelet has in use is read, which are attached is written.
 * Source: upstream's `statusupdater`.
 */
export class NodeVolumeStatuses {
  /** As a node said last, also of one that is gone since. */
  private readonly inUse = new Map<string, ReadonlySet<string>>();
  /** What was written last, by node. */
  private readonly written = new Map<string, string>();
  private readonly changedNodes = new Set<string>();
  private readonly answered: AnswerId;
  private readonly waiting = new Map<number, () => void>();
  private nextId = 1;

  constructor(private readonly options: NodeVolumeStatusesOptions) {
    this.answered = options.client.onAnswer((_, id) => {
      const then = this.waiting.get(id);
      this.waiting.delete(id);
      then?.();
    });
  }

  /** Takes note of what a node says; whether it says other than was written. */
  seen({ name, status }: Node): boolean {
    this.inUse.set(name, new Set(status.volumesInUse));
    const written = this.written.get(name);
    if (written === undefined) return false;
    const isWrong = namesOf(status.volumesAttached) !== written;
    // What somebody else has written over it is put right.
    if (isWrong) this.changedNodes.add(name);
    return isWrong;
  }

  isMounted({ nodeName, uniqueName }: HeldAttachment): boolean {
    return (this.inUse.get(nodeName) ?? NOTHING).has(uniqueName);
  }

  changed(nodeName: string): void {
    this.changedNodes.add(nodeName);
  }

  /** Writes what has changed. */
  write(): void {
    for (const name of this.changedNodes) this.writeNode(name, null);
    this.changedNodes.clear();
  }

  /** Writes what a node has attached, and then goes on; at once where it says so already. */
  writeFirst(nodeName: string, then: () => void): void {
    this.changedNodes.delete(nodeName);
    if (!this.writeNode(nodeName, then)) then();
  }

  private writeNode(nodeName: string, then: (() => void) | null): boolean {
    const { held, nodes, client } = this.options;
    const node = nodes.find("", nodeName);
    if (node === undefined) return false;
    const names = held
      .on(nodeName)
      .filter(({ isReported }) => isReported)
      .map(({ uniqueName }) => uniqueName)
      .sort();
    const said = namesOf(node.status.volumesAttached);
    const known = this.written.get(nodeName) ?? said;
    const text = names.join();
    if (text === known && said === known) return false;
    this.written.set(nodeName, text);
    const volumesAttached = names.map((name) => ({ name, devicePath: "" }));
    const target = { kind: "Node", namespace: "", name: nodeName } as const;
    const patch = { status: { volumesAttached } };
    const id = this.nextId;
    this.nextId += 1;
    if (then !== null) this.waiting.set(id, then);
    client.submit({ verb: "merge", target, patch, subresource: "status" }, this.answered, id);
    return true;
  }
}

function namesOf(attached: Node["status"]["volumesAttached"]): string {
  return (attached ?? [])
    .map(({ name }) => name)
    .sort()
    .join();
}
