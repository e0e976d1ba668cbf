import { LatencyHistogram } from "../latency-histogram.js";
import { ratio } from "../ratio.js";
import { ATTEMPT_FAILURES, type TrafficBatch } from "../traffic-batch.js";
import {
  type Figures,
  metric,
  metricGroup,
  type OwnLedger,
  type Put,
  type Span,
} from "./metric-group.js";

/** Of a traffic whose requests are shared out by weights, each backend has rows of its own, too. */
const LABELS = ["backend", "traffic"];
const metrics = {
  request_count: metric("count", "both", LABELS, "requests that were answered or given up"),
  request_failed_count: metric(
    "count",
    "both",
    LABELS,
    "requests given up after their last attempt",
  ),
  request_failed_ratio: metric("ratio", "summary", LABELS, "share of the requests given up"),
  request_latency_mean_seconds: metric(
    "seconds",
    "summary",
    LABELS,
    "first attempt sent to answer, of the requests answered",
  ),
  request_latency_p50_seconds: metric("seconds", "summary", LABELS, "its median, within 0.4 %"),
  request_latency_p90_seconds: metric("seconds", "summary", LABELS, "nine in ten, within 0.4 %"),
  request_latency_p99_seconds: metric(
    "seconds",
    "both",
    LABELS,
    "99 in 100, within 0.4 %; in the time series of each interval by itself",
  ),
  request_latency_seconds: metric("seconds", "timeseries", LABELS, "mean of the interval"),
  objective_violation_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "share of the requests that failed or were answered later than the objective allows",
  ),
  error_budget_left_ratio: metric(
    "ratio",
    "summary",
    LABELS,
    "share of the error budget that violations have left; below 0: overdrawn",
  ),
  request_attempts_count: metric("count", "both", LABELS, "attempts sent, the first ones too"),
  request_attempts_failed_count: metric(
    "count",
    "both",
    ["backend", "reason", "traffic"],
    "attempts that came to nothing",
  ),
};
type Name = keyof typeof metrics;

/** The sums of batches. */
class Sums {
  readonly latencies = new LatencyHistogram();
  failed = 0;
  late = 0;
  attempts = 0;
  budgetShare: number | null = null;
  readonly attemptsFailed = ATTEMPT_FAILURES.map(() => 0);
  /** Answered or given up where there was an objective. */
  promised = 0;
  allowed = 0;

  get count(): number {
    return this.latencies.count + this.failed;
  }

  add(batch: TrafficBatch): void {
    this.latencies.merge(batch.latencies);
    this.failed += batch.failed;
    this.attempts += batch.attempts;
    const { attemptsFailed } = batch;
    for (let reason = 0; reason < attemptsFailed.length; reason++) {
      this.attemptsFailed[reason]! += attemptsFailed[reason]!;
    }
    if (batch.budgetShare === null) return;
    const count = batch.latencies.count + batch.failed;
    this.late += batch.late + batch.failed;
    this.promised += count;
    this.allowed += batch.budgetShare * count;
  }

  clear(): void {
    this.latencies.clear();
    this.failed = 0;
    this.late = 0;
    this.attempts = 0;
    this.promised = 0;
    this.allowed = 0;
    this.attemptsFailed.fill(0);
  }
}

/** The whole, each traffic and each backend of one, since the last cut and over the window. */
class TrafficLedger implements OwnLedger {
  readonly interval = new Map<string, Sums>();
  readonly window = new Map<string, Sums>();
  private inWindow = false;

  trafficServed(batch: TrafficBatch): void {
    const { traffic, backend } = batch;
    const rows =
      backend === null ? ["", `traffic=${traffic}`] : [`backend=${backend};traffic=${traffic}`];
    for (const labels of rows) {
      sumsOf(this.interval, labels).add(batch);
      if (this.inWindow) sumsOf(this.window, labels).add(batch);
    }
  }

  openWindow(): void {
    this.window.clear();
    this.inWindow = true;
  }

  closeWindow(): void {
    this.inWindow = false;
  }
}

function sumsOf(all: Map<string, Sums>, labels: string): Sums {
  let sums = all.get(labels);
  if (sums === undefined) {
    sums = new Sums();
    all.set(labels, sums);
  }
  return sums;
}

export const TRAFFIC_METRICS = metricGroup({
  metrics,
  ledger: () => new TrafficLedger(),
  summarise,
  cut,
});

function summarise({ own }: Figures<TrafficLedger>, _window: Span, put: Put<Name>): void {
  for (const [labels, sums] of own.window) {
    const { latencies, count } = sums;
    put("request_count", labels, count);
    put("request_failed_count", labels, sums.failed);
    put("request_failed_ratio", labels, ratio(sums.failed, count));
    put("request_latency_mean_seconds", labels, latencies.mean);
    put("request_latency_p50_seconds", labels, latencies.quantile(0.5));
    put("request_latency_p90_seconds", labels, latencies.quantile(0.9));
    put("request_latency_p99_seconds", labels, latencies.quantile(0.99));
    if (sums.promised > 0) {
      put("objective_violation_ratio", labels, ratio(sums.late, sums.promised));
      put("error_budget_left_ratio", labels, 1 - ratio(sums.late, sums.allowed));
    }
    putAttempts(put, labels, sums);
  }
}

function cut({ own }: Figures<TrafficLedger>, _interval: Span, put: Put<Name>): void {
  for (const [labels, sums] of own.interval) {
    put("request_count", labels, sums.count);
    put("request_failed_count", labels, sums.failed);
    put("request_latency_seconds", labels, sums.latencies.mean);
    put("request_latency_p99_seconds", labels, sums.latencies.quantile(0.99));
    putAttempts(put, labels, sums);
    sums.clear();
  }
}

function putAttempts(put: Put<Name>, labels: string, sums: Sums): void {
  put("request_attempts_count", labels, sums.attempts);
  let failed = 0;
  for (let i = 0; i < ATTEMPT_FAILURES.length; i++) {
    const count = sums.attemptsFailed[i]!;
    failed += count;
    if (count === 0) continue;
    put("request_attempts_failed_count", withReason(labels, ATTEMPT_FAILURES[i]!), count);
  }
  put("request_attempts_failed_count", labels, failed);
}

/** Labels are sorted: `backend`, `reason`, `traffic`. */
function withReason(labels: string, reason: string): string {
  if (labels === "") return `reason=${reason}`;
  const at = labels.indexOf("traffic=");
  return `${labels.slice(0, at)}reason=${reason};${labels.slice(at)}`;
}
