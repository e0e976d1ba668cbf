import type { QueuedPod } from "./queued-pod.js";

/** So many events that nobody will ask for may stay before they are thrown away. */
const SLACK = 1024;

/**
 * The events since the oldest attempt under way began, for attempts that fail: what came while they
 * ran may help them. Source: kube-scheduler, `active_queue.go` (inFlightPods, inFlightEvents).
 */
export class EventsInFlight<E> {
  private readonly events: E[] = [];
  /** Number of the first event kept; events are numbered from 0. */
  private first = 0;
  /** The number of the first event after each attempt began; in that order. */
  private readonly since = new Map<QueuedPod, number>();

  /** An attempt begins. */
  begin(queued: QueuedPod): void {
    this.since.set(queued, this.first + this.events.length);
  }

  record(event: E): void {
    if (this.since.size > 0) this.events.push(event);
  }

  /** The attempt ends; the answer is what happened while it ran. */
  end(queued: QueuedPod): readonly E[] {
    const since = this.since.get(queued);
    if (since === undefined) return [];
    const missed = this.events.slice(since - this.first);
    this.since.delete(queued);
    this.forget();
    return missed;
  }

  private forget(): void {
    const [oldest] = this.since.values();
    const unasked = (oldest ?? this.first + this.events.length) - this.first;
    if (oldest !== undefined && unasked < SLACK) return;
    this.events.splice(0, unasked);
    this.first += unasked;
  }
}
