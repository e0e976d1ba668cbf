import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { Informer } from "../../store/informer.js";
import type { TrafficLoop } from "../loop/traffic-loop.js";
import type { PodModel } from "../pods/pod-model.js";
import type { PodModels, ServingContainer } from "./pod-models.js";
import type { EndpointPod } from "./proxy-view.js";
import { RunHistories } from "./run-histories.js";
import { SortedNumbers } from "./sorted-numbers.js";
import type { UsageHistory } from "./usage-history.js";

/** The process of a pod that serves, as the loop knows it. */
export interface ServedPod {
  readonly uid: string;
  readonly container: ServingContainer;
  /** Tells the handler of a closing which pod was meant. */
  readonly number: number;
  /** Its row in the store. */
  readonly podRow: number;
  row: number;
  restartCount: number;
  isRunning: boolean;
  isClosing: boolean;
  /** CPU of the last run of its container that has ended, and of the one before. */
  ended: UsageHistory | null;
  endedBefore: UsageHistory | null;
}

/** What runs of containers have used up to an instant, by places. */
export interface CoreReads {
  readonly length: number;
  /** Of their pods in the store. */
  readonly rows: Int32Array;
  readonly containers: readonly { readonly name: string }[];
  readonly startMicros: Float64Array;
  readonly atMicros: Float64Array;
  readonly cpuNanos: Float64Array;
}

export const NANOS_PER_SECOND = 1e9;
const NO_ROW = -1;
const NOTHING_ENDED = { ended: null, endedBefore: null };

/** Requests at a pod, or at all pods of a Service. */
export interface PodLoad {
  readonly requestsPerSecond: number;
  /** Those that wait for their turn. */
  readonly queueLength: number;
  /** Those that wait, are worked on, or wait for others that they called. */
  readonly inFlight: number;
}

export interface ServedPodsOptions {
  readonly engine: Engine;
  readonly loop: TrafficLoop;
  /** Pods as they are: what runs does not wait for a watch. */
  readonly pods: Informer<"Pod">;
  readonly models: PodModels;
  /** From when a pod is deleted until its kubelet knows. */
  readonly kubeletLagMicros: TimeMicros;
  /** Brings the requests that the pod with that UID may have to now. */
  readonly advance: (uid: string) => void;
  /** The row of a pod is another one. */
  readonly moved: (uid: string) => void;
  /** Whether anyone asks how many requests a pod does a second. */
  readonly countsAnswers: boolean;
  /** Whether the loop has requests: else all CPU is that of fluid ones. */
  readonly usesLoop: boolean;
}

/**
 * Pods that Services listed, from then on until they are gone. A pod serves while its container runs;
 * from SIGTERM on it takes no more connections, and what it has when it ends is broken off.
 *
 *   serving ── SIGTERM ──> closing ── the container ends ──> ended
 *      └── the container ends ──> ended ── it runs again ──> serving
 */
export class ServedPods {
  private readonly byUid = new Map<string, ServedPod>();
  /** By the row of the pod in the store: it is asked for there most often. */
  private readonly byRow: (ServedPod | undefined)[] = [];
  private readonly byNumber: (ServedPod | undefined)[] = [];
  /** Those of the pods that run. */
  private readonly runningNumbers = new SortedNumbers();
  /** By the number of the pod: its row in the store, and in the loop while it runs. */
  private readonly podRows: number[] = [];
  private readonly loopRows: number[] = [];
  private readonly uids: string[] = [];
  /** By the same: core seconds of the runs of its container that are over, and those that were told. */
  private readonly coreSecondsBefore: number[] = [];
  private readonly coreSecondsTold: number[] = [];
  /** By the row of the pod in the store: its row in the loop, and the container that serves; {@link NO_ROW}: none runs. */
  private readonly rows: number[] = [];
  private readonly names: string[] = [];
  /** CPU that the present runs have used, in core seconds, and the requests that they have done. */
  private readonly usage: RunHistories;
  private readonly answers: RunHistories | null;
  private readonly close: HandlerId;
  /** Nodes whose machines are down. */
  private readonly down = new Set<string>();
  /** Stands for pods where nothing listens. */
  private readonly nobody: number;

  constructor(private readonly options: ServedPodsOptions) {
    const { engine, loop, models, countsAnswers } = options;
    this.close = engine.registerHandler("traffic/close", (number) => this.closePod(number));
    this.usage = new RunHistories((row) => this.coreSecondsOf(row));
    this.answers = countsAnswers ? new RunHistories((row) => loop.pods.served[row]!) : null;
    this.nobody = loop.addPod(models.nobody);
    // The list of a service that nobody asks keeps the row.
    loop.setEndpoints(loop.router.add("random"), [this.nobody]);
    loop.endPod(this.nobody);
  }

  start(): void {
    this.options.pods.addHandler({
      updated: (_before, pod) => this.follow(pod),
      deleted: (pod) => this.forget(pod.uid),
    });
  }

