import type { ObjectVersion } from "../../../api/object-version.js";
import { formatTimestamp } from "../../../api/timestamp.js";
import {
  MICROS_PER_HOUR,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  type TimeMicros,
} from "../../../base/time.js";
import type { HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import type { Outcome } from "../../../store/outcome.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { NewCondition } from "../controller/conditions.js";
import type { KarpenterEvents } from "../controller/karpenter-events.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { withConditions } from "../controller/node-claim-conditions.js";
import { nodeClaimObject } from "../controller/node-claim-object.js";
import { nodeClaimPlan } from "../node-claim-plan.js";
import { claimCondition } from "../state-node.js";
import { DISRUPTED_TAINT } from "../well-known-labels.js";
import type { Command } from "./command.js";

type NodeClaim = ObjectVersion<"NodeClaim">;
type Node = ObjectVersion<"Node">;

interface Running {
  readonly command: Command;
  readonly number: number;
  readonly startedMicros: TimeMicros;
  /** NodeClaims of the nodes that are to go, by the name of the node. */
  readonly going: ReadonlyMap<string, NodeClaim>;
  /** Replacements that are asked for and not answered yet. */
  asked: number;
  /** One of them could not be made. */
  isRefused: boolean;
  /** Replacements that have to be initialized first; true once they are. */
  readonly replacements: Map<string, boolean>;
  readonly seen: Set<string>;
}

const LOOK_MICROS = MICROS_PER_SECOND;
/** A command may take that, for each node in the queue, within these bounds. */
const PATIENCE_MICROS = 80 * MICROS_PER_MILLI;
const LEAST_PATIENCE_MICROS = 10 * MICROS_PER_MINUTE;
const MOST_PATIENCE_MICROS = MICROS_PER_HOUR;
/** A NodeClaim that the watch does not show for so long after it was made is gone. */
const UNSEEN_MICROS = 5 * MICROS_PER_SECOND;
const MIN_NOMINATION_MICROS = 10 * MICROS_PER_SECOND;

/**
 * Carries out commands: taints the nodes, has their replacements made, and deletes their NodeClaims when all
 * of these are initialized. Where one does not come, or not in time, the nodes stay.
 *
 *     tainted -> replacements asked for -> made -> initialized -> NodeClaims deleted
 *                        |                  |
 *                        +------------------+-> refused, gone or too late: the taints go
 *
 * Source: Karpenter, `pkg/controllers/disruption/queue.go` (1.15.0).
 */
export class CommandQueue {
  private readonly byNode = new Map<string, Running>();
  private readonly running: Running[] = [];
  private readonly look: HandlerId;
  private readonly created: AnswerId;
  private readonly ignored: AnswerId;

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
    private readonly events: KarpenterEvents,
  ) {
    const { engine, client } = options;
    this.look = engine.registerHandler("karpenter/command", (number) => this.goOn(number));
    this.created = client.onAnswer((outcome, number) => this.onCreated(outcome, number));
    this.ignored = client.onAnswer(() => {});
  }

  has(node: string): boolean {
    return this.byNode.has(node);
  }

  /** Begins a command, unless another one is about one of its nodes. */
  start(command: Command): void {
    const { engine, client } = this.options;
    const { candidates, replacements, reason } = command;
    if (candidates.some(({ node }) => this.has(node.name))) return;
    const going = new Map<string, NodeClaim>();
    const number = this.running.length;
    const running: Running = {
      ...{ command, number, going, startedMicros: engine.now, asked: replacements.length },
      ...{ isRefused: false, replacements: new Map(), seen: new Set() },
    };
    this.running.push(running);
    for (const { node } of candidates) {
      this.byNode.set(node.name, running);
      const object = this.watch.nodes.find("", node.name);
      const claim = object && this.watch.claimOf(object);
      if (claim === undefined) continue;
      going.set(node.name, claim);
      this.mark(object!, claim, reason);
    }
    for (const replacement of replacements) {
      const object = nodeClaimObject(replacement, nodeClaimPlan(replacement));
      client.submit({ verb: "create", object }, this.created, number);
    }
    if (running.asked === 0) this.begun(running);
  }

  private onCreated(outcome: Outcome, number: number): void {
    const running = this.running[number]!;
    running.asked -= 1;
    if (outcome.ok) {
      const claim = outcome.object as NodeClaim;
      this.watch.claimCreated(claim);
      running.replacements.set(claim.name, false);
      const { reason } = running.command;
      this.events.tell("Normal", "DisruptionLaunching", claim, `Launching NodeClaim: ${reason}`);
    } else {
      running.isRefused = true;
    }
    if (running.asked === 0) this.begun(running);
  }

  /** Only now, as until now nodes would be made for the pods a second time. */
  private begun(running: Running): void {
    if (running.isRefused) {
      this.fail(running);
      return;
    }
    const { engine, settings } = this.options;
    this.watch.mark([...running.going.values()].map(({ name }) => name));
    const lasts = Math.max(2 * settings.batchMaxMicros, MIN_NOMINATION_MICROS);
    for (const node of running.command.moved.keys()) {
      this.watch.nominate({ name: node }, engine.now + lasts);
    }
    engine.scheduleAt(engine.now, Phase.react, this.look, running.number);
  }

  private goOn(number: number): void {
    const { engine } = this.options;
    const running = this.running[number]!;
    const states = [...running.replacements.keys()].map((name) => this.stateOf(running, name));
    const isLate = engine.now - running.startedMicros > this.patienceMicros;
    if (states.every((state) => state === "initialized")) {
      this.succeed(running);
    } else if (states.includes("gone") || isLate) {
      this.fail(running);
    } else {
      this.tellWaiting(running);
      engine.scheduleAt(engine.now + LOOK_MICROS, Phase.react, this.look, number);
    }
  }

  private tellWaiting({ replacements }: Running): void {
    for (const [name, isInitialized] of replacements) {
      if (isInitialized) continue;
      const claim = { kind: "NodeClaim", namespace: "", name };
      const told = "Waiting on readiness to continue disruption";
      this.events.tell("Normal", "DisruptionWaitingReadiness", claim, told);
    }
  }

  private stateOf(running: Running, name: string): "initialized" | "waiting" | "gone" {
    if (running.replacements.get(name) === true) return "initialized";
    const claim = this.watch.nodeClaims.find("", name);
    if (claim === undefined) {
      const isLate = this.options.engine.now - running.startedMicros > UNSEEN_MICROS;
      return running.seen.has(name) || isLate ? "gone" : "waiting";
    }
    running.seen.add(name);
    if (claimCondition(claim, "Initialized")?.status !== "True") return "waiting";
    running.replacements.set(name, true);
    return "initialized";
  }

  private get patienceMicros(): TimeMicros {
    const micros = PATIENCE_MICROS * this.byNode.size;
    return Math.min(Math.max(micros, LEAST_PATIENCE_MICROS), MOST_PATIENCE_MICROS);
  }

  private succeed({ command, going }: Running): void {
    const { client } = this.options;
    const { reason } = command;
    for (const [name, claim] of going) {
      const { kind, namespace, uid } = claim;
      const target = { kind, namespace, name: claim.name, uid };
      client.submit({ verb: "delete", target }, this.ignored);
      const node = { kind: "Node", namespace: "", name };
      this.events.tell("Normal", "DisruptionTerminating", claim, `Disrupting NodeClaim: ${reason}`);
      this.events.tell("Normal", "DisruptionTerminating", node, `Disrupting Node: ${reason}`);
    }
    for (const { node } of command.candidates) this.byNode.delete(node.name);
  }

  private fail({ command, going }: Running): void {
    this.watch.unmark([...going.values()].map(({ name }) => name));
    for (const { node } of command.candidates) this.byNode.delete(node.name);
    this.cleanUp(command.candidates.map(({ node }) => node.name));
  }

  /** Takes the marks of commands off nodes that no command is about. */
  cleanUp(nodes: Iterable<string>): void {
    for (const name of nodes) {
      const node = this.watch.nodes.find("", name);
      if (node === undefined || this.has(name) || !isDisrupted(node)) continue;
      const taints = (node.spec.taints ?? []).filter(({ key }) => key !== DISRUPTED_TAINT.key);
      this.setTaints(node, taints);
      const claim = this.watch.claimOf(node);
      if (claim !== undefined) this.setCondition(claim, { type: "DisruptionReason", status: null });
    }
  }

  private mark(node: Node, claim: NodeClaim, reason: string): void {
    if (!isDisrupted(node)) this.setTaints(node, [...(node.spec.taints ?? []), DISRUPTED_TAINT]);
    this.setCondition(claim, { type: "DisruptionReason", status: "True", reason, message: reason });
  }

  private setTaints(target: Node, taints: NonNullable<Node["spec"]["taints"]>): void {
    const change = { spec: { ...target.spec, taints } };
    this.options.client.submit({ verb: "patch", target, change }, this.ignored);
  }

  private setCondition(target: NodeClaim, change: NewCondition): void {
    const { client, engine, startTimeMs } = this.options;
    const time = formatTimestamp(engine.now, startTimeMs);
    const status = withConditions(target.status, [change], time);
    if (status === target.status) return;
    client.submit({ verb: "patch", target, change: { status } }, this.ignored);
  }
}

function isDisrupted({ spec }: Node): boolean {
  const { key, effect } = DISRUPTED_TAINT;
  return spec.taints?.some((one) => one.key === key && one.effect === effect) === true;
}
