import { assert } from "../../base/assert.js";
import type { DrawBlock } from "../../kernel/draw-block.js";
import type { PodTable } from "./pod-table.js";
import { Failure } from "./traffic-observer.js";

/** Random: each endpoint alike, as kube-proxy's iptables mode does it. */
export type Routing = "random" | "roundRobin" | "leastConnections";

interface Service {
  readonly routing: Routing;
  endpoints: readonly number[];
  turn: number;
  /** Visits that came to it, those for which there was no endpoint too. */
  routed: number;
  /** Where it only divides among other services: these, and the sums of their weights. */
  readonly backends: readonly number[];
  readonly weightSums: readonly number[];
  /** Why an attempt fails where there is no endpoint. */
  readonly unanswered: Failure;
}

/** Chooses the pod that a request goes to. */
export class Router {
  /** The service that the last visit was for: of a split, the one of its backends. */
  chosen = 0;

  private readonly services: Service[] = [];

  constructor(private readonly pods: PodTable) {}

  /** A service without endpoints yet; `unanswered`: why attempts fail while it has none. */
  add(routing: Routing, unanswered: Failure = Failure.noEndpoint): number {
    this.services.push({
      ...{ routing, endpoints: [], turn: 0, routed: 0 },
      ...{ backends: [], weightSums: [], unanswered },
    });
    return this.services.length - 1;
  }

  /**
   * A service that has no endpoints of its own and divides its requests among others by weight, as
   * the backends of a route do. Not all weights are 0.
   */
  addSplit(backends: readonly { readonly service: number; readonly weight: number }[]): number {
    let sum = 0;
    const weightSums = backends.map(({ weight }) => {
      sum += weight;
      return sum;
    });
    assert(sum > 0, "a split needs a weight above 0");
    const services = backends.map(({ service }) => service);
    this.services.push({
      ...{ routing: "random", endpoints: [], turn: 0, routed: 0 },
      ...{ backends: services, weightSums, unanswered: Failure.noEndpoint },
    });
    return this.services.length - 1;
  }

  /** Visits that have come to a service so far. */
  routed(service: number): number {
    return this.services[service]!.routed;
  }

  endpoints(service: number): readonly number[] {
    return this.services[service]!.endpoints;
  }

  /** The pods that a service has from now on; answers those that it had. */
  setEndpoints(service: number, pods: readonly number[]): readonly number[] {
    const target = this.services[service]!;
    const before = target.endpoints;
    for (const pod of pods) this.pods.listed[pod]! += 1;
    for (const pod of before) this.pods.listed[pod]! -= 1;
    target.endpoints = pods;
    return before;
  }

  /** The pod for a visit; below 0: there is none, and -1 less it is the failure. */
  route(service: number, draws: DrawBlock, number: number, path: number): number {
    let target = this.services[service]!;
    this.chosen = service;
    if (target.backends.length > 0) {
      // A word of its own beside the path, so that the choice of a backend is not that of a pod.
      const u = draws.uniform(number, path ^ 0x5bd1e995) * target.weightSums.at(-1)!;
      const chosen = target.weightSums.findIndex((sum) => u < sum);
      this.chosen = target.backends[Math.max(0, chosen)]!;
      target = this.services[this.chosen]!;
    }
    target.routed += 1;
    const { endpoints } = target;
    if (endpoints.length <= 1) return endpoints[0] ?? -1 - target.unanswered;
    switch (target.routing) {
      case "random":
        return endpoints[Math.floor(draws.uniform(number, path) * endpoints.length)]!;
      case "roundRobin": {
        const turn = target.turn < endpoints.length ? target.turn : 0;
        target.turn = turn + 1;
        return endpoints[turn]!;
      }
      case "leastConnections":
        return this.leastConnected(endpoints, draws.uniform(number, path));
    }
  }

  /** The pod with the fewest requests; among equals by the uniform. */
  private leastConnected(endpoints: readonly number[], u: number): number {
    const { present } = this.pods;
    let least = Number.POSITIVE_INFINITY;
    let ties = 0;
    for (let i = 0; i < endpoints.length; i++) {
      const count = present[endpoints[i]!]!;
      if (count < least) {
        least = count;
        ties = 1;
      } else if (count === least) ties += 1;
    }
    let skip = Math.floor(u * ties);
    for (let i = 0; i < endpoints.length; i++) {
      if (present[endpoints[i]!] !== least) continue;
      if (skip === 0) return endpoints[i]!;
      skip -= 1;
    }
    return endpoints[0]!;
  }
}
