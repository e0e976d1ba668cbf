import type { PodModel } from "../pods/pod-model.js";
import type { EventHeap } from "./event-heap.js";
import { Kind } from "./event-kind.js";
import type { PodTable } from "./pod-table.js";
import type { SourceDraws } from "./source-draws.js";
import { VisitState, type VisitTable } from "./visit-table.js";

const NONE = -1;

export interface PodWorkOptions {
  readonly pods: PodTable;
  readonly visits: VisitTable;
  readonly heap: EventHeap;
  readonly sources: readonly { readonly draws: SourceDraws }[];
  /** The pod's own work for a visit is done; the visit still has its place. */
  readonly done: (visit: number) => void;
}

/** What pods do with visits: queue, places of the concurrency, CPU and time in service. */
export class PodWork {
  nowSeconds = 0;
  /** The pod whose CPU is being looked at, which is looked at again in any case. */
  private podAtWork = NONE;

  constructor(private readonly options: PodWorkOptions) {}

  /** A visit comes to a pod, and waits if all places are taken. */
  accept(visit: number, pod: number, isBusy: boolean): void {
    const { pods } = this.options;
    pods.settle(pod, this.nowSeconds);
    pods.present[pod]! += 1;
    if (isBusy) this.enqueue(visit, pod);
    else this.begin(visit, pod);
  }

  private enqueue(visit: number, pod: number): void {
    const { pods, visits } = this.options;
    const tail = pods.tail[pod]!;
    visits.state[visit] = VisitState.waiting;
    visits.next[visit] = NONE;
    visits.previous[visit] = tail;
    if (tail === NONE) pods.head[pod] = visit;
    else visits.next[tail] = visit;
    pods.tail[pod] = visit;
    pods.waiting[pod]! += 1;
  }

  private dequeue(visit: number, pod: number): void {
    const { pods, visits } = this.options;
    const next = visits.next[visit]!;
    const previous = visits.previous[visit]!;
    if (previous === NONE) pods.head[pod] = next;
    else visits.next[previous] = next;
    if (next === NONE) pods.tail[pod] = previous;
    else visits.previous[next] = previous;
    pods.waiting[pod]! -= 1;
  }

  /** A visit gets a place; the pod's sums are settled. */
  private begin(visit: number, pod: number): void {
    const { pods, visits } = this.options;
    const model = pods.models[pod]!;
    pods.active[pod]! += 1;
    visits.startedSeconds[visit] = this.nowSeconds;
    const cpu = pods.cpus[pod]!;
    if (cpu === null) {
      this.beginDelay(visit, model);
      return;
    }
    const { draws } = this.options.sources[visits.source[visit]!]!;
    const number = visits.number[visit]!;
    const work = model.work.cpuSeconds(draws, number, visits.path[visit]!) / model.speed;
    if (work <= 0) {
      this.beginDelay(visit, model);
      return;
    }
    visits.state[visit] = VisitState.cpu;
    cpu.join(visit, work, model.work.threads(draws, number), this.nowSeconds);
    this.awaitCpu(pod);
  }

  private beginDelay(visit: number, model: PodModel): void {
    const { visits } = this.options;
    const { draws } = this.options.sources[visits.source[visit]!]!;
    const drawn = model.work.delaySeconds(draws, visits.number[visit]!, visits.path[visit]!);
    visits.state[visit] = VisitState.delay;
    if (drawn <= 0) {
      this.options.done(visit);
      return;
    }
    const end = this.nowSeconds + drawn / model.speed;
    this.options.heap.push(end, Kind.delayEnd, visit, visits.rows.generations[visit]!);
  }

  private awaitCpu(pod: number): void {
    if (pod === this.podAtWork) return;
    const next = this.options.pods.cpus[pod]!.nextSeconds();
    this.options.pods.cpuGeneration[pod]! += 1;
    if (next === Number.POSITIVE_INFINITY) return;
    this.options.heap.push(next, Kind.cpu, pod, this.options.pods.cpuGeneration[pod]!);
  }

  runCpu(pod: number): void {
    const cpu = this.options.pods.cpus[pod]!;
    this.podAtWork = pod;
    for (;;) {
      const visit = cpu.happen(this.nowSeconds);
      if (visit === NONE) break;
      this.beginDelay(visit, this.options.pods.models[pod]!);
    }
    this.podAtWork = NONE;
    this.awaitCpu(pod);
  }

  /** A place of the concurrency is free: the first that waits takes it. */
  vacate(pod: number): void {
    const { pods } = this.options;
    pods.settle(pod, this.nowSeconds);
    pods.active[pod]! -= 1;
    const first = pods.head[pod]!;
    if (first === NONE || pods.active[pod]! >= pods.models[pod]!.concurrency) return;
    if (pods.closed[pod] === 2) return;
    this.dequeue(first, pod);
    this.begin(first, pod);
  }

  /** A visit leaves its pod, whatever it was about. */
  leave(visit: number): void {
    const { visits, pods } = this.options;
    const pod = visits.pod[visit]!;
    const state = visits.state[visit]!;
    pods.settle(pod, this.nowSeconds);
    pods.present[pod]! -= 1;
    visits.release(visit);
    if (state === VisitState.waiting) {
      this.dequeue(visit, pod);
      return;
    }
    if (state === VisitState.cpu) {
      pods.cpus[pod]!.leave(visit, this.nowSeconds);
      this.awaitCpu(pod);
    }
    const { holdsPlaceDuringCalls } = pods.models[pod]!;
    if (state !== VisitState.calling || holdsPlaceDuringCalls) this.vacate(pod);
  }
}
