import type { AnyVersion } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { type ClusterObserver, UNOBSERVED } from "../../../src/record/cluster-observer.js";
import { RecorderNames } from "./recorder-names.js";
import { type Reduced, reducedOf } from "./reduced.js";
import type { RecordedChange } from "./timeline-file.js";

/** What drains and evictions came to. `by`: the node that is drained; null: a step `evict`. */
export interface EvictionRecord {
  readonly t: number;
  readonly by: string | null;
  readonly what: "granted" | "refused" | "noticed" | "done" | "given up";
}

/** Writes down a run as a recording is written: reduced changes in their order. */
export class Recording {
  readonly changes: RecordedChange[] = [];
  readonly evictions: EvictionRecord[] = [];
  private readonly names = new RecorderNames();
  private readonly known = new Map<string, Reduced>();

  /** `drained`: the nodes that the steps drain. */
  constructor(private readonly drained: ReadonlySet<string>) {}

  observer(): ClusterObserver {
    return {
      ...UNOBSERVED,
      objectChanged: (before, after, time) => this.changed(before, after, time / MICROS_PER_SECOND),
      event: (type, reason, object, message, time) => {
        const delta = { type, reason, count: 1, message };
        const name = this.names.lastNamed(object);
        this.changes.push([time / MICROS_PER_SECOND, "event", object.kind, name, delta]);
      },
      podEvicted: (pod, reason, time) => {
        if (reason === "EvictionByEvictionAPI") this.evicted(pod, "granted", time);
      },
      evictionRefused: (pod, _budgets, time) => this.evicted(pod, "refused", time),
      drainedPodGone: (pod, time) => this.evicted(pod, "noticed", time),
      timelineStep: (operation, target, message, time) => {
        if (operation !== "drain") return;
        const by = target.replace("Node/", "");
        const t = time / MICROS_PER_SECOND;
        if (message.startsWith("drained")) this.evictions.push({ t, by, what: "done" });
        if (message.startsWith("failed")) this.evictions.push({ t, by, what: "given up" });
      },
    };
  }

  private evicted(pod: PodVersion, what: EvictionRecord["what"], time: number): void {
    const by = this.drained.has(pod.nodeName) ? pod.nodeName : null;
    this.evictions.push({ t: time / MICROS_PER_SECOND, by, what });
  }

  private changed(before: AnyVersion | null, after: AnyVersion | null, t: number): void {
    const object = (after ?? before)!;
    const reduced = reducedOf(object);
    if (reduced === null) return;
    const name = this.names.nameOf(object);
    const key = `${object.kind} ${name}`;
    if (after === null) {
      this.changes.push([t, "del", object.kind, name, {}]);
      this.known.delete(key);
      return;
    }
    const last = this.known.get(key);
    this.known.set(key, reduced);
    if (last === undefined) {
      const revision = object.kind === "Pod" ? this.names.revisionOf(object) : null;
      this.changes.push([t, "add", object.kind, name, { ...reduced, revision }]);
      return;
    }
    const changed = Object.entries(reduced).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(last[field]),
    );
    if (changed.length === 0) return;
    this.changes.push([t, "mod", object.kind, name, Object.fromEntries(changed)]);
  }
}
