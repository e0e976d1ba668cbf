import assert from "node:assert/strict";
import { Heap } from "heap-js";
import { Bench } from "tinybench";
import { EventQueue, QUEUE_END_MICROS } from "../src/kernel/event-queue.js";
import { Phase } from "../src/kernel/phase.js";
import { RandomStreams } from "../src/kernel/random-streams.js";

/**
 * The hold model: with a constant number of events pending, take the first and schedule another. Our
 * queue beside heap-js, a binary heap of objects, which is given the same order (time, phase,
 * sequence) and the same delays: exponential with a mean of 1 s, rounded to microseconds.
 *
 * Source: D. Jones, "An empirical comparison of priority-queue and event-set implementations",
 * CACM 29 (1986).
 */
const SIZES = [1_000, 100_000, 1_000_000];
const HOLDS_PER_ITERATION = 10_000;
const MEAN_DELAY_MICROS = 1_000_000;

interface Hold {
  /** Fills the queue, then lets as many events pass. */
  prepare(pending: number): void;
  /** Pops and pushes; returns the sum of the arguments of what was popped. */
  hold(count: number): number;
  readonly clockMicros: number;
}

/** Delays drawn in advance, so that drawing them is not measured. */
function delays(): Float64Array {
  const stream = new RandomStreams(1).stream("delays");
  return Float64Array.from({ length: 2 ** 16 }, () =>
    Math.round(-Math.log(1 - stream.next()) * MEAN_DELAY_MICROS),
  );
}

class OwnQueue implements Hold {
  private readonly queue = new EventQueue();
  private next = 0;

  constructor(private readonly delays: Float64Array) {}

  get clockMicros(): number {
    return this.queue.timeMicros;
  }

  prepare(pending: number): void {
    for (let i = 0; i < pending; i++) this.push(0, i);
    this.hold(pending);
  }

  hold(count: number): number {
    const queue = this.queue;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      if (!queue.pop(QUEUE_END_MICROS)) throw new Error("the queue ran empty");
      sum += queue.a;
      this.push(queue.timeMicros, queue.a);
    }
    return sum;
  }

  private push(now: number, a: number): void {
    const delay = this.delays[this.next++ & 65_535]!;
    this.queue.push(now + delay, Phase.world, 0, a, 0, 0);
  }
}

interface HeapEvent {
  readonly time: number;
  readonly phase: number;
  readonly sequence: number;
  readonly handler: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

class HeapJs implements Hold {
  private readonly heap = new Heap<HeapEvent>(
    (x, y) => x.time - y.time || x.phase - y.phase || x.sequence - y.sequence,
  );
  private next = 0;
  clockMicros = 0;

  constructor(private readonly delays: Float64Array) {}

  prepare(pending: number): void {
    for (let i = 0; i < pending; i++) this.push(0, i);
    this.hold(pending);
  }

  hold(count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const first = this.heap.pop();
      if (first === undefined) throw new Error("the heap ran empty");
      sum += first.a;
      this.clockMicros = first.time;
      this.push(first.time, first.a);
    }
    return sum;
  }

  private push(now: number, a: number): void {
    const sequence = this.next++;
    const time = now + this.delays[sequence & 65_535]!;
    this.heap.push({ time, phase: Phase.world, sequence, handler: 0, a, b: 0, c: 0 });
  }
}

/** Both take the same events in the same order, so their clocks and sums agree to the microsecond. */
function assertSameOrder(drawn: Float64Array): void {
  const own = new OwnQueue(drawn);
  const peer = new HeapJs(drawn);
  own.prepare(5_000);
  peer.prepare(5_000);
  for (let i = 0; i < 50; i++) {
    assert.equal(own.hold(997), peer.hold(997));
    assert.equal(own.clockMicros, peer.clockMicros);
  }
}

const ROUNDS = 40;

/** Nanoseconds of CPU for a pop and a push with so many events pending: a measure of the machine. */
export function queueOperationNanos(pending: number): number {
  const queue = new OwnQueue(delays());
  queue.prepare(pending);
  const rounds: number[] = [];
  for (let i = 0; i < 2 * ROUNDS; i += 1) {
    const begin = process.cpuUsage();
    queue.hold(HOLDS_PER_ITERATION);
    const { user, system } = process.cpuUsage(begin);
    // The first rounds only warm up.
    if (i >= ROUNDS) rounds.push(((user + system) * 1_000) / HOLDS_PER_ITERATION);
  }
  return rounds.sort((a, b) => a - b)[ROUNDS >> 2]!;
}

export async function run(): Promise<void> {
  const drawn = delays();
  assertSameOrder(drawn);
  console.log("hold model, ns for a pop and a push (median)");
  console.log("  pending       seatrial   heap-js   ratio");
  for (const pending of SIZES) {
    const held = { own: 0, peer: 0 };
    const own = new OwnQueue(drawn);
    const peer = new HeapJs(drawn);
    own.prepare(pending);
    peer.prepare(pending);
    const bench = new Bench({ time: 1500, warmupTime: 300 });
    bench.add("own", () => {
      own.hold(HOLDS_PER_ITERATION);
      held.own++;
    });
    bench.add("peer", () => {
      peer.hold(HOLDS_PER_ITERATION);
      held.peer++;
    });
    await bench.run();
    const [ownNs, peerNs] = ["own", "peer"].map((name) => medianNs(bench, name));
    // Every event pops once in about a mean delay, so the clock tells how many were processed.
    for (const [queue, iterations] of [
      [own, held.own],
      [peer, held.peer],
    ] as const) {
      const expected = (1 + (iterations * HOLDS_PER_ITERATION) / pending) * MEAN_DELAY_MICROS;
      const ratio = queue.clockMicros / expected;
      assert(ratio > 0.9 && ratio < 1.1, `${iterations} iterations moved the clock by ${ratio}`);
    }
    const row = [
      pending.toLocaleString("en-US").padStart(9),
      ownNs!.toFixed(0).padStart(12),
      peerNs!.toFixed(0).padStart(9),
      `${(peerNs! / ownNs!).toFixed(1)}x`.padStart(7),
    ];
    console.log(row.join(" "));
    assert(peerNs! > ownNs!, "the event queue is behind its peer");
  }
}

function medianNs(bench: Bench, name: string): number {
  const result = bench.getTask(name)?.result;
  assert(result?.state === "completed", `${name} did not complete`);
  return (result.latency.p50 * 1e6) / HOLDS_PER_ITERATION;
}
