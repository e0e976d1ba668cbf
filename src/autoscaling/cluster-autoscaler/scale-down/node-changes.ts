import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { AnswerId, Client } from "../../../store/client.js";
import type { Informer } from "../../../store/informer.js";
import type { Outcome } from "../../../store/outcome.js";

type NodeSpec = NodeVersion["spec"];

interface NodeChange {
  readonly nodeName: string;
  readonly change: (node: NodeVersion) => NodeSpec;
}

/**
 * Changes of nodes that must come about, whatever else changes them meanwhile: a Conflict reads the newest version
 * and tries again on it. A node that is gone is let be.
 */
export class NodeChanges {
  private readonly changes: (NodeChange | null)[] = [];
  private readonly written: AnswerId;
  private readonly reread: AnswerId;

  constructor(
    private readonly client: Client,
    private readonly nodes: Informer<"Node">,
  ) {
    this.written = client.onAnswer((outcome, number) => this.onWritten(outcome, number));
    this.reread = client.onAnswer((outcome, number) => this.onReread(outcome, number));
  }

  submit(nodeName: string, change: NodeChange["change"]): void {
    const node = this.nodes.find("", nodeName);
    if (node === undefined) return;
    const number = this.changes.push({ nodeName, change }) - 1;
    this.write(node, number);
  }

  private write(base: NodeVersion, number: number): void {
    const spec = this.changes[number]!.change(base);
    this.client.submit({ verb: "update", base, change: { spec } }, this.written, number);
  }

  private onWritten(outcome: Outcome, number: number): void {
    if (!outcome.ok && outcome.reason === "Conflict") {
      const target = { kind: "Node", namespace: "", name: this.changes[number]!.nodeName } as const;
      this.client.submit({ verb: "get", target }, this.reread, number);
    } else this.changes[number] = null;
  }

  private onReread(outcome: Outcome, number: number): void {
    if (outcome.ok && outcome.object.kind === "Node") this.write(outcome.object, number);
    else this.changes[number] = null;
  }
}
