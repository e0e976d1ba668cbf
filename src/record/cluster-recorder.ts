import { type AnyVersion, type ObjectVersion, objectKey } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { ApplicationSpec } from "./application.js";
import type {
  AttemptResult,
  ClusterObserver,
  EventType,
  ObjectReference,
  RefusalCause,
  StepState,
} from "./cluster-observer.js";
import { EventLog } from "./event-log.js";
import type { Measured } from "./gauge.js";
import { type GroupFigures, groupFigures } from "./group-figures.js";
import { IntervalFigures } from "./interval-figures.js";
import { IntervalSeries } from "./interval-series.js";
import type { Ledgers } from "./ledgers.js";
import { MeasureClock, type MeasureWindow } from "./measure-clock.js";
import type { OwnLedger } from "./metrics/metric-group.js";
import { NodeLedger, type NodePrice } from "./node-ledger.js";
import { PodLedger } from "./pod-ledger.js";
import { ResourceLedger } from "./resource-ledger.js";
import type { RowSink } from "./row-sink.js";
import { RunFigures } from "./run-figures.js";
import { type SummaryRow, summarise } from "./summary.js";
import type { TrafficBatch } from "./traffic-batch.js";
import { WorkloadLedger } from "./workload-ledger.js";

export interface RecorderOptions {
  /** Length of the intervals of the time series. */
  readonly everyMicros: TimeMicros;
  /** After so many intervals of one length those that follow are twice as long; absent: never. */
  readonly doubleAfter?: number;
  /** What the summary describes. */
  readonly window: MeasureWindow;
  /** Asked once for each node that is added. Null for a node of no pool. */
  readonly priceOf: (node: ObjectVersion<"Node">) => NodePrice | null;
  /** Workloads that are measured as one. */
  readonly applications?: readonly ApplicationSpec[];
  /** Where `events.csv` goes while the run goes on; null to count events only. */
  readonly events: RowSink | null;
}

const START_MICROS = 0;

/** Measures nothing by itself, and cuts no intervals. */
export const NO_WINDOW = {
  everyMicros: Number.POSITIVE_INFINITY,
  window: { fromMicros: Number.POSITIVE_INFINITY, toMicros: null },
} as const;

/**
 * Measures a run: every figure is kept up to date by the changes themselves, in a time that does not
 * depend on the size of the cluster, and nothing is sampled. It holds numbers and interned strings,
 * no objects.
 */
export class ClusterRecorder implements ClusterObserver {
  private readonly ledgers: Ledgers;
  private readonly groups: readonly GroupFigures[];
  /** Of groups of metrics that have one: told of everything, after the others. */
  private readonly own: readonly OwnLedger[];
  /** Those of them that look at every object. */
  private readonly followers: readonly OwnLedger[];
  /** Those that look at what each pod uses. */
  private readonly usageFollowers: readonly OwnLedger[];
  private readonly clock: MeasureClock;
  private readonly series = new IntervalSeries();
  private readonly log: EventLog;
  private readonly measured: readonly Measured[];

  constructor(options: RecorderOptions) {
    const resources = new ResourceLedger(START_MICROS);
    const nodes = new NodeLedger(START_MICROS, resources, options.priceOf);
    const workloads = new WorkloadLedger(START_MICROS, options.applications);
    const pods = new PodLedger(START_MICROS, { resources, nodes, workloads });
    this.ledgers = { resources, nodes, workloads, pods };
    this.log = new EventLog(options.events);
    this.groups = groupFigures(this.ledgers, START_MICROS);
    this.own = this.groups.flatMap(({ group, figures }) =>
      group.ledger === undefined ? [] : [figures.own],
    );
    this.followers = this.own.filter(({ objectChanged }) => objectChanged !== undefined);
    this.usageFollowers = this.own.filter(({ podUsage }) => podUsage !== undefined);
    const intervals = new IntervalFigures(this.groups, this.series);
    this.measured = [resources, nodes, workloads, pods, ...this.own];
    const { everyMicros, doubleAfter = Number.POSITIVE_INFINITY, window } = options;
    this.clock = new MeasureClock(START_MICROS, { everyMicros, doubleAfter }, window, {
      cut: (fromMicros, toMicros) => intervals.cut(fromMicros, toMicros),
      openWindow: (timeMicros) => this.openWindow(timeMicros),
      closeWindow: (timeMicros) => this.closeWindow(timeMicros),
    });
  }

