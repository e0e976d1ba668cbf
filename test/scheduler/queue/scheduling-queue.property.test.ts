import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QueuedPod } from "../../../src/scheduler/queue/queued-pod.js";
import { at, NEWEST, podOf, queueOf } from "./queue-of.js";

/** What a pod is in the model: plain fields in a list that is searched from end to end. */
interface ModelPod {
  readonly name: string;
  readonly priority: number;
  order: number;
  queuedAt: number;
  attempts: number;
  rejector: string;
  place: "active" | "backoff" | "unschedulable" | "inFlight" | "gone";
}

const seconds = (micros: number) => Math.floor(micros / at(1)) * at(1);

/** The queue as one would write it on a page: no heaps, no groups, no event log. */
class Model {
  readonly pods: ModelPod[] = [];
  private order = 0;
  /** Whether pods were to be moved since the last pop. */
  private moved = false;

  constructor(private readonly newest: boolean) {}

  add(name: string, priority: number, now: number): void {
    const order = this.order++;
    const pod = { name, priority, order, queuedAt: now, attempts: 0, rejector: "" };
    this.pods.push({ ...pod, place: "active" });
  }

  at(place: ModelPod["place"]): ModelPod[] {
    return this.pods.filter((pod) => pod.place === place);
  }

  private backoffEnd(pod: ModelPod): number {
    const wait = pod.attempts === 0 ? 0 : Math.min(10, 2 ** (pod.attempts - 1));
    const end = pod.queuedAt + at(wait);
    return this.newest ? seconds(end) : end;
  }

  private waits(pod: ModelPod, now: number): boolean {
    const end = this.backoffEnd(pod);
    return this.newest ? end >= seconds(now) : end > now;
  }

  private before(a: ModelPod, b: ModelPod): number {
    return b.priority - a.priority || a.queuedAt - b.queuedAt || a.order - b.order;
  }

  pop(): ModelPod | undefined {
    let [next] = this.at("active").sort((a, b) => this.before(a, b));
    if (next === undefined && this.newest) {
      [next] = this.at("backoff")
        .filter(({ rejector }) => rejector !== "")
        .sort((a, b) => this.backoffEnd(a) - this.backoffEnd(b) || this.before(a, b));
    }
    if (next === undefined) return undefined;
    next.place = "inFlight";
    next.attempts += 1;
    this.moved = false;
    return next;
  }

  putBack(pod: ModelPod, rejector: string, missed: readonly string[], now: number): void {
    const helped = this.newest
      ? rejector === "" || missed.includes(rejector) || missed.includes(EVERYTHING)
      : this.moved;
    const kept = this.newest ? rejector : rejector || pod.rejector;
    Object.assign(pod, { rejector: kept, queuedAt: now, order: this.order++ });
    pod.place = helped ? "backoff" : "unschedulable";
  }

  private requeue(pod: ModelPod, now: number): void {
    pod.place = this.waits(pod, now) ? "backoff" : "active";
  }

  event(plugin: string, now: number): void {
    this.moved = true;
    for (const pod of this.at("unschedulable")) {
      if (pod.rejector === plugin || pod.rejector === "") this.requeue(pod, now);
    }
  }

  /** True if pods were tried again because they had waited so long. */
  flush(now: number): boolean {
    if (now % at(1) === 0) {
      for (const pod of this.at("backoff")) if (!this.waits(pod, now)) pod.place = "active";
    }
    if (now % at(30) !== 0) return false;
    const leftover = this.at("unschedulable").filter(({ queuedAt }) => now - queuedAt > at(300));
    for (const pod of leftover) this.requeue(pod, now);
    if (leftover.length > 0) this.moved = true;
    return leftover.length > 0;
  }
}

