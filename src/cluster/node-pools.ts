import type { Labels } from "../api/kubernetes.js";
import type { NewGeneric } from "../api/new-object.js";
import type { VersionOf } from "../api/object-version.js";
import { own } from "../base/own.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { type NodeShape, numberedName, poolNode, type Registration } from "./node-object.js";

export interface NodePoolsOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  /** Of the cloud: it creates and deletes Node objects. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  /** What their kubelets declare. Default: nothing. */
  readonly declaredFeatures?: readonly string[];
}

/** The Node object of the `index`-th node of a pool, as its kubelet registers it then. */
export type NodeMaker = (index: number, at: Registration) => NewGeneric<"Node">;

/** A pool makes nodes, or adopts those with certain labels, or both. */
interface Pool {
  /** Null: it makes none. */
  maker: NodeMaker | null;
  readonly match: Labels | null;
  /** Number of the next node; numbers are never used again. */
  next: number;
  /** Names of the nodes that it made and did not take away, oldest first. */
  readonly names: string[];
}

/** Which nodes go: those named, or `count` of a pool, the newest first. */
export interface NodeRemoval {
  readonly nodes: readonly string[];
  readonly pool: string | null;
  readonly count: number;
}

/** Draws for adopted nodes belong to numbers from here on, by their rows, apart from those that their pool makes. */
const FIRST_ADOPTED = 1_000_000_000;

export interface NodeRefusal {
  readonly ok: false;
  readonly message: string;
}

export type NodeProvision = { readonly ok: true; readonly nodes: readonly string[] } | NodeRefusal;

interface ReservedNode {
  readonly ok: true;
  readonly name: string;
  readonly index: number;
  /** The Node object as its kubelet registers it now: once. */
  register(): NewGeneric<"Node">;
}

/**
 * The cloud's side: makes machines for pools and takes them away, at once, by writes to the API
 * server. `NodeProvisioning` takes the time that a cloud takes for it.
 */
export class NodePools {
  private readonly pools = new Map<string, Pool>();
  private readonly nodes: Informer<"Node">;
  private readonly created: AnswerId;
  private readonly deleted: AnswerId;

  constructor(private readonly options: NodePoolsOptions) {
    const { client, observer, engine } = options;
    this.created = client.onAnswer((outcome, _a, _b, request) => {
      if (outcome.ok || request.verb !== "create") return;
      observer.event("Warning", "FailedCreate", request.object, outcome.message, engine.now);
    });
    this.deleted = client.onAnswer(() => {});
    this.nodes = options.informers.informer("Node");
    this.nodes.addHandler({ deleted: (node) => this.nodeGone(node.name) });
  }

  /** Defines a pool that makes nodes: its first ones, to be loaded before the run begins. */
  define(shape: NodeShape, count: number): readonly NewGeneric<"Node">[] {
    const maker: NodeMaker = (index, at) => poolNode(shape, index, at);
    const pool: Pool = { maker, match: null, next: 0, names: [] };
    this.pools.set(shape.name, pool);
    return this.make(pool, maker, count);
  }

  /** Defines a pool of nodes that exist: those with all of these labels. */
  adopt(poolName: string, match: Labels): void {
    this.pools.set(poolName, { maker: null, match, next: 0, names: [] });
  }

  /** Has a pool that adopts nodes make more of them, and take away those that it adopted; `first`: the number of the first. */
  equip(poolName: string, maker: NodeMaker, first: number): void {
    const pool = this.pools.get(poolName)!;
    pool.maker = maker;
    pool.next = first;
  }

  /** A node as the pool would make it now; null where it makes none. */
  template(poolName: string): NewGeneric<"Node"> | null {
    return this.pools.get(poolName)?.maker?.(0, this.registration()) ?? null;
  }

  /** Adds nodes to a pool now: their names. */
  addNodes(poolName: string, count: number): NodeProvision {
    const pool = this.pools.get(poolName);
    if (pool === undefined) return refused(`there is no node pool ${poolName}`);
    if (pool.maker === null) return refused(`the node pool ${poolName} makes no nodes of its own`);
    const nodes = this.make(pool, pool.maker, count);
    for (const object of nodes)
      this.options.client.submit({ verb: "create", object }, this.created);
    return { ok: true, nodes: nodes.map(({ name }) => name) };
  }

