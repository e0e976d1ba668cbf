import { assert } from "../base/assert.js";
import type { ClusterState } from "./framework/cluster-state.js";
import { ClusterFork } from "./framework/cluster-fork.js";
import { PodNominator } from "./framework/nominator.js";
import type { ResolvedProfile } from "./framework/profile.js";
import { Framework, type Surroundings } from "./framework/runtime.js";
import { informerListers } from "./informer-listers.js";
import type { SchedulerOptions } from "./scheduler-options.js";

const DRAWS_PER_CYCLE = 64;

type Over = Pick<
  Surroundings,
  "snapshot" | "nominator" | "scalars" | "offset" | "waitingPods" | "preemptions"
>;

/** What runs the plugins of a scheduler's profiles: over what it believes, or over a copy of that. */
export class ProfileFrameworks {
  constructor(
    private readonly options: SchedulerOptions,
    /** Scheduling cycles so far: draws of plugins belong to them. */
    private readonly cycles: () => number,
  ) {}

  /** By the name under which pods ask for a profile. */
  build(profiles: readonly ResolvedProfile[], over: Over): ReadonlyMap<string, Framework> {
    const { features, factoryOf, informers, expectedRunMicros } = this.options;
    const surroundings: Surroundings = {
      features,
      listers: informerListers(informers),
      draw: (stream, n) => this.draw(stream, n),
      ...(expectedRunMicros === undefined ? {} : { expectedRunMicros }),
      ...over,
    };
    return new Map(
      profiles.map((profile) => [
        profile.schedulerName,
        new Framework(profile, surroundings, factoryOf),
      ]),
    );
  }

  /** A copy to try changes on; without the nominations of pods that wait. */
  fork(state: ClusterState): ClusterFork {
    const snapshot = state.fork();
    const { scalars } = snapshot;
    const nominator = new PodNominator();
    const profiles = this.options.profiles.map((profile) => {
      return { ...profile, percentageOfNodesToScore: 100 };
    });
    const over = { snapshot, nominator, scalars, offset: () => 0 };
    return new ClusterFork(snapshot, this.build(profiles, over));
  }

  private draw(stream: string, n: number): number {
    assert(Number.isInteger(n) && n >= 0 && n < DRAWS_PER_CYCLE, () => `there is no draw ${n}`);
    const { streams } = this.options.engine;
    return streams.draw(`scheduler/plugins/${stream}`, this.cycles() * DRAWS_PER_CYCLE + n);
  }
}
