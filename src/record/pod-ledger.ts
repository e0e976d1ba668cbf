import { controllerOf } from "../api/object-version.js";
import { isPodActive, isPodReady, isPodTerminal, type PodVersion } from "../api/pod-version.js";
import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import type { AttemptResult, RefusalCause } from "./cluster-observer.js";
import { CounterFamily } from "./counter-family.js";
import { Counter, Gauge, type Measured } from "./gauge.js";
import type { NodeLedger } from "./node-ledger.js";
import { firstStart, type PodRecord, PodRecords } from "./pod-records.js";
import { type RequestShape, RequestShapes } from "./request-shapes.js";
import type { ResourceLedger } from "./resource-ledger.js";
import { restartCount, restartsBetween } from "./restarts.js";
import {
  BINDING,
  GATED,
  IN_QUEUE,
  WaitingCauses,
  type WaitingFor,
  waitingFor,
} from "./waiting-causes.js";
import type { PodGroup, WorkloadLedger } from "./workload-ledger.js";

/** Usage is kept in units of 2^-10 millicores and whole bytes, so that its sums do not drift. */
const USAGE_UNIT = 1024;

/** What is kept of a pod while it exists, beside its record. Dropped when it is gone. */
class LivePod {
  /** What it uses, once that was told. */
  isTold = false;
  toldCpuMillis = 0;
  toldMemoryBytes = 0;
  /** What the cluster's sums hold for it now. */
  cpuMillis = 0;
  memoryBytes = 0;
  /** Empty while it does not wait for a node. */
  waitsFor: WaitingFor | "" = "";

  constructor(
    readonly record: PodRecord,
    readonly uid: string,
    public shape: RequestShape,
    public group: PodGroup | null,
  ) {}
}

interface PodAttempt {
  readonly result: AttemptResult;
  readonly refusal: string | undefined;
  readonly causes: readonly RefusalCause[];
}

interface Ledgers {
  readonly resources: ResourceLedger;
  readonly nodes: NodeLedger;
  readonly workloads: WorkloadLedger;
}

/** Follows every pod from its creation until it is gone. */
export class PodLedger implements Measured {
  readonly records = new PodRecords();
  readonly created = new Counter();
  readonly bound = new Counter();
  readonly succeeded = new Counter();
  readonly failed = new Counter();
  readonly evicted = new CounterFamily();
  /** By the budgets that refused: `shop/web`. */
  readonly evictionsRefused = new CounterFamily();
  readonly preempted = new CounterFamily();
  readonly restarted = new CounterFamily();
  readonly attempts = new CounterFamily();
  readonly pending: Gauge;
  readonly waiting = new WaitingCauses();
  private readonly live: (LivePod | undefined)[] = [];
  private readonly shapes: RequestShapes;

  constructor(
    private readonly startMicros: TimeMicros,
    private readonly ledgers: Ledgers,
  ) {
    this.pending = new Gauge(startMicros);
    this.shapes = new RequestShapes((name) => ledgers.resources.indexOf(name));
  }

  changed(before: PodVersion | null, after: PodVersion | null, timeMicros: TimeMicros): void {
    const pod = before === null ? this.create(after!) : this.liveOf(before);
    assert(pod !== undefined, "a pod changed that was never created");
    if (after !== null) this.describe(pod, before, after, timeMicros);
    this.account(pod, before, after, timeMicros);
    if (after !== null) return;
    const { finished } = this.records;
    if (Number.isNaN(finished.get(pod.record))) finished.set(pod.record, timeMicros);
    this.live[before!.row] = undefined;
  }

  attempted(pod: PodVersion, attempt: PodAttempt, timeMicros: TimeMicros): void {
    const { result, refusal, causes } = attempt;
    this.attempts.add(result, 1);
    const live = this.liveOf(pod);
    if (live === undefined) return;
    this.records.countAttempt(live.record, refusal);
    if (live.waitsFor === "") return;
    this.waitFor(live, result === "scheduled" ? BINDING : waitingFor(causes), timeMicros);
  }

  private waitFor(live: LivePod, next: WaitingFor | "", timeMicros: TimeMicros): void {
    this.waiting.moved(live.waitsFor, next, timeMicros);
    live.waitsFor = next;
  }

  disrupted(family: CounterFamily, pod: PodVersion, reason: string): void {
    family.add(reason, 1);
    const live = this.liveOf(pod);
    if (live !== undefined) this.records.setReason(live.record, reason);
  }

