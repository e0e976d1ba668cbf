import type { ContainerState, PodVersion } from "../api/pod-version.js";

/** Restarts of all containers of the pod since it was made. */
export function restartCount(pod: PodVersion): number {
  return sum(pod.status.containers) + sum(pod.status.initContainers);
}

function sum(containers: readonly ContainerState[]): number {
  let total = 0;
  for (const container of containers) total += container.restartCount;
  return total;
}

/** How many restarts came from one version to the next, by why the container had ended; null for none. */
export function restartsBetween(
  before: PodVersion,
  after: PodVersion,
): ReadonlyMap<string, number> | null {
  if (restartCount(after) === restartCount(before)) return null;
  const restarts = new Map<string, number>();
  const compare = (was: readonly ContainerState[], is: readonly ContainerState[]) => {
    for (const container of is) {
      const earlier = was.find((candidate) => candidate.name === container.name);
      const count = container.restartCount - (earlier?.restartCount ?? 0);
      if (count <= 0) continue;
      const reason = container.lastTermination?.reason ?? "Unknown";
      restarts.set(reason, (restarts.get(reason) ?? 0) + count);
    }
  };
  compare(before.status.initContainers, after.status.initContainers);
  compare(before.status.containers, after.status.containers);
  return restarts;
}
