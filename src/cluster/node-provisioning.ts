import type { NewGeneric } from "../api/new-object.js";
import { formatTimestamp } from "../api/timestamp.js";
import type { Distribution } from "../kernel/distribution.js";
import type { Engine, EventId, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type { Outcome } from "../store/outcome.js";
import { type NodeShape, providerId } from "./node-object.js";
import type { NodePools, NodeRefusal } from "./node-pools.js";

/** How long a cloud takes with the machines of a pool, in microseconds. */
export interface ProvisioningDelays {
  /** From the request until the kubelet registers its Node. */
  readonly registration: Distribution;
  /** From there until the node is Ready. */
  readonly readiness: Distribution;
  /** From the request to take it away until its Node object is deleted. */
  readonly removal: Distribution;
}

export interface NodeProvisioningOptions {
  readonly engine: Engine;
  /** What its events are called by, where there are several. Default: `provisioning`. */
  readonly name?: string;
  readonly informers: InformerFactory;
  /** Of the cloud and of the kubelets that register. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Gives names and objects; a pool may be defined at any time, for a template of one node as well. */
  readonly pools: NodePools;
  readonly delaysOf: (pool: string) => ProvisioningDelays;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** `node` is the name that the machine will have. */
type NodeRequestOutcome =
  | { readonly ok: true; readonly node: string; readonly providerId: string }
  | NodeRefusal;

interface Machine {
  readonly name: string;
  readonly pool: string;
  /** Its number in the pool: what its draws belong to. */
  readonly index: number;
  /** Its Node object; null for one that the pool made before. */
  readonly register: (() => NewGeneric<"Node">) | null;
  /** asked: no Node yet. leaving: its Node is still there. */
  state: "asked" | "registered" | "ready" | "leaving";
  /** What happens to it next. */
  next: EventId | null;
}

/** Where the watch does not yet tell the newest version of its Node. */
const RETRY_MICROS = 100_000;

/**
 * Machines that take their time: whoever wants one asks for a node of a pool, which registers after a
 * delay, not ready, and is Ready after another; the node controller takes its taints away then; one that is taken away is deleted after
 * a third. Who asked sees it through the watches, as everybody does.
 *
 *     request -> asked -> registered -> ready -> leaving -> gone
 *                  |          \_____________________^
 *                  \-> gone, when it is taken away before it registers
 *
 * Source: Kubernetes, "Nodes: Self-registration of Nodes"; "Well-Known Taints".
 */
export class NodeProvisioning {
  private readonly machines: Machine[] = [];
  private readonly byName = new Map<string, number>();
  /** Machines that are gone, while somebody still keeps their Nodes. */
  private readonly taken = new Set<string>();
  private readonly nodes: Informer<"Node">;
  private readonly step: HandlerId;
  private readonly created: AnswerId;
  private readonly readied: AnswerId;
  private readonly deleted: AnswerId;

  constructor(private readonly options: NodeProvisioningOptions) {
    const { engine, client, informers, name = "provisioning" } = options;
    this.nodes = informers.informer("Node");
    this.nodes.addHandler({ deleted: ({ name }) => this.gone(name) });
    this.step = engine.registerHandler(`cluster/${name}`, (number) => this.goOn(number));
    this.created = client.onAnswer((outcome, number) => this.registered(outcome, number));
    this.readied = client.onAnswer((outcome, number) => this.becameReady(outcome, number));
    this.deleted = client.onAnswer(() => {});
  }

  /** Asks for a node of a pool; `own`: of a shape of its own. */
  request(pool: string, own?: NodeShape): NodeRequestOutcome {
    const reserved = this.options.pools.reserve(pool, own);
    if (!reserved.ok) return reserved;
    const { name, index, register } = reserved;
    const machine: Machine = { name, pool, index, register, state: "asked", next: null };
    this.byName.set(name, this.machines.push(machine) - 1);
    this.plan(machine, "registration");
    return { ok: true, node: name, providerId: providerId(pool, name) };
  }

  /** True as long as there is a machine, or one was asked for. */
  isThere(name: string): boolean {
    if (this.taken.has(name)) return false;
    return this.byName.has(name) || this.options.pools.madeBy(name) !== undefined;
  }

  /** Asks for a node to be taken away, also one that has not come yet, or that its pool made before. */
  remove(name: string): NodeRequestOutcome {
    let number = this.byName.get(name);
    if (number === undefined) {
      const made = this.options.pools.madeBy(name);
      if (made === undefined) return { ok: false, message: `no node pool made the node ${name}` };
      const machine: Machine = { name, ...made, register: null, state: "ready", next: null };
      number = this.machines.push(machine) - 1;
      this.byName.set(name, number);
    }
    const machine = this.machines[number]!;
    this.takeAway(machine);
    return { ok: true, node: name, providerId: providerId(machine.pool, name) };
  }

  /** Takes a machine away at once, as a cloud does that wants it back. */
  reclaim(name: string): void {
    const number = this.byName.get(name);
    if (number === undefined) return;
    const machine = this.machines[number]!;
    const isThere = machine.state !== "asked";
    if (machine.next !== null) this.options.engine.cancel(machine.next);
    machine.state = "leaving";
    machine.next = null;
    if (isThere) this.goOn(number);
    else this.byName.delete(name);
  }

  private takeAway(machine: Machine): void {
    if (machine.state === "leaving") return;
    const isThere = machine.state !== "asked";
    if (machine.next !== null) this.options.engine.cancel(machine.next);
    machine.next = null;
    machine.state = "leaving";
    if (isThere) this.plan(machine, "removal");
    else this.byName.delete(machine.name);
  }

  private plan(machine: Machine, delay: keyof ProvisioningDelays): void {
    const { engine, delaysOf } = this.options;
    const { pool, index, name } = machine;
    const share = engine.streams.draw(`provisioning/${pool}/${delay}`, index);
    const micros = Math.max(0, Math.round(delaysOf(pool)[delay].quantile(share)));
    const number = this.byName.get(name)!;
    machine.next = engine.scheduleAt(engine.now + micros, Phase.world, this.step, number);
  }

  private goOn(number: number): void {
    const machine = this.machines[number]!;
    const { client } = this.options;
    machine.next = null;
    switch (machine.state) {
      case "asked":
        machine.state = "registered";
        client.submit(
          { verb: "create", object: notReady(machine.register!()) },
          this.created,
          number,
        );
        return;
      case "registered":
        this.makeReady(number);
        return;
      case "leaving": {
        this.byName.delete(machine.name);
        this.taken.add(machine.name);
        const target = { kind: "Node", namespace: "", name: machine.name } as const;
        client.submit({ verb: "delete", target }, this.deleted, number);
        return;
      }
      case "ready":
    }
  }

  private registered(outcome: Outcome, number: number): void {
    const { observer, engine } = this.options;
    const machine = this.machines[number]!;
    if (!outcome.ok) {
      const about = { kind: "Node", namespace: "", name: machine.name };
      this.byName.delete(machine.name);
      observer.event("Warning", "FailedCreate", about, outcome.message, engine.now);
    } else if (machine.state === "registered") this.plan(machine, "readiness");
  }

  private makeReady(number: number): void {
    const { name } = this.machines[number]!;
    const { engine, client, startTimeMs } = this.options;
    const node = this.nodes.find("", name);
    if (node === undefined) {
      this.retry(number);
      return;
    }
    const lastTransitionTime = formatTimestamp(engine.now, startTimeMs);
    const conditions = (node.status.conditions ?? []).map((one) =>
      one.type === "Ready" ? { ...one, ...READY, lastTransitionTime } : one,
    );
    const change = { status: { ...node.status, conditions } };
    client.submit({ verb: "update", base: node, change }, this.readied, number);
  }

  private becameReady(outcome: Outcome, number: number): void {
    const machine = this.machines[number]!;
    if (machine.state !== "registered") return;
    if (outcome.ok) {
      machine.state = "ready";
    } else if (outcome.reason === "Conflict") {
      this.retry(number);
    }
  }

  private retry(number: number): void {
    const { engine } = this.options;
    const at = engine.now + RETRY_MICROS;
    this.machines[number]!.next = engine.scheduleAt(at, Phase.world, this.step, number);
  }

  /** Whoever deleted it: nothing more happens to it. */
  private gone(name: string): void {
    this.taken.delete(name);
    const number = this.byName.get(name);
    if (number === undefined) return;
    const { next } = this.machines[number]!;
    if (next !== null) this.options.engine.cancel(next);
    this.byName.delete(name);
  }
}

const READY = {
  status: "True",
  reason: "KubeletReady",
  message: "kubelet is posting ready status",
};

/** As the kubelet registers it before its network is there. */
function notReady(node: NewGeneric<"Node">): NewGeneric<"Node"> {
  const conditions = (node.status.conditions ?? []).map((one) =>
    one.type === "Ready"
      ? {
          ...one,
          status: "False",
          reason: "KubeletNotReady",
          message: "container runtime network not ready",
        }
      : one,
  );
  return { ...node, status: { ...node.status, conditions } };
}
