import { parseGoDuration } from "../../../api/cron/go-duration.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { NewCondition } from "../controller/conditions.js";
import type { KarpenterEvents } from "../controller/karpenter-events.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { withConditions } from "../controller/node-claim-conditions.js";
import { claimCondition } from "../state-node.js";
import { DISRUPTED_TAINT, TERMINATION_FINALIZER } from "../well-known-labels.js";
import { isWaitingEviction, nextToDrain } from "./drain-groups.js";
import { EvictionQueue, needsForceDelete } from "./eviction-queue.js";
import type { NodeClaim } from "./node-claim.js";

type Node = ObjectVersion<"Node">;

const TERMINATION_TIMESTAMP = "karpenter.sh/nodeclaim-termination-timestamp";
const EXCLUDE_BALANCERS = "node.kubernetes.io/exclude-from-external-load-balancers";

const LOOK_MICROS = MICROS_PER_SECOND;
/** A drain lasts so long at least: the scheduler may not have seen the taint yet. */
const MIN_DRAIN_MICROS = 5 * MICROS_PER_SECOND;

interface Termination {
  readonly name: string;
  readonly uid: string;
  readonly number: number;
  drainingSince: TimeMicros | null;
  /** Its machine was asked to go. */
  isLeaving: boolean;
  /** Writes that are not answered yet. */
  writing: number;
}

/**
 * Takes nodes away whose NodeClaims are being deleted, or that are deleted themselves: taints them, drains them by evictions that
 * respect budgets, or by force when the NodeClaim has a termination grace period that ends, and then has the cloud take the machine.
 *
 *     deleted -> tainted -> draining -> drained -> machine leaving -> Node gone -> NodeClaim gone
 *
 * Source: Karpenter, `pkg/controllers/node/termination`, `pkg/controllers/nodeclaim/lifecycle` (1.15.0).
 */
