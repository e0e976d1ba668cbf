import { targetText } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import { ArrivalProcess } from "../arrivals/arrival-process.js";
import type { Rate } from "../arrivals/rate.js";
import type { CallPolicy } from "../loop/call-policy.js";
import type { Routing } from "../loop/router.js";
import { sourceDraws } from "../loop/source-draws.js";
import { TrafficLoop } from "../loop/traffic-loop.js";
import { Failure } from "../loop/traffic-observer.js";
import { RouteView } from "../routes/route-view.js";
import { DemandTeller } from "./demand-teller.js";
import { FluidTraffic } from "./fluid-traffic.js";
import { ListingServices } from "./listing-services.js";
import { PodModels, type PodModelsOptions, secondsLaw } from "./pod-models.js";
import { type EndpointPod, ProxyView, type ProxyViewOptions } from "./proxy-view.js";
import { type CoreReads, type PodLoad, ServedPods } from "./served-pods.js";
import { ServiceDemand } from "./service-demand.js";
import { partsOfName, type ServiceName } from "./service-name.js";
import { TrafficBatches, TrafficCounts } from "./traffic-counts.js";
import type { Backend, Backends, PolicySpec, TrafficSpec } from "./traffic-spec.js";
import { UsageHistory } from "./usage-history.js";

export interface TrafficSimulationOptions
  extends Pick<PodModelsOptions, "servingOf" | "nodeCores" | "defaultServiceMicros">,
    Pick<ProxyViewOptions, "dnsTtlMicros" | "isHeadless"> {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly traffic: readonly TrafficSpec[];
  /** kube-proxy's watches. */
  readonly proxyInformers: InformerFactory;
  readonly minSyncPeriodMicros: TimeMicros;
  /** The watches of whoever turns routes into a proxy's rules; asked for only where requests come through one. */
  readonly routeInformers: () => InformerFactory;
  /** What a running pod uses besides what its requests take. */
  readonly baseUsage: (pod: PodVersion) => {
    readonly cpuMillis: number;
    readonly memoryBytes: number;
  };
  /** Without a lag. */
  readonly informers: InformerFactory;
  readonly kubeletLagMicros: TimeMicros;
  /** No request comes after this. */
  readonly endMicros: TimeMicros;
  /** When figures are told: at the ends of intervals, and at the edges of what is measured. */
  readonly everyMicros: TimeMicros;
  readonly edgesMicros: readonly TimeMicros[];
  /** Services whose requests are counted for {@link TrafficSimulation.serviceLoad}. */
  readonly measured: readonly ServiceName[];
  /** Whether {@link TrafficSimulation.podLoad} is asked. */
  readonly measuresPods: boolean;
}

/**
 * How often the CPU that pods have used is kept; between two times it is a straight line. That of fluid requests
 * is one anyway, within an interval.
 */
const SAMPLE_MICROS = 5 * MICROS_PER_SECOND;
const FLUID_SAMPLE_MICROS = 15 * MICROS_PER_SECOND;

/** How often it is told how many pods are needed. */
const DEMAND_MICROS = 15 * MICROS_PER_SECOND;

export interface OutsideOfFluid {
  /** `namespace/name` */
  readonly service: string;
  /** With a load below 0.1. */
  readonly idleSeconds: number;
  /** Above 0.9. */
  readonly busySeconds: number;
}

/** A traffic in the loop, or among the fluid ones. */
interface SourceNumber {
  readonly isFluid: boolean;
  readonly number: number;
  readonly routing: Routing;
  readonly spec: TrafficSpec;
  /** From when its requests have been shared out on. */
  tellsBackends: boolean;
}

/**
 * Requests of a scenario's traffic. Those of mode `requests` have a loop of their own, which is brought
 * to now when something of the cluster changes that they meet, and when figures are told.
 */
