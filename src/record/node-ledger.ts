import type { ResourceList } from "../api/kubernetes.js";
import type { ObjectVersion } from "../api/object-version.js";
import { MICROS_PER_HOUR, type TimeMicros } from "../base/time.js";
import { CounterFamily } from "./counter-family.js";
import { Gauge, type Measured } from "./gauge.js";
import { GaugeFamily } from "./gauge-family.js";
import { NodeSpread } from "./node-spread.js";
import { PoolAllocation } from "./pool-allocation.js";
import type { RequestShape } from "./request-shapes.js";
import {
  CPU,
  listedAmounts,
  MEMORY,
  measuredAmounts,
  type ResourceIndex,
} from "./resource-amounts.js";
import type { ResourceLedger } from "./resource-ledger.js";
import { StepIntegral } from "./step-integral.js";

/** The pool that a node belongs to and what an hour of it costs. */
export interface NodePrice {
  readonly pool: string;
  readonly pricePerHourDollars: number | null;
}

/** One life of a node, from when it was added until it was removed: a row of `nodes.csv`. */
export class NodeLife {
  removedMicros: TimeMicros | null = null;
  zone = "";
  cpuMillis = 0;
  memoryBytes = 0;
  podsCount = 0;
  readonly cpuRequested: StepIntegral;
  readonly cpuAllocatable: StepIntegral;
  readonly memoryRequested: StepIntegral;
  readonly memoryAllocatable: StepIntegral;
  readonly pods: StepIntegral;
  readonly ready: StepIntegral;

  constructor(
    readonly name: string,
    readonly price: NodePrice | null,
    readonly createdMicros: TimeMicros,
    /** When it was added to the run: the start, for a node that was there before. */
    readonly addedMicros: TimeMicros,
  ) {
    this.cpuRequested = new StepIntegral(addedMicros);
    this.cpuAllocatable = new StepIntegral(addedMicros);
    this.memoryRequested = new StepIntegral(addedMicros);
    this.memoryAllocatable = new StepIntegral(addedMicros);
    this.pods = new StepIntegral(addedMicros);
    this.ready = new StepIntegral(addedMicros);
  }
}

/** What is on the node of one name now; pods may be bound to a name before or after its node exists. */
class NodeSlot {
  life: NodeLife | null = null;
  ready = false;
  pods = 0;
  /** Pods that no DaemonSet owns. */
  workPods = 0;
  readonly requested: number[] = [0, 0];
  readonly allocatable: number[] = [0, 0];
  /** What the node counts for in the spread of each resource; −1 while it does not count. */
  readonly scaled: number[] = [-1, -1];
}

/** Upstream's kubelet reports both; a manifest may state the capacity alone. */
function offeredBy(node: ObjectVersion<"Node">): ResourceList | undefined {
  return node.status?.allocatable ?? node.status?.capacity;
}

/** Nodes over time: what they offer, what is bound to them, how long they were there. */
export class NodeLedger implements Measured {
  readonly lives: NodeLife[] = [];
  readonly used: Gauge;
  readonly ready: Gauge;
  readonly existing: Gauge;
  readonly byPool: GaugeFamily;
  /** Nodes of pools that came after the start, and those that went. */
  readonly joined = new CounterFamily();
  readonly left = new CounterFamily();
  readonly allocation = new PoolAllocation(this.lives);
  /** Nodes of a pool that cost the same, by both. */
  private readonly byPrice: GaugeFamily;
  private readonly prices = new Map<string, { readonly pool: string; readonly dollars: number }>();
  private readonly slots = new Map<string, NodeSlot>();

  constructor(
    private readonly startMicros: TimeMicros,
    private readonly resources: ResourceLedger,
    private readonly priceOf: (node: ObjectVersion<"Node">) => NodePrice | null,
  ) {
    this.used = new Gauge(startMicros);
    this.ready = new Gauge(startMicros);
    this.existing = new Gauge(startMicros);
    this.byPool = new GaugeFamily();
    this.byPrice = new GaugeFamily();
  }

  changed(
    before: ObjectVersion<"Node"> | null,
    after: ObjectVersion<"Node"> | null,
    timeMicros: TimeMicros,
  ): void {
    if (after === null) {
      if (before !== null) this.removed(this.slot(before.name), timeMicros);
      return;
    }
    const slot = this.slot(after.name);
    if (slot.life === null) this.added(slot, after, timeMicros);
    slot.life!.zone = after.labels["topology.kubernetes.io/zone"] ?? "";
    if (before === null || offeredBy(before) !== offeredBy(after)) {
      this.allocatableChanged(slot, after, timeMicros);
    }
    if (before === null || before.status !== after.status) {
      const ready = after.status?.conditions?.some(
        (c) => c.type === "Ready" && c.status === "True",
      );
      this.readyChanged(slot, ready === true, timeMicros);
    }
  }

  /** A pod came to (`sign` 1) or left (−1) the node of that name. */
  podChanged(
    node: string,
    shape: RequestShape,
    pod: { readonly sign: 1 | -1; readonly isWork: boolean },
    timeMicros: TimeMicros,
  ): void {
    const slot = this.slot(node);
    slot.pods += pod.sign;
    slot.life?.pods.set(slot.pods, timeMicros);
    if (pod.isWork) {
      const wasUsed = slot.workPods > 0;
      slot.workPods += pod.sign;
      const isUsed = slot.workPods > 0;
      if (slot.life !== null && wasUsed !== isUsed) this.used.add(isUsed ? 1 : -1, timeMicros);
    }
    const { amounts } = shape;
    for (let i = 0; i < amounts.length; i++) {
      const { resource, amount } = amounts[i]!;
      slot.requested[resource] = (slot.requested[resource] ?? 0) + pod.sign * amount;
      this.requestedChanged(slot, resource, timeMicros);
    }
  }

  openWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    for (const measured of this.measured()) measured.closeWindow(timeMicros);
  }

  private measured(): readonly Measured[] {
    const { used, ready, existing, byPool, byPrice, joined, left, allocation } = this;
    return [used, ready, existing, byPool, byPrice, joined, left, allocation];
  }

  private slot(name: string): NodeSlot {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = new NodeSlot();
      this.slots.set(name, slot);
    }
    return slot;
  }

  private added(slot: NodeSlot, node: ObjectVersion<"Node">, timeMicros: TimeMicros): void {
    const price = this.priceOf(node);
    slot.life = new NodeLife(node.name, price, node.creationTimeMicros, timeMicros);
    this.lives.push(slot.life);
    slot.life.pods.set(slot.pods, timeMicros);
    this.existing.add(1, timeMicros);
    if (slot.workPods > 0) this.used.add(1, timeMicros);
    if (price === null) return;
    this.moveOf(price, 1, timeMicros);
    if (timeMicros > this.startMicros) this.joined.add(price.pool, 1);
  }

  private moveOf({ pool, pricePerHourDollars: dollars }: NodePrice, sign: 1 | -1, at: TimeMicros) {
    this.byPool.add(pool, sign, at);
    if (dollars === null) return;
    const key = `${dollars} ${pool}`;
    this.prices.set(key, { pool, dollars });
    this.byPrice.add(key, sign, at);
  }

  /** Dollars by pool: what `integral` gives of the nodes of each price, in node microseconds. Empty: no node has a price. */
  costs(integral: (nodes: Gauge) => number): ReadonlyMap<string, number> {
    const costs = new Map<string, number>();
    for (const [key, gauge] of this.byPrice.parts) {
      const { pool, dollars } = this.prices.get(key)!;
      const cost = (integral(gauge) / MICROS_PER_HOUR) * dollars;
      costs.set(pool, (costs.get(pool) ?? 0) + cost);
    }
    return costs;
  }

  private removed(slot: NodeSlot, timeMicros: TimeMicros): void {
    const life = slot.life;
    if (life === null) return;
    this.readyChanged(slot, false, timeMicros);
    for (const resource of slot.allocatable.keys()) this.offer(slot, resource, 0, timeMicros);
    life.cpuRequested.set(0, timeMicros);
    life.memoryRequested.set(0, timeMicros);
    life.pods.set(0, timeMicros);
    life.removedMicros = timeMicros;
    this.existing.add(-1, timeMicros);
    if (slot.workPods > 0) this.used.add(-1, timeMicros);
    if (life.price !== null) {
      this.moveOf(life.price, -1, timeMicros);
      this.left.add(life.price.pool, 1);
    }
    slot.life = null;
  }

  private readyChanged(slot: NodeSlot, ready: boolean, timeMicros: TimeMicros): void {
    if (slot.ready === ready) return;
    slot.ready = ready;
    slot.life?.ready.set(ready ? 1 : 0, timeMicros);
    this.ready.add(ready ? 1 : -1, timeMicros);
  }

  private allocatableChanged(
    slot: NodeSlot,
    node: ObjectVersion<"Node">,
    timeMicros: TimeMicros,
  ): void {
    const listed = listedAmounts(offeredBy(node));
    slot.life!.podsCount = listed.get("pods") ?? 0;
    const offered = new Map<ResourceIndex, number>();
    for (const [name, amount] of measuredAmounts(listed)) {
      offered.set(this.resources.indexOf(name), amount);
    }
    for (let resource = 0; resource < this.resources.names.length; resource += 1) {
      this.offer(slot, resource, offered.get(resource) ?? 0, timeMicros);
    }
    slot.life!.cpuMillis = slot.allocatable[CPU]!;
    slot.life!.memoryBytes = slot.allocatable[MEMORY]!;
  }

  private offer(
    slot: NodeSlot,
    resource: ResourceIndex,
    amount: number,
    timeMicros: TimeMicros,
  ): void {
    const before = slot.allocatable[resource] ?? 0;
    if (before !== amount) {
      slot.allocatable[resource] = amount;
      this.resources.at(resource).changeAllocatable(amount - before, timeMicros);
      if (resource === CPU) slot.life?.cpuAllocatable.set(amount, timeMicros);
      if (resource === MEMORY) slot.life?.memoryAllocatable.set(amount, timeMicros);
    }
    this.requestedChanged(slot, resource, timeMicros);
  }

  private requestedChanged(slot: NodeSlot, resource: ResourceIndex, timeMicros: TimeMicros): void {
    const requested = slot.requested[resource] ?? 0;
    const allocatable = slot.allocatable[resource] ?? 0;
    if (resource === CPU) slot.life?.cpuRequested.set(requested, timeMicros);
    if (resource === MEMORY) slot.life?.memoryRequested.set(requested, timeMicros);
    const before = slot.scaled[resource] ?? -1;
    const after = allocatable > 0 ? NodeSpread.scaled(requested, allocatable) : -1;
    if (before === after) return;
    slot.scaled[resource] = after;
    this.resources.at(resource).changeNode(before, after, timeMicros);
  }
}