export class NodeTermination {
  private readonly terminations: Termination[] = [];
  private readonly byUid = new Map<string, Termination>();
  private readonly evictions: EvictionQueue;
  private readonly look: HandlerId;
  private readonly written: AnswerId;

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
    private readonly events: KarpenterEvents,
  ) {
    const { engine, client, observer, startTimeMs } = options;
    const { pods } = watch;
    const reasonOf = (node: string) => this.disruptionReason(node);
    this.evictions = new EvictionQueue({ engine, client, observer, pods, startTimeMs, reasonOf });
    // Pods have to end, or a budget has to let them: waiting for that alone keeps no run alive.
    const background = { background: true };
    const goOn = (number: number) => this.goOn(this.terminations[number]!);
    this.look = engine.registerHandler("karpenter/termination", goOn, background);
    this.written = client.onAnswer((_, number) => {
      this.terminations[number]!.writing -= 1;
    });
  }

  start(): void {
    this.watch.nodeClaims.addHandler({
      added: (claim) => this.seen(claim),
      updated: (_, claim) => this.seen(claim),
      deleted: ({ uid }) => this.byUid.delete(uid),
    });
    const nodeSeen = (node: Node) => {
      if (node.deletionTimeMicros === null) return;
      const claim = this.watch.claimOf(node);
      if (claim?.deletionTimeMicros === null) this.begin(claim);
    };
    this.watch.nodes.addHandler({ added: nodeSeen, updated: (_, node) => nodeSeen(node) });
  }

  private seen(claim: NodeClaim): void {
    if (claim.deletionTimeMicros !== null && claim.finalizers.includes(TERMINATION_FINALIZER)) {
      this.begin(claim);
    }
  }

  private begin({ name, uid }: NodeClaim): void {
    if (this.byUid.has(uid)) return;
    const number = this.terminations.length;
    const fresh = { drainingSince: null, isLeaving: false, writing: 0 };
    const termination: Termination = { name, uid, number, ...fresh };
    this.terminations.push(termination);
    this.byUid.set(uid, termination);
    this.goOn(termination);
  }

  private goOn(termination: Termination): void {
    const claim = this.watch.nodeClaims.find("", termination.name);
    if (claim?.uid !== termination.uid) return;
    if (termination.writing === 0) this.step(termination, claim);
    const { engine } = this.options;
    engine.scheduleAt(engine.now + LOOK_MICROS, Phase.react, this.look, termination.number);
  }

  private step(termination: Termination, claim: NodeClaim): void {
    if (claim.deletionTimeMicros === null) {
      this.delete(termination, claim);
    } else if (this.lacksDeadline(claim)) {
      this.stampDeadline(termination, claim);
    } else {
      const node = this.watch.nodeOf(claim);
      if (node === undefined) this.endWithoutNode(termination, claim);
      else this.endNode(termination, claim, node);
    }
  }

  /** Its machine may be on its way. */
  private endWithoutNode(termination: Termination, claim: NodeClaim): void {
    const { cloud } = this.options;
    const { nodeName = "", providerID = "" } = claim.status;
    const machine = nodeName !== "" ? nodeName : (providerID.split("/").at(-1) ?? "");
    if (machine !== "" && cloud.isThere(machine)) {
      if (!termination.isLeaving) cloud.terminate(machine);
      termination.isLeaving = true;
    } else {
      this.release(termination, claim);
    }
  }

  private endNode(termination: Termination, claim: NodeClaim, node: Node): void {
    const { cloud } = this.options;
    if (!cloud.isThere(node.name)) {
      this.release(termination, node);
    } else if (node.deletionTimeMicros === null) {
      this.delete(termination, node);
    } else if (!isTainted(node)) {
      this.taint(termination, node);
    } else if (!termination.isLeaving && this.isDrained(termination, claim, node.name)) {
      termination.isLeaving = true;
      cloud.terminate(node.name);
    }
  }

  private lacksDeadline({ spec, annotations }: NodeClaim): boolean {
    const isStamped = annotations[TERMINATION_TIMESTAMP] !== undefined;
    return spec.terminationGracePeriod !== undefined && !isStamped;
  }

  /** Writes down when the node is to be gone. */
  private stampDeadline(termination: Termination, claim: NodeClaim): void {
    const grace = parseGoDuration(claim.spec.terminationGracePeriod!) ?? 0;
    const text = formatTimestamp(claim.deletionTimeMicros! + grace, this.options.startTimeMs);
    const told = `All pods will be deleted by ${text}`;
    this.events.tell("Warning", "TerminationGracePeriodExpiring", claim, told);
    const annotations = { ...claim.annotations, [TERMINATION_TIMESTAMP]: text };
    this.write(termination, claim, { annotations });
  }

  private deadlineOf({ annotations }: NodeClaim): TimeMicros {
    const text = annotations[TERMINATION_TIMESTAMP];
    return parseTimestamp(text, this.options.startTimeMs) ?? Number.POSITIVE_INFINITY;
  }

  private taint(termination: Termination, node: Node): void {
    const others = (node.spec.taints ?? []).filter(({ key }) => key !== DISRUPTED_TAINT.key);
    const spec = { ...node.spec, taints: [...others, DISRUPTED_TAINT] };
    const labels = { ...node.labels, [EXCLUDE_BALANCERS]: "karpenter" };
    this.write(termination, node, { spec, labels });
  }

  /** True when nothing is left to wait for. */
  private isDrained(termination: Termination, claim: NodeClaim, node: string): boolean {
    const { now } = this.options.engine;
    termination.drainingSince ??= now;
    const waiting = this.watch.podsOn(node).filter((pod) => isWaitingEviction(pod, now));
    const isTooSoon = now - termination.drainingSince < MIN_DRAIN_MICROS;
    if (waiting.length > 0 || isTooSoon) {
      this.evict(waiting, this.deadlineOf(claim));
      const draining = { type: "Drained", status: "Unknown", reason: "Draining" } as const;
      this.setConditions(termination, claim, [draining]);
      return false;
    }
    this.setConditions(termination, claim, [
      { type: "Drained", status: "True" },
      { type: "InstanceTerminating", status: "True" },
    ]);
    return true;
  }

  /** Those that would stay too long at once, and the first group of the others. */
  private evict(waiting: readonly PodVersion[], deadline: TimeMicros): void {
    const { now } = this.options.engine;
    const isOverdue = (pod: PodVersion) => needsForceDelete(pod, deadline, now);
    for (const pod of waiting.filter(isOverdue)) this.evictions.add(pod, deadline);
    const graceful = waiting.filter((pod) => !isOverdue(pod));
    for (const pod of nextToDrain(graceful)) this.evictions.add(pod, deadline);
  }

  private release(termination: Termination, object: NodeClaim | Node): void {
    const finalizers = object.finalizers.filter((name) => name !== TERMINATION_FINALIZER);
    this.write(termination, object, { finalizers });
  }

  private setConditions(
    termination: Termination,
    claim: NodeClaim,
    changes: readonly NewCondition[],
  ): void {
    const { engine, startTimeMs } = this.options;
    const time = formatTimestamp(engine.now, startTimeMs);
    const status = withConditions(claim.status, changes, time);
    if (status !== claim.status) this.write(termination, claim, { status });
  }

  private write(termination: Termination, base: NodeClaim | Node, change: object): void {
    termination.writing += 1;
    this.options.client.submit({ verb: "update", base, change }, this.written, termination.number);
  }

  private delete(termination: Termination, target: NodeClaim | Node): void {
    termination.writing += 1;
    this.options.client.submit({ verb: "delete", target }, this.written, termination.number);
  }

  private disruptionReason(name: string): string {
    const node = this.watch.nodes.find("", name);
    const claim = node === undefined ? undefined : this.watch.claimOf(node);
    const condition = claim && claimCondition(claim, "DisruptionReason");
    return condition?.status === "True" ? (condition.reason ?? "") : "Forceful Termination";
  }
}

function isTainted({ spec, labels }: Node): boolean {
  const { key, effect } = DISRUPTED_TAINT;
  const has = spec.taints?.some((one) => one.key === key && one.effect === effect);
  return has === true && labels[EXCLUDE_BALANCERS] !== undefined;
}
