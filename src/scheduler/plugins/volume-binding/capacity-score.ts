import { requestedBytes, capacityBytes } from "../../../api/volumes/matching.js";
import { className } from "../../../api/volumes/claims.js";
import {
  type UtilizationShapePoint,
  brokenLinear,
} from "../node-resources-fit/scoring-strategy.js";
import type { PodVolumes } from "./volume-binder.js";

const MAX_UTILIZATION = 100;

/** Prefers nodes with much left once the volumes are made. Source: SetDefaults_VolumeBindingArgs. */
export const DEFAULT_SHAPE: readonly UtilizationShapePoint[] = [
  { utilization: 0, score: 10 },
  { utilization: MAX_UTILIZATION, score: 0 },
];

interface ClassUse {
  requested: number;
  capacity: number;
}

/**
 * Scores a node by how much of its storage a pod's volumes take, the mean over their storage classes:
 * of volumes that are there already, how well they are used; else of the capacity that drivers report.
 * Source: kube-scheduler `volumebinding`, scorer.go (KEP-4049).
 */
export class CapacityScorer {
  private readonly line: (utilization: number) => number;

  constructor(shape: readonly UtilizationShapePoint[]) {
    this.line = brokenLinear(shape);
  }

  score(volumes: PodVolumes): number {
    const uses = volumes.bindings.length > 0 ? usesOfBindings(volumes) : usesOfProvisions(volumes);
    if (uses.size === 0) return 0;
    let sum = 0;
    for (const use of uses.values()) sum += this.scoreOf(use);
    return Math.round(sum / uses.size);
  }

  private scoreOf({ requested, capacity }: ClassUse): number {
    if (capacity === 0 || requested > capacity) return this.line(MAX_UTILIZATION);
    return this.line(Math.trunc((requested * MAX_UTILIZATION) / capacity));
  }
}

function useOf(uses: Map<string, ClassUse>, storageClass: string): ClassUse {
  let use = uses.get(storageClass);
  if (use === undefined) {
    use = { requested: 0, capacity: 0 };
    uses.set(storageClass, use);
  }
  return use;
}

function usesOfBindings({ bindings }: PodVolumes): ReadonlyMap<string, ClassUse> {
  const uses = new Map<string, ClassUse>();
  for (const { claim, volume } of bindings) {
    const use = useOf(uses, className(volume));
    use.requested += requestedBytes(claim);
    use.capacity += capacityBytes(volume);
  }
  return uses;
}

/** What is reported of a class is one pool, whatever the number of volumes. */
function usesOfProvisions({ provisions }: PodVolumes): ReadonlyMap<string, ClassUse> {
  const uses = new Map<string, ClassUse>();
  for (const { claim, capacityBytes: reported } of provisions) {
    if (reported === null) continue;
    const use = useOf(uses, claim.spec.storageClassName ?? "");
    use.capacity = reported;
    use.requested += requestedBytes(claim);
  }
  return uses;
}
