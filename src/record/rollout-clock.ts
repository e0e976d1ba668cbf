import type { TimeMicros } from "../base/time.js";
import type { AnyVersion } from "../api/object-version.js";
import type { Measured } from "./gauge.js";

/** How many rollouts of one sort were begun and completed in the measure window, and their time. */
export class RolloutTally {
  begun = 0;
  completed = 0;
  seconds = 0;

  /** Mean seconds of those completed; NaN without any. */
  mean(): number {
    return this.completed === 0 ? Number.NaN : this.seconds / this.completed;
  }
}

/**
 * Times a workload's rollouts. One begins with a change of the pod template after the object was made,
 * and ends when `kubectl rollout status` would say so; one that is overtaken by the next is not counted
 * as completed. A template that the object had before makes it a rollback.
 */
export class RolloutClock implements Measured {
  readonly rollouts = new RolloutTally();
  readonly rollbacks = new RolloutTally();
  private readonly templates = new Set<string>();
  private current: { readonly tally: RolloutTally; readonly beganMicros: TimeMicros } | null = null;
  private inWindow = false;

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    if (after === null) {
      this.current = null;
      this.templates.clear();
      return;
    }
    const template = templateOf(after);
    if (template === undefined) return;
    if (before === null) this.templates.add(canonical(template));
    else if (templateOf(before) !== template) this.templateChanged(before, template, timeMicros);
    if (this.current !== null && isRolledOut(after)) this.complete(this.current, timeMicros);
  }

  openWindow(): void {
    this.inWindow = true;
    if (this.current !== null) this.current.tally.begun += 1;
  }

  closeWindow(): void {
    this.inWindow = false;
  }

  private templateChanged(before: AnyVersion, template: unknown, timeMicros: TimeMicros): void {
    const text = canonical(template);
    if (text === canonical(templateOf(before))) return;
    const tally = this.templates.has(text) ? this.rollbacks : this.rollouts;
    this.templates.add(text);
    this.current = { tally, beganMicros: timeMicros };
    if (this.inWindow) tally.begun += 1;
  }

  private complete(
    current: { readonly tally: RolloutTally; readonly beganMicros: TimeMicros },
    timeMicros: TimeMicros,
  ): void {
    this.current = null;
    if (!this.inWindow) return;
    current.tally.completed += 1;
    current.tally.seconds += (timeMicros - current.beganMicros) / 1e6;
  }
}

function templateOf(object: AnyVersion): unknown {
  switch (object.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return object.spec.template;
    default:
      return undefined;
  }
}

/** As `kubectl rollout status` decides it, without partitions. */
function isRolledOut(object: AnyVersion): boolean {
  switch (object.kind) {
    case "Deployment": {
      const status = object.status;
      if ((status?.observedGeneration ?? 0) < object.generation) return false;
      const updated = status?.updatedReplicas ?? 0;
      return (
        updated >= (object.spec.replicas ?? 1) &&
        (status?.replicas ?? 0) <= updated &&
        (status?.availableReplicas ?? 0) >= updated
      );
    }
    case "StatefulSet": {
      const status = object.status;
      if ((status?.observedGeneration ?? 0) < object.generation) return false;
      return (
        (status?.readyReplicas ?? 0) >= (object.spec.replicas ?? 1) &&
        status?.updateRevision === status?.currentRevision
      );
    }
    case "DaemonSet": {
      const status = object.status;
      if ((status?.observedGeneration ?? 0) < object.generation) return false;
      const desired = status?.desiredNumberScheduled ?? 0;
      return (
        (status?.updatedNumberScheduled ?? 0) >= desired &&
        (status?.numberAvailable ?? 0) >= desired
      );
    }
    default:
      return false;
  }
}

/** JSON with sorted keys, so that equal values have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