  /** The row of a pod that a Service lists. */
  rowOf(endpoint: EndpointPod): number {
    const known = this.byUid.get(endpoint.uid);
    if (known !== undefined) return known.isRunning ? known.row : this.nobody;
    const pod = this.options.pods.find(endpoint.namespace, endpoint.name);
    if (pod?.uid !== endpoint.uid) return this.nobody;
    const number = this.byNumber.length;
    const served: ServedPod = {
      ...{ uid: pod.uid, container: this.options.models.containerOf(pod), number, podRow: pod.row },
      ...{ row: this.nobody, restartCount: -1, isRunning: false, isClosing: false },
      ...{ ended: null, endedBefore: null },
    };
    this.byUid.set(pod.uid, served);
    this.list(served);
    this.byNumber.push(served);
    this.podRows.push(served.podRow);
    this.loopRows.push(NO_ROW);
    this.uids.push(served.uid);
    this.coreSecondsBefore.push(0);
    this.coreSecondsTold.push(0);
    this.follow(pod);
    return served.isRunning ? served.row : this.nobody;
  }

  /** The machine of a node goes down, with all that serves there, or comes up again. */
  nodeChanged(node: string, isDown: boolean): void {
    if (isDown === this.down.has(node)) return;
    if (isDown) this.down.add(node);
    else this.down.delete(node);
    for (const { uid, podRow } of this.byUid.values()) {
      const pod = this.options.pods.at(podRow);
      if (pod?.uid === uid && pod.nodeName === node) this.follow(pod);
    }
  }

  /**
   * Core seconds that requests had used at an instant in the run of a pod's container that began then;
   * 0 of a run that no request has met.
   */
  coreSecondsAt(podRow: number, beganMicros: TimeMicros, atMicros: TimeMicros): number {
    const { now } = this.options.engine;
    const row = this.rows[podRow] ?? NO_ROW;
    if (this.usage.isOf(row, beganMicros)) return this.usage.at(row, atMicros, now);
    const { ended, endedBefore } = this.byRow[podRow] ?? NOTHING_ENDED;
    if (ended?.beganMicros === beganMicros) return ended.at(atMicros, now, ended.latest);
    if (endedBefore?.beganMicros !== beganMicros) return 0;
    return endedBefore.at(atMicros, now, endedBefore.latest);
  }

  /** Adds what requests had used, in nanoseconds of one core: as {@link coreSecondsAt} of each container that serves. */
  addCoreNanos({ length, rows, containers, startMicros, atMicros, cpuNanos }: CoreReads): void {
    const { usage } = this;
    const { now } = this.options.engine;
    for (let i = 0; i < length; i++) {
      const podRow = rows[i]!;
      if (this.names[podRow] !== containers[i]!.name) continue;
      const start = startMicros[i]!;
      const row = this.rows[podRow]!;
      const coreSeconds = usage.isOf(row, start)
        ? usage.at(row, atMicros[i]!, now)
        : this.coreSecondsAt(podRow, start, atMicros[i]!);
      cpuNanos[i]! += coreSeconds * NANOS_PER_SECOND;
    }
  }

  /** Keeps what every pod has used, for those who ask later. */
  sample(): void {
    const { loop, engine } = this.options;
    const { pods } = loop;
    this.usage.sample(engine.now, (column) => {
      if (column.length > pods.fluidCoreSeconds.length) column.set(pods.fluidCoreSeconds);
      else column.set(pods.fluidCoreSeconds.subarray(0, column.length));
      if (!this.options.usesLoop) return;
      for (const { row, isRunning } of this.byUid.values()) {
        if (isRunning) column[row] = this.coreSecondsOf(row);
      }
    });
    this.answers?.sample(engine.now, (column) => {
      for (const { row, isRunning } of this.byUid.values()) {
        if (isRunning) column[row] = pods.served[row]!;
      }
    });
  }

  /** That of a pod that a Service lists, to be asked about again and again; undefined: there is none. */
  find(uid: string): ServedPod | undefined {
    return this.byUid.get(uid);
  }

  /** The pod as it is, and its model; null: it does not run. */
  running(served: ServedPod): { readonly pod: PodVersion; readonly model: PodModel } | null {
    if (!served.isRunning) return null;
    const pod = this.options.pods.at(served.podRow);
    if (pod?.uid !== served.uid) return null;
    return { pod, model: this.options.loop.pods.models[served.row]! };
  }

  /** What a pod has of requests now, and how many it did a second of late; null: it does not run. */
  load(uid: string, windowMicros: TimeMicros): PodLoad | null {
    const found = this.byUid.get(uid);
    if (found === undefined || !found.isRunning) return null;
    const { pods } = this.options.loop;
    const { row } = found;
    const now = this.options.engine.now;
    return {
      requestsPerSecond: this.answers?.perSecond(row, windowMicros, now) ?? 0,
      queueLength: pods.waiting[row]! + pods.fluidWaiting[row]!,
      inFlight: pods.present[row]! + pods.fluidPresent[row]!,
    };
  }

