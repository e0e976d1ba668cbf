import type { TimeMicros } from "../base/time.js";
import type { ClusterObserver, EventType, ObjectReference } from "./cluster-observer.js";

/** What of an Event is written: its message, or null for nothing. */
export type EventWriting = (
  type: EventType,
  reason: string,
  object: ObjectReference,
  message: string,
  timeMicros: TimeMicros,
) => string | null;

/** An observer that is told of Events as `writing` has them written, and of all else as it is. */
export function tellingEvents(observer: ClusterObserver, writing: EventWriting): ClusterObserver {
  return {
    objectChanged: (before, after, time) => observer.objectChanged(before, after, time),
    schedulingAttempt: (pod, result, time, refusal, causes) =>
      observer.schedulingAttempt(pod, result, time, refusal, causes),
    podEvicted: (pod, reason, time) => observer.podEvicted(pod, reason, time),
    evictionRefused: (pod, budgets, time) => observer.evictionRefused(pod, budgets, time),
    drainedPodGone: (pod, time) => observer.drainedPodGone?.(pod, time),
    podPreempted: (pod, reason, time) => observer.podPreempted(pod, reason, time),
    podUsage: (pod, cpu, memory, time) => observer.podUsage(pod, cpu, memory, time),
    podsNeeded: (like, count, time) => observer.podsNeeded?.(like, count, time),
    nodesAskedFor: (...told) => observer.nodesAskedFor?.(...told),
    leadership: (...told) => observer.leadership?.(...told),
    trafficServed: (...served) => observer.trafficServed(...served),
    timelineStep: (operation, target, message, time, state) =>
      observer.timelineStep(operation, target, message, time, state),
    event: (type, reason, object, message, time) => {
      const written = writing(type, reason, object, message, time);
      if (written !== null) observer.event(type, reason, object, written, time);
    },
  };
}