const PLUGINS = ["Fit", "Taints", "Spread"] as const;
/** Stands for the event that pods have waited for long: it may help every pod. */
const EVERYTHING = "*";
const plugin = fc.constantFrom(...PLUGINS);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("add"), priority: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pop") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("refuse"), plugin }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bind") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("event"), plugin }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove"), nth: fc.nat(20) }) },
  // Half seconds, and now and then minutes, so that flushes fall due.
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait"),
      halfSeconds: fc.oneof(fc.nat(6), fc.integer({ min: 300, max: 700 })),
    }),
  },
) as fc.Arbitrary<Step>;

interface Step {
  readonly do: "add" | "pop" | "refuse" | "fail" | "bind" | "event" | "remove" | "wait";
  readonly priority?: number;
  readonly plugin?: string;
  readonly nth?: number;
  readonly halfSeconds?: number;
}

interface Flight {
  readonly queued: QueuedPod;
  readonly model: ModelPod;
  readonly missed: string[];
}

class Comparison {
  readonly queue;
  readonly model: Model;
  private readonly flights: Flight[] = [];
  private now = 0;
  private names = 0;

  constructor(newest: boolean) {
    this.queue = queueOf(newest ? NEWEST : {});
    this.model = new Model(newest);
  }

  run(action: Step): void {
    if (action.do === "add") {
      const name = `pod-${this.names++}`;
      this.model.add(name, action.priority ?? 0, this.now);
      this.queue.add(podOf(name, { priority: action.priority ?? 0 }), this.now);
    } else if (action.do === "pop") {
      const model = this.model.pop();
      const queued = this.queue.pop();
      expect(queued?.pod.name).toBe(model?.name);
      if (queued !== undefined) this.flights.push({ queued, model: model!, missed: [] });
    } else if (action.do === "event") {
      for (const flight of this.flights) flight.missed.push(action.plugin!);
      this.model.event(action.plugin!, this.now);
      this.queue.moveOnEvent({ helps: [action.plugin!] }, this.now);
    } else if (action.do === "remove") {
      this.remove(action.nth ?? 0);
    } else if (action.do === "wait") {
      this.wait(action.halfSeconds ?? 0);
    } else {
      this.end(action);
    }
    this.check();
  }

  private end(action: Step): void {
    const flight = this.flights.shift();
    if (flight === undefined) return;
    const { queued, model, missed } = flight;
    if (action.do === "bind") {
      this.queue.done(queued);
      model.place = "gone";
      return;
    }
    const rejector = action.plugin ?? "";
    if (model.place === "inFlight") this.model.putBack(model, rejector, missed, this.now);
    this.queue.putBack(queued, rejector === "" ? [] : [rejector], this.now);
  }

  private remove(nth: number): void {
    const there = this.model.pods.filter(({ place }) => place !== "gone");
    const pod = there[nth % Math.max(1, there.length)];
    if (pod === undefined) return;
    pod.place = "gone";
    this.queue.remove(pod.name);
  }

  /** Half a second at a time; the queue is flushed only when it asked for it. */
  private wait(halfSeconds: number): void {
    for (let i = 0; i < halfSeconds; i += 1) {
      const next = this.queue.nextFlushMicros(this.now)?.at;
      this.now += at(0.5);
      const flushed = this.model.flush(this.now);
      for (const flight of this.flights) if (flushed) flight.missed.push(EVERYTHING);
      if (next !== undefined && next <= this.now) this.queue.flush(this.now);
    }
  }

  private check(): void {
    const { queue, model } = this;
    expect({
      active: queue.activeCount,
      backoff: queue.backoffCount,
      unschedulable: queue.unschedulablePodCount,
    }).toEqual({
      active: model.at("active").length,
      backoff: model.at("backoff").length,
      unschedulable: model.at("unschedulable").length,
    });
  }
}

describe.each([
  { version: "v1.26", newest: false },
  { version: "v1.33", newest: true },
])("the queue of $version", ({ newest }) => {
  test("does what its plain model does", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const comparison = new Comparison(newest);
        for (const action of steps) comparison.run(action);
      }),
      { numRuns: 300 },
    );
  });
});
