import { MICROS_PER_MINUTE, type TimeMicros } from "../../../base/time.js";
import type { Distribution } from "../../../kernel/distribution.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { CAPACITY_TYPE_LABEL, NODE_POOL_LABEL } from "../well-known-labels.js";
import type { NodeClaim } from "./node-claim.js";

/** From the notice until the machine is gone, whatever still runs on it. */
const NOTICE_MICROS = 2 * MICROS_PER_MINUTE;

/**
 * The cloud takes spot machines back, with a notice of two minutes. Karpenter deletes the NodeClaim at once, so that the
 * node is tainted and drained and its pods are provisioned for; when the notice is over the machine is gone.
 * How long a machine lives is drawn for the n-th spot NodeClaim of its pool, so that two policies meet the same cloud.
 *
 * Source: Amazon EC2, "Spot Instance interruption notices"; Karpenter, "Disruption: Interruption".
 */
export class SpotInterruptions {
  private readonly notice: HandlerId;
  private readonly reclaim: HandlerId;
  private readonly ignored: AnswerId;
  private readonly countOf = new Map<string, number>();
  private readonly machines: { readonly claim: string; readonly uid: string }[] = [];
  private readonly known = new Set<string>();

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
    /** How long the cloud leaves a spot machine to its user, in microseconds. */
    private readonly lifetime: Distribution,
  ) {
    const { engine, client } = options;
    // An interruption to come keeps no run alive; one that was noticed does.
    const background = { background: true };
    const notice = (number: number) => this.give(number);
    this.notice = engine.registerHandler("cloud/spot-notice", notice, background);
    this.reclaim = engine.registerHandler("cloud/spot-reclaim", (number) => this.take(number));
    this.ignored = client.onAnswer(() => {});
  }

  start(): void {
    // Of what capacity its machine is stands on a NodeClaim only when that is launched.
    this.watch.nodeClaims.addHandler({
      added: (claim) => this.seen(claim),
      updated: (_, claim) => this.seen(claim),
      deleted: ({ uid }) => this.known.delete(uid),
    });
  }

  private seen({ name, uid, labels }: NodeClaim): void {
    if (labels[CAPACITY_TYPE_LABEL] !== "spot" || this.known.has(uid)) return;
    this.known.add(uid);
    const { engine } = this.options;
    const pool = labels[NODE_POOL_LABEL] ?? "";
    const ordinal = this.countOf.get(pool) ?? 0;
    this.countOf.set(pool, ordinal + 1);
    const share = engine.streams.draw(`karpenter/spot-lifetime/${pool}`, ordinal);
    const lives = Math.max(0, Math.round(this.lifetime.quantile(share)));
    const number = this.machines.push({ claim: name, uid }) - 1;
    this.at(engine.now + lives, this.notice, number);
  }

  private at(time: TimeMicros, handler: HandlerId, number: number): void {
    this.options.engine.scheduleAt(time, Phase.world, handler, number);
  }

  /** The NodeClaim, unless it is gone already. */
  private claimOf(number: number): NodeClaim | undefined {
    const { claim: name, uid } = this.machines[number]!;
    const claim = this.watch.nodeClaims.find("", name);
    return claim?.uid === uid ? claim : undefined;
  }

  private give(number: number): void {
    const claim = this.claimOf(number);
    if (claim === undefined) return;
    const { engine, client, observer } = this.options;
    const { nodeName } = claim.status;
    const told = "Spot interruption warning was triggered";
    observer.event("Warning", "SpotInterrupted", claim, told, engine.now);
    if (nodeName !== undefined) {
      const node = { kind: "Node", namespace: "", name: nodeName };
      observer.event("Warning", "SpotInterrupted", node, told, engine.now);
    }
    if (claim.deletionTimeMicros === null) {
      client.submit({ verb: "delete", target: claim }, this.ignored);
    }
    this.at(engine.now + NOTICE_MICROS, this.reclaim, number);
  }

  private take(number: number): void {
    const { nodeName } = this.claimOf(number)?.status ?? {};
    if (nodeName !== undefined) this.options.cloud.reclaim(nodeName);
  }
}
