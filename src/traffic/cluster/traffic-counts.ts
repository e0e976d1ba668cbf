import { LatencyHistogram } from "../../record/latency-histogram.js";
import { ATTEMPT_FAILURES, type TrafficBatch } from "../../record/traffic-batch.js";
import { LatencyPoints } from "../fluid/latency-points.js";
import { Failure, type TrafficObserver } from "../loop/traffic-observer.js";
import type { TrafficSpec } from "./traffic-spec.js";

type Promised = Pick<TrafficSpec, "name" | "objective">;

/** So many latencies are kept as they came. */
const MOST_KEPT = 2_048;

/**
 * A batch that is being filled. Those of fluid requests are many, and filled by turns, a hundred latencies at a
 * time: these are kept one behind the other until somebody asks, so that the buckets of all histograms need not
 * be at hand at once.
 */
export class FillingBatch implements TrafficBatch {
  readonly traffic: string;
  readonly backend: string | null;
  readonly budgetShare: number | null;
  readonly attemptsFailed = ATTEMPT_FAILURES.map(() => 0);
  readonly lateAfterSeconds: number;
  failed = 0;
  late = 0;
  attempts = 0;
  /** Up to the last {@link settle}; where it is that of all batches, until another one settles. */
  latencies: LatencyHistogram;
  private readonly kept = new LatencyPoints();
  /** Null: all latencies are kept. */
  private own: LatencyHistogram | null = null;

  /** @param shared for the latencies of batches that keep all of theirs. */
  constructor(
    { name, objective }: Promised,
    backend: string | null = null,
    private readonly shared = new LatencyHistogram(),
  ) {
    this.latencies = shared;
    this.traffic = name;
    this.backend = backend;
    this.budgetShare = objective === null ? null : 1 - objective.quantile;
    this.lateAfterSeconds =
      objective === null ? Number.POSITIVE_INFINITY : objective.latencyMicros / 1e6;
  }

  /** Fills in the latencies. */
  settle(): void {
    if (this.own !== null) {
      this.fill(this.own);
      return;
    }
    this.shared.clear();
    this.shared.addShares(this.kept, 1);
  }

  /** So many requests were answered after so long. */
  answer(seconds: number, times: number): void {
    (this.own ?? this.becomeOwn()).add(seconds, times);
    if (seconds > this.lateAfterSeconds) this.late += times;
  }

  /** So many requests, with latencies by their shares; those above the timeout have failed. */
  answerAll(latencies: LatencyPoints, requests: number, timeoutSeconds: number): void {
    const { longest, length, seconds, shares } = latencies;
    if (longest <= timeoutSeconds && longest <= this.lateAfterSeconds) {
      this.kept.addTimes(latencies, requests);
    } else {
      for (let i = 0; i < length; i++) {
        const count = requests * shares[i]!;
        const after = seconds[i]!;
        if (after > timeoutSeconds) {
          this.fail(Failure.timeout, count);
        } else if (count > 0) {
          this.kept.add(after, count);
          if (after > this.lateAfterSeconds) this.late += count;
        }
      }
    }
    if (this.kept.length > MOST_KEPT) this.fill(this.own ?? this.becomeOwn());
  }

  /** So many requests failed with their only attempt. */
  fail(failure: Failure, requests: number): void {
    this.failed += requests;
    this.attemptsFailed[failure]! += requests;
  }

  clear(): void {
    this.own?.clear();
    this.kept.clear();
    this.attemptsFailed.fill(0);
    this.failed = 0;
    this.late = 0;
    this.attempts = 0;
  }

  private becomeOwn(): LatencyHistogram {
    this.own = new LatencyHistogram();
    this.latencies = this.own;
    return this.own;
  }

  private fill(own: LatencyHistogram): void {
    own.addShares(this.kept, 1);
    this.kept.clear();
  }
}

/** The batches of a run: one a traffic, and one a backend that its requests are shared among. */
export class TrafficBatches {
  /** In the order in which they were asked for. */
  readonly all: FillingBatch[] = [];
  private readonly latencies = new LatencyHistogram();
  private readonly byTraffic = new Map<string, Map<string, FillingBatch>>();

  add(spec: Promised): FillingBatch {
    const batch = new FillingBatch(spec, null, this.latencies);
    this.all.push(batch);
    this.byTraffic.set(spec.name, new Map());
    return batch;
  }

  /** That of a backend of a traffic. */
  backend(spec: Promised, backend: string): FillingBatch {
    const known = this.byTraffic.get(spec.name)!;
    let batch = known.get(backend);
    if (batch === undefined) {
      batch = new FillingBatch(spec, backend, this.latencies);
      known.set(backend, batch);
      this.all.push(batch);
    }
    return batch;
  }
}

/** What becomes of the requests of a source. */
interface SourceCounts {
  readonly whole: FillingBatch;
  /** Of the service of that number; null: it is no backend. */
  readonly batchOf: (service: number) => FillingBatch | null;
  readonly byService: Map<number, FillingBatch | null>;
}

/** Counts what becomes of the requests of each source, and of each backend where these are told apart. */
export class TrafficCounts implements TrafficObserver {
  /** By source. */
  private readonly sources: SourceCounts[] = [];

  add(whole: FillingBatch, batchOf: SourceCounts["batchOf"]): void {
    this.sources.push({ whole, batchOf, byService: new Map() });
  }

  attemptSent(source: number, _at: number, backend: number): void {
    const { whole } = this.sources[source]!;
    whole.attempts += 1;
    const part = this.partOf(source, backend);
    if (part !== null) part.attempts += 1;
  }

  attemptFailed(source: number, failure: Failure, _at: number, backend: number): void {
    this.sources[source]!.whole.attemptsFailed[failure]! += 1;
    const part = this.partOf(source, backend);
    if (part !== null) part.attemptsFailed[failure]! += 1;
  }

  visitDone(): void {}
  visitLeft(): void {}

  requestEnded(
    source: number,
    sent: number,
    at: number,
    isAnswered: boolean,
    _attempts: number,
    backend: number,
  ): void {
    const { whole } = this.sources[source]!;
    const part = this.partOf(source, backend);
    if (isAnswered) {
      whole.answer(at - sent, 1);
      part?.answer(at - sent, 1);
      return;
    }
    whole.failed += 1;
    if (part !== null) part.failed += 1;
  }

  private partOf(source: number, backend: number): FillingBatch | null {
    if (backend < 0) return null;
    const { batchOf, byService } = this.sources[source]!;
    let part = byService.get(backend);
    if (part === undefined) {
      part = batchOf(backend);
      byService.set(backend, part);
    }
    return part;
  }
}
