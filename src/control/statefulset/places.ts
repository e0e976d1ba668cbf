import type { PodVersion } from "../../api/pod-version.js";
import { isWithin, ordinalOf, revisionOf } from "./identity.js";
import type { SetTally } from "./set-tally.js";
import {
  isAvailable,
  isParallel,
  isRunningAndReady,
  isTerminating,
  ordinalsOf,
  type StatefulView,
} from "./stateful-view.js";

/** What a status counts. */
interface Counts {
  replicas: number;
  ready: number;
  available: number;
  current: number;
  updated: number;
}

/** The pods of a set by their places: those that it wants, and those it does not. */
export interface Places {
  /** Of the pods that it wants. */
  readonly count: number;
  /** Places, in order, at which something may be to be done; at all others all is as it should be. */
  readonly open: readonly number[];
  /** Pods of other ordinals, the highest first. */
  readonly condemned: readonly PodVersion[];
  /** Whether pods of old revisions may be there that nobody deletes yet. */
  readonly mayHaveOld: boolean;
  readonly counts: Counts;
  /** The pod at a place, counted from the first ordinal; undefined where there is none. */
  at(place: number): PodVersion | undefined;
}

/** The plain definition: looks at all of the set's pods, of whatever ordinal. */
export function placesOf(view: StatefulView, pods: readonly PodVersion[]): Places {
  const ordinals = ordinalsOf(view.set, view.features);
  const replicas = new Array<PodVersion | undefined>(ordinals.count).fill(undefined);
  const condemned: PodVersion[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (isWithin(ordinals, ordinal)) replicas[ordinal - ordinals.first] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const placed = [...replicas, ...condemned].filter((pod) => pod !== undefined);
  return {
    count: ordinals.count,
    open: [...replicas.keys()],
    condemned,
    mayHaveOld: true,
    counts: countsOf(view, placed),
    at: (place) => replicas[place],
  };
}

function countsOf(view: StatefulView, pods: readonly PodVersion[]): Counts {
  const counts = { replicas: pods.length, ready: 0, available: 0, current: 0, updated: 0 };
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      counts.ready += 1;
      if (isAvailable(view, pod)) counts.available += 1;
    }
    if (isTerminating(pod)) continue;
    const revision = revisionOf(pod);
    if (revision === view.current.name) counts.current += 1;
    if (revision === view.update.name) counts.updated += 1;
  }
  return counts;
}

/**
 * The same from figures that are kept, where they are enough: for a set without claims whose pods are
 * available as soon as they are ready, none of which has to go or has a wrong name. Else null.
 */
export function talliedPlaces(view: StatefulView, tally: SetTally): Places | null {
  const { set, features, current, update } = view;
  const { minReadySeconds = 0, volumeClaimTemplates = [] } = set.spec;
  if (minReadySeconds > 0 || volumeClaimTemplates.length > 0) return null;
  const ordinals = ordinalsOf(set, features);
  tally.follow(set, ordinals);
  if (tally.odd > 0 || tally.condemned > 0) return null;
  const updated = tally.ofRevision(update.name);
  return {
    count: ordinals.count,
    open: tally.openPlaces(!isParallel(set)),
    condemned: [],
    mayHaveOld: tally.staying > updated,
    counts: {
      replicas: tally.size,
      ready: tally.ready,
      available: tally.ready,
      current: tally.ofRevision(current.name),
      updated,
    },
    at: (place) => tally.at(ordinals.first + place),
  };
}
