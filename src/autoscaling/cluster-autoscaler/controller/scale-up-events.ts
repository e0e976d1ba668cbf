import type { TimeMicros } from "../../../base/time.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";
import type { Resize } from "../scale-up/balancing.js";
import type { NoHelp, ScaleUpReport, ScaleUpResult } from "../scale-up/scale-up.js";

/**
 * Tells pods that nodes were asked for because of them, or why none were. Source: cluster-autoscaler,
 * `EventingScaleUpStatusProcessor`.
 */
export function tellScaleUp(
  { result, resizes, choice, noHelp }: ScaleUpReport,
  observer: ClusterObserver,
  now: TimeMicros,
): void {
  if (result !== "Successful" && result !== "Error") {
    for (const one of noHelp) {
      const message = `pod didn't trigger scale-up: ${reasonsOf(result, one)}`;
      observer.event("Normal", "NotTriggerScaleUp", one.pod, message, now);
    }
  }
  if (resizes.length === 0) return;
  const message = `pod triggered scale-up: [${resizes.map(resizeText).join(" ")}]`;
  if (choice === null) return;
  observer.nodesAskedFor?.(choice.group.id, choice.pods, now);
  for (const pod of choice.pods) {
    observer.event("Normal", "TriggeredScaleUp", pod, message, now);
  }
}

function resizeText({ group, from, to }: Resize): string {
  return `{${group.id} ${from}->${to} (max: ${group.maxSize})}`;
}

/** `2 Insufficient cpu, 1 max node group size reached`: for how many groups each reason holds. */
function reasonsOf(result: ScaleUpResult, { refusals, skipped }: NoHelp): string {
  if (result === "LimitedByMaxNodesTotal") return "max total nodes in cluster reached";
  const counts = new Map<string, number>();
  const all = [...[...refusals.values()].map(({ reasons }) => reasons), ...skipped.values()];
  for (const reason of all.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(", ");
}
