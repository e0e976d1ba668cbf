import { MICROS_PER_SECOND } from "../../base/time.js";
import { type Rate, requestsBetween } from "../arrivals/rate.js";
import { type Objective, PodCapacity } from "../fluid/pod-capacity.js";
import type { PodModel } from "../pods/pod-model.js";
import type { TrafficSpec } from "./traffic-spec.js";

/** Requests of a source, by what is said of them. */
interface Source {
  readonly objective: Objective | null;
  rate: Rate;
  /** Services by their number, with the share that each takes. */
  shares: readonly { readonly service: number; readonly share: number }[];
}

/** Requests of a source that come to a service. */
interface Input {
  readonly source: Source;
  readonly share: number;
  /** The pods that were asked about last, and how many requests a second one of them takes. */
  model: PodModel | null;
  perSecond: number;
}

/** How many pods the requests to a Service ask for: the fewest of those it has that meet the objectives. */
export class ServiceDemand {
  private readonly sources = new Map<string, Source>();
  private readonly inputs = new Map<number, Input[]>();
  private readonly capacity = new PodCapacity();

  add(
    traffic: string,
    { rate, shares, objective }: Pick<TrafficSpec, "rate" | "objective"> & Pick<Source, "shares">,
  ): void {
    const promised = objective && {
      latencySeconds: objective.latencyMicros / MICROS_PER_SECOND,
      quantile: objective.quantile,
    };
    this.sources.set(traffic, { rate, shares, objective: promised });
    this.connect();
  }

  changeRate(traffic: string, rate: Rate): void {
    this.sources.get(traffic)!.rate = rate;
  }

  redirect(traffic: string, shares: Source["shares"]): void {
    this.sources.get(traffic)!.shares = shares;
    this.connect();
  }

  /** The services that get requests from outside. */
  services(): Iterable<number> {
    return this.inputs.keys();
  }

  private connect(): void {
    this.inputs.clear();
    for (const source of this.sources.values()) {
      for (const { service, share } of source.shares) {
        if (share === 0) continue;
        const input = { source, share, model: null, perSecond: Number.NaN };
        const known = this.inputs.get(service);
        if (known === undefined) this.inputs.set(service, [input]);
        else known.push(input);
      }
    }
  }

  /** Pods of a model for the requests that come to a service between two times, in seconds. */
  podsFor(service: number, model: PodModel, from: number, to: number): number {
    let pods = 0;
    let isAsked = false;
    for (const input of this.inputs.get(service) ?? []) {
      const { source, share } = input;
      const perSecond = (requestsBetween(source.rate, from, to) * share) / (to - from);
      if (perSecond === 0) continue;
      isAsked = true;
      if (input.model !== model) {
        input.model = model;
        input.perSecond = this.capacity.perSecond(model, source.objective);
      }
      pods += perSecond / input.perSecond;
    }
    // A hair above a whole number is that number.
    return isAsked ? Math.max(1, Math.ceil(pods - 1e-9)) : 0;
  }
}
