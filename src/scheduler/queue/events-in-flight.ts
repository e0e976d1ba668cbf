import type { Flight, QueuedPod } from "./queued-pod.js";

/** So many that nobody will ask for may stay before they are thrown away. */
const SLACK = 1024;

/**
 * The events since the oldest attempt under way began, for attempts that fail: what came while they
 * ran may help them. Source: kube-scheduler, `active_queue.go` (inFlightPods, inFlightEvents).
 */
export class EventsInFlight<E> {
  private readonly events: E[] = [];
  /** Number of the first event kept; events are numbered from 0. */
  private first = 0;
  private underWay = 0;
  /** In the order in which they began; some are over. Those before `oldest` are forgotten. */
  private readonly order: Flight[] = [];
  private oldest = 0;

  /** An attempt begins. */
  begin(queued: QueuedPod): void {
    if (queued.flight === null) this.underWay += 1;
    else queued.flight.isOver = true;
    queued.flight = { since: this.first + this.events.length, isOver: false };
    this.order.push(queued.flight);
  }

  record(event: E): void {
    if (this.underWay > 0) this.events.push(event);
  }

  /** What has happened since the attempt began. */
  during({ flight }: QueuedPod): readonly E[] {
    return flight === null ? [] : this.events.slice(flight.since - this.first);
  }

  /** The attempt ends. */
  end(queued: QueuedPod): void {
    if (queued.flight === null) return;
    queued.flight.isOver = true;
    queued.flight = null;
    this.underWay -= 1;
    this.forget();
  }

  private forget(): void {
    const { order, events } = this;
    while (this.oldest < order.length && order[this.oldest]!.isOver) this.oldest += 1;
    const oldest = order[this.oldest];
    if (isWorthCutting(order, this.oldest)) {
      order.splice(0, this.oldest);
      this.oldest = 0;
    }
    const unasked = (oldest?.since ?? this.first + events.length) - this.first;
    if (unasked === 0 || !isWorthCutting(events, unasked)) return;
    events.splice(0, unasked);
    this.first += unasked;
  }
}

/** Cutting off costs as much as is kept: all, or much that is half of the list at least. */
function isWorthCutting(list: readonly unknown[], count: number): boolean {
  return count === list.length || (count >= SLACK && 2 * count >= list.length);
}
