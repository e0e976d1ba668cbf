import type { TimeMicros } from "../../base/time.js";

/** A container as its runtime keeps it, whether it runs or has ended. */
export interface KeptContainer {
  /** Of its pod. */
  readonly uid: string;
  readonly name: string;
  readonly createdMicros: TimeMicros;
  readonly isRunning: boolean;
}

/** How many containers that have ended are kept; a negative number is no limit. */
export interface ContainerGcPolicy {
  readonly minAgeMicros: TimeMicros;
  readonly maxPerPodContainer: number;
  readonly maxContainers: number;
}

export interface ContainerGcOptions {
  readonly nowMicros: TimeMicros;
  readonly policy: ContainerGcPolicy;
  /** Whether a pod's containers all go: it is gone, or none of them will run again. */
  readonly isOver: (uid: string) => boolean;
}

/**
 * The containers that a kubelet's garbage collection removes. Those that run and those that are too
 * young stay. Source: upstream's `kuberuntime_gc.go` (evictContainers); Kubernetes, "Garbage
 * Collection: Container garbage collection".
 */
export function containersToRemove<C extends KeptContainer>(
  containers: Iterable<C>,
  { nowMicros, policy, isOver }: ContainerGcOptions,
): ReadonlySet<C> {
  const removed = new Set<C>();
  const units = new Map<string, C[]>();
  for (const container of containers) {
    const { uid, name, createdMicros, isRunning } = container;
    if (isRunning || createdMicros > nowMicros - policy.minAgeMicros) continue;
    if (isOver(uid)) {
      removed.add(container);
      continue;
    }
    const key = `${uid}/${name}`;
    const unit = units.get(key) ?? [];
    units.set(key, unit);
    unit.push(container);
  }
  const kept = () => [...units.values()].reduce((sum, unit) => sum + unit.length, 0);
  if (policy.maxPerPodContainer >= 0) trimUnits(units, policy.maxPerPodContainer, removed);
  if (policy.maxContainers < 0 || kept() <= policy.maxContainers) return removed;
  trimUnits(units, Math.max(1, Math.floor(policy.maxContainers / units.size)), removed);
  const rest = [...units.values()].flat().sort(newestFirst);
  for (const container of rest.slice(policy.maxContainers)) removed.add(container);
  return removed;
}

/** Leaves the newest of each pod and container. */
function trimUnits<C extends KeptContainer>(
  units: Map<string, C[]>,
  max: number,
  removed: Set<C>,
): void {
  for (const [key, unit] of units) {
    if (unit.length <= max) continue;
    const sorted = unit.sort(newestFirst);
    for (const container of sorted.slice(max)) removed.add(container);
    units.set(key, sorted.slice(0, max));
  }
}

function newestFirst(a: KeptContainer, b: KeptContainer): number {
  return b.createdMicros - a.createdMicros;
}
