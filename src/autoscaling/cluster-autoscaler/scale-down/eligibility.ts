import { own } from "../../../base/own.js";
import type { TimeMicros } from "../../../base/time.js";
import type { NodeInfo, NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { NodeGroup } from "../node-group.js";
import { isNodeReady } from "../node-readiness.js";
import type { AutoscalerOptions } from "../options.js";
import { nodeUtilization } from "../utilization.js";
import { isBeingDeleted } from "./deletion-taint.js";
import type { UnremovableReason } from "./unremovable-nodes.js";

const DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

export interface EligibilityContext {
  readonly options: AutoscalerOptions;
  readonly nowMicros: TimeMicros;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** True for a node that a user wants to keep. */
function isScaleDownDisabled({ annotations }: NodeVersion): boolean {
  return own(annotations, DISABLED) === "true";
}

/**
 * Why a node is not even looked at; null where its pods are worth a simulation.
 * Source: Cluster Autoscaler 1.36, core/scaledown/eligibility.
 */
export function ineligibility(
  info: NodeInfo,
  group: NodeGroup,
  { options, nowMicros, startTimeMs }: EligibilityContext,
): UnremovableReason | null {
  const node = info.node;
  if (node === null) return "UnexpectedError";
  if (isBeingDeleted(node, nowMicros, startTimeMs)) return "CurrentlyBeingDeleted";
  if (isScaleDownDisabled(node)) return "ScaleDownDisabledAnnotation";
  const { gpu, ignoreMirrorPodsUtilization } = options;
  const hasGpus = gpu !== null && own(node.labels, gpu.label) !== undefined;
  const use = nodeUtilization(
    node,
    info.pods.map(({ pod }) => pod),
    {
      ignoreDaemonSets: group.options.ignoreDaemonSetsUtilization,
      ignoreMirrorPods: ignoreMirrorPodsUtilization,
      gpuResource: hasGpus ? gpu.resource : null,
      nowMicros,
    },
  );
  if (use === null) return "UnexpectedError";
  if (!options.scaleDownUnreadyEnabled && !isNodeReady(node, options)) {
    return "ScaleDownUnreadyDisabled";
  }
  const { scaleDownUtilizationThreshold, scaleDownGpuUtilizationThreshold } = group.options;
  const threshold = hasGpus ? scaleDownGpuUtilizationThreshold : scaleDownUtilizationThreshold;
  return use.utilization > threshold ? "NotUnderutilized" : null;
}