  /** Begins a window of its own, of a recorder to whom none was given: see {@link NO_WINDOW}. */
  openWindow(timeMicros: TimeMicros): void {
    for (const ledger of this.measured) ledger.openWindow(timeMicros);
  }

  /** Ends it; then {@link figuresOf} has its figures. */
  closeWindow(timeMicros: TimeMicros): void {
    for (const ledger of this.measured) ledger.closeWindow(timeMicros);
  }

  /** The figures of the window that was closed last. */
  figuresOf(window: {
    readonly fromMicros: TimeMicros;
    readonly toMicros: TimeMicros;
  }): readonly SummaryRow[] {
    return summarise(this.groups, window);
  }

  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    const { kind } = (after ?? before)!;
    if (kind === "Pod") {
      this.ledgers.pods.changed(
        before as PodVersion | null,
        after as PodVersion | null,
        timeMicros,
      );
    } else if (kind === "Node") {
      type Node = ObjectVersion<"Node"> | null;
      this.ledgers.nodes.changed(before as Node, after as Node, timeMicros);
    } else {
      this.ledgers.workloads.objectChanged(before, after, timeMicros);
    }
    for (const own of this.followers) own.objectChanged!(before, after, timeMicros);
  }

  schedulingAttempt(
    pod: PodVersion,
    result: AttemptResult,
    timeMicros: TimeMicros,
    refusal?: string,
    causes?: readonly RefusalCause[],
  ): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.attempted(pod, { result, refusal, causes: causes ?? [] }, timeMicros);
    for (const own of this.own) own.schedulingAttempt?.(pod, result, timeMicros, refusal, causes);
  }

  podEvicted(pod: PodVersion, reason: string, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.disrupted(this.ledgers.pods.evicted, pod, reason);
    for (const own of this.own) own.podEvicted?.(pod, reason, timeMicros);
  }

  evictionRefused(
    pod: PodVersion,
    budgets: readonly ObjectReference[],
    timeMicros: TimeMicros,
  ): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.evictionsRefused.add(budgets.map(objectKey).join(","), 1);
    for (const own of this.own) own.evictionRefused?.(pod, budgets, timeMicros);
  }

  podPreempted(pod: PodVersion, reason: string, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.disrupted(this.ledgers.pods.preempted, pod, reason);
    for (const own of this.own) own.podPreempted?.(pod, reason, timeMicros);
  }

  podUsage(pod: PodVersion, cpuMillis: number, memoryBytes: number, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.usage(pod, cpuMillis, memoryBytes, timeMicros);
    const { usageFollowers } = this;
    for (let i = 0; i < usageFollowers.length; i++) {
      usageFollowers[i]!.podUsage!(pod, cpuMillis, memoryBytes, timeMicros);
    }
  }

  podsNeeded(like: PodVersion, count: number, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    this.ledgers.pods.needed(like, count, timeMicros);
  }

  nodesAskedFor(pool: string, pods: readonly PodVersion[], timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    for (const own of this.own) own.nodesAskedFor?.(pool, pods, timeMicros);
  }

  leadership(lease: ObjectReference, isHeld: boolean, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    for (const own of this.own) own.leadership?.(lease, isHeld, timeMicros);
  }

  trafficServed(batch: TrafficBatch, timeMicros: TimeMicros): void {
    this.clock.advanceTo(timeMicros);
    for (const own of this.own) own.trafficServed?.(batch, timeMicros);
  }

  event(
    type: EventType,
    reason: string,
    object: ObjectReference,
    message: string,
    timeMicros: TimeMicros,
  ): void {
    this.log.event(type, reason, object, message, timeMicros);
    for (const own of this.own) own.event?.(type, reason, object, message, timeMicros);
  }

  timelineStep(
    operation: string,
    target: string,
    message: string,
    timeMicros: TimeMicros,
    state: StepState = "done",
  ): void {
    this.clock.advanceTo(timeMicros);
    this.log.timelineStep({ timeMicros, operation, target, message, state });
    for (const own of this.own) own.timelineStep?.(operation, target, message, timeMicros, state);
  }

  /** Ends the record at `endMicros`, once; nothing may be told afterwards. */
  finish(endMicros: TimeMicros): RunFigures {
    this.clock.finish(endMicros);
    this.log.flush();
    return new RunFigures({
      ledgers: this.ledgers,
      groups: this.groups,
      series: this.series,
      measured: this.clock.measured,
      endMicros,
      events: this.log.tallies(),
      steps: this.log.steps(),
      stepsCount: this.log.stepsCount,
    });
  }
}