export class TrafficSimulation {
  private readonly counts = new TrafficCounts();
  private readonly loop = new TrafficLoop(this.counts);
  private readonly batches = new TrafficBatches();
  private readonly fluid = new FluidTraffic(this.loop.pods);
  private readonly sources = new Map<string, SourceNumber>();
  private readonly proxy: ProxyView;
  private readonly served: ServedPods;
  /** By service followed: its endpoints, and its numbers in the loop by routing. */
  private readonly endpoints: (readonly EndpointPod[])[] = [];
  private readonly listing = new ListingServices();
  private readonly numbers: Map<Routing, number>[] = [];
  private readonly followed = new Map<string, number>();
  /** By service followed: how its figures call it, and why requests fail where it has no endpoint. */
  private readonly backends: {
    readonly label: string | null;
    readonly unanswered: Failure;
    readonly isOnePod: boolean;
  }[] = [];
  /** Of the services followed those that have ever had an endpoint. */
  private readonly answered = new Set<number>();
  /** By number in the loop: the service followed. */
  private readonly followedOf: number[] = [];
  /** Null: no traffic comes through a route. */
  private readonly routes: RouteView | null;
  private readonly demand = new ServiceDemand();
  private readonly teller: DemandTeller;
  /** Of the services that are measured: requests that came so far. */
  private readonly arrivals = new Map<number, UsageHistory>();
  private readonly tell: HandlerId;
  private readonly sample: HandlerId;
  private toldMicros = 0;
  /** The last time for which all fluid services were solved, and that of the last sample. */
  private advancedMicros = 0;
  private sampledMicros = 0;
  private readonly sampleMicros: TimeMicros;

  constructor(private readonly options: TrafficSimulationOptions) {
    const { engine, informers, proxyInformers, minSyncPeriodMicros, kubeletLagMicros } = options;
    const isFluid = options.traffic.every(({ mode }) => mode === "fluid");
    this.sampleMicros = isFluid ? FLUID_SAMPLE_MICROS : SAMPLE_MICROS;
    this.tell = engine.registerHandler("traffic/tell", (isEdge) => this.tellFigures(isEdge));
    this.sample = engine.registerHandler("traffic/sample", () => this.takeSample(), {
      background: true,
    });
    this.proxy = new ProxyView({
      ...{ engine, minSyncPeriodMicros, slices: proxyInformers.informer("EndpointSlice") },
      ...{ dnsTtlMicros: options.dnsTtlMicros, isHeadless: options.isHeadless },
      changed: (service, pods) => this.setEndpoints(service, pods),
    });
    const { servingOf, nodeCores, defaultServiceMicros } = options;
    const models = new PodModels({
      ...{ servingOf, nodeCores, defaultServiceMicros },
      callOf: ({ to, policy }) => ({
        service: this.serviceNumber({ to, weight: 1 }, "random"),
        policy: this.loop.addPolicy(policyOf(policy)),
      }),
    });
    this.served = new ServedPods({
      ...{ engine, kubeletLagMicros, models, loop: this.loop, pods: informers.informer("Pod") },
      advance: (uid) => this.advanceFor(uid),
      moved: (uid) => this.refresh(uid),
      ...{ countsAnswers: options.measuresPods, usesLoop: !isFluid },
    });
    this.teller = new DemandTeller({
      ...{ engine, observer: options.observer, demand: this.demand, served: this.served },
      endpointsOf: (followed) => this.endpoints[followed]!,
    });
    const comesByRoute = options.traffic.some(({ to }) => "kind" in to);
    this.routes = comesByRoute
      ? new RouteView({
          informers: options.routeInformers(),
          changed: (traffic, backends) => this.share(traffic, backends),
        })
      : null;
    for (const one of options.traffic) this.addSource(one);
    for (const to of options.measured) {
      this.arrivals.set(this.followedNumber({ to, weight: 1 }), new UsageHistory(0));
    }
  }

  start(): void {
    this.served.start();
    this.proxy.start();
    this.routes?.start();
    const { engine, everyMicros, edgesMicros, endMicros } = this.options;
    for (const edge of edgesMicros) {
      if (edge > 0 && edge < endMicros) engine.scheduleAt(edge, Phase.settle, this.tell, 1);
    }
    engine.scheduleAt(Math.min(everyMicros, endMicros), Phase.settle, this.tell);
    engine.scheduleAt(this.sampleMicros, Phase.settle, this.sample);
  }

