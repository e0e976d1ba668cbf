import type { PodVersion } from "../../../src/api/pod-version.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../../src/base/time.js";
import {
  type QueueRules,
  SchedulingQueue,
  type SchedulingQueueOptions,
  type WaitingPodChange,
} from "../../../src/scheduler/queue/scheduling-queue.js";
import { meta, pod } from "../../conformance/controllers/objects.js";

/** An event of these tests: the plugins that it helps, all where null. */
export interface TestEvent {
  readonly helps: readonly string[] | null;
}

export const ANY: TestEvent = { helps: null };

/** An update of the pod itself. */
export const changed = (...events: readonly TestEvent[]): WaitingPodChange<TestEvent> => ({
  events,
  matters: events.length > 0,
});

/** Seconds as microseconds. */
export const at = (seconds: number): number => Math.round(seconds * MICROS_PER_SECOND);

let row = 0;

export function podOf(
  name: string,
  change: { priority?: number; gates?: readonly string[] } = {},
): PodVersion {
  row += 1;
  const schedulingGates = (change.gates ?? []).map((gate) => ({ name: gate }));
  const spec = { containers: [], priority: change.priority ?? 0, schedulingGates };
  return pod(meta(row, name, { uid: name }), { spec });
}

/** A queue with PrioritySort and a gate of its own; as of Kubernetes 1.26 by default. */
export function queueOf(
  change: Partial<SchedulingQueueOptions<TestEvent>> = {},
): SchedulingQueue<TestEvent> {
  return new SchedulingQueue<TestEvent>({
    before: (a, b) => {
      if (a.priority !== b.priority) return a.priority > b.priority;
      if (a.timestampMicros !== b.timestampMicros) return a.timestampMicros < b.timestampMicros;
      return a.sequence < b.sequence;
    },
    gate: (candidate) => ((candidate.spec.schedulingGates?.length ?? 0) > 0 ? "Gates" : null),
    awaits: (queued, { helps }) =>
      helps === null ||
      queued.rejectors.length === 0 ||
      queued.rejectors.some((plugin) => helps.includes(plugin)),
    worthRequeuing: () => true,
    mayUngate: () => true,
    backoff: { initial: at(1), max: at(10), orderingWindow: 0, endIsExclusive: false },
    maxUnschedulableMicros: 5 * MICROS_PER_MINUTE,
    rules: V1_26,
    ...change,
  });
}

export const V1_26: QueueRules = {
  inFlightEvents: false,
  popFromBackoff: false,
  errorsBackOff: false,
  errorKeepsRejectors: true,
};
export const V1_32: QueueRules = {
  inFlightEvents: true,
  popFromBackoff: false,
  errorsBackOff: true,
  errorKeepsRejectors: false,
};

/** As from Kubernetes 1.33: hints, and the backoff queue gives pods early. */
export const NEWEST: Partial<SchedulingQueueOptions<TestEvent>> = {
  rules: { ...V1_32, popFromBackoff: true },
  backoff: { initial: at(1), max: at(10), orderingWindow: at(1), endIsExclusive: true },
};

/** Names of all that can be popped now, each attempt ending well. */
export function drain(queue: SchedulingQueue<TestEvent>): readonly string[] {
  const names: string[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    names.push(next.pod.name);
    queue.done(next);
  }
  return names;
}

/** Pops one pod and sends it back as refused by these plugins. */
export function refuse(
  queue: SchedulingQueue<TestEvent>,
  rejectors: readonly string[],
  seconds: number,
): string {
  const queued = queue.pop();
  if (queued === undefined) throw new Error("nothing is ready");
  queue.putBack(queued, rejectors, at(seconds));
  return queued.pod.name;
}
