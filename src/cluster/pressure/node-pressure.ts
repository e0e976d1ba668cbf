import { firstUntolerated } from "../../api/taints.js";
import type { PodVersion } from "../../api/pod-version.js";
import { qosClass } from "../../api/qos.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { BehaviorSource } from "../container-behavior.js";
import type { KubeletNode } from "../kubelet-node.js";
import type { Rejection } from "../pod-admission.js";
import type { PodWorker } from "../pod-worker.js";
import { evictionMessage } from "./eviction-message.js";
import {
  CONDITION_OF,
  type EvictionPolicy,
  type EvictionThreshold,
  isMet,
  type Observations,
  type PressureCondition,
  resourceOf,
} from "./eviction-policy.js";
import { isCritical, rankedForEviction } from "./eviction-ranking.js";
import { calmMemoryBytes, leftOf, type MachineResource, observe } from "./node-observations.js";

/** Why and how soon a pod goes. */
export interface PodEnd {
  readonly reason: string;
  readonly message: string;
  readonly killAtMicros: TimeMicros;
}

export interface NodePressureOptions {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly behavior: BehaviorSource;
  readonly policy: EvictionPolicy;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** Has the pod end as Failed. */
  readonly evict: (worker: PodWorker, end: PodEnd) => void;
  /** Removes images that no container uses; whether there were any. */
  readonly freeImages: (node: KubeletNode) => boolean;
  /** Told when what the kubelet has to say of its node's pressure has changed. */
  readonly conditionsChanged: (node: KubeletNode) => void;
}

/** How often a kubelet looks at what its node has left. */
const PERIOD_MICROS = 10 * MICROS_PER_SECOND;
/** Whether an evicted pod has gone is looked at each second, for half a minute at most. */
const CLEANUP_POLL_MICROS = MICROS_PER_SECOND;
const CLEANUP_TIMEOUT_MICROS = 30 * MICROS_PER_SECOND;
/** Pods that go for a hard threshold get this long, whatever they ask for. */
const IMMEDIATE_MICROS = MICROS_PER_SECOND;

const MEMORY_PRESSURE_TAINT = {
  key: "node.kubernetes.io/memory-pressure",
  effect: "NoSchedule",
} as const;

/** What a kubelet remembers from look to look. */
interface Attention {
  /** Thresholds that were met for their grace period at the last look. */
  met: readonly EvictionThreshold[];
  firstMet: ReadonlyMap<EvictionThreshold, TimeMicros>;
  readonly lastObserved: Map<PressureCondition, TimeMicros>;
  /** The pod that was evicted last, until it has gone. */
  victim: PodWorker | null;
  victimSinceMicros: TimeMicros;
}

/**
 * Evicts pods from nodes that run short of memory, disk or process numbers, one at a time, and says so in the
 * node's conditions. A node that has enough is not looked at: what it uses is compared when that changes.
 *
 * Source: Kubernetes, "Node-pressure Eviction"; upstream's pkg/kubelet/eviction.
 */
export class NodePressure {
  private readonly look: HandlerId;
  private readonly hopelessLook: HandlerId;
  /** By the node's ordinal: nodes that are looked at. */
  private readonly watched = new Map<number, Attention>();
  private readonly watchesProcesses: boolean;

  constructor(private readonly options: NodePressureOptions) {
    const { engine, nodeAt, policy } = options;
    this.watchesProcesses = policy.thresholds.some(({ signal }) => signal === "pid.available");
    const due = (ordinal: number) => {
      const node = nodeAt(ordinal);
      const attention = this.watched.get(ordinal);
      if (attention === undefined) return;
      if (node === undefined || node.state === "down") this.watched.delete(ordinal);
      else this.due(node, attention);
    };
    this.look = engine.registerHandler("kubelet/eviction", due);
    // Where nothing is left to evict, waiting for better times keeps no run alive.
    this.hopelessLook = engine.registerHandler("kubelet/hopeless-eviction", due, {
      background: true,
    });
  }

  /** Something takes all that the machine has left of a resource; false where it is taken already. */
  take(node: KubeletNode, resource: MachineResource): boolean {
    if (node.taken.has(resource)) return false;
    node.taken.set(resource, leftOf(node, this.options.policy, resource));
    node.calmMemoryBytes = null;
    this.lookIfShort(node);
    return true;
  }

  /** What something took of the machine is there again; false where nothing was taken. */
  giveBack(node: KubeletNode): boolean {
    if (node.taken.size === 0) return false;
    node.taken.clear();
    node.calmMemoryBytes = null;
    return true;
  }

  /** Its machine starts anew: whatever was short is there again. */
  forget(node: KubeletNode): void {
    this.watched.delete(node.ordinal);
    node.pressures.clear();
  }

  /** Pods of the node use more than they did, or less. */
  podUsageChanged(node: KubeletNode): void {
    node.calmMemoryBytes ??= calmMemoryBytes(node, this.options.policy);
    const mayBeShort = node.memoryBytes > node.calmMemoryBytes || node.diskBytes > 0;
    if (mayBeShort || this.watchesProcesses) this.lookIfShort(node);
  }

  /** Looks from now on at a node that is short of something. */
  lookIfShort(node: KubeletNode): void {
    if (node.state === "down" || this.watched.has(node.ordinal)) return;
    const { policy } = this.options;
    const observed = observe(node, policy);
    if (!policy.thresholds.some((threshold) => isMet(threshold, observed, false))) return;
    this.watched.set(node.ordinal, {
      met: [],
      firstMet: new Map(),
      lastObserved: new Map(),
      victim: null,
      victimSinceMicros: 0,
    });
    this.lookAgain(node, this.look);
  }

