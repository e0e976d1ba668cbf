import type { ObjectVersion } from "../../api/object-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { Informer } from "../../store/informer.js";
import { type NameParts, partsOfName, type ServiceName } from "./service-name.js";

type EndpointSlice = ObjectVersion<"EndpointSlice">;

/** A pod behind a Service. */
export interface EndpointPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const SERVICE_NAME = "kubernetes.io/service-name";

export interface ProxyViewOptions {
  readonly engine: Engine;
  readonly slices: Informer<"EndpointSlice">;
  /** kube-proxy's `iptables.minSyncPeriod`. */
  readonly minSyncPeriodMicros: TimeMicros;
  /** How long a client keeps what a name of a headless Service was answered with. */
  readonly dnsTtlMicros: TimeMicros;
  /** Whether a Service has no address of its own; that cannot change while it lives. */
  readonly isHeadless: (service: ServiceName) => boolean;
  /** The endpoints of a service, by its number, are these from now on. */
  readonly changed: (service: number, pods: readonly EndpointPod[]) => void;
}

/**
 * The endpoints of some Services as kube-proxy sees them: of the EndpointSlices that its watch has
 * brought, at most once in the shortest period of a sync. All nodes' proxies count as one. Those of a headless
 * Service are what its name is answered with: its ready endpoints, looked up anew when the answer is too old;
 * those of one of its pods (`db-0.db`) are that pod, while it is among these.
 *
 * Source: Kubernetes, "Virtual IPs and Service Proxies"; KEP-1669 (endpoints that are terminating
 * serve when no other does); "DNS for Services and Pods"; CoreDNS, plugins kubernetes and cache.
 */
export class ProxyView {
  /** By Service: its number, and those of its pods that are followed by their own names. */
  private readonly numbers = new Map<string, number[]>();
  /** Of each service: its slices by name. */
  private readonly slicesOf: Map<string, EndpointSlice>[] = [];
  private readonly names: (NameParts & Pick<ServiceName, "namespace">)[] = [];
  private readonly dirty = new Set<number>();
  /** Headless Services whose name will be looked up. */
  private readonly unresolved = new Set<number>();
  /** Made when the first of these is met: runs without any have no such events. */
  private resolve: HandlerId | null = null;
  private readonly sync: HandlerId;
  private nextSyncMicros = 0;
  private isQueued = false;

  constructor(private readonly options: ProxyViewOptions) {
    this.sync = options.engine.registerHandler("kube-proxy/sync", () => this.syncAll());
  }

  /** Follows a Service, or one pod of it, under that number; tells at once of the endpoints that it has. */
  follow({ namespace, name }: ServiceName, number: number): void {
    const { service, hostname } = partsOfName(name);
    this.names[number] = { namespace, service, hostname };
    const key = `${namespace}/${service}`;
    this.numbers.set(key, [...(this.numbers.get(key) ?? []), number]);
    const slices = new Map<string, EndpointSlice>();
    this.slicesOf[number] = slices;
    for (const slice of this.options.slices.values()) {
      const isIts = slice.namespace === namespace && slice.labels[SERVICE_NAME] === service;
      if (isIts) slices.set(slice.name, slice);
    }
    if (slices.size > 0) this.options.changed(number, this.podsOf(number));
  }

  start(): void {
    this.options.slices.addHandler({
      added: (slice) => this.take(slice, slice),
      updated: (_before, slice) => this.take(slice, slice),
      deleted: (slice) => this.take(slice, null),
    });
  }

  private take(slice: EndpointSlice, after: EndpointSlice | null): void {
    const service = slice.labels[SERVICE_NAME];
    for (const number of this.numbers.get(`${slice.namespace}/${service}`) ?? []) {
      const slices = this.slicesOf[number]!;
      if (after === null) slices.delete(slice.name);
      else slices.set(slice.name, after);
      if (this.isHeadless(number)) this.awaitLookup(number);
      else this.awaitSync(number);
    }
  }

  private isHeadless(number: number): boolean {
    const { namespace, service } = this.names[number]!;
    return this.options.isHeadless({ namespace, name: service });
  }

  private awaitSync(number: number): void {
    this.dirty.add(number);
    if (this.isQueued) return;
    this.isQueued = true;
    const { engine } = this.options;
    const at = Math.max(engine.now, this.nextSyncMicros);
    engine.scheduleAt(at, Phase.react, this.sync);
  }

  /** Answers end at whole multiples of their life. */
  private awaitLookup(number: number): void {
    if (this.unresolved.has(number)) return;
    this.unresolved.add(number);
    const { engine, dnsTtlMicros, changed } = this.options;
    this.resolve ??= engine.registerHandler("dns/lookup", (due) => {
      this.unresolved.delete(due);
      changed(due, this.podsOf(due));
    });
    const at = Math.ceil(engine.now / dnsTtlMicros) * dnsTtlMicros;
    engine.scheduleAt(at, Phase.react, this.resolve, number);
  }

  private syncAll(): void {
    const { engine, minSyncPeriodMicros, changed } = this.options;
    this.isQueued = false;
    this.nextSyncMicros = engine.now + minSyncPeriodMicros;
    for (const number of this.dirty) changed(number, this.podsOf(number));
    this.dirty.clear();
  }

  private podsOf(number: number): readonly EndpointPod[] {
    const wanted = this.names[number]!.hostname;
    const ready = new Map<string, EndpointPod>();
    const terminating = new Map<string, EndpointPod>();
    for (const { spec } of this.slicesOf[number]!.values()) {
      for (const { targetRef, conditions, hostname } of spec.endpoints) {
        if (targetRef?.kind !== "Pod") continue;
        if (wanted !== null && hostname !== wanted) continue;
        const { namespace = "", name = "", uid = "" } = targetRef;
        const pod = { namespace, name, uid };
        if (conditions?.ready ?? true) ready.set(uid, pod);
        else if (conditions?.serving && conditions.terminating) terminating.set(uid, pod);
      }
    }
    const servesAtTheEnd = ready.size === 0 && !this.isHeadless(number);
    return [...(servesAtTheEnd ? terminating : ready).values()];
  }
}
