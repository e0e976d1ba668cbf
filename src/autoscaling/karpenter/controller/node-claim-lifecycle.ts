import type { Labels, Taint } from "../../../api/kubernetes.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import { formatTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_MINUTE } from "../../../base/time.js";
import type { EventId, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { AnswerId } from "../../../store/client.js";
import { type Launch, launchOf } from "../node-claim-plan.js";
import { Requirements } from "../requirements.js";
import { amountsOf, amountTexts } from "../resource-amounts.js";
import { claimCondition, passingTaints } from "../state-node.js";
import {
  INITIALIZED_LABEL,
  INSTANCE_TYPE_LABEL,
  NODE_POOL_LABEL,
  REGISTERED_LABEL,
  TERMINATION_FINALIZER,
  UNREGISTERED_TAINT,
} from "../well-known-labels.js";
import type { ClusterWatch } from "./cluster-watch.js";
import type { NewCondition } from "./conditions.js";
import type { KarpenterOptions } from "./karpenter-options.js";
import { KeyQueue } from "./key-queue.js";
import { withConditions } from "./node-claim-conditions.js";

type Node = ObjectVersion<"Node">;
type NodeClaim = ObjectVersion<"NodeClaim">;

/** A machine whose Node has not come after so long is given up. */
const REGISTRATION_TIMEOUT_MICROS = 15 * MICROS_PER_MINUTE;

/** What was started for a NodeClaim, until its status says so. */
interface Started {
  readonly launch: Launch;
  readonly labels: Labels;
  readonly node: string;
  readonly providerId: string;
}

/**
 * Brings a NodeClaim through its life: a machine is started for it, the Node of that registers and gets what the NodeClaim
 * says, and is initialized once it is ready for pods. One that never registers is given up.
 *
 *     created -> Launched -> Registered -> Initialized
 *
 * Source: karpenter 1.15, `pkg/controllers/nodeclaim/lifecycle`.
 */
export class NodeClaimLifecycle {
  private readonly queue: KeyQueue;
  private readonly timeout: HandlerId;
  private readonly answered: AnswerId;
  private readonly started = new Map<string, Started>();
  /** Names of NodeClaims and their UIDs by number, for events. */
  private readonly numbered: { readonly name: string; readonly uid: string }[] = [];
  /** By UID: when it is given up. */
  private readonly timeouts = new Map<string, EventId>();
  private readonly numbers = new Map<string, number>();
  /** By NodePool, how many machines were started for it. */
  private readonly launches = new Map<string, number>();
  /** By name of the object: the revision that the watch has to tell before it is looked at again; 0: no answer yet. */
  private readonly awaited = new Map<string, number>();

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
  ) {
    const { engine, client } = options;
    this.queue = new KeyQueue(engine, "karpenter/lifecycle", (name) => this.sync(name));
    this.timeout = engine.registerHandler("karpenter/registration", (n) => this.giveUp(n));
    this.answered = client.onAnswer((outcome, number, _, request) => {
      const about = "base" in request ? request.base.kind : "NodeClaim";
      const { name } = this.numbered[number]!;
      const key = `${about}/${name}`;
      if (outcome.ok) this.awaited.set(key, outcome.object.resourceVersion);
      else this.awaited.delete(key);
      this.queue.add(name);
    });
  }

  start(): void {
    this.watch.nodeClaims.addHandler({
      added: ({ name }) => this.queue.add(name),
      updated: (_, { name }) => this.queue.add(name),
      deleted: ({ uid, name }) => {
        this.started.delete(uid);
        this.endTimeout(uid);
        this.awaited.delete(`NodeClaim/${name}`);
        this.awaited.delete(`Node/${name}`);
      },
    });
    const changed = (node: Node) => {
      const claim = this.watch.claimOf(node);
      if (claim !== undefined) this.queue.add(claim.name);
    };
    this.watch.nodes.addHandler({
      added: changed,
      updated: (_, node) => changed(node),
      deleted: changed,
    });
  }

  private sync(name: string): void {
    const claim = this.watch.nodeClaims.find("", name);
    if (claim === undefined || claim.deletionTimeMicros !== null) return;
    if (!this.isFresh(`NodeClaim/${name}`, claim)) return;
    if (claimCondition(claim, "Launched")?.status !== "True") {
      this.launch(claim);
      return;
    }
    const node = this.watch.nodeOf(claim);
    if (node === undefined || !this.isFresh(`Node/${name}`, node)) return;
    if (claimCondition(claim, "Registered")?.status !== "True") this.register(claim, node);
    else if (claimCondition(claim, "Initialized")?.status !== "True") this.initialize(claim, node);
  }

  private isFresh(key: string, { resourceVersion }: { readonly resourceVersion: number }): boolean {
    const awaited = this.awaited.get(key);
    return awaited === undefined || (awaited > 0 && resourceVersion >= awaited);
  }

  private launch(claim: NodeClaim): void {
    const started = this.started.get(claim.uid) ?? this.startMachine(claim);
    if (started === null) return;
    const { launch, labels, providerId } = started;
    const status = {
      ...claim.status,
      providerID: providerId,
      capacity: { ...amountTexts(launch.type.capacity) },
      allocatable: { ...amountTexts(launch.type.allocatable) },
    };
    this.write(claim, {
      labels,
      finalizers: [...new Set([...claim.finalizers, TERMINATION_FINALIZER])],
      status: this.conditions(status, [
        { type: "Launched", status: "True" },
        {
          ...{ type: "Registered", status: "Unknown", reason: "NodeNotFound" },
          message: "Node not registered with cluster",
        },
        {
          ...{ type: "Initialized", status: "Unknown", reason: "NodeNotFound" },
          message: "Node not registered with cluster",
        },
      ]),
    });
    this.expectRegistration(claim);
  }

  private expectRegistration(claim: NodeClaim): void {
    if (this.timeouts.has(claim.uid)) return;
    const { engine } = this.options;
    const at = engine.now + REGISTRATION_TIMEOUT_MICROS;
    const event = engine.scheduleAt(at, Phase.react, this.timeout, this.numberOf(claim));
    this.timeouts.set(claim.uid, event);
  }

  private endTimeout(uid: string): void {
    const event = this.timeouts.get(uid);
    if (event !== undefined) this.options.engine.cancel(event);
    this.timeouts.delete(uid);
  }

  private startMachine(claim: NodeClaim): Started | null {
    const { cloud, instanceTypes, observer, engine } = this.options;
    const requirements = Requirements.ofRaw(claim.spec.requirements);
    const named = requirements.get(INSTANCE_TYPE_LABEL);
    const types = instanceTypes.filter(({ name }) => named.has(name));
    const launch = launchOf({ types, requirements });
    const nodePool = claim.labels[NODE_POOL_LABEL] ?? "";
    const refuse = (message: string) => {
      const text = `NodeClaim ${claim.name} event: ${message}`;
      observer.event("Warning", "InsufficientCapacityError", claim, text, engine.now);
      this.remove(claim);
      return null;
    };
    if (launch === null) return refuse("all requested instance types were unavailable");
    const chosen = { ...launch, offering: this.draw(launch, nodePool) };
    const labels = { ...claim.labels, ...instanceLabels(chosen, requirements) };
    const { taints = [], startupTaints = [] } = claim.spec;
    const outcome = cloud.launch({
      ...{ nodePool, type: chosen.type, offering: chosen.offering, labels },
      taints: [UNREGISTERED_TAINT, ...taints, ...startupTaints],
    });
    if (!outcome.ok) return refuse(outcome.message);
    const started = { launch: chosen, labels, ...outcome };
    this.started.set(claim.uid, started);
    return started;
  }

  /** Of offerings that are equally cheap the cloud takes any. */
  private draw({ equal }: Launch, nodePool: string) {
    const stream = `karpenter/launch/${nodePool}`;
    const ordinal = this.launches.get(nodePool) ?? 0;
    this.launches.set(nodePool, ordinal + 1);
    const share = this.options.engine.streams.draw(stream, ordinal);
    return equal[Math.floor(share * equal.length)]!;
  }

  /** The Node gets what its NodeClaim says, and is open for pods from now on. */
  private register(claim: NodeClaim, node: Node): void {
    if (node.labels[REGISTERED_LABEL] === "true") {
      this.endTimeout(claim.uid);
      const status = { ...claim.status, nodeName: node.name };
      const conditions: readonly NewCondition[] = [
        { type: "Registered", status: "True" },
        { ...NOT_INITIALIZED, reason: "NodeNotReady", message: "Node status is NotReady" },
      ];
      this.write(claim, { status: this.conditions(status, conditions) });
      return;
    }
    const { taints = [], startupTaints = [] } = claim.spec;
    const own = (node.spec.taints ?? []).filter(({ key }) => key !== UNREGISTERED_TAINT.key);
    const owner = { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name: claim.name };
    const others = node.ownerReferences.filter(({ uid }) => uid !== claim.uid);
    this.write(
      claim,
      {
        labels: { ...node.labels, ...claim.labels, [REGISTERED_LABEL]: "true" },
        annotations: { ...node.annotations, ...claim.annotations },
        finalizers: [...new Set([...node.finalizers, TERMINATION_FINALIZER])],
        ownerReferences: [...others, { ...owner, uid: claim.uid, blockOwnerDeletion: true }],
        spec: { ...node.spec, taints: [...merged(own, [...taints, ...startupTaints])] },
      },
      node,
    );
  }

  private initialize(claim: NodeClaim, node: Node): void {
    const lack = lackOf(claim, node);
    if (lack !== null) {
      this.write(claim, {
        status: this.conditions(claim.status, [{ ...NOT_INITIALIZED, ...lack }]),
      });
    } else if (node.labels[INITIALIZED_LABEL] === "true") {
      const condition = { type: "Initialized", status: "True" } as const;
      this.write(claim, { status: this.conditions(claim.status, [condition]) });
    } else {
      this.write(claim, { labels: { ...node.labels, [INITIALIZED_LABEL]: "true" } }, node);
    }
  }

  private conditions(status: NodeClaim["status"], changes: readonly NewCondition[]) {
    const { engine, startTimeMs } = this.options;
    return withConditions(status, changes, formatTimestamp(engine.now, startTimeMs));
  }

  /** Writes over the NodeClaim, or over its Node, unless it says that already. */
  private write(claim: NodeClaim, change: object, base: NodeClaim | Node = claim): void {
    if ("status" in change && Object.keys(change).length === 1 && change.status === base.status) {
      return;
    }
    this.awaited.set(`${base.kind}/${claim.name}`, 0);
    const number = this.numberOf(claim);
    this.options.client.submit({ verb: "update", base, change }, this.answered, number);
  }

  private numberOf({ name, uid }: NodeClaim): number {
    const known = this.numbers.get(uid);
    if (known !== undefined) return known;
    const number = this.numbered.push({ name, uid }) - 1;
    this.numbers.set(uid, number);
    return number;
  }

  private giveUp(number: number): void {
    const { name, uid } = this.numbered[number]!;
    this.timeouts.delete(uid);
    const claim = this.watch.nodeClaims.find("", name);
    if (claim?.uid !== uid || claimCondition(claim, "Registered")?.status === "True") return;
    this.remove(claim);
  }

  private remove(claim: NodeClaim): void {
    const number = this.numberOf(claim);
    this.options.client.submit({ verb: "delete", target: claim }, this.answered, number);
  }
}

