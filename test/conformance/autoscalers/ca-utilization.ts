import { nodeUtilization } from "../../../src/autoscaling/cluster-autoscaler/utilization.js";
import { secondsToMicros } from "../../../src/base/time.js";
import type { Suite } from "../controllers/suite.js";
import { buildNode, buildPod, type RawNode, type RawPod } from "./ca-objects.js";
import { type Json, near } from "./near.js";

interface UtilizationGiven {
  readonly node: RawNode;
  readonly pods: readonly RawPod[];
  readonly ignoreDaemonSets?: boolean;
  readonly ignoreMirrorPods?: boolean;
  readonly gpu?: boolean;
  readonly at?: number;
}

const GPU = "nvidia.com/gpu";

/** As the cases write doubles that JSON has no number for. */
function written(value: number | undefined): Json {
  if (value === undefined) return null;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return value;
}

function outcome(given: UtilizationGiven): Readonly<Record<string, Json>> {
  const found = nodeUtilization(
    buildNode(given.node),
    given.pods.map((pod) => buildPod(pod)),
    {
      ignoreDaemonSets: given.ignoreDaemonSets ?? false,
      ignoreMirrorPods: given.ignoreMirrorPods ?? false,
      gpuResource: given.gpu === true ? GPU : null,
      nowMicros: secondsToMicros(given.at ?? 0),
    },
  );
  if (found === null) return { error: true };
  const { shares, resource, utilization } = found;
  return {
    cpu: written(shares.cpu),
    memory: written(shares.memory),
    gpu: written(shares[GPU]),
    resource,
    utilization: written(utilization),
  };
}

export const utilization: Suite = (given, expect) =>
  near(expect, outcome(given as unknown as UtilizationGiven), "");
