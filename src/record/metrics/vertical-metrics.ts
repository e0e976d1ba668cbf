import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { parseBytes, parseCpuMillis } from "../../api/quantity.js";
import type { TimeMicros } from "../../base/time.js";
import type { EventType, ObjectReference } from "../cluster-observer.js";
import { CounterFamily } from "../counter-family.js";
import { GaugeFamily } from "../gauge-family.js";
import { ratio } from "../ratio.js";
import { restartsBetween } from "../restarts.js";
import {
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  type Span,
} from "./metric-group.js";

const metrics = {
  pods_resized_count: metric(
    "count",
    "summary",
    ["reason"],
    "pods that an autoscaler had resized in place",
  ),
  oom_kills_count: metric(
    "count",
    "summary",
    ["target"],
    "restarts after a kill for want of memory, of workloads that a VerticalPodAutoscaler is for",
  ),
  slack_ratio: metric(
    "ratio",
    "summary",
    ["resource", "target"],
    "what running pods of such a workload ask for and do not use; below 0 where they use more",
  ),
};
type Name = keyof typeof metrics;

/** The Event of a resize that an autoscaler asked for. */
const RESIZED = "InPlaceResizedByVPA";

/** A running pod of a workload that an autoscaler is for. */
interface Counted {
  readonly target: string;
  cpuMillis: number;
  memoryBytes: number;
  usedCpuMillis: number;
  usedMemoryBytes: number;
  isTold: boolean;
}

interface Used {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** Follows the workloads that VerticalPodAutoscalers name as their targets; nothing where there are none. */
class VerticalLedger implements OwnLedger {
  readonly resized = new CounterFamily();
  readonly oomKills = new CounterFamily();
  readonly requested = new GaugeFamily();
  readonly used = new GaugeFamily();
  /** Workloads by `shop/Deployment/web`. */
  private readonly targets = new Set<string>();
  /** What owns an object that makes pods, by the same form. */
  private readonly owners = new Map<string, string>();
  private readonly counted = new Map<string, Counted>();
  /** What pods use that do not count yet: the kubelet tells it before they are seen to run, and not again while it stays. */
  private readonly toldEarly = new Map<string, Used>();

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    const object = (after ?? before)!;
    if (object.kind === "VerticalPodAutoscaler") {
      const { namespace, spec } = object as ObjectVersion<"VerticalPodAutoscaler">;
      this.targets.add(`${namespace}/${spec.targetRef.kind}/${spec.targetRef.name}`);
    } else if (object.kind === "Pod") {
      this.podChanged(before as PodVersion | null, after as PodVersion | null, timeMicros);
    } else if (before === null) {
      const owner = ownerOf(object);
      if (owner !== null)
        this.owners.set(`${object.namespace}/${object.kind}/${object.name}`, owner);
    }
  }

  podUsage(pod: PodVersion, cpuMillis: number, memoryBytes: number, timeMicros: TimeMicros): void {
    if (this.targets.size === 0) return;
    const counted = this.counted.get(pod.uid);
    if (counted === undefined) {
      this.toldEarly.set(pod.uid, { cpuMillis, memoryBytes });
      return;
    }
    this.add(counted, -1, timeMicros);
    counted.usedCpuMillis = cpuMillis;
    counted.usedMemoryBytes = memoryBytes;
    counted.isTold = true;
    this.add(counted, 1, timeMicros);
  }

  event(_type: EventType, reason: string, _object: ObjectReference): void {
    if (reason === RESIZED) this.resized.add(reason, 1);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.resized.openWindow();
    this.oomKills.openWindow();
    this.requested.openWindow(timeMicros);
    this.used.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.resized.closeWindow();
    this.oomKills.closeWindow();
    this.requested.closeWindow(timeMicros);
    this.used.closeWindow(timeMicros);
  }

  private podChanged(
    before: PodVersion | null,
    after: PodVersion | null,
    timeMicros: TimeMicros,
  ): void {
    if (this.targets.size === 0) return;
    const pod = (after ?? before)!;
    if (after === null) this.toldEarly.delete(pod.uid);
    const target = this.targetOf(pod);
    if (target === null) return;
    if (before !== null && after !== null && before.status !== after.status) {
      const kills = restartsBetween(before, after)?.get("OOMKilled") ?? 0;
      if (kills > 0) this.oomKills.add(target, kills);
    }
    const isRunning = after !== null && after.phase === "Running" && !isPodTerminal(after);
    const counted = this.counted.get(pod.uid);
    if (counted !== undefined && before?.spec === after?.spec && isRunning) return;
    if (counted !== undefined) {
      this.add(counted, -1, timeMicros);
      this.counted.delete(pod.uid);
    }
    if (!isRunning) return;
    const next = countedOf(after, target, counted);
    const early = this.toldEarly.get(pod.uid);
    if (early !== undefined) {
      next.usedCpuMillis = early.cpuMillis;
      next.usedMemoryBytes = early.memoryBytes;
      next.isTold = true;
      this.toldEarly.delete(pod.uid);
    }
    this.counted.set(pod.uid, next);
    this.add(next, 1, timeMicros);
  }

  private targetOf(pod: PodVersion): string | null {
    let at = ownerOf(pod);
    while (at !== null && !this.targets.has(at)) at = this.owners.get(at) ?? null;
    return at;
  }

  private add(counted: Counted, sign: 1 | -1, timeMicros: TimeMicros): void {
    const { target, cpuMillis, memoryBytes, usedCpuMillis, usedMemoryBytes } = counted;
    this.requested.add(`resource=cpu;target=${target}`, sign * cpuMillis, timeMicros);
    this.requested.add(`resource=memory;target=${target}`, sign * memoryBytes, timeMicros);
    this.used.add(`resource=cpu;target=${target}`, sign * usedCpuMillis, timeMicros);
    this.used.add(`resource=memory;target=${target}`, sign * usedMemoryBytes, timeMicros);
  }
}

/** Until it is told, a pod uses half of its CPU request, and its memory request. */
function countedOf(pod: PodVersion, target: string, before: Counted | undefined): Counted {
  let cpuMillis = 0;
  let memoryBytes = 0;
  for (const { resources } of pod.spec.containers) {
    const { cpu = 0, memory = 0 } = resources?.requests ?? {};
    cpuMillis += parseCpuMillis(cpu);
    memoryBytes += parseBytes(memory);
  }
  const isTold = before?.isTold === true;
  return {
    target,
    cpuMillis,
    memoryBytes,
    usedCpuMillis: isTold ? before.usedCpuMillis : cpuMillis / 2,
    usedMemoryBytes: isTold ? before.usedMemoryBytes : memoryBytes,
    isTold,
  };
}

function ownerOf({ namespace, ownerReferences }: AnyVersion): string | null {
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return owner === undefined ? null : `${namespace}/${owner.kind}/${owner.name}`;
}

export const VERTICAL_METRICS = metricGroup({
  metrics,
  ledger: () => new VerticalLedger(),
  summarise,
});

/** Only rows of what there is. */
function summarise({ own }: Figures<VerticalLedger>, _window: Span, put: Put<Name>): void {
  for (const [reason, count] of own.resized.parts) {
    put("pods_resized_count", `reason=${reason}`, count.windowCount);
  }
  for (const [target, count] of own.oomKills.parts) {
    put("oom_kills_count", `target=${target}`, count.windowCount);
  }
  for (const [labels, requested] of own.requested.parts) {
    const used = own.used.parts.get(labels)!.windowIntegral;
    put("slack_ratio", labels, 1 - ratio(used, requested.windowIntegral));
  }
}
