import { type ObjectVersion, objectKey } from "../../src/api/object-version.js";

type Deployment = ObjectVersion<"Deployment">;
type ReplicaSet = ObjectVersion<"ReplicaSet">;

/** Nobody's news is older than this: the lag of a watch, and the writes of one sync. */
const NEWS_MICROS = 1_000_000;
/** What a ReplicaSet was told before it has done by then. */
const CALM_AGAIN_MICROS = 3_000_000;

const DESIRED = "deployment.kubernetes.io/desired-replicas";
const MAXIMUM = "deployment.kubernetes.io/max-replicas";

/** A set and its pods, as they are. */
export interface SetState {
  readonly set: ReplicaSet;
  /** Pods that have not ended and are not on their way out. */
  readonly active: number;
  readonly ready: number;
  /** Those that have been ready for so long that everybody knows. */
  readonly knownReady: number;
}

interface Size {
  readonly micros: number;
  readonly size: number;
}

interface Told {
  readonly micros: number;
  readonly available: number;
}

/**
 * What one Deployment may take from its sets. Whoever decides sees sizes as they are and available
 * pods as the sets' statuses told lately; a decision is held against what is true. It may leave too
 * few ready pods by as many as the statuses are mistaken, and only where Kubernetes does not notice:
 *
 * - the current set tells of more pods than it has ready, or will have: it was an old one just now, and shrank;
 * - an old set does, and its size is not below what it tells. If it is, the clean-up ends with an
 *   error before any available pod is taken, unless older sets had used it up;
 * - the pods of the set that shrinks are ready already, and it tells that they are not;
 * - the Deployment is resized in mid-rollout, or was paused just now: each set gives its share, ready or not.
 */
export class RolloutFloor {
  private readonly told = new Map<string, Told[]>();
  private readonly sizes = new Map<string, Size[]>();
  private readonly currentUntil = new Map<string, number>();
  /** When the clean-up of older sets last took so many pods that it did not come to that set. */
  private readonly behindMicros = new Map<string, number>();
  private pausedMicros = Number.NEGATIVE_INFINITY;
  /** The fewest ready pods that what was decided lately leaves. */
  private least = Number.POSITIVE_INFINITY;
  private steadyMicros: number | null = null;

  /** Takes note of what everybody is told now. */
  observe(deployment: Deployment, sets: readonly SetState[], nowMicros: number): void {
    if (deployment.spec.paused === true) this.pausedMicros = nowMicros;
    const template = contentOf(deployment.spec.template);
    for (const { set } of sets) {
      const told = this.told.get(set.uid) ?? [];
      this.told.set(set.uid, told);
      const available = set.status.availableReplicas ?? 0;
      if (told.at(-1)?.available !== available) told.push({ micros: nowMicros, available });
      while (told.length > 1 && told[1]!.micros < nowMicros - NEWS_MICROS) told.shift();
      const sizes = this.sizes.get(set.uid) ?? [];
      this.sizes.set(set.uid, sizes);
      const size = sizeOf(set);
      if (sizes.at(-1)?.size !== size) sizes.push({ micros: nowMicros, size });
      while (sizes.length > 1 && sizes[1]!.micros < nowMicros - NEWS_MICROS) sizes.shift();
      if (contentOf(set.spec.template) === template) this.currentUntil.set(set.uid, nowMicros);
    }
    this.observeCleanUp(deployment, sets, nowMicros);
    this.settle(deployment, sets, nowMicros);
  }

  /** The fewest ready pods that there may be now. */
  floorOf(deployment: Deployment): number {
    return Math.min(this.least, floorOf(deployment, deployment.spec.replicas ?? 1));
  }

  /** Throws where Kubernetes would not have made that set smaller. `sets`: as before the write. */
  shrink(
    deployment: Deployment,
    sets: readonly SetState[],
    after: ReplicaSet,
    nowMicros: number,
  ): void {
    this.observe(deployment, sets, nowMicros);
    const replicas = Number(after.annotations[DESIRED]);
    const shrunk = sets.find(({ set }) => set.uid === after.uid)!;
    const sizeAfter = ({ set }: SetState) => sizeOf(set.uid === after.uid ? after : set);
    const isResized = sets.some(
      ({ set }) => sizeOf(set) > 0 && Number(set.annotations[DESIRED]) !== replicas,
    );
    const mayBePaused = nowMicros - this.pausedMicros <= NEWS_MICROS;
    const least = leastShare(shrunk.set, after, sets.length);
    const isShare = sizeOf(after) >= least;
    if (isResized) {
      demand(isShare, () => {
        return `${objectKey(after)}: a resize leaves it ${sizeOf(after)} pods, its share is ${least}`;
      });
    } else if (!(mayBePaused && isShare)) {
      this.demandEnough(deployment, sets, shrunk, { after, sizeAfter, nowMicros });
    }
    const kept = sets.map((state) => {
      // What it was told a moment ago may be under way.
      const lately = this.sizes.get(state.set.uid)!.map(({ size }) => size);
      const size = Math.min(sizeAfter(state), ...lately);
      return state.active > size ? Math.min(size, state.knownReady) : state.ready;
    });
    this.least = Math.min(this.least, sum(kept));
    this.steadyMicros = null;
  }