  usage(pod: PodVersion, cpuMillis: number, memoryBytes: number, timeMicros: TimeMicros): void {
    const live = this.liveOf(pod);
    if (live === undefined) return;
    live.isTold = true;
    live.toldCpuMillis = cpuMillis;
    live.toldMemoryBytes = memoryBytes;
    if (pod.phase === "Running") this.setUsage(live, true, timeMicros);
  }

  /** So many pods like this one are what their load asks for from now on. */
  needed(like: PodVersion, count: number, timeMicros: TimeMicros): void {
    const group = this.liveOf(like)?.group ?? null;
    if (group !== null) this.ledgers.workloads.podsNeeded(group, count, timeMicros);
  }

  openWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.closeWindow(timeMicros);
  }

  private measured(): readonly Measured[] {
    return [
      this.created,
      this.bound,
      this.succeeded,
      this.failed,
      this.evicted,
      this.evictionsRefused,
      this.preempted,
      this.restarted,
      this.attempts,
      this.pending,
      this.waiting,
    ];
  }

  /** Rows are used again for other pods, so the uid decides. */
  private liveOf(pod: PodVersion): LivePod | undefined {
    const live = this.live[pod.row];
    return live !== undefined && live.uid === pod.uid ? live : undefined;
  }

  private create(pod: PodVersion): LivePod {
    const group = this.ledgers.workloads.groupOf(controllerOf(pod));
    const record = this.records.add(pod, group?.owner ?? "");
    const live = new LivePod(record, pod.uid, this.shapes.of(pod.spec), group);
    this.live[pod.row] = live;
    this.records.setRequests(record, live.shape);
    if (pod.creationTimeMicros < this.startMicros) {
      this.records.takeHistory(record, pod);
      this.records.setRestarts(record, restartCount(pod));
    } else {
      this.created.add(1);
    }
    return live;
  }

  /** Fills the pod's record and counts what happened to it. */
  private describe(
    pod: LivePod,
    before: PodVersion | null,
    after: PodVersion,
    timeMicros: TimeMicros,
  ): void {
    const { records } = this;
    const isHistory = before === null && after.creationTimeMicros < this.startMicros;
    if (after.nodeName !== "" && after.nodeName !== (before?.nodeName ?? "")) {
      records.setNode(pod.record, after.nodeName);
      if (!isHistory) {
        records.bound.set(pod.record, timeMicros);
        this.bound.add(1);
      }
    }
    if (after.phase !== (before?.phase ?? "Pending")) {
      records.setPhase(pod.record, after.phase);
      if (!isHistory) this.phaseChanged(pod.record, after, timeMicros);
    }
    if (before === null || before.status === after.status || isHistory) return;
    if (after.status.reason !== "" && after.status.reason !== before.status.reason) {
      records.setReason(pod.record, after.status.reason);
    }
    if (before.status.conditions !== after.status.conditions) {
      const isFirst = Number.isNaN(records.ready.get(pod.record));
      if (isFirst && isPodReady(after)) records.ready.set(pod.record, timeMicros);
    }
    const restarts = restartsBetween(before, after);
    if (restarts === null) return;
    for (const [reason, count] of restarts) this.restarted.add(reason, count);
    records.setRestarts(pod.record, restartCount(after));
  }

  private phaseChanged(record: PodRecord, pod: PodVersion, timeMicros: TimeMicros): void {
    const { started, finished } = this.records;
    if (pod.phase === "Running" || pod.phase === "Succeeded" || pod.phase === "Failed") {
      if (Number.isNaN(started.get(record))) {
        started.set(record, pod.phase === "Running" ? timeMicros : firstStart(pod));
      }
    }
    if (!isPodTerminal(pod)) return;
    finished.set(record, timeMicros);
    // Whoever is told to go and goes has neither done its work nor failed at it.
    if (pod.deletionTimeMicros !== null) return;
    (pod.phase === "Succeeded" ? this.succeeded : this.failed).add(1);
  }

  /** Moves what the pod counts for in the sums over the cluster. */
  private account(
    pod: LivePod,
    before: PodVersion | null,
    after: PodVersion | null,
    timeMicros: TimeMicros,
  ): void {
    const was = before !== null && !isPodTerminal(before);
    const is = after !== null && !isPodTerminal(after);
    const shape =
      after === null || before?.spec === after.spec ? pod.shape : this.shapes.of(after.spec);
    const isResized = shape !== pod.shape;
    const { resources } = this.ledgers;
    if (was !== is || isResized) {
      if (was) resources.demandChanged(pod.shape, -1, timeMicros);
      if (is) resources.demandChanged(shape, 1, timeMicros);
    }
    const nodeBefore = was ? before.nodeName : "";
    const nodeAfter = is ? after.nodeName : "";
    this.moveGroup(pod, before, after, timeMicros);
    if (nodeBefore !== nodeAfter || isResized) {
      if (nodeBefore !== "") this.place(pod.shape, pod, { node: nodeBefore, sign: -1 }, timeMicros);
      if (nodeAfter !== "") this.place(shape, pod, { node: nodeAfter, sign: 1 }, timeMicros);
    }
    const pendingBefore = was && nodeBefore === "" ? 1 : 0;
    const pendingAfter = is && nodeAfter === "" ? 1 : 0;
    if (pendingBefore !== pendingAfter) this.pending.add(pendingAfter - pendingBefore, timeMicros);
    if (pendingAfter === 0) this.waitFor(pod, "", timeMicros);
    else if (pod.waitsFor === "" || before?.spec !== after?.spec) {
      const isGated = (after?.spec.schedulingGates?.length ?? 0) > 0;
      if (isGated) this.waitFor(pod, GATED, timeMicros);
      else if (pod.waitsFor === "" || pod.waitsFor === GATED)
        this.waitFor(pod, IN_QUEUE, timeMicros);
    }
    if (isResized) {
      pod.shape = shape;
      this.records.setRequests(pod.record, shape);
    }
    const isRunning = is && after.phase === "Running";
    const wasRunning = was && before.phase === "Running";
    if (isRunning !== wasRunning || isResized) this.setUsage(pod, isRunning, timeMicros);
  }

  private place(
    shape: RequestShape,
    pod: LivePod,
    at: { readonly node: string; readonly sign: 1 | -1 },
    timeMicros: TimeMicros,
  ): void {
    const isWork = pod.group?.kind !== "DaemonSet";
    this.ledgers.resources.boundChanged(shape, at.sign, timeMicros);
    this.ledgers.nodes.podChanged(at.node, shape, { sign: at.sign, isWork }, timeMicros);
  }

  private setUsage(pod: LivePod, isRunning: boolean, timeMicros: TimeMicros): void {
    const { shape, isTold } = pod;
    const cpu = isTold ? pod.toldCpuMillis : shape.cpuMillis / 2;
    const memory = isTold ? pod.toldMemoryBytes : shape.memoryBytes;
    const cpuMillis = isRunning ? Math.round(cpu * USAGE_UNIT) / USAGE_UNIT : 0;
    const memoryBytes = isRunning ? Math.round(memory) : 0;
    const { resources } = this.ledgers;
    resources.usageChanged(cpuMillis - pod.cpuMillis, memoryBytes - pod.memoryBytes, timeMicros);
    pod.cpuMillis = cpuMillis;
    pod.memoryBytes = memoryBytes;
  }

  private moveGroup(
    pod: LivePod,
    before: PodVersion | null,
    after: PodVersion | null,
    timeMicros: TimeMicros,
  ): void {
    const { workloads } = this.ledgers;
    const from = before === null ? null : pod.group;
    const isSameOwner = after === null || before?.ownerReferences === after.ownerReferences;
    const to = after === null || isSameOwner ? pod.group : workloads.groupOf(controllerOf(after));
    const activeBefore = before !== null && isPodActive(before);
    const activeAfter = after !== null && isPodActive(after);
    const readyBefore = activeBefore && isPodReady(before);
    const readyAfter = activeAfter && isPodReady(after);
    const pods = (after === null ? 0 : 1) - (before === null ? 0 : 1);
    if (from === to || before === null || after === null) {
      if (to === null) return;
      const active = Number(activeAfter) - Number(activeBefore);
      const ready = Number(readyAfter) - Number(readyBefore);
      if (pods === 0 && active === 0 && ready === 0) return;
      workloads.podChanged(to, { pods, active, ready }, timeMicros);
      return;
    }
    if (from !== null) {
      const leaves = { pods: -1, active: -Number(activeBefore), ready: -Number(readyBefore) };
      workloads.podChanged(from, leaves, timeMicros);
    }
    if (to !== null) {
      const joins = { pods: 1, active: Number(activeAfter), ready: Number(readyAfter) };
      workloads.podChanged(to, joins, timeMicros);
    }
    pod.group = to;
  }
}
