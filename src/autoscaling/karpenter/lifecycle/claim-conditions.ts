import { formatTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { withConditions } from "../controller/node-claim-conditions.js";
import type { InstanceType } from "../instance-type.js";
import { NODE_POOL_LABEL } from "../well-known-labels.js";
import type { NodeClaim } from "./node-claim.js";
import { isTemplateChanged, takenOver } from "./template-hash.js";
import { wantedConditions } from "./wanted-conditions.js";

/** What no watch tells, such as the table of types, is looked at again so often. */
const DRIFT_PERIOD_MICROS = 5 * MICROS_PER_MINUTE;

/**
 * Sets the conditions of NodeClaims by which disruption chooses: Consolidatable, when they have been left in peace for as
 * long as their pool asks, and Drifted, when they are no longer what it would make.
 *
 * Source: Karpenter, `pkg/controllers/nodeclaim/disruption` (1.15.0).
 */
export class ClaimConditions {
  private readonly types: ReadonlyMap<string, InstanceType>;
  private readonly look: HandlerId;
  private readonly lookAgain: HandlerId;
  private readonly written: AnswerId;
  private readonly queued = new Set<number>();
  /** When a row is looked at next, where that is planned. */
  private readonly planned = new Map<number, TimeMicros>();

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
  ) {
    const { engine, client, instanceTypes } = options;
    this.types = new Map(instanceTypes.map((type) => [type.name, type]));
    this.look = engine.registerHandler("karpenter/claim-conditions", () => this.lookAtQueued());
    const again = (row: number) => {
      if (this.planned.get(row) === engine.now) this.planned.delete(row);
      this.add(row);
    };
    // A look to come keeps no run alive.
    const background = { background: true };
    this.lookAgain = engine.registerHandler("karpenter/claim-conditions-later", again, background);
    this.written = client.onAnswer((outcome, row) => {
      if (!outcome.ok && outcome.reason === "Conflict") this.add(row);
    });
  }

  start(): void {
    this.watch.nodeClaims.addHandler({
      added: ({ row }) => this.add(row),
      updated: (_, { row }) => this.add(row),
      deleted: ({ row }) => this.planned.delete(row),
    });
    this.watch.nodePools.addHandler({
      updated: (before, pool) => {
        const isStatusAlone = before.spec === pool.spec && before.annotations === pool.annotations;
        if (!isStatusAlone) this.addAllOf(pool.name);
      },
    });
  }

  private addAllOf(pool: string): void {
    for (const { row, labels } of this.watch.nodeClaims.values()) {
      if (labels[NODE_POOL_LABEL] === pool) this.add(row);
    }
  }

  private add(row: number): void {
    const { engine } = this.options;
    if (this.queued.size === 0) engine.scheduleAt(engine.now, Phase.react, this.look);
    this.queued.add(row);
  }

  private lookAtQueued(): void {
    const rows = [...this.queued];
    this.queued.clear();
    for (const row of rows) {
      const claim = this.watch.nodeClaims.at(row);
      if (claim !== undefined && claim.deletionTimeMicros === null) this.update(claim);
    }
  }

  private update(claim: NodeClaim): void {
    const pool = this.watch.nodePools.find("", claim.labels[NODE_POOL_LABEL] ?? "");
    if (pool === undefined) return;
    const { engine, client, startTimeMs } = this.options;
    const { types } = this;
    const { now } = engine;
    const rules = { types, isTemplateChanged: isTemplateChanged(claim, pool), now, startTimeMs };
    const wanted = wantedConditions(claim, pool, rules);
    const { changes, consolidatableFromMicros: from } = wanted;
    this.plan(claim.row, from !== null && from > now ? from : now + DRIFT_PERIOD_MICROS);
    const status = withConditions(claim.status, changes, formatTimestamp(now, startTimeMs));
    const annotations = takenOver(claim, pool);
    if (status === claim.status && annotations === null) return;
    const change = { status, ...(annotations !== null && { annotations }) };
    client.submit({ verb: "update", base: claim, change }, this.written, claim.row);
  }

  /** One look ahead a row: the earliest. */
  private plan(row: number, at: TimeMicros): void {
    const { engine } = this.options;
    const next = this.planned.get(row);
    if (next !== undefined && next > engine.now && next <= at) return;
    this.planned.set(row, at);
    engine.scheduleAt(at, Phase.react, this.lookAgain, row);
  }
}
