import type { TimeMicros } from "../../../base/time.js";
import type { ClusterStateRegistry } from "../cluster-state-registry.js";
import type { Templates } from "../group-templates.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import type { ResourceLimits } from "../resource-limits.js";

export interface GroupChecks {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly registry: ClusterStateRegistry;
  readonly templates: Templates;
  readonly limits: ResourceLimits;
  /** Nodes of the cluster, with those on their way. */
  readonly nodeCount: number;
  readonly now: TimeMicros;
}

const UNSAFE = {
  unhealthy: "not ready for scale-up",
  backedOff: "in backoff after failed scale-up",
} as const;

/** Groups that cannot grow now, whatever waits, and why. Source: cluster-autoscaler, `filterValidScaleUpNodeGroups`. */
export function skippedGroups(checks: GroupChecks): ReadonlyMap<string, readonly string[]> {
  const skipped = new Map<string, readonly string[]>();
  for (const group of checks.groups.list()) {
    const reasons = reasonsToSkip(group, checks);
    if (reasons.length > 0) skipped.set(group.id, reasons);
  }
  return skipped;
}

function reasonsToSkip(group: NodeGroup, checks: GroupChecks): readonly string[] {
  const { options, registry, templates, limits, nodeCount, now } = checks;
  const safety = registry.safetyOf(group.id, now);
  if (safety !== "safe") return [UNSAFE[safety]];
  const target = group.targetSize();
  if (target >= group.maxSize) return ["max node group size reached"];
  const step = group.options.zeroOrMaxNodeScaling ? group.maxSize - target : 1;
  const isBeyond = options.maxNodesTotal > 0 && nodeCount + step > options.maxNodesTotal;
  if (group.options.zeroOrMaxNodeScaling && isBeyond) {
    return ["atomic scale-up exceeds cluster node count limit"];
  }
  const template = templates.get(group.id);
  if (template === undefined) return [UNSAFE.unhealthy];
  return limits.exceeded(template.node, step).map((name) => `max cluster ${name} limit reached`);
}
