import type { Engine, EventId, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";

interface BatcherOptions {
  readonly engine: Engine;
  readonly idleMicros: number;
  readonly maxMicros: number;
  readonly onBatch: () => void;
}

/**
 * Gathers what comes within a short time: a batch ends when nothing new has come for a while, or when it
 * has lasted for long.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/batcher.go`.
 */
export class Batcher {
  private readonly seen = new Set<string>();
  private readonly end: HandlerId;
  private pending: EventId | null = null;
  private latestMicros = 0;

  constructor(private readonly options: BatcherOptions) {
    this.end = options.engine.registerHandler("karpenter/batch", () => this.finish());
  }

  /** Something new came; what is in the batch already does not make it last longer. */
  trigger(uid: string): void {
    if (this.seen.has(uid)) return;
    this.seen.add(uid);
    const { engine, idleMicros, maxMicros } = this.options;
    if (this.pending === null) this.latestMicros = engine.now + maxMicros;
    else engine.cancel(this.pending);
    const at = Math.min(this.latestMicros, engine.now + idleMicros);
    this.pending = engine.scheduleAt(at, Phase.react, this.end);
  }

  private finish(): void {
    this.pending = null;
    this.seen.clear();
    this.options.onBatch();
  }
}
