import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../../base/time.js";
import type { Engine } from "../../../kernel/engine.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";

interface About {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

const DEFAULT_TIMEOUT_MICROS = 2 * MICROS_PER_MINUTE;
/** For so long the same is not told again of the same object. */
const TIMEOUTS: Readonly<Record<string, number>> = {
  FailedScheduling: 5 * MICROS_PER_MINUTE,
  NoCompatibleInstanceTypes: MICROS_PER_MINUTE,
  Unconsolidatable: 15 * MICROS_PER_MINUTE,
};
/** Of all pods together: so many at once, and one more after each interval. */
const NOMINATIONS = { burst: 10, intervalMicros: MICROS_PER_SECOND / 5 };

/**
 * Karpenter's Events: what was just told is not told again, and of nominations most are left out when there are many.
 *
 * Source: karpenter 1.15, `pkg/events/recorder.go`; `PodNominationRateLimiter`.
 */
export class KarpenterEvents {
  private readonly told = new Map<string, number>();
  /** When as many nominations as at first could be told at once again. */
  private fullAtMicros = 0;

  constructor(
    private readonly engine: Engine,
    private readonly observer: ClusterObserver,
  ) {}

  tell(type: "Normal" | "Warning", reason: string, about: About, message: string): void {
    const { now } = this.engine;
    const key = `${reason} ${about.kind}/${about.namespace}/${about.name}`;
    const last = this.told.get(key);
    if (last !== undefined && now - last < (TIMEOUTS[reason] ?? DEFAULT_TIMEOUT_MICROS)) return;
    if (reason === "Nominated" && !this.mayNominate(now)) return;
    this.told.set(key, now);
    this.observer.event(type, reason, about, message, now);
  }

  private mayNominate(now: number): boolean {
    const { burst, intervalMicros } = NOMINATIONS;
    const full = Math.max(this.fullAtMicros, now) + intervalMicros;
    if (full - now > burst * intervalMicros) return false;
    this.fullAtMicros = full;
    return true;
  }
}