  /** The machine of a node goes down, with all that serves there, or comes up again. */
  nodeChanged(node: string, isDown: boolean): void {
    this.served.nodeChanged(node, isDown);
  }

  /** The requests of a traffic come at another rate from now on. */
  changeRate(traffic: string, rate: Rate): void {
    this.advance();
    const { isFluid, number } = this.sourceOf(traffic);
    if (isFluid) this.fluid.changeRate(number, rate);
    else this.loop.changeRate(number, rate);
    this.demand.changeRate(traffic, rate);
  }

  /** The requests of a traffic go elsewhere from now on, whatever the route says through which they came. */
  redirect(traffic: string, backends: Backends): void {
    this.routes?.leave(traffic);
    this.share(traffic, backends);
  }

  private share(traffic: string, backends: Backends): void {
    this.advance();
    const source = this.sourceOf(traffic);
    source.tellsBackends ||= backends.length > 1;
    const { isFluid, number, routing, tellsBackends } = source;
    const shares = this.sharesOf(backends, source);
    if (isFluid) this.fluid.redirect(number, shares);
    else this.loop.redirect(number, this.targetOf(backends, routing), tellsBackends);
    this.demand.redirect(traffic, shares);
  }

  /**
   * Core seconds that requests had used at an instant of the last minutes, in the run of a container of the pod
   * in that row that began then; 0 of a container that serves no requests.
   */
  coreSecondsAt(
    podRow: number,
    container: string,
    beganMicros: TimeMicros,
    atMicros: TimeMicros,
  ): number {
    if (!this.served.isServing(podRow, container)) return 0;
    // What was kept already tells it without a look at all requests.
    if (atMicros > this.sampledMicros) this.advance();
    return this.served.coreSecondsAt(podRow, beganMicros, atMicros);
  }

  /** Adds {@link coreSecondsAt} to each of many, in nanoseconds of one core; all are settled. */
  addCoreNanos(reads: CoreReads): void {
    this.served.addCoreNanos(reads);
  }

  /** Up to then {@link coreSecondsAt} answers the same whenever it is asked. */
  get settledMicros(): TimeMicros {
    return this.sampledMicros;
  }

  /** The requests of a pod, with their rate over a window of the last minutes; null: it serves none. */
  podLoad(pod: PodVersion, windowMicros: TimeMicros): PodLoad | null {
    this.advance();
    return this.served.load(pod.uid, windowMicros);
  }

  /** The requests to a Service that is measured, those that found no endpoint among their rate. */
  serviceLoad(name: ServiceName, windowMicros: TimeMicros): PodLoad {
    this.advance();
    const followed = this.followedNumber({ to: name, weight: 1 });
    const history = this.arrivals.get(followed);
    assert(history !== undefined, () => `Service ${name.name} is not measured`);
    const { now } = this.options.engine;
    const load = { queueLength: 0, inFlight: 0 };
    for (const { uid } of this.endpoints[followed]!) {
      const pod = this.served.load(uid, windowMicros);
      load.queueLength += pod?.queueLength ?? 0;
      load.inFlight += pod?.inFlight ?? 0;
    }
    const requestsPerSecond = history.perSecond(windowMicros, now, this.arrived(followed));
    return { requestsPerSecond, ...load };
  }

  /** Services whose pods had loads that mode `fluid` is not held to, and for how long, in seconds. */
  outsideOfFluid(): readonly OutsideOfFluid[] {
    return [...this.followed].flatMap(([service, number]) => {
      const { idle, busy } = this.fluid.outsideSeconds(number);
      return idle + busy === 0 ? [] : [{ service, idleSeconds: idle, busySeconds: busy }];
    });
  }

  /** Names of single pods, `namespace/db-0.db`, to which requests came and that no pod has ever had. */
  namesWithoutPod(): readonly string[] {
    return [...this.followed].flatMap(([name, number]) => {
      const { isOnePod, unanswered } = this.backends[number]!;
      const isAsked = isOnePod && unanswered === Failure.noEndpoint && this.arrived(number) > 0;
      return isAsked && !this.answered.has(number) ? [name] : [];
    });
  }

  /** Attempts of calls that failed so far since services call each other in a circle. */
  get callsTooDeepCount(): number {
    return this.loop.tooDeepCount;
  }

