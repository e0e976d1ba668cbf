import type { ClusterObserver } from "./cluster-observer.js";

/** Tells two observers of everything, the first one first. */
export function bothObservers(
  first: ClusterObserver,
  second: ClusterObserver,
): Required<ClusterObserver> {
  return {
    objectChanged(...told) {
      first.objectChanged(...told);
      second.objectChanged(...told);
    },
    schedulingAttempt(...told) {
      first.schedulingAttempt(...told);
      second.schedulingAttempt(...told);
    },
    podEvicted(...told) {
      first.podEvicted(...told);
      second.podEvicted(...told);
    },
    evictionRefused(...told) {
      first.evictionRefused(...told);
      second.evictionRefused(...told);
    },
    drainedPodGone(...told) {
      first.drainedPodGone?.(...told);
      second.drainedPodGone?.(...told);
    },
    podPreempted(...told) {
      first.podPreempted(...told);
      second.podPreempted(...told);
    },
    podUsage(...told) {
      first.podUsage(...told);
      second.podUsage(...told);
    },
    trafficServed(...told) {
      first.trafficServed(...told);
      second.trafficServed(...told);
    },
    podsNeeded(...told) {
      first.podsNeeded?.(...told);
      second.podsNeeded?.(...told);
    },
    nodesAskedFor(...told) {
      first.nodesAskedFor?.(...told);
      second.nodesAskedFor?.(...told);
    },
    leadership(...told) {
      first.leadership?.(...told);
      second.leadership?.(...told);
    },
    event(...told) {
      first.event(...told);
      second.event(...told);
    },
    timelineStep(...told) {
      first.timelineStep(...told);
      second.timelineStep(...told);
    },
  };
}
