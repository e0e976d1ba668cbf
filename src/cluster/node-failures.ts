import type { VersionOf } from "../api/object-version.js";
import { zoneOf } from "../api/zone-key.js";
import type { TimeMicros } from "../base/time.js";
import { type Distribution, distributionOf } from "../kernel/distribution.js";
import type { DistributionSpec } from "../kernel/distribution-spec.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type { NodeFault } from "./node-faults.js";

type Node = VersionOf<"Node">;

/** How the nodes of a pool fail. Structurally what a scenario's `failures` say. */
export interface FailureModel {
  /** In service, until the next failure; in microseconds. */
  readonly betweenMicros: DistributionSpec;
  /** From a failure until it is in service again. */
  readonly repairMicros: DistributionSpec;
  /** Each node by itself, or all of the pool's nodes in a zone together. */
  readonly scope: "node" | "zone";
  readonly fault: NodeFault;
}

export interface NodeFailuresOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  /** The pool of a node and how its nodes fail; null where they do not. */
  readonly modelOf: (node: Node) => { readonly pool: string; readonly model: FailureModel } | null;
  readonly failNode: (nodeName: string, fault: NodeFault) => boolean;
  readonly recoverNode: (nodeName: string) => boolean;
}

/** What fails as one: a node, or a pool's part of a zone. */
interface Unit {
  readonly number: number;
  readonly model: FailureModel;
  readonly between: Distribution;
  readonly repair: Distribution;
  /** Names the draws, with the unit's ordinal. */
  readonly key: string;
  readonly ordinal: number;
  readonly nodes: Set<string>;
  failures: number;
  isDown: boolean;
  /** Whether its next failure is drawn: of a unit that has lost its nodes none is. */
  isArmed: boolean;
}

/** Failures of one unit; more than that would draw what is another's. */
const MAX_FAILURES = 2 ** 20;

/**
 * Has nodes fail and recover by distributions. A draw belongs to the unit, by its pool and its ordinal
 * there, and to the number of the failure: it is the same under every policy.
 */
export class NodeFailures {
  private readonly units: Unit[] = [];
  private readonly byKey = new Map<string, Unit>();
  private readonly unitOf = new Map<string, Unit>();
  private readonly ordinals = new Map<string, number>();
  private readonly nodes: Informer<"Node">;
  private readonly failing: HandlerId;
  private readonly recovering: HandlerId;

  constructor(private readonly options: NodeFailuresOptions) {
    const { engine, informers } = options;
    this.nodes = informers.informer("Node");
    // A failure to come keeps no run alive, a repair does: somebody may wait for the node.
    this.failing = engine.registerHandler("cloud/fail", (unit) => this.fail(this.units[unit]!), {
      background: true,
    });
    this.recovering = engine.registerHandler("cloud/recover", (unit) =>
      this.recover(this.units[unit]!),
    );
  }

  start(): void {
    this.nodes.addHandler({
      added: (node) => this.added(node),
      deleted: ({ name }) => {
        this.unitOf.get(name)?.nodes.delete(name);
        this.unitOf.delete(name);
      },
    });
  }

  private added(node: Node): void {
    const found = this.options.modelOf(node);
    if (found === null) return;
    const { pool, model } = found;
    const zone = model.scope === "zone" ? (zoneOf(node.labels) ?? "") : null;
    const unit = this.unit(pool, zone ?? node.name, model);
    unit.nodes.add(node.name);
    this.unitOf.set(node.name, unit);
    if (unit.isDown) this.options.failNode(node.name, model.fault);
  }

  private unit(pool: string, name: string, model: FailureModel): Unit {
    const full = `${pool}/${name}`;
    const known = this.byKey.get(full);
    if (known !== undefined) {
      if (!known.isArmed && !known.isDown) this.scheduleFailure(known);
      return known;
    }
    const suffix = name.startsWith(`${pool}-`) ? name.slice(pool.length + 1) : "";
    const next = this.ordinals.get(pool) ?? 0;
    this.ordinals.set(pool, next + 1);
    const unit: Unit = {
      number: this.units.length,
      model,
      between: distributionOf(model.betweenMicros),
      repair: distributionOf(model.repairMicros),
      key: `cluster/failures/${pool}`,
      ordinal: model.scope === "node" && /^\d+$/.test(suffix) ? Number(suffix) : next,
      nodes: new Set(),
      failures: 0,
      isDown: false,
      isArmed: false,
    };
    this.units.push(unit);
    this.byKey.set(full, unit);
    this.scheduleFailure(unit);
    return unit;
  }

  private scheduleFailure(unit: Unit): void {
    if (unit.failures >= MAX_FAILURES) return;
    unit.isArmed = true;
    const wait = this.drawn(unit, "between", unit.between);
    this.options.engine.scheduleAfter(wait, Phase.world, this.failing, unit.number);
  }

  private fail(unit: Unit): void {
    unit.isArmed = false;
    if (unit.nodes.size === 0) return;
    unit.isDown = true;
    for (const name of unit.nodes) this.options.failNode(name, unit.model.fault);
    const wait = this.drawn(unit, "repair", unit.repair);
    this.options.engine.scheduleAfter(wait, Phase.world, this.recovering, unit.number);
  }

  private recover(unit: Unit): void {
    unit.isDown = false;
    unit.failures += 1;
    for (const name of unit.nodes) this.options.recoverNode(name);
    this.scheduleFailure(unit);
  }

  private drawn(unit: Unit, what: string, distribution: Distribution): TimeMicros {
    const { engine } = this.options;
    const ordinal = unit.ordinal * MAX_FAILURES + unit.failures;
    const u = engine.streams.draw(`${unit.key}/${what}`, ordinal);
    return Math.min(Math.max(1, Math.round(distribution.quantile(u))), Number.MAX_SAFE_INTEGER / 4);
  }
}
