import type { PodSpec } from "../../src/api/kubernetes.js";
import { type AnyVersion, objectKey, type ObjectVersion } from "../../src/api/object-version.js";
import { isPodReady, isPodTerminal, type PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type { Target } from "../../src/store/request.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { RolloutBounds } from "./rollout-bounds.js";

/** What a scenario met on its way; a test of invariants that met nothing proves nothing. */
export interface Met {
  /** Pods that the kubelet refused, having been bound past the scheduler. */
  refusedByKubelet: number;
  /** Pods that are pending and that the scheduler has looked at. */
  unschedulable: number;
  /** Pods deleted after their binding and before they were ready. */
  deletedInMidStart: number;
  /** Writes that the API server refused since their base was stale. */
  conflicts: number;
  drains: number;
  evicted: number;
  /** Evictions that a disruption budget refused. */
  evictionsRefused: number;
  nodesRemoved: number;
  /** Pods that were left behind on a node that is gone, by event. */
  orphaned: number;
  namespacesRemoved: number;
  rollouts: number;
  podsCreated: number;
}

export function nothingMet(): Met {
  return {
    refusedByKubelet: 0,
    unschedulable: 0,
    deletedInMidStart: 0,
    conflicts: 0,
    drains: 0,
    evicted: 0,
    evictionsRefused: 0,
    nodesRemoved: 0,
    orphaned: 0,
    namespacesRemoved: 0,
    rollouts: 0,
    podsCreated: 0,
  };
}

const PHASE_RANK = { Pending: 0, Unknown: 0, Running: 1, Succeeded: 2, Failed: 2 } as const;
/** A pod that is told to go is gone this long after its grace period: kills and writes take time. */
const VANISH_SLACK_MICROS = 10 * MICROS_PER_SECOND;

/** The pods of a node that is gone are gone this long after it: 40 s, two rounds, and the writes. */
const ORPHAN_MICROS = 90 * MICROS_PER_SECOND;

/** Within this time everybody has heard of a change. */
const NEWS_MICROS = 5 * MICROS_PER_SECOND;

/**
 * Looks at a world after every event and throws when something holds no longer. Everything is
 * recomputed from the objects of the store; no part of the simulator is asked.
 */
export class ClusterChecker {
  private readonly live = new Map<string, PodVersion>();
  private readonly boundMicros = new Map<string, number>();
  private readonly changedMicros = new Map<string, number>();
  private readonly nodeGoneMicros = new Map<string, number>();
  private readonly seenUids = new Set<string>();
  private readonly requests = new WeakMap<PodSpec, ReadonlyMap<string, number>>();
  private readonly bounds: RolloutBounds;
  private created = 0;
  private removed = 0;
  private lastRevision = 0;
  private checkedRevision = -1;

  constructor(
    private readonly world: World,
    readonly met: Met,
    private readonly options: {
      readonly isCalm: boolean;
      /** Pods of a machine that is not heard of do not go in time. */
      readonly nodesFail?: boolean;
    },
  ) {
    const { engine, store, server } = world.ground;
    this.bounds = new RolloutBounds(world.ground.store, options);
    for (const pod of store.table("Pod")) this.podChanged(null, pod);
    store.observe((before, after) => this.committed(before, after));
    engine.onEvent(() => this.afterEvent());
    const execute = server.execute.bind(server);
    server.execute = (request) => {
      const evicted = request.verb === "evict" ? this.leaveFor(request.target) : null;
      const outcome = execute(request);
      if (!outcome.ok && outcome.reason === "Conflict") met.conflicts += 1;
      if (evicted !== null) {
        if (outcome.ok) met.evicted += 1;
        else if (outcome.reason === "TooManyRequests") met.evictionsRefused += 1;
        this.demand(!outcome.ok || !evicted.breaksBudget, () => {
          return `${evicted.name} was evicted and its budget allows nothing`;
        });
      }
      return outcome;
    };
  }

  /** What must hold once nothing has been asked of the cluster for a while. */
  settled(): void {
    const { store } = this.world.ground;
    for (const pod of store.table("Pod")) {
      if (pod.nodeName === "" && pod.phase === "Pending") this.met.unschedulable += 1;
    }
    for (const service of store.table("Service")) this.checkEndpoints(service);
    this.bounds.settled();
  }

  private committed(before: AnyVersion | null, after: AnyVersion | null): void {
    const { store } = this.world.ground;
    if (after !== null) {
      this.demand(after.resourceVersion > this.lastRevision, () => {
        return `${after.kind} ${objectKey(after)} was written with an old resourceVersion`;
      });
      this.lastRevision = after.resourceVersion;
    }
    this.demand(store.resourceVersion >= this.lastRevision, () => "the revision went back");
    const { kind } = (after ?? before)!;
    if (kind === "Pod") this.podChanged(before as PodVersion | null, after as PodVersion | null);
    if (kind === "Node" && after === null) {
      this.met.nodesRemoved += 1;
      this.nodeGoneMicros.set(before!.name, this.world.now);
    }
    if (kind === "Namespace" && after === null) this.met.namespacesRemoved += 1;
    if (kind === "ReplicaSet" && before === null) this.met.rollouts += 1;
  }

  private podChanged(before: PodVersion | null, after: PodVersion | null): void {
    const pod = (after ?? before)!;
    const name = objectKey(pod);
    if (after === null) {
      this.removed += 1;
      this.demand(this.live.delete(pod.uid), () => `${name} was removed, and was not there`);
      return;
    }
    if (before === null) {
      this.created += 1;
      this.met.podsCreated += 1;
      this.demand(!this.seenUids.has(pod.uid), () => `${name} has the uid of another pod`);
      this.seenUids.add(pod.uid);
    } else {
      this.demand(this.live.get(pod.uid) === before, () => `${name}: a version was skipped`);
      this.demand(before.nodeName === "" || before.nodeName === after.nodeName, () => {
        return `${name} went from ${before.nodeName} to ${after.nodeName}`;
      });
      this.demand(PHASE_RANK[after.phase] >= PHASE_RANK[before.phase], () => {
        return `${name} went back from ${before.phase} to ${after.phase}`;
      });
      this.demand(!isPodTerminal(before) || before.phase === after.phase, () => {
        return `${name} was ${before.phase} and became ${after.phase}`;
      });
      this.demand(before.deletionTimeMicros === null || after.deletionTimeMicros !== null, () => {
        return `${name} is no longer being deleted`;
      });
      this.count(before, after);
    }
    if (after.nodeName !== (before?.nodeName ?? "")) this.boundMicros.set(pod.uid, this.world.now);
    this.live.set(pod.uid, after);
    this.changedMicros.set(pod.uid, this.world.now);
  }

  /** Whether evicting that pod now would disrupt more than its budget's status allows. */
  private leaveFor(target: Target): { name: string; breaksBudget: boolean } {
    const { store } = this.world.ground;
    const pod = store.table("Pod").find(target.namespace, target.name);
    const isRunning = pod?.phase === "Running" && pod.deletionTimeMicros === null;
    const breaksBudget = [...store.table("PodDisruptionBudget")].some((budget) => {
      const labels = Object.entries(budget.spec.selector?.matchLabels ?? {});
      return (
        isRunning &&
        isPodReady(pod) &&
        budget.namespace === pod.namespace &&
        labels.every(([key, value]) => pod.labels[key] === value) &&
        (budget.status.disruptionsAllowed ?? 0) <= 0
      );
    });
    return { name: objectKey(target), breaksBudget };
  }

  private count(before: PodVersion, after: PodVersion): void {
    const { met } = this;
    if (before.deletionTimeMicros === null && after.deletionTimeMicros !== null) {
      const isStarting = after.nodeName !== "" && !isPodTerminal(after) && !isPodReady(after);
      if (isStarting && after.phase === "Pending") met.deletedInMidStart += 1;
    }
    if (before.phase !== "Failed" && after.phase === "Failed") {
      if (after.status.reason.startsWith("OutOf")) met.refusedByKubelet += 1;
    }
  }

  private afterEvent(): void {
    const { store } = this.world.ground;
    if (store.resourceVersion === this.checkedRevision) return;
    this.checkedRevision = store.resourceVersion;
    const table = store.table("Pod");
    this.demand(
      table.size === this.live.size && this.live.size === this.created - this.removed,
      () => {
        return `${table.size} pods are there; ${this.created} came and ${this.removed} went`;
      },
    );
    this.checkPods();
    this.bounds.check(this.world.now);
  }

  private checkPods(): void {
    const { store } = this.world.ground;
    const used = new Map<string, Map<string, number>>();
    for (const pod of store.table("Pod")) {
      this.demand(this.live.get(pod.uid) === pod, () => `${objectKey(pod)} is there unannounced`);
      if (pod.nodeName === "") continue;
      if (this.isOrphaned(pod)) continue;
      this.checkVanishing(pod);
      const isAdmitted = pod.status.startTimeMicros !== null && !isPodTerminal(pod);
      if (isAdmitted) this.add(used, pod);
    }
    for (const [nodeName, amounts] of used) {
      const node = store.table("Node").find("", nodeName);
      if (node !== undefined) this.checkNode(node, amounts);
    }
  }

  /** A pod on a node that is gone: it is left to the pod garbage collector, for so long. */
  private isOrphaned(pod: PodVersion): boolean {
    if (this.world.ground.store.table("Node").find("", pod.nodeName) !== undefined) return false;
    const goneMicros = this.nodeGoneMicros.get(pod.nodeName) ?? 0;
    const boundMicros = this.boundMicros.get(pod.uid) ?? 0;
    const sinceMicros = this.world.now - Math.max(goneMicros, boundMicros);
    this.demand(sinceMicros <= ORPHAN_MICROS, () => {
      return `${objectKey(pod)} is on ${pod.nodeName}, gone for ${sinceMicros / MICROS_PER_SECOND} s`;
    });
    if (sinceMicros > NEWS_MICROS) this.met.orphaned += 1;
    return true;
  }

  private checkVanishing(pod: PodVersion): void {
    if (pod.deletionTimeMicros === null || pod.finalizers.length > 0) return;
    if (this.options.nodesFail === true) return;
    const late = this.world.now - pod.deletionTimeMicros;
    this.demand(late <= VANISH_SLACK_MICROS, () => {
      return `${objectKey(pod)} should be gone since ${late / MICROS_PER_SECOND} s`;
    });
  }

  private add(used: Map<string, Map<string, number>>, pod: PodVersion): void {
    const amounts = used.get(pod.nodeName) ?? new Map<string, number>();
    used.set(pod.nodeName, amounts);
    amounts.set("pods", (amounts.get("pods") ?? 0) + 1);
    for (const [resource, amount] of this.requestsOf(pod.spec)) {
      amounts.set(resource, (amounts.get(resource) ?? 0) + amount);
    }
  }

  private requestsOf(spec: PodSpec): ReadonlyMap<string, number> {
    const known = this.requests.get(spec);
    if (known !== undefined) return known;
    const amounts = new Map<string, number>();
    for (const { resources } of spec.containers) {
      for (const [resource, quantity] of Object.entries(resources?.requests ?? {})) {
        amounts.set(resource, (amounts.get(resource) ?? 0) + amountOf(quantity));
      }
    }
    this.requests.set(spec, amounts);
    return amounts;
  }

  private checkNode(node: ObjectVersion<"Node">, used: ReadonlyMap<string, number>): void {
    const allocatable = node.status.allocatable ?? {};
    for (const [resource, amount] of used) {
      const limit = amountOf(allocatable[resource] ?? 0);
      this.demand(amount <= limit, () => {
        return `${node.name} has ${limit} of ${resource}, and its pods ask for ${amount}`;
      });
    }
  }

  private checkEndpoints(service: ObjectVersion<"Service">): void {
    const { store } = this.world.ground;
    const selector = Object.entries(service.spec.selector ?? {});
    if (selector.length === 0) return;
    const ready: string[] = [];
    for (const pod of store.table("Pod")) {
      const isSelected =
        pod.namespace === service.namespace && selector.every(([k, v]) => pod.labels[k] === v);
      const isServing = pod.deletionTimeMicros === null && !isPodTerminal(pod) && isPodReady(pod);
      if (isSelected && isServing) ready.push(pod.name);
      const sinceMicros = this.world.now - (this.changedMicros.get(pod.uid) ?? 0);
      // It has crashed just now, and the news is on its way.
      if (isSelected && sinceMicros < NEWS_MICROS) return;
    }
    const told = endpointsOf(this.world, service).sort();
    this.demand(JSON.stringify(told) === JSON.stringify(ready.sort()), () => {
      return `${objectKey(service)}: its slices hold [${told}], and ready are [${ready}]`;
    });
  }

  private demand(holds: boolean, message: () => string): void {
    if (!holds) throw new Error(`${this.world.now / MICROS_PER_SECOND} s: ${message()}`);
  }
}

const SUFFIXES: Readonly<Record<string, number>> = {
  "": 1_000,
  m: 1,
  Ki: 1_000 * 2 ** 10,
  Mi: 1_000 * 2 ** 20,
  Gi: 1_000 * 2 ** 30,
};

/** A quantity as random scenarios write it, in thousandths. */
function amountOf(quantity: string | number): number {
  const [, number = "", suffix = ""] = /^([\d.]+)(m|Ki|Mi|Gi|)$/.exec(String(quantity)) ?? [];
  if (number === "") throw new Error(`a random scenario has the quantity ${quantity}`);
  return Math.round(Number(number) * SUFFIXES[suffix]!);
}

/** Names of the ready pods in a Service's EndpointSlices. */
export function endpointsOf(world: World, service: ObjectVersion<"Service">): string[] {
  const names: string[] = [];
  for (const slice of world.ground.store.table("EndpointSlice")) {
    if (slice.namespace !== service.namespace) continue;
    if (slice.labels["kubernetes.io/service-name"] !== service.name) continue;
    for (const endpoint of slice.spec.endpoints ?? []) {
      if (endpoint.conditions?.ready === true) names.push(endpoint.targetRef?.name ?? "");
    }
  }
  return names;
}
