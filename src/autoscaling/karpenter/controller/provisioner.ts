import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../../base/time.js";
import type { AnswerId } from "../../../store/client.js";
import { cheapestTypes } from "../instance-prices.js";
import { MAX_INSTANCE_TYPES, nodeClaimPlan } from "../node-claim-plan.js";
import type { OpenNode } from "../open-node.js";
import { provision } from "../provisioning-pass.js";
import { SchedulingGround } from "../scheduling-ground.js";
import type { StateNode } from "../state-node.js";
import { DISRUPTED_TAINT } from "../well-known-labels.js";
import { Batcher } from "./batcher.js";
import type { ClusterWatch } from "./cluster-watch.js";
import { KarpenterEvents } from "./karpenter-events.js";
import type { KarpenterOptions } from "./karpenter-options.js";
import { nodeClaimObject } from "./node-claim-object.js";
import { PodTrigger } from "./pod-trigger.js";

const MIN_NOMINATION_MICROS = 10 * MICROS_PER_SECOND;

/** A planned node whose NodeClaim was sent off. */
interface Sent {
  readonly pool: string;
  readonly pods: readonly PodVersion[];
}

/**
 * Makes nodes for pods that wait: gathers them, looks for places, and creates a NodeClaim for each node
 * that is missing. Its computing takes no virtual time.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/provisioner.go`.
 */
export class Provisioner {
  private readonly batcher: Batcher;
  private readonly trigger: PodTrigger;
  private readonly created: AnswerId;
  private readonly events: KarpenterEvents;
  private readonly sent: (Sent | null)[] = [];

  constructor(
    private readonly options: KarpenterOptions,
    private readonly watch: ClusterWatch,
  ) {
    const { engine, client, settings, observer } = options;
    this.events = new KarpenterEvents(engine, observer);
    this.batcher = new Batcher({
      engine,
      idleMicros: settings.batchIdleMicros,
      maxMicros: settings.batchMaxMicros,
      onBatch: () => this.pass(),
    });
    this.trigger = new PodTrigger(engine, watch.pods, (uid) => this.batcher.trigger(uid));
    this.created = client.onAnswer((outcome, index) => {
      const { pool, pods } = this.sent[index]!;
      this.sent[index] = null;
      if (!outcome.ok) return;
      const claim = outcome.object as ObjectVersion<"NodeClaim">;
      watch.claimCreated(claim);
      this.tellAsked(pool, pods);
      for (const pod of pods) this.tellNominated(pod, `nodeclaim/${claim.name}`);
    });
  }

  start(): void {
    this.trigger.start();
    this.watch.nodes.addHandler({
      updated: (_, node) => {
        const taints = node.spec.taints ?? [];
        if (taints.some(({ key }) => key === DISRUPTED_TAINT.key)) this.batcher.trigger(node.uid);
      },
    });
  }

  private pass(): void {
    // What was asked for and is not there yet would be asked for again.
    if (!this.watch.isSynced || this.sent.some((one) => one !== null)) return;
    const view = this.watch.view();
    const ground = new SchedulingGround(view, this.watch.requests, this.options.settings);
    const { newNodes, existing, failures, ignored } = provision(ground);
    for (const { pool, isByMinValues } of ground.unusablePools) {
      const about = { kind: "NodePool", namespace: "", name: pool.name };
      const why = isByMinValues ? " due to minValues incompatibility" : "";
      const message = `NodePool requirements filtered out all compatible available instance types${why}`;
      this.events.tell("Warning", "NoCompatibleInstanceTypes", about, message);
    }
    for (const [pod, reason] of ignored) this.tellFailed(pod, `ignoring pod, ${reason}`);
    for (const [pod, { reasons, isDeferred }] of failures) {
      if (!isDeferred) this.tellFailed(pod, reasons.join("; "));
    }
    for (const [state, pods] of existing) this.meanFor(state, pods);
    for (const node of newNodes) this.create(node);
  }

  private create(node: OpenNode): void {
    const { client, settings } = this.options;
    const isStrict = settings.minValuesPolicy === "Strict";
    const { types, requirements, pods, template } = node;
    if (isStrict && cheapestTypes(types, requirements, MAX_INSTANCE_TYPES) === null) {
      const why = "NodePool couldn't meet minValues requirements";
      for (const pod of pods) this.tellFailed(pod, `pod didn't schedule because ${why}`);
      return;
    }
    const index = this.sent.push({ pool: template.pool.name, pods }) - 1;
    const object = nodeClaimObject(node, nodeClaimPlan(node));
    client.submit({ verb: "create", object }, this.created, index);
  }

  private meanFor(state: StateNode, pods: readonly PodVersion[]): void {
    const { engine, settings } = this.options;
    const lasts = Math.max(2 * settings.batchMaxMicros, MIN_NOMINATION_MICROS);
    this.watch.nominate(state, engine.now + lasts);
    const names = [
      ...(state.nodeClaim === null ? [] : [`nodeclaim/${state.nodeClaim.name}`]),
      ...(state.node === null ? [] : [`node/${state.node.name}`]),
    ];
    for (const pod of pods) this.tellNominated(pod, names.join(", "));
  }

  /** Pods of a node that is drained are planned for too, but run still and wait for nothing. */
  private tellAsked(pool: string, pods: readonly PodVersion[]): void {
    const { engine, observer } = this.options;
    const waiting: PodVersion[] = [];
    for (const { row, uid } of pods) {
      const pod = this.watch.pods.at(row);
      if (pod?.uid === uid && pod.nodeName === "") waiting.push(pod);
    }
    if (waiting.length > 0) observer.nodesAskedFor?.(pool, waiting, engine.now);
  }

  private tellNominated(pod: PodVersion, where: string): void {
    this.events.tell("Normal", "Nominated", pod, `Pod should schedule on: ${where}`);
  }

  private tellFailed(pod: PodVersion, why: string): void {
    this.events.tell("Warning", "FailedScheduling", pod, `Failed to schedule pod, ${why}`);
  }
}
