import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";

interface Planned {
  readonly createdMicros: TimeMicros;
  readonly event: EventId;
  isWaiting: boolean;
}

/**
 * Evictions of pods at their time, one a pod at most.
 *
 *     plan ──► waiting ──time──► under way ──end──► none
 *                 └──────────cancel────────────────►
 */
export class TimedEvictions {
  /** By uid. */
  private readonly planned = new Map<string, Planned>();
  private readonly fire: HandlerId;

  constructor(
    private readonly engine: Engine,
    name: string,
    evict: (row: number) => void,
  ) {
    this.fire = engine.registerHandler(name, evict);
  }

  /** When the eviction that waits for the pod was planned; undefined where none waits. */
  waitingSince({ uid }: PodVersion): TimeMicros | undefined {
    const plan = this.planned.get(uid);
    return plan?.isWaiting === true ? plan.createdMicros : undefined;
  }

  /** Plans an eviction, unless one waits or is under way. A time that is past is now. */
  plan({ uid, row }: PodVersion, createdMicros: TimeMicros, dueMicros: TimeMicros): void {
    if (this.planned.has(uid)) return;
    const at = Math.max(dueMicros, this.engine.now);
    const event = this.engine.scheduleAt(at, Phase.react, this.fire, row);
    this.planned.set(uid, { createdMicros, event, isWaiting: at > this.engine.now });
  }

  /** Takes back an eviction that waits; true where one did. */
  cancel({ uid }: PodVersion): boolean {
    const plan = this.planned.get(uid);
    if (plan?.isWaiting !== true) return false;
    this.engine.cancel(plan.event);
    this.planned.delete(uid);
    return true;
  }

  /** The pod's time has come. */
  begin({ uid }: PodVersion): void {
    const plan = this.planned.get(uid);
    if (plan !== undefined) plan.isWaiting = false;
  }

  end({ uid }: PodVersion): void {
    this.planned.delete(uid);
  }
}