const NOT_INITIALIZED = { type: "Initialized", status: "Unknown" } as const;

function instanceLabels({ type, offering }: Launch, requirements: Requirements): Labels {
  const labels: Record<string, string> = {};
  for (const list of [requirements, type.requirements, offering.requirements]) {
    for (const { key, single } of list) if (single !== undefined) labels[key] = single;
  }
  return labels;
}

function merged(taints: readonly Taint[], more: readonly Taint[]): readonly Taint[] {
  const missing = more.filter(
    ({ key, effect }) => !taints.some((one) => one.key === key && one.effect === effect),
  );
  return [...taints, ...missing];
}

/** What the Node lacks before pods can run on it as planned; null: nothing. */
function lackOf(claim: NodeClaim, node: Node): Pick<NewCondition, "reason" | "message"> | null {
  const ready = node.status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") {
    return { reason: "NodeNotReady", message: "Node status is NotReady" };
  }
  const [taint] = passingTaints(node.spec.taints ?? [], claim);
  if (taint !== undefined) {
    const { key, value, effect } = taint;
    const isStartup = (claim.spec.startupTaints ?? []).some((one) => one.key === key);
    const what = isStartup ? "StartupTaint" : "KnownEphemeralTaint";
    const text = value === undefined ? `${key}:${effect}` : `${key}=${value}:${effect}`;
    return { reason: `${what}sExist`, message: `${what} "${text}" still exists` };
  }
  const allocatable = amountsOf(node.status.allocatable ?? {});
  for (const [name, amount] of amountsOf(claim.spec.resources?.requests ?? {})) {
    if (amount > 0 && (allocatable.get(name) ?? 0) === 0) {
      const message = `Resource "${name}" was requested but not registered`;
      return { reason: "ResourceNotRegistered", message };
    }
  }
  return null;
}
