import { kindNamed } from "../api/kinds.js";
import type { PodTemplateSpec } from "../api/kubernetes.js";
import type { AnyVersion, ObjectVersion } from "../api/object-version.js";
import { canonicalJson } from "../base/canonical-json.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Measured } from "./gauge.js";

type Deployment = ObjectVersion<"Deployment">;

/** How many rollouts of one sort were begun and completed in the measure window, and their time. */
export class RolloutTally {
  begun = 0;
  completed = 0;
  seconds = 0;

  clear(): void {
    this.begun = 0;
    this.completed = 0;
    this.seconds = 0;
  }

  /** Mean seconds of those completed; NaN without any. */
  mean(): number {
    return this.completed === 0 ? Number.NaN : this.seconds / this.completed;
  }
}

/** A rollout that has begun and not ended. */
export interface UnderWay {
  /** `first`: of an object that was made in this run, or was found unfinished in a snapshot. */
  readonly sort: "rollout" | "rollback" | "first";
  readonly sinceMicros: TimeMicros;
  /** When its progress deadline passed, and how long it was; null while it has not. */
  readonly deadline: { readonly passedMicros: TimeMicros; readonly seconds: number } | null;
  readonly isPaused: boolean;
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
  /** The first rollout of an object is not counted: it has no tally. */
  private current: {
    readonly tally: RolloutTally | null;
    readonly beganMicros: TimeMicros;
  } | null = null;
  private deadline: UnderWay["deadline"] = null;
  private isPaused = false;
  /** When its controller last told of progress. */
  private progressMicros: TimeMicros = 0;
  private inWindow = false;

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    if (after === null) {
      this.current = null;
      this.templates.clear();
      return;
    }
    // Most changes are of a status while nothing is rolled out.
    if (this.current === null && before?.spec === after.spec) return;
    const template = templateOf(after);
    if (template === undefined) return;
    if (before === null) this.made(after, template, timeMicros);
    else if (templateOf(before) !== template) this.templateChanged(before, template, timeMicros);
    if (this.current === null) return;
    if (isRolledOut(after)) this.complete(this.current, timeMicros);
    else if (after.kind === "Deployment") this.look(before, after, timeMicros);
  }

  /** The rollout that is under way; null for none. */
  get unfinished(): UnderWay | null {
    if (this.current === null) return null;
    const { tally, beganMicros } = this.current;
    const sort = tally === null ? "first" : tally === this.rollouts ? "rollout" : "rollback";
    return { sort, sinceMicros: beganMicros, deadline: this.deadline, isPaused: this.isPaused };
  }

  openWindow(): void {
    for (const tally of [this.rollouts, this.rollbacks]) tally.clear();
    this.inWindow = true;
    const tally = this.current?.tally ?? null;
    if (tally !== null) tally.begun += 1;
  }

  closeWindow(): void {
    this.inWindow = false;
  }

  /** Whether the Deployment says that it makes no progress, and since when. */
  private look(before: AnyVersion | null, after: Deployment, timeMicros: TimeMicros): void {
    this.isPaused = after.spec.paused === true;
    const is = progressOf(after);
    if (is?.reason === "ProgressDeadlineExceeded") {
      const seconds = after.spec.progressDeadlineSeconds ?? 600;
      const passedMicros = Math.min(this.progressMicros + seconds * MICROS_PER_SECOND, timeMicros);
      this.deadline ??= { passedMicros, seconds };
      return;
    }
    this.deadline = null;
    const was = before?.kind === "Deployment" ? progressOf(before) : undefined;
    if (was?.lastUpdateTime !== is?.lastUpdateTime) this.progressMicros = timeMicros;
  }

  private made(object: AnyVersion, template: unknown, timeMicros: TimeMicros): void {
    this.templates.add(canonicalJson(template));
    // Of a kind without a controller nobody writes the status.
    if (typeof kindNamed(object.kind)?.fields !== "string") this.begin(null, timeMicros);
  }

  private templateChanged(before: AnyVersion, template: unknown, timeMicros: TimeMicros): void {
    const text = canonicalJson(template);
    if (text === canonicalJson(templateOf(before))) return;
    const tally = this.templates.has(text) ? this.rollbacks : this.rollouts;
    this.templates.add(text);
    this.begin(tally, timeMicros);
    if (this.inWindow) tally.begun += 1;
  }

  private begin(tally: RolloutTally | null, timeMicros: TimeMicros): void {
    this.current = { tally, beganMicros: timeMicros };
    this.deadline = null;
    this.progressMicros = timeMicros;
  }

  private complete(
    { tally, beganMicros }: { tally: RolloutTally | null; beganMicros: TimeMicros },
    timeMicros: TimeMicros,
  ): void {
    this.current = null;
    this.deadline = null;
    if (!this.inWindow || tally === null) return;
    tally.completed += 1;
    tally.seconds += (timeMicros - beganMicros) / 1e6;
  }
}

function templateOf({ kind, spec }: AnyVersion): unknown {
  const rollsOut = kindNamed(kind)?.workload?.isRolledOut !== undefined;
  return rollsOut ? (spec as { readonly template?: unknown }).template : undefined;
}

function progressOf({ status }: Deployment) {
  return status?.conditions?.find(({ type }) => type === "Progressing");
}

/** The images of its pods, by container: what of a template says which version it is of. */
export function imagesOf(object: AnyVersion): string {
  const template = templateOf(object) as PodTemplateSpec | undefined;
  const { initContainers = [], containers = [] } = template?.spec ?? {};
  return [...initContainers, ...containers].map(({ name, image }) => `${name}=${image}`).join();
}

/** As `kubectl rollout status` decides it. */
export function isRolledOut({ kind, spec, status, generation }: AnyVersion): boolean {
  const { observedGeneration = 0 } = (status ?? {}) as { readonly observedGeneration?: number };
  if (observedGeneration < generation) return false;
  return kindNamed(kind)?.workload?.isRolledOut?.(spec, status) === true;
}
