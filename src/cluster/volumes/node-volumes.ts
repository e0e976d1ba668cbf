import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { KubeletNode } from "../kubelet-node.js";
import { statusMerge } from "../node-status-merge.js";

export interface NodeVolumesOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly periodMicros: TimeMicros;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** Told when the API server knows what a node has in use. */
  readonly reported: (node: KubeletNode) => void;
}

/** The attachable volumes of one node, by their unique names. */
interface InUse {
  /** Serials of the pods that use each, or still have it mounted. */
  readonly users: Map<string, Set<number>>;
  /** What the node's status is known to list. */
  reported: ReadonlySet<string>;
  /** What was written last; null before the first time. */
  written: string | null;
  isDue: boolean;
}

/**
 * Which volumes nodes have in use, and their reports of that: at a node's next status update after a
 * change. A volume is mounted once the node is known to have it in use, so that nobody detaches it.
 * Source: upstream's `pkg/kubelet/volumemanager`; `volumesInUse` of a node's status.
 */
export class NodeVolumes {
  private readonly nodes = new Map<number, InUse>();
  private readonly handler: HandlerId;
  private readonly answer: AnswerId;

  constructor(private readonly options: NodeVolumesOptions) {
    const { engine, client, nodeAt } = options;
    this.handler = engine.registerHandler("kubelet/volumes-in-use", (ordinal) => {
      const node = nodeAt(ordinal);
      const inUse = this.nodes.get(ordinal);
      if (inUse !== undefined) inUse.isDue = false;
      if (node !== undefined) this.report(node);
    });
    this.answer = client.onAnswer((outcome, ordinal) => {
      const node = nodeAt(ordinal);
      if (node === undefined || !outcome.ok) return;
      const { written } = this.of(node);
      this.of(node).reported = new Set(
        written === null || written === "" ? [] : written.split(","),
      );
      options.reported(node);
    });
  }

  isReported(node: KubeletNode, uniqueName: string): boolean {
    return this.nodes.get(node.ordinal)?.reported.has(uniqueName) === true;
  }

  /** A pod of the node is to have the volume. `isKnown`: the node had it in use before the run. */
  use(node: KubeletNode, uniqueName: string, serial: number, isKnown = false): void {
    const inUse = this.of(node);
    const users = inUse.users.get(uniqueName);
    if (users !== undefined) users.add(serial);
    else inUse.users.set(uniqueName, new Set([serial]));
    if (inUse.reported.has(uniqueName)) return;
    if (isKnown) inUse.reported = new Set([...inUse.reported, uniqueName]);
    else this.awaitReport(node, inUse);
  }

  /** The pod does not have it any more. */
  drop(node: KubeletNode, uniqueName: string, serial: number): void {
    const inUse = this.nodes.get(node.ordinal);
    const users = inUse?.users.get(uniqueName);
    if (inUse === undefined || users?.delete(serial) !== true || users.size > 0) return;
    inUse.users.delete(uniqueName);
    this.awaitReport(node, inUse);
  }

  /** Puts right what somebody else has written over it, and says what could not be said before. */
  look(node: KubeletNode): void {
    const inUse = this.nodes.get(node.ordinal);
    if (inUse === undefined || inUse.written === null) return;
    if (textOf(inUse.users.keys()) !== textOf(node.node.status.volumesInUse ?? [])) {
      this.awaitReport(node, inUse);
    }
  }

  forget({ ordinal }: KubeletNode): void {
    this.nodes.delete(ordinal);
  }

  private of(node: KubeletNode): InUse {
    const known = this.nodes.get(node.ordinal);
    if (known !== undefined) return known;
    const reported = new Set<string>(node.node.status.volumesInUse);
    const made = { users: new Map(), reported, written: null, isDue: false };
    this.nodes.set(node.ordinal, made);
    return made;
  }

  private awaitReport(node: KubeletNode, inUse: InUse): void {
    if (inUse.isDue) return;
    inUse.isDue = true;
    const { engine, periodMicros } = this.options;
    const since = engine.now - node.upSinceMicros;
    const at = node.upSinceMicros + (Math.floor(since / periodMicros) + 1) * periodMicros;
    engine.scheduleAt(at, Phase.react, this.handler, node.ordinal);
  }

  private report(node: KubeletNode): void {
    if (!node.hears) return;
    const inUse = this.of(node);
    const volumesInUse = [...inUse.users.keys()].sort();
    inUse.written = volumesInUse.join();
    const { client } = this.options;
    client.submit(statusMerge(node, { volumesInUse }), this.answer, node.ordinal);
  }
}

function textOf(names: Iterable<string>): string {
  return [...names].sort().join();
}
