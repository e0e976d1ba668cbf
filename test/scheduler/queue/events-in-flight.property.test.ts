import fc from "fast-check";
import { expect, test } from "vitest";
import { EventsInFlight } from "../../../src/scheduler/queue/events-in-flight.js";
import type { QueuedPod } from "../../../src/scheduler/queue/queued-pod.js";

const PODS = 5;
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("record" as const) }) },
  fc.record({ do: fc.constant("begin" as const), pod: fc.nat(PODS - 1) }),
  fc.record({ do: fc.constant("end" as const), pod: fc.nat(PODS - 1) }),
);

test("an attempt is told of all that happened since it began, whatever was forgotten", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 700 }),
      (steps, n) => {
        const pods = Array.from({ length: PODS }, () => ({ flight: null }) as QueuedPod);
        const flights = new EventsInFlight<number>();
        const since = new Map<QueuedPod, number>();
        let events = 0;
        for (const one of steps) {
          if (one.do === "record") {
            for (let i = 0; i < n; i++) flights.record(events + i);
            events += n;
            continue;
          }
          const pod = pods[one.pod]!;
          if (one.do === "begin") {
            flights.begin(pod);
            since.set(pod, events);
            continue;
          }
          const from = since.get(pod) ?? events;
          expect(flights.during(pod)).toEqual(
            Array.from({ length: events - from }, (_, i) => from + i),
          );
          flights.end(pod);
          since.delete(pod);
          expect(flights.during(pod)).toEqual([]);
        }
      },
    ),
    { numRuns: 60 },
  );
});
