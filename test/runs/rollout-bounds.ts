import { controllerOf, objectKey, type ObjectVersion } from "../../src/api/object-version.js";
import { isPodReady, isPodTerminal } from "../../src/api/pod-version.js";
import type { ObjectStore } from "../../src/store/object-store.js";

/** A change of the wanted number of pods takes the controllers this long, or less. */
const REACTION_MICROS = 30_000_000;
/** One set's pods may come before another's go: both have been asked for. */
const OVERLAP_MICROS = 3_000_000;

interface Watched {
  /** Highest number of pods that was allowed lately, and since when it is lower. */
  ceiling: number;
  loweredMicros: number;
  /** Since when more pods than that are there; null: they are not. */
  overMicros: number | null;
  replicas: number;
  /** Whether all were ready since the wanted number changed last. */
  wasUp: boolean;
  /** Whether the rollout that is under way took stale numbers for true. */
  isHasty: boolean;
}

interface Tally {
  active: number;
  ready: number;
}

/**
 * What a Deployment promises of its rollouts: never more pods than replicas and surge, and, in a
 * calm world, where nobody but the rollout takes pods away, never fewer ready ones than allowed.
 */
export class RolloutBounds {
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly store: ObjectStore,
    private readonly options: { readonly isCalm: boolean },
  ) {
    store.observe((before, after) => {
      if (before?.kind === "ReplicaSet" && after?.kind === "ReplicaSet") this.scaled(before, after);
    });
  }

  /**
   * As upstream, a Deployment counts available pods by the status of its sets, and may scale down a
   * set twice before its status tells of the first time: then the floor gives way for this rollout.
   */
  private scaled(before: ObjectVersion<"ReplicaSet">, after: ObjectVersion<"ReplicaSet">): void {
    const replicas = before.spec.replicas ?? 1;
    const isStale = (before.status.availableReplicas ?? 0) > replicas;
    const watched = this.watched.get(controllerOf(after)?.uid ?? "");
    if (isStale && replicas > (after.spec.replicas ?? 1) && watched !== undefined) {
      watched.isHasty = true;
    }
  }

  check(nowMicros: number): void {
    const tallies = this.tallies();
    const deployments = new Map<string, { sets: number; wanted: number; pods: Tally }>();
    for (const set of this.store.table("ReplicaSet")) {
      const owner = controllerOf(set)?.uid;
      if (owner === undefined || set.deletionTimeMicros !== null) continue;
      const sum = deployments.get(owner) ?? { sets: 0, wanted: 0, pods: { active: 0, ready: 0 } };
      deployments.set(owner, sum);
      const pods = tallies.get(set.uid) ?? { active: 0, ready: 0 };
      if ((set.spec.replicas ?? 1) > 0) sum.sets += 1;
      sum.wanted += set.spec.replicas ?? 1;
      sum.pods = { active: sum.pods.active + pods.active, ready: sum.pods.ready + pods.ready };
    }
    for (const deployment of this.store.table("Deployment")) {
      const sum = deployments.get(deployment.uid);
      if (sum === undefined || deployment.deletionTimeMicros !== null) continue;
      const watched = this.watch(deployment, nowMicros);
      this.checkCeiling(deployment, { watched, nowMicros, ...sum });
      if (sum.sets === 1 && sum.pods.active === sum.wanted) watched.isHasty = false;
      if (this.options.isCalm) this.checkFloor(deployment, watched, sum.pods.ready);
    }
  }

  /** In a calm world every rollout has come to its end. */
  settled(): void {
    if (!this.options.isCalm) return;
    const tallies = this.tallies();
    for (const deployment of this.store.table("Deployment")) {
      const { status, spec, generation } = deployment;
      const replicas = spec.replicas ?? 1;
      const sets = [...this.store.table("ReplicaSet")].filter(
        (set) => controllerOf(set)?.uid === deployment.uid,
      );
      const ready = sets.reduce((sum, set) => sum + (tallies.get(set.uid)?.ready ?? 0), 0);
      const told = [status.observedGeneration, status.replicas ?? 0, status.availableReplicas ?? 0];
      const right = [generation, replicas, replicas];
      demand(ready === replicas && told.join() === right.join(), () => {
        return `${objectKey(deployment)}: ${ready} of ${replicas} are ready, its status tells ${told}`;
      });
      if (spec.paused === true) continue;
      demand(sets.filter((set) => (set.spec.replicas ?? 1) > 0).length <= 1, () => {
        return `${objectKey(deployment)} has pods of several revisions, and no rollout`;
      });
    }
  }

  private tallies(): ReadonlyMap<string, Tally> {
    const tallies = new Map<string, Tally>();
    for (const pod of this.store.table("Pod")) {
      const owner = controllerOf(pod)?.uid;
      if (owner === undefined || isPodTerminal(pod) || pod.deletionTimeMicros !== null) continue;
      const tally = tallies.get(owner) ?? { active: 0, ready: 0 };
      tallies.set(owner, tally);
      tally.active += 1;
      if (isPodReady(pod)) tally.ready += 1;
    }
    return tallies;
  }

  private watch(deployment: ObjectVersion<"Deployment">, nowMicros: number): Watched {
    const replicas = deployment.spec.replicas ?? 1;
    const ceiling = replicas + allowed(deployment, "maxSurge", Math.ceil);
    let watched = this.watched.get(deployment.uid);
    if (watched === undefined) {
      watched = {
        ceiling,
        loweredMicros: nowMicros,
        overMicros: null,
        replicas,
        wasUp: false,
        isHasty: false,
      };
      this.watched.set(deployment.uid, watched);
    }
    if (watched.replicas !== replicas) {
      watched.loweredMicros = nowMicros;
      watched.wasUp = false;
      watched.replicas = replicas;
    }
    const isOld = nowMicros - watched.loweredMicros > REACTION_MICROS;
    if (ceiling > watched.ceiling || isOld) watched.ceiling = ceiling;
    return watched;
  }

  private checkCeiling(
    deployment: ObjectVersion<"Deployment">,
    state: { watched: Watched; nowMicros: number; wanted: number; pods: Tally },
  ): void {
    const { watched, nowMicros, wanted, pods } = state;
    demand(wanted <= watched.ceiling, () => {
      return `${objectKey(deployment)}: its sets want ${wanted} pods, at most ${watched.ceiling}`;
    });
    if (pods.active <= watched.ceiling) {
      watched.overMicros = null;
      return;
    }
    watched.overMicros ??= nowMicros;
    demand(nowMicros - watched.overMicros <= OVERLAP_MICROS, () => {
      return `${objectKey(deployment)} has ${pods.active} pods, at most ${watched.ceiling}`;
    });
  }

  private checkFloor(
    deployment: ObjectVersion<"Deployment">,
    watched: Watched,
    ready: number,
  ): void {
    if (watched.isHasty) watched.wasUp = false;
    if (watched.isHasty || deployment.spec.strategy?.type === "Recreate") return;
    if (ready >= watched.replicas) watched.wasUp = true;
    const surge = allowed(deployment, "maxSurge", Math.ceil);
    const least = surge === 0 ? 1 : 0;
    const unavailable = Math.max(least, allowed(deployment, "maxUnavailable", Math.floor));
    demand(!watched.wasUp || ready >= watched.replicas - unavailable, () => {
      const bound = watched.replicas - unavailable;
      return `${objectKey(deployment)}: ${ready} pods are ready, at least ${bound} have to be`;
    });
  }
}

function allowed(
  deployment: ObjectVersion<"Deployment">,
  which: "maxSurge" | "maxUnavailable",
  round: (value: number) => number,
): number {
  const { replicas = 1, strategy } = deployment.spec;
  const value: unknown = strategy?.rollingUpdate?.[which] ?? 0;
  if (typeof value === "number") return value;
  return round((Number.parseInt(String(value), 10) * replicas) / 100);
}

function demand(holds: boolean, message: () => string): void {
  if (!holds) throw new Error(message());
}
