import { LatencyHistogram } from "../../record/latency-histogram.js";
import { ATTEMPT_FAILURES, type TrafficBatch } from "../../record/traffic-batch.js";
import type { Failure, TrafficObserver } from "../loop/traffic-observer.js";
import type { TrafficSpec } from "./traffic-spec.js";

/** A batch that is being filled. */
export class FillingBatch implements TrafficBatch {
  readonly traffic: string;
  readonly budgetShare: number | null;
  readonly latencies = new LatencyHistogram();
  readonly attemptsFailed = ATTEMPT_FAILURES.map(() => 0);
  readonly lateAfterSeconds: number;
  failed = 0;
  late = 0;
  attempts = 0;

  constructor({ name, objective }: Pick<TrafficSpec, "name" | "objective">) {
    this.traffic = name;
    this.budgetShare = objective === null ? null : 1 - objective.quantile;
    this.lateAfterSeconds =
      objective === null ? Number.POSITIVE_INFINITY : objective.latencyMicros / 1e6;
  }

  /** So many requests were answered after so long. */
  answer(seconds: number, times: number): void {
    this.latencies.add(seconds, times);
    if (seconds > this.lateAfterSeconds) this.late += times;
  }

  /** So many requests failed with their only attempt. */
  fail(failure: Failure, requests: number): void {
    this.failed += requests;
    this.attemptsFailed[failure]! += requests;
  }

  clear(): void {
    this.latencies.clear();
    this.attemptsFailed.fill(0);
    this.failed = 0;
    this.late = 0;
    this.attempts = 0;
  }
}

/** Counts what becomes of the requests of each source. */
export class TrafficCounts implements TrafficObserver {
  /** By source. */
  private readonly batches: FillingBatch[] = [];

  add(batch: FillingBatch): void {
    this.batches.push(batch);
  }

  attemptSent(source: number): void {
    this.batches[source]!.attempts += 1;
  }

  attemptFailed(source: number, failure: Failure): void {
    this.batches[source]!.attemptsFailed[failure]! += 1;
  }

  visitDone(): void {}
  visitLeft(): void {}

  requestEnded(source: number, sent: number, at: number, isAnswered: boolean): void {
    const batch = this.batches[source]!;
    if (isAnswered) batch.answer(at - sent, 1);
    else batch.failed += 1;
  }
}
