import { parseGoDuration } from "../../../api/cron/go-duration.js";
import type { TimeMicros } from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { Informer } from "../../../store/informer.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import type { NodeClaim } from "./node-claim.js";

/** When a NodeClaim is too old; null: never. */
function expiryOf({ creationTimeMicros, spec }: NodeClaim): TimeMicros | null {
  const { expireAfter } = spec;
  if (expireAfter === undefined || expireAfter === "Never") return null;
  const micros = parseGoDuration(expireAfter);
  return micros === null ? null : creationTimeMicros + micros;
}

/**
 * Deletes NodeClaims that have reached the age at which they expire, whatever runs on them and whatever budgets say.
 *
 * Source: Karpenter, "Disruption: Expiration"; `pkg/controllers/nodeclaim/expiration` (1.15.0).
 */
export class Expiration {
  private readonly claims: Informer<"NodeClaim">;
  private readonly expire: HandlerId;
  private readonly deleted: AnswerId;

  constructor(
    private readonly options: Pick<KarpenterOptions, "engine" | "client">,
    watch: ClusterWatch,
  ) {
    const { engine, client } = options;
    this.claims = watch.nodeClaims;
    // An expiry to come keeps no run alive.
    this.expire = engine.registerHandler("karpenter/expiration", (row) => this.due(row), {
      background: true,
    });
    this.deleted = client.onAnswer(() => {});
  }

  start(): void {
    this.claims.addHandler({ added: (claim) => this.plan(claim) });
  }

  private plan(claim: NodeClaim): void {
    const at = expiryOf(claim);
    if (at === null || claim.deletionTimeMicros !== null) return;
    const { engine } = this.options;
    engine.scheduleAt(Math.max(engine.now, at), Phase.react, this.expire, claim.row);
  }

  /** The row may have another NodeClaim by now, whose time has not come. */
  private due(row: number): void {
    const claim = this.claims.at(row);
    if (claim === undefined || claim.deletionTimeMicros !== null) return;
    const at = expiryOf(claim);
    const { engine, client } = this.options;
    if (at !== null && at <= engine.now)
      client.submit({ verb: "delete", target: claim }, this.deleted);
  }
}
