import { LatencyHistogram } from "../../record/latency-histogram.js";
import { ATTEMPT_FAILURES, type TrafficBatch } from "../../record/traffic-batch.js";
import { LatencyParts } from "../fluid/latency-parts.js";
import { LatencyPoints } from "../fluid/latency-points.js";
import { Failure, type TrafficObserver } from "../loop/traffic-observer.js";
import type { TrafficSpec } from "./traffic-spec.js";

type Promised = Pick<TrafficSpec, "name" | "objective">;

/** So many parts are kept as they came. */
const MOST_KEPT = 512;

/** Where latencies are gathered, by one batch after the other. */
class Gathering {
  readonly latencies = new LatencyHistogram();
  readonly points = new LatencyPoints();

  /** All of these latencies, into a histogram. */
  put(parts: LatencyParts, into: LatencyHistogram): void {
    this.points.clear();
    parts.putInto(this.points);
    into.addShares(this.points, 1);
  }
}

/**
 * A batch that is being filled. Those of fluid requests are many, and filled by turns, a hundred latencies at a
 * time: what these are made of is kept until somebody asks, so that the buckets of all histograms need not
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
  private readonly kept = new LatencyParts();
  /** Null: all latencies are kept. */
  private own: LatencyHistogram | null = null;

  /** @param shared for the latencies of batches that keep all of theirs. */
  constructor(
    { name, objective }: Promised,
    backend: string | null = null,
    private readonly shared = new Gathering(),
  ) {
    this.latencies = shared.latencies;
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
    this.shared.latencies.clear();
    this.shared.put(this.kept, this.shared.latencies);
  }

  /** So many requests were answered after so long. */
  answer(seconds: number, times: number): void {
    (this.own ?? this.becomeOwn()).add(seconds, times);
    if (seconds > this.lateAfterSeconds) this.late += times;
  }

  /** So many requests, with latencies by their shares; those above the timeout have failed. */
  answerAll(latencies: LatencyParts, requests: number, timeoutSeconds: number): void {
    const { longest } = latencies;
    if (longest > timeoutSeconds || longest > this.lateAfterSeconds) {
      this.countLate(latencies.points(), requests, timeoutSeconds);
    }
    this.kept.addTimes(latencies, requests, timeoutSeconds);
    if (this.kept.length > MOST_KEPT) this.fill(this.own ?? this.becomeOwn());
  }

  private countLate(
    { length, seconds, shares }: LatencyPoints,
    requests: number,
    timeoutSeconds: number,
  ): void {
    for (let i = 0; i < length; i++) {
      const count = requests * shares[i]!;
      if (seconds[i]! > timeoutSeconds) this.fail(Failure.timeout, count);
      else if (seconds[i]! > this.lateAfterSeconds) this.late += count;
    }
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
    this.shared.put(this.kept, own);
    this.kept.clear();
  }
}

/** The batches of a run: one a traffic, and one a backend that its requests are shared among. */
export class TrafficBatches {
  /** In the order in which they were asked for. */
  readonly all: FillingBatch[] = [];
  private readonly gathering = new Gathering();
  private readonly byTraffic = new Map<string, Map<string, FillingBatch>>();

  add(spec: Promised): FillingBatch {
    const batch = new FillingBatch(spec, null, this.gathering);
    this.all.push(batch);
    this.byTraffic.set(spec.name, new Map());
    return batch;
  }

  /** That of a backend of a traffic. */
  backend(spec: Promised, backend: string): FillingBatch {
    const known = this.byTraffic.get(spec.name)!;
    let batch = known.get(backend);
    if (batch === undefined) {
      batch = new FillingBatch(spec, backend, this.gathering);
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
