import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { BehaviorSource } from "./container-behavior.js";
import { memoryLimitOf } from "./out-of-memory.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";

export interface PodUsageOptions {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly behavior: BehaviorSource;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Told when what the containers of a node use has changed. */
  readonly usageChanged: (node: KubeletNode) => void;
}

/**
 * Tells what pods use: when their containers begin and end, and of those that use more or less over time at
 * the multiples of an interval too.
 */
export class PodUsage {
  /** Whose usage changes over time. */
  private readonly varying = new Set<PodWorker>();
  private readonly tick: HandlerId;
  private isSet = false;

  constructor(private readonly options: PodUsageOptions) {
    const { engine } = options;
    this.tick = engine.registerHandler("kubelet/usage", () => this.tellVarying(), {
      background: true,
    });
  }

  tell(worker: PodWorker): void {
    const { observer, engine } = this.options;
    const usage = this.take(worker);
    if (usage === null) return;
    observer.podUsage(worker.pod, usage.cpuMillis, usage.memoryBytes, engine.now);
  }

  /** Takes note of what a pod uses, without a word to those who measure: they know it from a snapshot. */
  take(worker: PodWorker): { readonly cpuMillis: number; readonly memoryBytes: number } | null {
    const { behavior, engine, usageChanged } = this.options;
    this.takeLocal(worker);
    if (behavior.usage === undefined) return null;
    let cpuMillis = 0;
    let memoryBytes = 0;
    let varies = false;
    const { containers } = worker;
    for (let i = 0; i < containers.length; i += 1) {
      const { status, spec } = containers[i]!;
      if (status.state !== "running") continue;
      const usage = behavior.usage(worker.pod, spec, engine.now);
      cpuMillis += usage.cpuMillis;
      memoryBytes += usage.memoryBytes;
      varies ||= this.everyMicros !== null && behavior.usageVaries?.(worker.pod, spec) === true;
    }
    const { node } = worker;
    node.memoryBytes += memoryBytes - worker.memoryBytes;
    worker.memoryBytes = memoryBytes;
    usageChanged(node);
    if (!varies) this.varying.delete(worker);
    else {
      this.varying.add(worker);
      this.awaitTick();
    }
    return { cpuMillis, memoryBytes };
  }

  /** Takes note of what a pod has written to its node's disk, and of its processes. */
  private takeLocal(worker: PodWorker): void {
    const { behavior } = this.options;
    let diskBytes = 0;
    let processes = 0;
    const { containers } = worker;
    for (let i = 0; i < containers.length; i += 1) {
      const { status, spec } = containers[i]!;
      const isRunning = status.state === "running";
      if (!isRunning && status.state !== "terminated" && status.lastTermination === null) continue;
      const local = behavior.localUsage?.(worker.pod, spec);
      diskBytes += local?.diskBytes ?? 0;
      if (isRunning) processes += local?.processes ?? 1;
    }
    worker.node.diskBytes += diskBytes - worker.diskBytes;
    worker.diskBytes = diskBytes;
    worker.processes = processes;
  }

  /** How long after its start, now, the container uses more memory than it may; null: it never does. */
  outOfMemoryAfter({ pod }: PodWorker, container: ContainerRecord): TimeMicros | null {
    const bytes = memoryLimitOf(pod, container);
    if (bytes === null) return null;
    const { behavior, engine } = this.options;
    const { now } = engine;
    if (behavior.usageVaries?.(pod, container.spec) !== true) {
      const usage = behavior.usage?.(pod, container.spec, now);
      return usage !== undefined && usage.memoryBytes > bytes ? 0 : null;
    }
    const above = behavior.memoryAbove?.(pod, container.spec, { bytes, fromMicros: now }) ?? null;
    return above === null ? null : above - now;
  }

  private get everyMicros(): TimeMicros | null {
    return this.options.behavior.usageEveryMicros ?? null;
  }

  private awaitTick(): void {
    const { engine } = this.options;
    if (this.isSet) return;
    this.isSet = true;
    const every = this.everyMicros!;
    const next = (Math.floor(engine.now / every) + 1) * every;
    engine.scheduleAt(next, Phase.world, this.tick);
  }

  private tellVarying(): void {
    this.isSet = false;
    const { find } = this.options;
    for (const worker of this.varying) {
      if (find(worker.row, worker.serial) === worker) this.tell(worker);
      else this.varying.delete(worker);
    }
    if (this.varying.size > 0) this.awaitTick();
  }
}