  /** Throws where a step of a rolling update leaves fewer ready pods than statuses excuse. */
  private demandEnough(
    deployment: Deployment,
    sets: readonly SetState[],
    shrunk: SetState,
    step: {
      readonly after: ReplicaSet;
      readonly sizeAfter: (state: SetState) => number;
      readonly nowMicros: number;
    },
  ): void {
    const { after, sizeAfter, nowMicros } = step;
    const survive = (size: (state: SetState) => number) =>
      sum(sets.map((state) => Math.min(state.ready, size(state))));
    const floor = floorOf(deployment, Number(after.annotations[DESIRED]));
    const before = survive(({ set }) => sizeOf(set));
    const least = Math.min(before, floor) - this.mistaken(sets, shrunk, nowMicros);
    const left = survive(sizeAfter);
    demand(left >= least, () => {
      return `${objectKey(after)}: a size of ${sizeOf(after)} leaves ${left} ready pods, at least ${least} have to be`;
    });
  }

  /** Whether the clean-up of older sets takes as many pods as may go, so that it never comes to a set. */
  private observeCleanUp(
    deployment: Deployment,
    sets: readonly SetState[],
    nowMicros: number,
  ): void {
    const isCurrent = ({ set }: SetState) => this.currentUntil.get(set.uid) === nowMicros;
    const unavailable = (states: readonly SetState[]) =>
      sum(states.map(({ set }) => sizeOf(set) - (set.status.availableReplicas ?? 0)));
    const mayGo =
      sum(sets.map(({ set }) => sizeOf(set))) -
      floorOf(deployment, deployment.spec.replicas ?? 1) -
      unavailable(sets.filter(isCurrent));
    for (const state of sets) {
      const older = sets.filter(
        (other) =>
          other !== state &&
          !isCurrent(other) &&
          other.set.creationTimeMicros <= state.set.creationTimeMicros,
      );
      const unhealthy = sum(older.map((other) => Math.max(0, unavailable([other]))));
      if (unhealthy > 0 && unhealthy >= mayGo) this.behindMicros.set(state.set.uid, nowMicros);
    }
  }

  /** By how many pods the statuses may have misled whoever made that set smaller. */
  private mistaken(sets: readonly SetState[], shrunk: SetState, nowMicros: number): number {
    let pods = 0;
    for (const state of sets) {
      const told = this.told.get(state.set.uid)!.map(({ available }) => available);
      const isCurrent = nowMicros - this.currentUntil.get(state.set.uid)! <= NEWS_MICROS;
      const size = sizeOf(state.set);
      const behindMicros = this.behindMicros.get(state.set.uid) ?? Number.NEGATIVE_INFINITY;
      const isBehind = nowMicros - behindMicros <= NEWS_MICROS;
      const usable = isCurrent || isBehind ? told : told.filter((available) => available <= size);
      const left = Math.min(state.ready, size);
      if (isCurrent || size > 0) pods += Math.max(0, Math.max(0, ...usable) - left);
      if (state === shrunk) pods += Math.max(0, state.ready - Math.min(...told));
    }
    return pods;
  }

  /** Once there are enough again, and none to be taken, what was decided before is done with. */
  private settle(deployment: Deployment, sets: readonly SetState[], nowMicros: number): void {
    const ready = sum(sets.map((state) => state.ready));
    const isSteady =
      ready >= floorOf(deployment, deployment.spec.replicas ?? 1) &&
      sets.every(({ set, active }) => active <= sizeOf(set));
    if (!isSteady) this.steadyMicros = null;
    else this.steadyMicros ??= nowMicros;
    if (this.steadyMicros === null || nowMicros - this.steadyMicros < CALM_AGAIN_MICROS) return;
    this.least = Number.POSITIVE_INFINITY;
  }
}

/** The fewest available pods of a rolling update of that many. */
function floorOf(deployment: Deployment, replicas: number): number {
  return replicas - unavailableOf(deployment, replicas);
}

/** The least that a resize leaves a set: its part of the new maximum, rounded, and what is left over. */
function leastShare(before: ReplicaSet, after: ReplicaSet, sets: number): number {
  if (after.annotations[DESIRED] === "0") return 0;
  const ratio = Number(after.annotations[MAXIMUM]) / Number(before.annotations[MAXIMUM]);
  return Math.floor(sizeOf(before) * Math.min(1, ratio)) - sets;
}

/** Pods that may be unavailable in a rolling update of that many. */
function unavailableOf(deployment: Deployment, replicas: number): number {
  const least = surgeOf(deployment, replicas) === 0 ? 1 : 0;
  return Math.max(least, Math.floor(limitOf(deployment, "maxUnavailable", replicas)));
}

/** Pods above the wanted number in a rolling update of that many. */
export function surgeOf(deployment: Deployment, replicas: number): number {
  return Math.ceil(limitOf(deployment, "maxSurge", replicas));
}

function limitOf(
  { spec }: Deployment,
  which: "maxSurge" | "maxUnavailable",
  replicas: number,
): number {
  const value: unknown = spec.strategy?.rollingUpdate?.[which] ?? 0;
  if (typeof value === "number") return value;
  return (Number.parseInt(String(value), 10) * replicas) / 100;
}

function sizeOf({ spec }: ReplicaSet): number {
  return spec.replicas ?? 1;
}

/** A pod template as text, but for the label that tells the sets apart. */
function contentOf(template: unknown): string {
  return JSON.stringify(template, (key, value: unknown) =>
    key === "pod-template-hash" ? undefined : value,
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function demand(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(message());
}
