import type { VersionOf } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import { conditionStatus, type KubeletNode, readyStatus } from "./kubelet-node.js";
import { type NodeState, reportedConditions, transitionOf } from "./node-object.js";
import { statusMerge } from "./node-status-merge.js";
import { PRESSURE_CONDITIONS } from "./pressure/eviction-policy.js";

/**
 * What befalls a node: its machine goes down with all that runs on it; it is cut off from the API
 * server and goes on by itself; it is switched off in good order; or something outside of its pods
 * takes all that it has left of a resource.
 */
export const NODE_FAULTS = ["crash", "partition", "shutdown", "memory", "disk", "pids"] as const;
export type NodeFault = (typeof NODE_FAULTS)[number];

export interface NodeFaultsOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly statusPeriodMicros: TimeMicros;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** The machine is down: nothing on it runs any more. */
  readonly crashed: (node: KubeletNode) => void;
  readonly shutDown: (node: KubeletNode) => void;
  /** False where that of the machine is taken already. */
  readonly take: (node: KubeletNode, resource: "memory" | "disk" | "pids") => boolean;
  /** False where nothing was taken. */
  readonly giveBack: (node: KubeletNode) => boolean;
  /** The kubelet sees the API server again; `rebooted`: its machine was down. */
  readonly reconnected: (node: KubeletNode, rebooted: boolean) => void;
}

/**
 * Nodes that fail and recover, and what is heard of them. A kubelet that is connected renews its lease
 * every ten seconds from when it came up, and corrects what others write into its status; neither
 * costs an event while there is nothing to tell.
 *
 * Source: Kubernetes, "Nodes: Node heartbeats"; "Leases".
 */
export class NodeFaults {
  private readonly listeners: ((nodeName: string) => void)[] = [];
  private readonly correction: HandlerId;
  private readonly answer: AnswerId;
  private readonly correcting = new Set<number>();

  constructor(private readonly options: NodeFaultsOptions) {
    const { engine, client, nodeAt } = options;
    this.answer = client.onAnswer(() => {});
    this.correction = engine.registerHandler("kubelet/node-status", (ordinal) => {
      this.correcting.delete(ordinal);
      const node = nodeAt(ordinal);
      if (node?.hears === true && isMisreported(node)) this.report(node);
    });
  }

  /** Has it called when a node falls silent, and when it is heard of again. */
  onHeartbeatChange(listener: (nodeName: string) => void): void {
    this.listeners.push(listener);
  }

  /** False for a node that has failed already. */
  fail(node: KubeletNode, fault: NodeFault): boolean {
    if (!node.hears || node.shuttingDown) return false;
    switch (fault) {
      case "crash":
      case "partition":
        this.lose(node, fault);
        return true;
      case "shutdown":
        this.options.shutDown(node);
        return true;
      default:
        return this.options.take(node, fault);
    }
  }

  /** Nothing is heard of the node from now on. */
  lose(node: KubeletNode, fault: "crash" | "partition"): void {
    node.state = fault === "crash" ? "down" : "cut off";
    node.silentSinceMicros = node.lastRenewalMicros(this.options.engine.now);
    if (fault === "crash") this.options.crashed(node);
    this.tell(node.name);
  }

  /** False for a node that has not failed. */
  recover(node: KubeletNode): boolean {
    const hadEnough = !this.options.giveBack(node);
    if (node.hears) return !hadEnough;
    const rebooted = node.state === "down";
    node.state = "up";
    node.silentSinceMicros = null;
    node.upSinceMicros = this.options.engine.now;
    this.report(node);
    this.tell(node.name);
    this.options.reconnected(node, rebooted);
    return true;
  }

  /** The Node object says other than its kubelet would: the next report puts it right. */
  objectChanged(node: KubeletNode): void {
    if (!node.hears || !isMisreported(node) || this.correcting.has(node.ordinal)) return;
    this.correcting.add(node.ordinal);
    const { engine, statusPeriodMicros } = this.options;
    const periods = Math.floor((engine.now - node.upSinceMicros) / statusPeriodMicros) + 1;
    const at = node.upSinceMicros + periods * statusPeriodMicros;
    engine.scheduleAt(at, Phase.react, this.correction, node.ordinal);
  }

  /** Writes what a kubelet says of its node. */
  report({ node, ...state }: { readonly node: VersionOf<"Node"> } & Partial<NodeState>): void {
    const { client, engine, observer, startTimeMs } = this.options;
    const conditions = reportedConditions(node, { startTimeMs, nowMicros: engine.now }, state);
    client.submit(statusMerge(node, { conditions }), this.answer);
    for (const { type, status: value } of conditions) {
      if (conditionStatus(node, type) === value) continue;
      const reason = transitionOf(type, value);
      if (reason === undefined) continue;
      const message = `Node ${node.name} status is now: ${reason}`;
      observer.event("Normal", reason, node, message, engine.now);
    }
  }

  private tell(name: string): void {
    for (const listener of this.listeners) listener(name);
  }
}

/** Whether the node is said not to be heard of, or its pressures are told wrongly. */
function isMisreported({ node, pressures }: KubeletNode): boolean {
  if (readyStatus(node) === "Unknown") return true;
  return PRESSURE_CONDITIONS.some(
    (type) => (conditionStatus(node, type) === "True") !== pressures.has(type),
  );
}
