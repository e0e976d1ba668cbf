import type { VersionOf } from "../api/object-version.js";
import type { Client } from "../store/client.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { KubeletsOptions } from "./kubelets-options.js";
import { type NodeFault, NodeFaults } from "./node-faults.js";
import { NodeShutdown } from "./node-shutdown.js";
import type { Rejection } from "./pod-admission.js";
import type { PodWorker } from "./pod-worker.js";
import { NodePressure, type NodePressureOptions } from "./pressure/node-pressure.js";

export interface NodeHealthOptions
  extends Pick<
      KubeletsOptions,
      "evictionPolicy" | "shutdownGracePeriods" | "startTimeMs" | "nodeStatusUpdateFrequencyMicros"
    >,
    Omit<NodePressureOptions, "policy" | "conditionsChanged"> {
  readonly client: Client;
  /** The machine is down: nothing on it runs any more. */
  readonly crashed: (node: KubeletNode) => void;
  /** The kubelet sees the API server again; `rebooted`: its machine was down. */
  readonly reconnected: (node: KubeletNode, rebooted: boolean) => void;
}

/** How nodes are: what befalls their machines, what they run short of, and how they are switched off. */
export class NodeHealth {
  private readonly faults: NodeFaults;
  private readonly pressure: NodePressure;
  private readonly shutdown: NodeShutdown;

  constructor(options: NodeHealthOptions) {
    const { engine, client, observer, behavior, nodeAt, evict, freeImages } = options;
    this.pressure = new NodePressure({
      engine,
      observer,
      behavior,
      policy: options.evictionPolicy,
      nodeAt,
      evict,
      freeImages,
      conditionsChanged: (node) => this.faults.objectChanged(node),
    });
    this.shutdown = new NodeShutdown({
      engine,
      nodeAt,
      periods: options.shutdownGracePeriods,
      evict,
      report: (node) => this.faults.report(node),
      switchOff: (node) => this.faults.lose(node, "crash"),
    });
    this.faults = new NodeFaults({
      engine,
      client,
      observer,
      startTimeMs: options.startTimeMs,
      statusPeriodMicros: options.nodeStatusUpdateFrequencyMicros,
      nodeAt,
      shutDown: (node) => this.shutdown.begin(node),
      take: (node, resource) => this.pressure.take(node, resource),
      giveBack: (node) => this.pressure.giveBack(node),
      crashed: (node) => {
        this.forget(node);
        options.crashed(node);
      },
      reconnected: options.reconnected,
    });
  }

  /** Has it called when a node falls silent, and when it is heard of again. */
  onHeartbeatChange(listener: (nodeName: string) => void): void {
    this.faults.onHeartbeatChange(listener);
  }

  fail(node: KubeletNode, fault: NodeFault): boolean {
    return this.faults.fail(node, fault);
  }

  recover(node: KubeletNode): boolean {
    return this.faults.recover(node);
  }

  /** A node whose machine nobody knows of reports that it is well. */
  appear(node: VersionOf<"Node">): void {
    this.faults.report({ node });
  }

  objectChanged(node: KubeletNode): void {
    this.faults.objectChanged(node);
  }

  /** Its machine is off, or gone. */
  forget(node: KubeletNode): void {
    this.shutdown.forget(node);
    this.pressure.forget(node);
  }

  podUsageChanged(node: KubeletNode): void {
    this.pressure.podUsageChanged(node);
  }

  imagePulled(node: KubeletNode): void {
    this.pressure.lookIfShort(node);
  }

  podEnded(worker: PodWorker): void {
    this.shutdown.podEnded(worker);
  }

  /** Why the node takes no such pod as it is now; null: it does. */
  rejection({ node, pod }: PodWorker): Rejection | null {
    return this.shutdown.rejection(node) ?? this.pressure.rejection(node, pod);
  }
}
