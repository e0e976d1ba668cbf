import { type Rate, requestsBetween } from "../arrivals/rate.js";
import { type FluidModel, FluidPods, type Prepared, prepareFluid } from "../fluid/fluid-pods.js";
import { LatencyParts } from "../fluid/latency-parts.js";
import { fluidModelOf } from "../fluid/pod-capacity.js";
import type { Law } from "../laws/law.js";
import type { PodTable } from "../loop/pod-table.js";
import { Failure } from "../loop/traffic-observer.js";
import type { PodModel } from "../pods/pod-model.js";
import type { FillingBatch } from "./traffic-counts.js";

/** Intervals that are solved at once are at most this long. */
const STEP_SECONDS = 15;

/** Pods of a Service that are alike. */
interface Group {
  readonly model: PodModel;
  readonly fluid: FluidPods;
  readonly cpuMean: number;
  rows: readonly number[];
}

interface FluidService {
  readonly groups: Map<PodModel, Group>;
  /** Endpoints, those where nothing listens too. */
  endpoints: number;
  /** Requests that have come to it so far. */
  arrived: number;
  /** What comes from the sources that send to it, in the interval that is solved. */
  parts: readonly Part[];
  /** Why requests fail where there is no endpoint. */
  unanswered: Failure;
  /** It is solved until then. */
  nowSeconds: number;
  /** Seconds with pods whose load is less or more than what `fluid` is held to. */
  idleSeconds: number;
  busySeconds: number;
}

/** Loads for which mode `fluid` is held to single requests. */
const LEAST_LOAD = 0.1;
const MOST_LOAD = 0.9;

/** A service, by its number, and how much of the requests of a source it gets. */
interface Share {
  readonly service: number;
  readonly share: number;
  /** Of those alone; null: backends are not told apart. */
  readonly batch: FillingBatch | null;
}

/** Requests of a source that come to a service. */
interface Part {
  readonly source: FluidSource;
  readonly share: number;
  /** That of the source, and that of the backend where these are told apart. */
  readonly batches: readonly FillingBatch[];
  /** In the interval that is solved. */
  requests: number;
}

interface FluidSource {
  readonly batch: FillingBatch;
  rate: Rate;
  shares: readonly Share[];
  /** After this an answer comes too late. */
  readonly timeout: number;
}

/**
 * Traffic in mode `fluid`: the same pods solved for intervals of 15 s at most, in which the rate is its
 * mean, each service by itself, so that a change of one is no work for the others. Requests that a pod has when it goes are not followed.
 */
export class FluidTraffic {
  private readonly sources: FluidSource[] = [];
  private readonly services = new Map<number, FluidService>();
  /** By the two laws of a model's work, which the pods of many Services share. */
  private readonly prepared = new Map<Law | null, Map<Law | null, Prepared>>();
  private readonly latencies = new LatencyParts();

  constructor(private readonly pods: PodTable) {}

  get sourceCount(): number {
    return this.sources.length;
  }

  add(source: Omit<FluidSource, "timeout"> & { readonly timeout: Law | number | null }): number {
    const { timeout } = source;
    // A drawn timeout counts as its mean.
    const seconds = typeof timeout === "number" ? timeout : (timeout?.mean ?? Infinity);
    this.sources.push({ ...source, timeout: seconds });
    this.connect(source.shares);
    return this.sources.length - 1;
  }

  /** All services are solved until now. */
  changeRate(source: number, rate: Rate): void {
    this.sources[source]!.rate = rate;
  }

  /** All services are solved until now. */
  redirect(source: number, shares: FluidSource["shares"]): void {
    this.sources[source]!.shares = shares;
    this.connect(shares);
  }

  /** The service is there only to fail, for that reason. */
  setUnanswered(service: number, failure: Failure): void {
    this.follow(service).unanswered = failure;
  }

  /** The pods that a service, solved until now, sends to from now on; those that have ended take none. */
  setEndpoints(service: number, rows: readonly number[]): void {
    const target = this.follow(service);
    target.endpoints = rows.length;
    const byModel = new Map<PodModel, number[]>();
    for (const row of rows) {
      if (this.pods.closed[row] !== 0) continue;
      const model = this.pods.models[row]!;
      const known = byModel.get(model);
      if (known === undefined) byModel.set(model, [row]);
      else known.push(row);
    }
    for (const model of target.groups.keys()) if (!byModel.has(model)) target.groups.delete(model);
    for (const [model, members] of byModel) {
      const group = target.groups.get(model) ?? this.newGroup(model);
      const before = group.rows;
      const stay = members.filter((row) => before.includes(row)).length;
      group.fluid.chain.mixInEmpty(stay, members.length - stay);
      group.rows = members;
      target.groups.set(model, group);
    }
  }

  /** Requests that have come to a service so far. */
  arrived(service: number): number {
    return this.services.get(service)?.arrived ?? 0;
  }

  /** Solves all services on until then. */
  advance(seconds: number): void {
    for (const service of this.services.values()) this.solve(service, seconds);
  }

  /** Solves one service on until then. */
  advanceService(service: number, seconds: number): void {
    const known = this.services.get(service);
    if (known !== undefined) this.solve(known, seconds);
  }