  /** Whether requests are served by that container of the pod in that row of the store. */
  isServing(podRow: number, container: string): boolean {
    return this.names[podRow] === container;
  }

  /** Of every pod that runs and whose requests take CPU: core seconds since this was asked last. */
  takeUsage(take: (pod: PodVersion, coreSeconds: number) => void): void {
    const { all, length } = this.runningNumbers;
    for (let i = 0; i < length; i++) this.takeUsageOf(all[i]!, take);
  }

  private takeUsageOf(number: number, take: (pod: PodVersion, coreSeconds: number) => void): void {
    const { loop, pods } = this.options;
    const { coreSecondsTold } = this;
    const row = this.loopRows[number]!;
    if (loop.pods.cpus[row] === null) return;
    const pod = pods.at(this.podRows[number]!);
    if (pod === undefined || pod.uid !== this.uids[number]) return;
    const coreSeconds = this.coreSecondsBefore[number]! + this.coreSecondsOf(row);
    take(pod, coreSeconds - coreSecondsTold[number]!);
    coreSecondsTold[number] = coreSeconds;
  }

  private coreSecondsOf(row: number): number {
    const { pods, nowSeconds } = this.options.loop;
    const fluid = pods.fluidCoreSeconds[row]!;
    return this.options.usesLoop ? fluid + (pods.cpus[row]?.usedSeconds(nowSeconds) ?? 0) : fluid;
  }

  /** The pod in its row of the store, which no other has as long as anybody may mean it. */
  private list(served: ServedPod): void {
    const { podRow } = served;
    while (this.rows.length <= podRow) {
      this.byRow.push(undefined);
      this.rows.push(NO_ROW);
      this.names.push("");
    }
    this.byRow[podRow] = served;
    this.rows[podRow] = NO_ROW;
    this.names[podRow] = served.container.name;
  }

  private follow(pod: PodVersion): void {
    const served = this.byUid.get(pod.uid);
    if (served === undefined) return;
    const { name } = served.container;
    const state = pod.status.containers.find((one) => one.name === name);
    // What stands in the status of a pod is what its kubelet last said.
    const isRunning = state?.state === "running" && !this.down.has(pod.nodeName);
    const restartCount = state?.restartCount ?? 0;
    if (served.isRunning && (!isRunning || restartCount !== served.restartCount)) this.end(served);
    if (isRunning && !served.isRunning) {
      const beganMicros = state.startedAtMicros ?? this.options.engine.now;
      this.begin(served, pod, { beganMicros, restartCount });
    }
    if (pod.deletionTimeMicros !== null) this.awaitClose(served);
  }

  private begin(
    served: ServedPod,
    pod: PodVersion,
    run: { readonly beganMicros: TimeMicros; readonly restartCount: number },
  ): void {
    const { loop, models, advance, moved } = this.options;
    advance(served.uid);
    served.row = loop.addPod(models.modelOf(pod, served.container));
    this.rows[served.podRow] = served.row;
    this.usage.begin(served.row, run.beganMicros);
    this.answers?.begin(served.row, run.beganMicros);
    served.restartCount = run.restartCount;
    served.isRunning = true;
    this.runningNumbers.add(served.number);
    this.loopRows[served.number] = served.row;
    moved(served.uid);
  }

  private end(served: ServedPod): void {
    const { loop, advance, moved } = this.options;
    advance(served.uid);
    this.coreSecondsBefore[served.number]! += this.coreSecondsOf(served.row);
    served.endedBefore = served.ended;
    served.ended = this.usage.end(served.row, this.options.engine.now);
    this.rows[served.podRow] = NO_ROW;
    served.isRunning = false;
    this.runningNumbers.remove(served.number);
    loop.endPod(served.row);
    served.row = this.nobody;
    moved(served.uid);
  }

  private awaitClose(served: ServedPod): void {
    if (served.isClosing) return;
    served.isClosing = true;
    const { engine, kubeletLagMicros } = this.options;
    const { preStopMicros } = served.container;
    const delay = kubeletLagMicros + preStopMicros;
    engine.scheduleAfter(delay, Phase.world, this.close, served.number);
  }

  private closePod(number: number): void {
    const served = this.byNumber[number];
    if (served === undefined || !served.isRunning) return;
    this.options.advance(served.uid);
    this.options.loop.closePod(served.row);
  }

  private forget(uid: string): void {
    const served = this.byUid.get(uid);
    if (served === undefined) return;
    if (served.isRunning) this.end(served);
    this.byUid.delete(uid);
    if (this.byRow[served.podRow] === served) {
      this.byRow[served.podRow] = undefined;
      this.names[served.podRow] = "";
    }
    this.byNumber[served.number] = undefined;
    this.uids[served.number] = "";
  }
}
