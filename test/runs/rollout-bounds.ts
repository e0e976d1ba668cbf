import { controllerOf, objectKey, type ObjectVersion } from "../../src/api/object-version.js";
import { isPodReady, isPodTerminal } from "../../src/api/pod-version.js";
import type { ObjectStore } from "../../src/store/object-store.js";
import { demand, RolloutFloor, type SetState, surgeOf } from "./rollout-floor.js";

/** A change of the wanted number of pods takes the controllers this long, or less. */
const REACTION_MICROS = 30_000_000;
/** One set's pods may come before another's go: both have been asked for. */
const OVERLAP_MICROS = 3_000_000;

const NO_PODS = { active: 0, ready: 0, knownReady: 0 };

interface Watched {
  /** Highest number of pods that was allowed lately, and since when it is lower. */
  ceiling: number;
  loweredMicros: number;
  /** Since when more pods than that are there; null: they are not. */
  overMicros: number | null;
  replicas: number;
  /** Whether all were ready since the wanted number changed last. */
  wasUp: boolean;
  readonly floor: RolloutFloor;
}

interface Tally {
  active: number;
  ready: number;
  knownReady: number;
}

/** A pod's readiness is known to everybody by then. */
const NEWS_MICROS = 1_000_000;

/**
 * What a Deployment promises of its rollouts: never more pods than replicas and surge, and, in a
 * calm world, where nobody but the rollout takes pods away, never fewer ready ones than allowed.
 */
export class RolloutBounds {
  private readonly watched = new Map<string, Watched>();
  /** Since when each pod is ready, by UID. */
  private readonly readyMicros = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly options: { readonly isCalm: boolean },
  ) {
    store.observe((before, after) => {
      const nowMicros = store.engine.now;
      if (after?.kind === "Pod") {
        if (!isPodReady(after)) this.readyMicros.delete(after.uid);
        else if (!this.readyMicros.has(after.uid)) this.readyMicros.set(after.uid, nowMicros);
      }
      if (before?.kind === "ReplicaSet" && after?.kind === "ReplicaSet") {
        this.scaled(before, after, nowMicros);
      }
    });
  }

  private scaled(
    before: ObjectVersion<"ReplicaSet">,
    after: ObjectVersion<"ReplicaSet">,
    nowMicros: number,
  ): void {
    const owner = controllerOf(after);
    const watched = this.watched.get(owner?.uid ?? "");
    if (watched === undefined || !this.options.isCalm) return;
    if ((after.spec.replicas ?? 1) >= (before.spec.replicas ?? 1)) return;
    const deployment = this.store.table("Deployment").find(after.namespace, owner!.name);
    if (deployment?.uid !== owner!.uid || deployment.spec.strategy?.type === "Recreate") return;
    const states = this.setsOf(deployment, this.tallies(nowMicros)).map((state) =>
      state.set.uid === before.uid ? { ...state, set: before } : state,
    );
    watched.floor.shrink(deployment, states, after, nowMicros);
  }

  private setsOf(
    deployment: ObjectVersion<"Deployment">,
    tallies: ReadonlyMap<string, Tally>,
  ): SetState[] {
    const states: SetState[] = [];
    for (const set of this.store.table("ReplicaSet")) {
      if (controllerOf(set)?.uid !== deployment.uid) continue;
      states.push({ set, ...(tallies.get(set.uid) ?? NO_PODS) });
    }
    return states;
  }

  check(nowMicros: number): void {
    const tallies = this.tallies(nowMicros);
    for (const deployment of this.store.table("Deployment")) {
      const states = this.setsOf(deployment, tallies);
      if (states.length === 0 || deployment.deletionTimeMicros !== null) continue;
      const watched = this.watch(deployment, nowMicros);
      const alive = states.filter(({ set }) => set.deletionTimeMicros === null);
      const wanted = alive.reduce((sum, { set }) => sum + (set.spec.replicas ?? 1), 0);
      const active = alive.reduce((sum, state) => sum + state.active, 0);
      this.checkCeiling(deployment, { watched, nowMicros, wanted, active });
      if (!this.options.isCalm) continue;
      watched.floor.observe(deployment, states, nowMicros);
      const ready = alive.reduce((sum, state) => sum + state.ready, 0);
      this.checkFloor(deployment, watched, ready);
    }
  }

  /** In a calm world every rollout has come to its end. */
  settled(): void {
    if (!this.options.isCalm) return;
    const tallies = this.tallies(this.store.engine.now);
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

  private tallies(nowMicros: number): ReadonlyMap<string, Tally> {
    const tallies = new Map<string, Tally>();
    for (const pod of this.store.table("Pod")) {
      const owner = controllerOf(pod)?.uid;
      if (owner === undefined || isPodTerminal(pod) || pod.deletionTimeMicros !== null) continue;
      const tally = tallies.get(owner) ?? { ...NO_PODS };
      tallies.set(owner, tally);
      tally.active += 1;
      if (!isPodReady(pod)) continue;
      tally.ready += 1;
      const sinceMicros = this.readyMicros.get(pod.uid) ?? Number.NEGATIVE_INFINITY;
      if (nowMicros - sinceMicros > NEWS_MICROS) tally.knownReady += 1;
    }
    return tallies;
  }

  private watch(deployment: ObjectVersion<"Deployment">, nowMicros: number): Watched {
    const replicas = deployment.spec.replicas ?? 1;
    const isRecreate = deployment.spec.strategy?.type === "Recreate";
    const ceiling = replicas + (isRecreate ? 0 : surgeOf(deployment, replicas));
    let watched = this.watched.get(deployment.uid);
    if (watched === undefined) {
      watched = {
        ceiling,
        loweredMicros: nowMicros,
        overMicros: null,
        replicas,
        wasUp: false,
        floor: new RolloutFloor(),
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
    state: { watched: Watched; nowMicros: number; wanted: number; active: number },
  ): void {
    const { watched, nowMicros, wanted, active } = state;
    demand(wanted <= watched.ceiling, () => {
      return `${objectKey(deployment)}: its sets want ${wanted} pods, at most ${watched.ceiling}`;
    });
    if (active <= watched.ceiling) {
      watched.overMicros = null;
      return;
    }
    watched.overMicros ??= nowMicros;
    demand(nowMicros - watched.overMicros <= OVERLAP_MICROS, () => {
      return `${objectKey(deployment)} has ${active} pods, at most ${watched.ceiling}`;
    });
  }

  private checkFloor(
    deployment: ObjectVersion<"Deployment">,
    watched: Watched,
    ready: number,
  ): void {
    if (deployment.spec.strategy?.type === "Recreate") return;
    if (ready >= watched.replicas) watched.wasUp = true;
    const least = watched.floor.floorOf(deployment);
    demand(!watched.wasUp || ready >= least, () => {
      return `${objectKey(deployment)}: ${ready} pods are ready, at least ${least} have to be`;
    });
  }
}