  /** Why the node takes no such pod while it is short of something; null: it does. */
  rejection({ pressures }: KubeletNode, pod: PodVersion): Rejection | null {
    if (pressures.size === 0 || isCritical(pod)) return null;
    if (pressures.size === 1 && pressures.has("MemoryPressure")) {
      if (qosClass(pod.spec) !== "BestEffort") return null;
      const { tolerations = [] } = pod.spec;
      if (firstUntolerated([MEMORY_PRESSURE_TAINT], tolerations, ["NoSchedule"]) === undefined) {
        return null;
      }
    }
    const names = [...pressures].join(" ");
    return { reason: "Evicted", message: `The node had condition: [${names}]. ` };
  }

  private lookAgain(node: KubeletNode, handler: HandlerId): void {
    const { engine } = this.options;
    const looks = Math.floor((engine.now - node.upSinceMicros) / PERIOD_MICROS) + 1;
    const at = node.upSinceMicros + looks * PERIOD_MICROS;
    engine.scheduleAt(at, Phase.world, handler, node.ordinal);
  }

  private due(node: KubeletNode, attention: Attention): void {
    const { victim, victimSinceMicros } = attention;
    const { engine } = this.options;
    if (victim !== null) {
      const isOver = victim.stage === "ended" || !node.pods.has(victim);
      if (!isOver && engine.now - victimSinceMicros < CLEANUP_TIMEOUT_MICROS) {
        engine.scheduleAfter(CLEANUP_POLL_MICROS, Phase.world, this.look, node.ordinal);
        return;
      }
      attention.victim = null;
    }
    this.synchronize(node, attention);
  }

  private synchronize(node: KubeletNode, attention: Attention): void {
    const { engine, policy } = this.options;
    const { now } = engine;
    const observed = observe(node, policy);
    const short = policy.thresholds.filter(
      (threshold) =>
        isMet(threshold, observed, false) ||
        (attention.met.includes(threshold) && isMet(threshold, observed, true)),
    );
    attention.firstMet = new Map(short.map((one) => [one, attention.firstMet.get(one) ?? now]));
    for (const { signal } of short) attention.lastObserved.set(CONDITION_OF[signal], now);
    this.setConditions(node, attention);
    attention.met = short.filter(
      (one) => now - attention.firstMet.get(one)! >= (one.graceMicros ?? 0),
    );
    if (attention.met.length > 0 && this.reclaim(node, attention, observed)) return;
    if (short.length === 0 && node.pressures.size === 0) {
      this.watched.delete(node.ordinal);
      return;
    }
    const waits = attention.met.length === 0;
    this.lookAgain(node, waits ? this.look : this.hopelessLook);
  }

  private setConditions(node: KubeletNode, { lastObserved }: Attention): void {
    const { engine, policy, conditionsChanged } = this.options;
    let isChanged = false;
    for (const [condition, at] of lastObserved) {
      const holds = engine.now - at < policy.pressureTransitionMicros;
      if (holds === node.pressures.has(condition)) continue;
      isChanged = true;
      if (holds) node.pressures.add(condition);
      else {
        node.pressures.delete(condition);
        lastObserved.delete(condition);
      }
    }
    if (isChanged) conditionsChanged(node);
  }

  /** True if a pod was evicted, which is waited for then. */
  private reclaim(node: KubeletNode, attention: Attention, observed: Observations): boolean {
    const { engine, observer, policy, freeImages } = this.options;
    const met = [...attention.met].sort((a, b) => rankOf(a) - rankOf(b));
    const first = met[0]!;
    const condition = CONDITION_OF[first.signal];
    const message = `Attempting to reclaim ${resourceOf(first)}`;
    observer.event("Warning", "EvictionThresholdMet", node.node, message, engine.now);
    if (condition === "DiskPressure" && freeImages(node)) {
      const after = observe(node, policy);
      if (!policy.thresholds.some((threshold) => isMet(threshold, after, true))) return false;
    }
    for (const worker of rankedForEviction(candidates(node), condition)) {
      if (isCritical(worker.pod)) continue;
      this.evict(worker, attention, { met, observed });
      return true;
    }
    return false;
  }

  private evict(
    worker: PodWorker,
    attention: Attention,
    why: { readonly met: readonly EvictionThreshold[]; readonly observed: Observations },
  ): void {
    const { engine, observer, behavior, policy, evict } = this.options;
    const { now } = engine;
    const message = evictionMessage(worker, { ...why, behavior, nowMicros: now });
    observer.event("Warning", "Evicted", worker.pod, message, now);
    const graceSeconds = worker.pod.spec.terminationGracePeriodSeconds ?? 30;
    const soft = Math.min(policy.maxPodGraceSeconds, graceSeconds) * MICROS_PER_SECOND;
    const grace = why.met[0]!.graceMicros === null ? IMMEDIATE_MICROS : soft;
    attention.victim = worker;
    attention.victimSinceMicros = now;
    evict(worker, { reason: "Evicted", message, killAtMicros: now + grace });
    engine.scheduleAfter(CLEANUP_POLL_MICROS, Phase.world, this.look, worker.node.ordinal);
  }
}

/** Memory comes before all else. */
function rankOf({ signal }: EvictionThreshold): number {
  return CONDITION_OF[signal] === "MemoryPressure" ? 0 : 1;
}

function candidates({ pods }: KubeletNode): readonly PodWorker[] {
  return [...pods].filter(({ stage }) => stage !== "ended" && stage !== "static");
}
