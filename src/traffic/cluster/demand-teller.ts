import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Engine } from "../../kernel/engine.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { EndpointPod } from "./proxy-view.js";
import type { ServedPod, ServedPods } from "./served-pods.js";
import type { ServiceDemand } from "./service-demand.js";

export interface DemandTellerOptions {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly demand: ServiceDemand;
  readonly served: ServedPods;
  readonly endpointsOf: (followed: number) => readonly EndpointPod[];
}

/** Tells how many pods the requests to each service ask for, of the model of those that it has. */
export class DemandTeller {
  /** By service followed: the first of its endpoints that runs, as long as they and what runs are the same. */
  private readonly first: (ServedPod | null)[] = [];

  constructor(private readonly options: DemandTellerOptions) {}

  /** A service has other endpoints, or another of them runs. */
  changed(followed: number): void {
    while (this.first.length <= followed) this.first.push(null);
    this.first[followed] = null;
  }

  /** For the requests of so many seconds from now on. */
  tell(seconds: number): void {
    const { engine, observer, demand } = this.options;
    const from = engine.now / MICROS_PER_SECOND;
    for (const followed of demand.services()) {
      const found = this.runningOf(followed);
      if (found === null) continue;
      const count = demand.podsFor(followed, found.model, from, from + seconds);
      observer.podsNeeded?.(found.pod, count, engine.now);
    }
  }

  /** The first pod of a service that runs. */
  private runningOf(followed: number): ReturnType<ServedPods["running"]> {
    const { served, endpointsOf } = this.options;
    const last = this.first[followed] ?? null;
    const known = last && served.running(last);
    if (known !== null) return known;
    for (const { uid } of endpointsOf(followed)) {
      const pod = served.find(uid);
      const found = pod === undefined ? null : served.running(pod);
      if (pod === undefined || found === null) continue;
      this.first[followed] = pod;
      return found;
    }
    return null;
  }
}