  /**
   * A node of a pool that comes later: its name now, its object when the machine registers. `index` is
   * its number in the pool. `own`: its shape, where that is not the pool's.
   */
  reserve(poolName: string, own?: NodeShape): ReservedNode | NodeRefusal {
    const pool = this.pools.get(poolName);
    if (pool === undefined) return refused(`there is no node pool ${poolName}`);
    const ofOwn: NodeMaker | undefined = own && ((at, when) => poolNode(own, at, when));
    const maker = ofOwn ?? pool.maker;
    if (maker === null) return refused(`the node pool ${poolName} makes no nodes of its own`);
    const index = pool.next;
    pool.next += 1;
    const register = () => {
      const node = maker(index, this.registration());
      pool.names.push(node.name);
      return node;
    };
    return { ok: true, name: numberedName(own?.name ?? poolName, index), index, register };
  }

  /**
   * Whose machine the node is, and which of the pool's: of the pool that made it, or of one that makes nodes and has adopted
   * it; undefined for one that is of no such pool, or gone.
   */
  madeBy(node: string): { readonly pool: string; readonly index: number } | undefined {
    const object = this.nodes.find("", node);
    for (const [pool, { names, match, maker }] of this.pools) {
      if (names.includes(node)) return { pool, index: Number(node.slice(pool.length + 1)) };
      const isAdopted = maker !== null && match !== null && object !== undefined;
      if (isAdopted && hasLabels(object, match)) return { pool, index: FIRST_ADOPTED + object.row };
    }
    return undefined;
  }

  /**
   * Takes nodes away now, machines and Node objects: their names. Whoever wants their pods to go
   * first drains them before; pods that are still there stay bound to a node that is gone.
   */
  removeNodes(request: NodeRemoval): NodeProvision {
    const { nodes, pool: poolName, count } = request;
    if (nodes.length > 0) {
      const unknown = nodes.filter((name) => this.nodes.find("", name) === undefined);
      if (unknown.length > 0) return refused(`there is no node ${unknown.join(", ")}`);
      return this.remove(nodes);
    }
    const pool = this.pools.get(poolName ?? "");
    if (pool === undefined) return refused(`there is no node pool ${poolName ?? ""}`);
    const names = this.namesOf(pool);
    return this.remove(names.slice(Math.max(0, names.length - count)).reverse());
  }

  private remove(names: readonly string[]): NodeProvision {
    for (const name of names) {
      this.nodeGone(name);
      const target = { kind: "Node", namespace: "", name } as const;
      this.options.client.submit({ verb: "delete", target }, this.deleted);
    }
    return { ok: true, nodes: names };
  }

  /** The pool's nodes, oldest first. */
  private namesOf(pool: Pool): readonly string[] {
    const { match } = pool;
    if (match === null) return pool.names;
    return [...this.nodes.values()]
      .filter((node) => hasLabels(node, match))
      .sort((a, b) => a.creationTimeMicros - b.creationTimeMicros || a.row - b.row)
      .map(({ name }) => name);
  }

  private make(pool: Pool, maker: NodeMaker, count: number): readonly NewGeneric<"Node">[] {
    const at = this.registration();
    const nodes: NewGeneric<"Node">[] = [];
    for (let i = 0; i < count; i++) {
      const node = maker(pool.next, at);
      pool.next += 1;
      pool.names.push(node.name);
      nodes.push(node);
    }
    return nodes;
  }

  private registration(): Registration {
    const { startTimeMs, engine, declaredFeatures = [] } = this.options;
    return { startTimeMs, nowMicros: engine.now, declaredFeatures };
  }

  private nodeGone(name: string): void {
    for (const { names } of this.pools.values()) {
      const at = names.indexOf(name);
      if (at >= 0) names.splice(at, 1);
    }
  }
}

function hasLabels(node: VersionOf<"Node">, labels: Labels): boolean {
  return Object.entries(labels).every(([key, value]) => own(node.labels, key) === value);
}

function refused(message: string): NodeRefusal {
  return { ok: false, message };
}
