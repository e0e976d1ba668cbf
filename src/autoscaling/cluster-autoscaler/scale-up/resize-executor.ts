import type { TimeMicros } from "../../../base/time.js";
import type { ClusterStateRegistry, TellOfGroup } from "../cluster-state-registry.js";
import type { Resize } from "./balancing.js";

export interface ResizeExecutorParts {
  readonly registry: ClusterStateRegistry;
  readonly tell: TellOfGroup;
  /** Is told of each group that grows. */
  readonly grown: (id: string, now: TimeMicros) => void;
}

/** Asks the cloud for machines, group after group. Source: cluster-autoscaler, `scaleUpExecutor`. */
export class ResizeExecutor {
  constructor(private readonly parts: ResizeExecutorParts) {}

  /** Until one is refused: that group is left alone for a while, those before it stand. */
  execute(
    resizes: readonly Resize[],
    now: TimeMicros,
  ): { readonly resizes: readonly Resize[]; readonly error: string } {
    const { registry, tell, grown } = this.parts;
    const done: Resize[] = [];
    for (const resize of resizes) {
      const { group, from, to } = resize;
      const refusal = group.increaseSize(to - from);
      if (refusal !== null) {
        const message = `Scale-up failed for group ${group.id}: ${refusal}`;
        tell("Warning", "FailedToScaleUpGroup", message);
        registry.registerFailedScaleUp(group, now);
        return { resizes: done, error: `failed to increase node group size: ${refusal}` };
      }
      registry.registerScaleUp(group, to - from, now);
      grown(group.id, now);
      const size = `size set to ${to} instead of ${from} (max: ${group.maxSize})`;
      tell("Normal", "ScaledUpGroup", `Scale-up: group ${group.id} ${size}`);
      done.push(resize);
    }
    if (done.length > 0) registry.recalculate();
    return { resizes: done, error: "" };
  }
}
