import type { TimeMicros } from "../../../base/time.js";
import type { ClusterSnapshot } from "../cluster-snapshot.js";
import type { Templates } from "../group-templates.js";
import { ResourceLimits } from "../resource-limits.js";
import type { Resize } from "./balancing.js";
import { type ScaleUpParts, type ScaleUpReport, scaleUpReport } from "./scale-up.js";

/** Raises groups that are below their minimum to it. Source: cluster-autoscaler, `ScaleUpToNodeGroupMinSize`. */
export function scaleUpToMinSize(
  { options, groups, registry, executor }: Omit<ScaleUpParts, "pickAmong">,
  snapshot: ClusterSnapshot,
  templates: Templates,
  now: TimeMicros,
): ScaleUpReport {
  const nodes = snapshot.nodes.map(({ node }) => node!);
  const limits = new ResourceLimits(options, nodes);
  const resizes: Resize[] = [];
  for (const group of groups.list()) {
    const from = group.targetSize();
    const template = templates.get(group.id);
    if (from >= group.minSize || template === undefined) continue;
    if (registry.safetyOf(group.id, now) !== "safe") continue;
    const room =
      options.maxNodesTotal > 0 ? options.maxNodesTotal - nodes.length : Number.POSITIVE_INFINITY;
    const count = Math.min(limits.allowed(template.node, group.minSize - from), room);
    if (count >= 1) resizes.push({ group, from, to: from + count });
  }
  if (resizes.length === 0) return scaleUpReport("NotNeeded");
  const { resizes: done, error } = executor.execute(resizes, now);
  return scaleUpReport(error === "" ? "Successful" : "Error", { resizes: done, error });
}
