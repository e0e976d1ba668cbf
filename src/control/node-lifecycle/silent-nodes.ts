import type { TimeMicros } from "../../base/time.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { NodeHeartbeats } from "../controller.js";
import type { NodeLifecycleConfig } from "./node-lifecycle-flags.js";
import { readyStatus } from "./ready-status.js";

/**
 * Nodes that are not heard of any more, and until when that is borne. Those that renew their leases
 * are not even listed.
 */
export class SilentNodes {
  /** When a look at the node last found it alive, by name. */
  private readonly seen = new Map<string, TimeMicros>();

  constructor(
    private readonly config: NodeLifecycleConfig,
    private readonly heartbeats: NodeHeartbeats | undefined,
  ) {}

  /** Looks up whether the node is heard of. `lookAfter`: when the first look at or after a time is. */
  refresh(name: string, lookAfter: (timeMicros: TimeMicros) => TimeMicros): void {
    const last = this.heartbeats?.lastSeenMicros(name) ?? null;
    if (last === null) this.seen.delete(name);
    else if (!this.seen.has(name)) this.seen.set(name, lookAfter(last));
  }

  /** A sign of life that is not a lease: its status has changed. */
  touch(name: string, timeMicros: TimeMicros): void {
    const seen = this.seen.get(name);
    if (seen !== undefined && seen < timeMicros) this.seen.set(name, timeMicros);
  }

  /** Gives all of them as much time again as if they had been heard of now. */
  touchAll(timeMicros: TimeMicros): void {
    for (const name of this.seen.keys()) this.touch(name, timeMicros);
  }

  forget(name: string): void {
    this.seen.delete(name);
  }

  /** From when on the node counts as Unknown; Infinity of one that is heard of. */
  dueMicros(node: ObjectVersion<"Node">): TimeMicros {
    const seen = this.seen.get(node.name);
    if (seen === undefined || readyStatus(node) === "Unknown") return Number.POSITIVE_INFINITY;
    const { gracePeriodMicros, startupGracePeriodMicros } = this.config;
    return seen + (readyStatus(node) === undefined ? startupGracePeriodMicros : gracePeriodMicros);
  }

  names(): Iterable<string> {
    return this.seen.keys();
  }
}
