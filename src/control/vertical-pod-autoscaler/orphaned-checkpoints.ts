import type { VerticalPodAutoscalerCheckpointSpec } from "../../api/schemas/types.js";
import { MICROS_PER_MINUTE } from "../../base/time.js";

const INTERVAL_MICROS = 10 * MICROS_PER_MINUTE;

interface Checkpoint {
  readonly namespace: string;
  readonly spec: VerticalPodAutoscalerCheckpointSpec;
}

interface Autoscaler {
  readonly namespace: string;
  readonly name: string;
}

/** Finds checkpoints whose autoscaler is gone, every ten minutes. Source: VPA, GarbageCollectCheckpoints (1.8). */
export class OrphanedCheckpoints {
  constructor(private lookedMicros: number) {}

  /** Those that are to be deleted now. */
  find<C extends Checkpoint>(
    nowMicros: number,
    checkpoints: () => Iterable<C>,
    autoscalers: Iterable<Autoscaler>,
  ): readonly C[] {
    if (nowMicros - this.lookedMicros <= INTERVAL_MICROS) return [];
    this.lookedMicros = nowMicros;
    const known = new Set<string>();
    for (const { namespace, name } of autoscalers) known.add(`${namespace}/${name}`);
    return [...checkpoints()].filter(
      ({ namespace, spec }) => !known.has(`${namespace}/${spec.vpaObjectName ?? ""}`),
    );
  }
}
