import type { HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { BehaviorSource } from "./container-behavior.js";
import { nodeAddress, type PodAddresses } from "./pod-addresses.js";
import type { Rejection } from "./pod-admission.js";
import { newContainers, type PodWorker } from "./pod-worker.js";
import type { StatusWriter } from "./status-writer.js";
import { PodVolumes, type PodVolumesOptions } from "./volumes/pod-volumes.js";

export interface PodStartOptions extends Omit<PodVolumesOptions, "retry"> {
  readonly behavior: BehaviorSource;
  readonly addresses: PodAddresses;
  readonly writer: StatusWriter;
  /** Why the node does not take the pod; null: it does. */
  readonly rejection: (worker: PodWorker) => Rejection | null;
  /** Has the pod's containers begin. */
  readonly begin: (worker: PodWorker) => void;
}

/** What happens to a pod from when its kubelet hears of it until its first container may start. */
export class PodStart {
  private readonly sandboxReady: HandlerId;
  readonly volumes: PodVolumes;

  constructor(private readonly options: PodStartOptions) {
    const { engine, find } = options;
    this.sandboxReady = engine.registerHandler("kubelet/sandbox", (row, serial) => {
      const worker = find(row, serial);
      if (worker !== undefined) this.beginIfReady(worker);
    });
    const retry = (worker: PodWorker) => this.beginIfReady(worker);
    this.volumes = new PodVolumes({ ...options, retry });
  }

  start(): void {
    this.volumes.start();
  }

  /** The pod waits no more: it is gone, or on its way. */
  forget(worker: PodWorker): void {
    this.volumes.forget(worker);
  }

  /** Takes the pod or refuses it. */
  admit(worker: PodWorker): void {
    const rejection = this.options.rejection(worker);
    if (rejection !== null) {
      this.reject(worker, rejection);
      return;
    }
    const { pod, node } = worker;
    holdDemand(worker);
    worker.containers = newContainers(pod.spec);
    const { engine, behavior, addresses, writer } = this.options;
    worker.podIP = pod.spec.hostNetwork === true ? nodeAddress(node) : addresses.next();
    worker.sandboxAtMicros = engine.now + (behavior.sandboxMicros?.(pod) ?? 0);
    this.beginIfReady(worker);
    if (worker.stage !== "starting") return;
    writer.markDirty(worker);
    if (worker.sandboxAtMicros <= engine.now) return;
    const { row, serial } = worker;
    engine.scheduleAt(worker.sandboxAtMicros, Phase.world, this.sandboxReady, row, serial);
  }

  /** Lets a pod begin that waited for its node, once there is a network for it and all of its volumes. */
  beginIfReady(worker: PodWorker): void {
    const { volumes } = this;
    if (worker.stage !== "starting") {
      volumes.forget(worker);
      return;
    }
    if (!worker.node.hears || worker.sandboxAtMicros > this.options.engine.now) return;
    if (!worker.node.networkReady && worker.pod.spec.hostNetwork !== true) return;
    if (volumes.areThere(worker)) this.options.begin(worker);
  }

  private reject(worker: PodWorker, rejection: Rejection): void {
    const { observer, engine, writer } = this.options;
    observer.event("Warning", rejection.reason, worker.pod, rejection.message, engine.now);
    worker.stage = "ended";
    worker.reason = rejection.reason;
    worker.message = `Pod was rejected: ${rejection.message}`;
    writer.markDirty(worker);
  }
}

export function holdDemand(worker: PodWorker): void {
  worker.holdsDemand = true;
  worker.node.hold(worker, worker.demand);
}
