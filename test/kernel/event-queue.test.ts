import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue, QUEUE_END_MICROS } from "../../src/kernel/event-queue.js";
import { PHASE_COUNT, type Phase } from "../../src/kernel/phase.js";

/** The plainest queue there is: an array, sorted by (time, phase), stable. */
class SortedArray {
  private readonly events: { id: number; time: number; phase: number; a: number }[] = [];

  push(id: number, time: number, phase: number, a: number): void {
    const at = this.events.findIndex(
      (other) => other.time > time || (other.time === time && other.phase > phase),
    );
    this.events.splice(at === -1 ? this.events.length : at, 0, { id, time, phase, a });
  }

  pop(limit: number) {
    const first = this.events[0];
    return first !== undefined && first.time <= limit ? this.events.shift() : undefined;
  }

  cancel(id: number): boolean {
    const at = this.events.findIndex((event) => event.id === id);
    if (at !== -1) this.events.splice(at, 1);
    return at !== -1;
  }

  get size(): number {
    return this.events.length;
  }
}

const delay = fc.oneof(
  fc.nat(3),
  fc.nat(600),
  fc.nat(1_000_000),
  fc.integer({ min: 0, max: 2 ** 40 }),
  fc.integer({ min: 0, max: 2 ** 49 }),
);
const phase = fc.nat(PHASE_COUNT - 1);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("push" as const), delay, phase }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pop" as const), delay }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
);

test("does what a sorted array does under pushes, bounded pops and cancels", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const queue = new EventQueue(4);
      const model = new SortedArray();
      const ids: number[] = [];
      let now = 0;
      for (const [ordinal, s] of steps.entries()) {
        if (s.kind === "push") {
          const time = Math.min(now + s.delay, QUEUE_END_MICROS - 1);
          const id = queue.push(
            time,
            s.phase as Phase,
            ordinal % 7,
            ordinal,
            -1 - ordinal,
            2 ** 52,
          );
          expect(ids).not.toContain(id);
          ids.push(id);
          model.push(id, time, s.phase, ordinal);
        } else if (s.kind === "pop") {
          const expected = model.pop(now + s.delay);
          expect(queue.pop(now + s.delay)).toBe(expected !== undefined);
          if (expected !== undefined) {
            const { timeMicros, a, b, c, handler } = queue;
            expect({ time: timeMicros, phase: queue.phase, a }).toEqual({
              time: expected.time,
              phase: expected.phase,
              a: expected.a,
            });
            expect([b, c, handler]).toEqual([-1 - expected.a, 2 ** 52, expected.a % 7]);
          }
          // As the engine does: to the event, or to the limit when there is none.
          now = expected?.time ?? Math.min(now + s.delay, QUEUE_END_MICROS - 1);
        } else {
          const id = ids.length === 0 ? 0 : ids[s.which % ids.length]!;
          expect(queue.cancel(id)).toBe(model.cancel(id));
        }
        expect(queue.size).toBe(model.size);
      }
      while (true) {
        const expected = model.pop(QUEUE_END_MICROS);
        expect(queue.pop(QUEUE_END_MICROS)).toBe(expected !== undefined);
        if (expected === undefined) break;
        expect(queue.a).toBe(expected.a);
      }
    }),
    { numRuns: 300 },
  );
});