  /** How long the pods of a service had a load below or above what `fluid` is held to, in seconds. */
  outsideSeconds(service: number): { readonly idle: number; readonly busy: number } {
    const known = this.services.get(service);
    return { idle: known?.idleSeconds ?? 0, busy: known?.busySeconds ?? 0 };
  }

  private solve(service: FluidService, seconds: number): void {
    if (service.parts.length === 0 && service.groups.size === 0) {
      service.nowSeconds = Math.max(service.nowSeconds, seconds);
      return;
    }
    while (service.nowSeconds < seconds) {
      const end = Math.min(seconds, service.nowSeconds + STEP_SECONDS);
      this.interval(service, end);
      service.nowSeconds = end;
    }
  }

  /** Has each service know its sources anew. */
  private connect(shares: FluidSource["shares"]): void {
    for (const { service } of shares) this.follow(service);
    for (const [number, service] of this.services) {
      service.parts = this.sources.flatMap((source) =>
        source.shares
          .filter((to) => to.service === number && to.share > 0)
          .map(({ share, batch: backend }) => ({
            ...{ source, share, requests: 0 },
            batches: backend === null ? [source.batch] : [source.batch, backend],
          })),
      );
    }
  }

  private follow(service: number): FluidService {
    let target = this.services.get(service);
    if (target === undefined) {
      target = {
        groups: new Map(),
        endpoints: 0,
        arrived: 0,
        parts: [],
        unanswered: Failure.noEndpoint,
        nowSeconds: 0,
        idleSeconds: 0,
        busySeconds: 0,
      };
      this.services.set(service, target);
    }
    return target;
  }

  private interval(service: FluidService, end: number): void {
    const { parts, nowSeconds: from } = service;
    for (const part of parts) {
      part.requests = requestsBetween(part.source.rate, from, end) * part.share;
    }
    this.serve(service, end - from);
  }

  private serve(service: FluidService, seconds: number): void {
    const { groups, endpoints, parts } = service;
    let total = 0;
    for (const { requests } of parts) total += requests;
    service.arrived += total;
    let reached = 0;
    let most = 0;
    for (const group of groups.values()) {
      const perPod = endpoints === 0 ? 0 : total / endpoints;
      group.fluid.advance(seconds, perPod / seconds);
      most = Math.max(most, group.fluid.load);
      reached += group.rows.length;
      const accepted = perPod * (1 - group.fluid.refusedShare);
      this.count(group, accepted, seconds);
      this.answer(group, parts, endpoints === 0 ? 0 : group.rows.length / endpoints);
    }
    if (total > 0 && reached > 0) {
      if (most < LEAST_LOAD) service.idleSeconds += seconds;
      if (most > MOST_LOAD) service.busySeconds += seconds;
    }
    const lost = endpoints === 0 ? 1 : 1 - reached / endpoints;
    const reason = endpoints === 0 ? service.unanswered : Failure.refused;
    for (const { requests, batches } of parts) {
      for (const batch of batches) {
        batch.attempts += requests;
        if (lost > 0) batch.fail(reason, requests * lost);
      }
    }
  }

  /** So many requests came to each pod of a group. */
  private count({ rows, cpuMean, fluid }: Group, requests: number, seconds: number): void {
    const { served, fluidWaiting, fluidPresent, fluidCoreSeconds } = this.pods;
    const waiting = fluid.chain.waitingSum / seconds;
    const present = fluid.chain.presentSum / seconds;
    const coreSeconds = requests * cpuMean;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      served[row]! += requests;
      fluidWaiting[row] = waiting;
      fluidPresent[row] = present;
      fluidCoreSeconds[row]! += coreSeconds;
    }
  }

  /** So much of each source's requests comes to the pods of a group. */
  private answer(group: Group, parts: readonly Part[], share: number): void {
    const { refusedShare } = group.fluid;
    const { errorShare } = group.model;
    const answered = share * (1 - refusedShare) * (1 - errorShare);
    for (const { requests, batches } of parts) {
      const come = requests * share;
      for (const batch of batches) {
        if (refusedShare > 0) batch.fail(Failure.full, come * refusedShare);
        if (errorShare > 0) batch.fail(Failure.error, come * (1 - refusedShare) * errorShare);
      }
    }
    const { latencies } = this;
    group.fluid.latencies(latencies);
    for (const { requests, source, batches } of parts) {
      for (const batch of batches) batch.answerAll(latencies, requests * answered, source.timeout);
    }
  }

  private newGroup(model: PodModel): Group {
    const spec = fluidModelOf(model);
    const fluid = new FluidPods(spec, this.preparedFor(spec));
    return { model, fluid, cpuMean: spec.cpu?.mean ?? 0, rows: [] };
  }

  private preparedFor({ delay, cpu }: Pick<FluidModel, "delay" | "cpu">): Prepared {
    let byCpu = this.prepared.get(delay);
    if (byCpu === undefined) {
      byCpu = new Map();
      this.prepared.set(delay, byCpu);
    }
    let prepared = byCpu.get(cpu);
    if (prepared === undefined) {
      prepared = prepareFluid({ delay, cpu });
      byCpu.set(cpu, prepared);
    }
    return prepared;
  }
}
