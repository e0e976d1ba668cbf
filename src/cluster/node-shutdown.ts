import type { PodVersion } from "../api/pod-version.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { Rejection } from "./pod-admission.js";
import type { PodWorker } from "./pod-worker.js";
import type { PodEnd } from "./pressure/node-pressure.js";

/** What the pods from a priority on get, up to the next one. */
export interface ShutdownGracePeriod {
  readonly priority: number;
  readonly shutdownGracePeriodSeconds: number;
}

export interface NodeShutdownOptions {
  readonly engine: Engine;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** None: the kubelet does not notice that its machine is switched off. */
  readonly periods: readonly ShutdownGracePeriod[];
  /** Has the pod end as Failed. */
  readonly evict: (worker: PodWorker, end: PodEnd) => void;
  /** Has the node say that it is not ready. */
  readonly report: (node: KubeletNode) => void;
  /** The machine goes down. */
  readonly switchOff: (node: KubeletNode) => void;
}

interface Group {
  readonly priority: number;
  readonly seconds: number;
  readonly pods: PodWorker[];
}

interface Shutdown {
  readonly groups: Group[];
  /** Those whose end is waited for. */
  current: Group | null;
  timer: number;
}

const REASON = "Terminated";
const MESSAGE = "Pod was terminated in response to imminent node shutdown.";
/** From when the kubelet lets its machine go until it is off. Assumed. */
const OFF_AFTER_MICROS = MICROS_PER_SECOND;

/** The groups of pods of a node, in the order in which they go. */
function shutdownGroups(
  pods: Iterable<PodWorker>,
  periods: readonly ShutdownGracePeriod[],
): Group[] {
  const groups = periods
    .map(({ priority, shutdownGracePeriodSeconds: seconds }) => ({ priority, seconds, pods: [] }))
    .sort((a, b) => a.priority - b.priority) as Group[];
  for (const worker of pods) {
    const priority = worker.pod.spec.priority ?? 0;
    const group = groups.findLast((one) => one.priority <= priority) ?? groups[0];
    group?.pods.push(worker);
  }
  return groups.filter((group) => group.pods.length > 0);
}

/**
 * Switches machines off in good order: the kubelet ends its pods by priority, the lowest first, each group
 * within its time, and the machine goes down when all have ended or had their time.
 *
 * Source: Kubernetes, "Node Shutdowns: Graceful node shutdown"; KEP-2000, KEP-2712.
 */
export class NodeShutdown {
  private readonly groupOver: HandlerId;
  private readonly off: HandlerId;
  private readonly underWay = new Map<number, Shutdown>();

  constructor(private readonly options: NodeShutdownOptions) {
    const { engine, nodeAt, switchOff } = options;
    const withNode = (act: (node: KubeletNode) => void) => (ordinal: number) => {
      const node = nodeAt(ordinal);
      if (node?.shuttingDown === true) act(node);
    };
    this.groupOver = engine.registerHandler(
      "kubelet/shutdown-group",
      withNode((node) => this.next(node)),
    );
    this.off = engine.registerHandler("kubelet/shutdown", withNode(switchOff));
  }

  begin(node: KubeletNode): void {
    const { periods, switchOff, report } = this.options;
    if (periods.length === 0) {
      switchOff(node);
      return;
    }
    node.shuttingDown = true;
    report(node);
    const active = [...node.pods].filter(({ stage }) => stage !== "ended");
    const groups = shutdownGroups(active, periods);
    this.underWay.set(node.ordinal, { groups, current: null, timer: 0 });
    this.next(node);
  }

  /** The machine is off, or gone. */
  forget(node: KubeletNode): void {
    node.shuttingDown = false;
    const shutdown = this.underWay.get(node.ordinal);
    if (shutdown !== undefined && shutdown.timer !== 0) this.options.engine.cancel(shutdown.timer);
    this.underWay.delete(node.ordinal);
  }

  /** A pod of the node has ended. */
  podEnded({ node }: PodWorker): void {
    if (!node.shuttingDown) return;
    const shutdown = this.underWay.get(node.ordinal);
    if (shutdown === undefined || shutdown.current === null || shutdown.timer === 0) return;
    if (shutdown.current.pods.some(({ stage }) => stage !== "ended")) return;
    this.options.engine.cancel(shutdown.timer);
    shutdown.timer = 0;
    this.next(node);
  }

  rejection(node: KubeletNode): Rejection | null {
    if (!node.shuttingDown) return null;
    return { reason: "NodeShutdown", message: "Pod was rejected as the node is shutting down." };
  }

  private next(node: KubeletNode): void {
    const { engine, evict } = this.options;
    const shutdown = this.underWay.get(node.ordinal);
    if (shutdown === undefined) return;
    const group = shutdown.groups.shift() ?? null;
    shutdown.current = group;
    shutdown.timer = 0;
    if (group === null) {
      engine.scheduleAfter(OFF_AFTER_MICROS, Phase.world, this.off, node.ordinal);
      return;
    }
    const { seconds, pods } = group;
    for (const worker of pods) {
      const graceSeconds = Math.min(seconds, graceOf(worker.pod));
      const killAtMicros = engine.now + graceSeconds * MICROS_PER_SECOND;
      evict(worker, { reason: REASON, message: MESSAGE, killAtMicros });
    }
    if (pods.every(({ stage }) => stage === "ended")) {
      this.next(node);
      return;
    }
    const wait = seconds * MICROS_PER_SECOND;
    shutdown.timer = engine.scheduleAfter(wait, Phase.world, this.groupOver, node.ordinal);
  }
}

function graceOf({ spec }: PodVersion): number {
  return spec.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY;
}