  /** Requests that have come to a service so far, by whichever routing. */
  private arrived(followed: number): number {
    let sum = this.fluid.arrived(followed);
    for (const number of this.numbers[followed]!.values()) sum += this.loop.router.routed(number);
    return sum;
  }

  /** Tells what became of the requests up to now. */
  tellNow(): void {
    const { engine, observer } = this.options;
    this.advance();
    const { now } = engine;
    this.tellUsage(now);
    for (const batch of this.batches.all) {
      batch.settle();
      const { latencies, failed } = batch;
      engine.digest.fold(latencies.count);
      engine.digest.fold(failed);
      observer.trafficServed(batch, now);
      batch.clear();
    }
  }

  private addSource(one: TrafficSpec): void {
    const { name, routing, rate, policy, to, objective } = one;
    const batch = this.batches.add(one);
    const isFluid = one.mode === "fluid";
    const tellsBackends = "kind" in to;
    const number = isFluid ? this.fluid.sourceCount : this.loop.sourceCount;
    const source: SourceNumber = { isFluid, number, routing, spec: one, tellsBackends };
    this.sources.set(name, source);
    const backends = tellsBackends ? this.routes!.enter(name, to) : [{ to, weight: 1 }];
    const shares = this.sharesOf(backends, source);
    this.demand.add(name, { rate, objective, shares });
    if (isFluid) {
      const timeout = policyOf(policy).timeout?.after ?? null;
      this.fluid.add({ batch, rate, shares, timeout });
      return;
    }
    this.counts.add(batch, (service) => this.backendBatch(one, this.followedOf[service]!));
    const { endMicros, engine } = this.options;
    const { streams } = engine;
    const arrivals = new ArrivalProcess({
      ...{ rate, gaps: one.gaps, phases: one.phases, streams, name: `traffic/${name}` },
      untilSeconds: endMicros / MICROS_PER_SECOND,
    });
    this.loop.addSource({
      arrivals,
      draws: sourceDraws(streams, `traffic/${name}`),
      service: this.targetOf(backends, routing),
      tellsBackends,
      policy: this.loop.addPolicy(policyOf(policy)),
    });
  }

  private backendBatch(spec: TrafficSpec, followed: number) {
    const { label } = this.backends[followed]!;
    return label === null ? null : this.batches.backend(spec, label);
  }

  private sourceOf(traffic: string): SourceNumber {
    const source = this.sources.get(traffic);
    assert(source !== undefined, () => `there is no traffic ${traffic}`);
    return source;
  }

  private targetOf(backends: Backends, routing: Routing): number {
    const parts = backends.map((backend) => ({
      ...{ service: this.serviceNumber(backend, routing), weight: backend.weight },
    }));
    return parts.length === 1 ? parts[0]!.service : this.loop.router.addSplit(parts);
  }

  private sharesOf(backends: Backends, { spec, tellsBackends }: SourceNumber) {
    const whole = backends.reduce((sum, { weight }) => sum + weight, 0);
    return backends.map((backend) => {
      const service = this.followedNumber(backend);
      const batch = tellsBackends ? this.backendBatch(spec, service) : null;
      return { service, share: backend.weight / whole, batch };
    });
  }

  /** The number in the loop of a Service whose requests are routed that way. */
  private serviceNumber(backend: Backend, routing: Routing): number {
    const followed = this.followedNumber(backend);
    let number = this.numbers[followed]!.get(routing);
    if (number === undefined) {
      number = this.loop.router.add(routing, this.backends[followed]!.unanswered);
      this.numbers[followed]!.set(routing, number);
      this.followedOf[number] = followed;
      this.loop.setEndpoints(number, this.rowsOf(followed));
    }
    return number;
  }

