import { type PodPhase, type PodVersion, podCondition } from "../api/pod-version.js";
import { Interner } from "../base/interner.js";
import type { TimeMicros } from "../base/time.js";
import { float64Column, int32Column, uint8Column } from "../base/typed-column.js";
import { NameColumn } from "./name-column.js";
import type { RequestShape } from "./request-shapes.js";

/** Number of a pod's record: the order in which pods were first seen. */
export type PodRecord = number;

const PHASES: readonly PodPhase[] = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

/**
 * One record for each pod that ever was, in columns: about a hundred bytes, so that millions of pod
 * lives fit. Times are NaN while unknown. Nothing of the objects themselves is kept.
 */
export class PodRecords {
  readonly created = float64Column();
  readonly bound = float64Column();
  readonly started = float64Column();
  readonly ready = float64Column();
  /** Reached Succeeded or Failed, or was gone without. */
  readonly finished = float64Column();
  private readonly strings = new Interner();
  private readonly names = new NameColumn(this.strings);
  private readonly namespaces = int32Column();
  private readonly owners = int32Column();
  private readonly nodes = int32Column();
  private readonly phases = uint8Column();
  private readonly reasons = int32Column();
  private readonly cpuMillis = float64Column();
  private readonly memoryBytes = float64Column();
  private readonly restarts = int32Column();
  private readonly attempts = int32Column();
  private readonly refusals = new Map<PodRecord, string>();
  private readonly empty = this.strings.intern("");

  get count(): number {
    return this.created.length;
  }

  /** `owner` is `Kind/name` of the controller, or empty. */
  add(pod: PodVersion, owner: string): PodRecord {
    this.names.push(pod.name, pod.generateName);
    this.namespaces.push(this.strings.intern(pod.namespace));
    this.owners.push(owner === "" ? this.empty : this.strings.intern(owner));
    this.nodes.push(this.empty);
    this.phases.push(0);
    this.reasons.push(this.empty);
    this.cpuMillis.push(0);
    this.memoryBytes.push(0);
    this.restarts.push(0);
    this.attempts.push(0);
    this.created.push(pod.creationTimeMicros);
    this.bound.push(Number.NaN);
    this.started.push(Number.NaN);
    this.ready.push(Number.NaN);
    this.finished.push(Number.NaN);
    return this.created.length - 1;
  }

  /** Times that a pod which was there before the run tells of itself; those it does not stay unknown. */
  takeHistory(record: PodRecord, pod: PodVersion): void {
    const scheduled = podCondition(pod, "PodScheduled");
    if (pod.nodeName !== "" && scheduled?.status === "True") {
      this.bound.set(record, scheduled.lastTransitionTimeMicros);
    }
    const ready = podCondition(pod, "Ready");
    if (ready?.status === "True") this.ready.set(record, ready.lastTransitionTimeMicros);
    this.started.set(record, firstStart(pod));
    if (pod.phase === "Succeeded" || pod.phase === "Failed") {
      this.finished.set(record, lastFinish(pod));
    }
  }

  setNode(record: PodRecord, node: string): void {
    this.nodes.set(record, this.strings.intern(node));
  }

  setRequests(record: PodRecord, shape: RequestShape): void {
    this.cpuMillis.set(record, shape.cpuMillis);
    this.memoryBytes.set(record, shape.memoryBytes);
  }

  setPhase(record: PodRecord, phase: PodPhase): void {
    this.phases.set(record, PHASES.indexOf(phase));
  }

  setReason(record: PodRecord, reason: string): void {
    this.reasons.set(record, this.strings.intern(reason));
  }

  setRestarts(record: PodRecord, restarts: number): void {
    this.restarts.set(record, restarts);
  }

  countAttempt(record: PodRecord, refusal: string | undefined): void {
    this.attempts.set(record, this.attempts.get(record) + 1);
    if (refusal !== undefined && refusal !== "") this.refusals.set(record, refusal);
  }

  isBound(record: PodRecord): boolean {
    return this.nodes.get(record) !== this.empty;
  }

  /** What the scheduler last said against the pod; empty if it never did. */
  refusalOf(record: PodRecord): string {
    return this.refusals.get(record) ?? "";
  }

  /** What `pods.csv` holds besides times. */
  describe(record: PodRecord) {
    const string = (column: { get(row: number): number }) => this.strings.name(column.get(record));
    return {
      namespace: string(this.namespaces),
      name: this.names.get(record),
      owner: string(this.owners),
      node: string(this.nodes),
      phase: PHASES[this.phases.get(record)]!,
      reason: string(this.reasons),
      cpuMillis: this.cpuMillis.get(record),
      memoryBytes: this.memoryBytes.get(record),
      restarts: this.restarts.get(record),
      attempts: this.attempts.get(record),
    };
  }
}

/** When the first of the pod's containers, init containers aside, began; NaN if none did. */
export function firstStart(pod: PodVersion): TimeMicros {
  let first = Number.NaN;
  for (const container of pod.status.containers) {
    const at = container.lastTermination?.startedAtMicros ?? container.startedAtMicros;
    if (at !== null && !(at >= first)) first = at;
  }
  return first;
}

/** When the last of the pod's containers ended; NaN if none did. */
function lastFinish(pod: PodVersion): TimeMicros {
  let last = Number.NaN;
  for (const container of pod.status.containers) {
    const at = container.finishedAtMicros;
    if (at !== null && !(at <= last)) last = at;
  }
  return last;
}
