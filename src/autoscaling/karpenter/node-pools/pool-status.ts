import type { ObjectVersion } from "../../../api/object-version.js";
import type { NodePoolStatus } from "../../../api/schemas/types.js";
import { formatTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import { type NewCondition, withCondition } from "../controller/conditions.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { KeyQueue } from "../controller/key-queue.js";
import { addTo, amountsOf, amountTexts, type ResourceAmounts } from "../resource-amounts.js";
import { claimCondition } from "../state-node.js";
import { NODE_POOL_LABEL } from "../well-known-labels.js";
import { RegistrationHealth } from "./registration-health.js";

type NodePool = ObjectVersion<"NodePool">;
type NodeClaim = ObjectVersion<"NodeClaim">;
type Condition = NonNullable<NodePoolStatus["conditions"]>[number];

/** What a pool has is counted so often. */
const COUNT_PERIOD_MICROS = 5 * MICROS_PER_SECOND;
/** A machine whose Node has not come after so long was given up. */
const REGISTRATION_TIMEOUT_MICROS = 15 * MICROS_PER_MINUTE;
const COUNTED = ["cpu", "memory", "pods", "ephemeral-storage", "nodes"];
const HEALTH = "NodeRegistrationHealthy";

/** What is kept of a NodePool beside its status. */
interface Known {
  readonly firstMicros: TimeMicros;
  readonly health: RegistrationHealth;
  /** What its spec was like when its health was last reset. */
  generation: number;
  /** What its status has to say of its health; null: what it says. */
  wanted: NewCondition | null;
  /** Nobody has counted since something changed. */
  isStale: boolean;
  isWritten: boolean;
}

/**
 * Writes the status of NodePools: what they have, that their spec holds, and whether their machines become nodes. The spec was
 * checked by the API server, and the cloud of a scenario has no NodeClasses that could be missing: both conditions are true.
 *
 * Source: karpenter 1.15, `pkg/controllers/nodepool`: `counter`, `readiness`, `validation` and `registrationhealth`. What these
 * write one after another when a NodePool is new is one write here.
 */
export class NodePoolStatuses {
  private readonly known = new Map<string, Known>();
  private readonly queue: KeyQueue;
  private readonly counting: HandlerId;
  private readonly written: AnswerId;

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
  ) {
    const { engine, client } = options;
    this.queue = new KeyQueue(engine, "karpenter/nodepool-status", (name) => this.sync(name));
    const count = (row: number) => {
      const pool = watch.nodePools.at(row);
      if (pool !== undefined) this.queue.add(pool.name);
    };
    // That something could be counted keeps no run alive.
    const background = { background: true };
    this.counting = engine.registerHandler("karpenter/nodepool-counter", count, background);
    this.written = client.onAnswer((outcome, row) => {
      const pool = watch.nodePools.at(row);
      const known = this.known.get(pool?.uid ?? "");
      if (pool === undefined || known === undefined) return;
      known.isWritten = true;
      if (!outcome.ok && outcome.reason === "Conflict") this.queue.add(pool.name);
    });
  }

  start(): void {
    const { nodePools, nodeClaims, nodes } = this.watch;
    nodePools.addHandler({
      added: ({ name }) => this.queue.add(name),
      updated: (before, { name, generation }) => {
        if (before.generation !== generation) this.queue.add(name);
      },
      deleted: ({ uid }) => this.known.delete(uid),
    });
    nodeClaims.addHandler({
      added: (claim) => this.changed(claim),
      updated: (before, claim) => {
        this.changed(claim);
        if (!isRegistered(before) && isRegistered(claim)) this.count(claim, true);
      },
      deleted: (claim) => {
        this.changed(claim);
        if (!isRegistered(claim) && this.wasGivenUp(claim)) this.count(claim, false);
      },
    });
    nodes.addHandler({
      added: (node) => this.changed(node),
      updated: (_, node) => this.changed(node),
      deleted: (node) => this.changed(node),
    });
  }

  private poolOf({ labels }: Pick<NodeClaim, "labels">): NodePool | undefined {
    return this.watch.nodePools.find("", labels[NODE_POOL_LABEL] ?? "");
  }

  /** Something that the pool counts has changed: at the next of its periods it is counted. */
  private changed(one: Pick<NodeClaim, "labels">): void {
    const pool = this.poolOf(one);
    const known = this.known.get(pool?.uid ?? "");
    if (pool === undefined || known === undefined || known.isStale) return;
    const { engine } = this.options;
    known.isStale = true;
    const periods = Math.floor((engine.now - known.firstMicros) / COUNT_PERIOD_MICROS) + 1;
    const at = known.firstMicros + periods * COUNT_PERIOD_MICROS;
    engine.scheduleAt(at, Phase.react, this.counting, pool.row);
  }

  private wasGivenUp(claim: NodeClaim): boolean {
    const age = this.options.engine.now - claim.creationTimeMicros;
    return (
      claimCondition(claim, "Launched")?.status === "True" && age >= REGISTRATION_TIMEOUT_MICROS
    );
  }

  private count(claim: NodeClaim, hasRegistered: boolean): void {
    const pool = this.poolOf(claim);
    const known = this.known.get(pool?.uid ?? "");
    if (pool === undefined || known === undefined) return;
    const isHealthy = known.health.count(hasRegistered);
    if (isHealthy !== hasRegistered) return;
    known.wanted = isHealthy
      ? { type: HEALTH, status: "True" }
      : {
          ...{ type: HEALTH, status: "False" },
          ...{ reason: "RegistrationFailed", message: "Failed to register node" },
        };
    this.queue.add(pool.name);
  }

  private sync(name: string): void {
    const pool = this.watch.nodePools.find("", name);
    if (pool === undefined || pool.deletionTimeMicros !== null) return;
    const known = this.knownOf(pool);
    if (!known.isWritten) return;
    const status = this.statusOf(pool, known);
    if (status === pool.status) return;
    known.isWritten = false;
    const { client } = this.options;
    client.submit({ verb: "update", base: pool, change: { status } }, this.written, pool.row);
  }

  private knownOf(pool: NodePool): Known {
    const { engine } = this.options;
    let known = this.known.get(pool.uid);
    if (known === undefined) {
      known = {
        ...{ firstMicros: engine.now, health: new RegistrationHealth(), wanted: null },
        ...{ generation: pool.generation, isStale: false, isWritten: true },
      };
      this.known.set(pool.uid, known);
      const before = healthOf(pool);
      if (before === undefined) known.wanted = UNKNOWN_HEALTH;
      else known.health.reset(before.status as "True" | "False" | "Unknown");
    } else if (known.generation !== pool.generation) {
      known.generation = pool.generation;
      known.health.reset("Unknown");
      known.wanted = UNKNOWN_HEALTH;
    }
    return known;
  }

  /** The status that the pool should have, the same where it has it. */
  private statusOf(pool: NodePool, known: Known): NodePoolStatus {
    const { engine, startTimeMs } = this.options;
    const time = formatTimestamp(engine.now, startTimeMs);
    const before: readonly Condition[] = pool.status.conditions ?? [];
    let conditions = before;
    for (const one of HOLDS) conditions = withCondition(conditions, one, time);
    if (known.wanted !== null) conditions = withCondition(conditions, known.wanted, time);
    known.wanted = null;
    const counted = this.watch.isSynced ? this.countedOf(pool, known) : pool.status;
    if (conditions === before && counted === pool.status) return pool.status;
    return { ...counted, conditions: [...conditions] };
  }

  private countedOf(pool: NodePool, known: Known): NodePoolStatus {
    known.isStale = false;
    const sums = new Map(COUNTED.map((name) => [name, 0]));
    for (const node of this.watch.stateNodes()) {
      if (node.nodePool !== pool.name || node.isDeleting) continue;
      addTo(sums, node.capacity);
      addTo(sums, ONE_NODE);
    }
    const nodes = sums.get("nodes")!;
    const { status } = pool;
    if (status.nodes === nodes && isSame(amountsOf(status.resources ?? {}), sums)) return status;
    return { ...status, nodes, resources: { ...amountTexts(sums) } };
  }
}

const ONE_NODE: ResourceAmounts = new Map([["nodes", 1]]);
const HOLDS: readonly NewCondition[] = ["ValidationSucceeded", "NodeClassReady", "Ready"].map(
  (type) => ({ type, status: "True" }),
);
const UNKNOWN_HEALTH: NewCondition = {
  ...{ type: HEALTH, status: "Unknown" },
  ...{ reason: "AwaitingReconciliation", message: "object is awaiting reconciliation" },
};

const healthOf = ({ status }: NodePool) => status.conditions?.find(({ type }) => type === HEALTH);

const isRegistered = (claim: NodeClaim): boolean =>
  claimCondition(claim, "Registered")?.status === "True";

function isSame(a: ResourceAmounts, b: ResourceAmounts): boolean {
  return a.size === b.size && [...a].every(([name, amount]) => b.get(name) === amount);
}