  /** That of a Service; or of a share that nobody answers, which has no endpoints and never gets any. */
  private followedNumber({ to, lacks }: Backend): number {
    const name = to === null ? "" : `${to.namespace}/${to.name}`;
    const text = lacks === undefined ? name : `${lacks} ${name}`;
    const known = this.followed.get(text);
    if (known !== undefined) return known;
    const followed = this.endpoints.length;
    this.followed.set(text, followed);
    this.endpoints.push([]);
    this.numbers.push(new Map());
    const label = to === null ? null : targetText({ kind: "Service", ...to });
    const isOnePod = to !== null && partsOfName(to.name).hostname !== null;
    this.backends.push({ label, unanswered: Failure[lacks ?? "noEndpoint"], isOnePod });
    if (lacks !== undefined) this.fluid.setUnanswered(followed, Failure[lacks]);
    else if (to !== null) this.proxy.follow(to, followed);
    return followed;
  }

  private rowsOf(followed: number): readonly number[] {
    return this.endpoints[followed]!.map((pod) => this.served.rowOf(pod));
  }

  private setEndpoints(followed: number, pods: readonly EndpointPod[]): void {
    this.advanceLoop();
    this.fluid.advanceService(followed, this.options.engine.now / MICROS_PER_SECOND);
    this.listing.replace(followed, this.endpoints[followed]!, pods);
    this.endpoints[followed] = pods;
    if (pods.length > 0) this.answered.add(followed);
    this.tellRows(followed);
  }

  private tellRows(followed: number): void {
    this.teller.changed(followed);
    const rows = this.rowsOf(followed);
    for (const number of this.numbers[followed]!.values()) this.loop.setEndpoints(number, rows);
    this.fluid.setEndpoints(followed, rows);
  }

  /** A pod that Services list has begun or ended. */
  private refresh(uid: string): void {
    for (const followed of this.listing.of(uid)) this.tellRows(followed);
  }

  private advance(): void {
    this.advanceLoop();
    const { now } = this.options.engine;
    if (now === this.advancedMicros) return;
    this.advancedMicros = now;
    this.fluid.advance(now / MICROS_PER_SECOND);
  }

  private advanceLoop(): void {
    const seconds = this.options.engine.now / MICROS_PER_SECOND;
    if (seconds > this.loop.nowSeconds) this.loop.runUntil(seconds);
  }

  /** Brings to now the requests that a pod may have, alone where there are only fluid ones. */
  private advanceFor(uid: string): void {
    this.advanceLoop();
    const seconds = this.options.engine.now / MICROS_PER_SECOND;
    for (const followed of this.listing.of(uid)) this.fluid.advanceService(followed, seconds);
  }

  private tellFigures(isEdge: number): void {
    const { engine, everyMicros, endMicros } = this.options;
    this.tellNow();
    if (isEdge === 1) return;
    const { now } = engine;
    const next = Math.min(now + everyMicros, endMicros);
    if (next > now) engine.scheduleAt(next, Phase.settle, this.tell);
  }

  private takeSample(): void {
    this.advance();
    this.served.sample();
    const { engine } = this.options;
    this.sampledMicros = engine.now;
    for (const [followed, history] of this.arrivals) {
      history.push(engine.now, this.arrived(followed));
    }
    if (engine.now % DEMAND_MICROS === 0) this.teller.tell(DEMAND_MICROS / MICROS_PER_SECOND);
    engine.scheduleAfter(this.sampleMicros, Phase.settle, this.sample);
  }

  /** The CPU that requests took is told afterwards, as the mean of the time since the last telling. */
  private tellUsage(now: TimeMicros): void {
    const { observer, baseUsage } = this.options;
    const spanSeconds = (now - this.toldMicros) / MICROS_PER_SECOND;
    if (spanSeconds === 0) return;
    this.toldMicros = now;
    this.served.takeUsage((pod, coreSeconds) => {
      const { cpuMillis, memoryBytes } = baseUsage(pod);
      const millis = Math.round((coreSeconds / spanSeconds) * 1000);
      observer.podUsage(pod, cpuMillis + millis, memoryBytes, now);
    });
  }
}

function policyOf({ timeout, retry }: PolicySpec): CallPolicy {
  if (timeout === null) return { timeout, retry };
  const { of, afterMicros, work } = timeout;
  const after =
    afterMicros.type === "constant"
      ? afterMicros.value / MICROS_PER_SECOND
      : secondsLaw(afterMicros);
  return { timeout: { of, after, work }, retry };
}
