import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Handle, QueuedPod, QueueSortPlugin } from "../framework/interfaces.js";
import { cameFirst } from "./fifo.js";

/** In seconds: how long the pod is expected to run. */
const ANNOTATION = "seatrial.dev/expected-run-seconds";

/**
 * The pod first that runs shortest, then who came first. How long it runs is what its annotation
 * `seatrial.dev/expected-run-seconds` says, else what the trace or the generator knows that made it,
 * else its `activeDeadlineSeconds`; pods of which nobody knows come last.
 *
 * Source: R. W. Conway, W. L. Maxwell, L. W. Miller, "Theory of scheduling", 1967 (shortest processing time).
 */
export class ShortestJobFirst implements QueueSortPlugin {
  readonly name = "ShortestJobFirst";
  private readonly known = new WeakMap<PodVersion, number>();

  constructor(private readonly handle: Handle) {}

  less(a: QueuedPod, b: QueuedPod): boolean {
    const ofA = this.runMicros(a.pod);
    const ofB = this.runMicros(b.pod);
    return ofA === ofB ? cameFirst(a, b) : ofA < ofB;
  }

  private runMicros(pod: PodVersion): TimeMicros {
    let micros = this.known.get(pod);
    if (micros === undefined) {
      micros = this.expected(pod);
      this.known.set(pod, micros);
    }
    return micros;
  }

  private expected(pod: PodVersion): TimeMicros {
    const told = pod.annotations[ANNOTATION];
    const seconds = told === undefined || told.trim() === "" ? Number.NaN : Number(told);
    if (seconds >= 0) return seconds * MICROS_PER_SECOND;
    const made = this.handle.expectedRunMicros(pod);
    if (made !== null) return made;
    const { activeDeadlineSeconds } = pod.spec;
    return (activeDeadlineSeconds ?? Number.POSITIVE_INFINITY) * MICROS_PER_SECOND;
  }
}
