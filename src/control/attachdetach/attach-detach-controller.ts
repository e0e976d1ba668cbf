import { keyOf, type ObjectVersion, objectKey } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import { attachableOf, type VolumeViews } from "../../api/volumes/attachable.js";
import { type Claim, claimUses } from "../../api/volumes/claims.js";
import { MICROS_PER_MILLI, MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import type { HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { EventType } from "../../record/cluster-observer.js";
import type { Informer } from "../../store/informer.js";
import { type Controller, type ControllerOptions, featuresFor } from "../controller.js";
import { RowsByKey } from "../../base/rows-by-key.js";
import { AttachOperations, type AttachOperationsOptions } from "./attach-operations.js";
import { type HeldAttachment, HeldAttachments } from "./held-attachments.js";
import { multiAttachMessage } from "./multi-attach-message.js";
import { NodeVolumeStatuses } from "./node-volume-statuses.js";
import { OperationBackoff } from "./operation-backoff.js";
import { type WantedAttachment, WantedAttachments } from "./wanted-attachments.js";

/** Upstream's `reconcilerLoopPeriod`. */
const LOOP_MICROS = 100 * MICROS_PER_MILLI;
/** Upstream's `reconcilerMaxWaitForUnmountDuration`. */
const MAX_UNMOUNT_MICROS = 6 * MICROS_PER_MINUTE;

type Ended = Parameters<AttachOperationsOptions["ended"]>[0];

/**
 * Attaches the volumes of pods to their nodes, and detaches what no pod of a node wants any more: once
 * the node says that it is unmounted, or at once of a node with the taint out-of-service, or after six
 * minutes of one that is not Ready or gone. A volume for one node waits until it has left the other.
 *
 * Upstream's loop looks at everything each 100 ms; this one looks at such times at the volumes of which
 * something has changed, and queues nothing while there are none.
 * Source: Kubernetes, "Non-Graceful Node Shutdown Handling"; upstream's pkg/controller/volume/attachdetach.
 */
export class AttachDetachController implements Controller {
  private readonly pods: Informer<"Pod">;
  private readonly nodes: Informer<"Node">;
  private readonly claims: Informer<"PersistentVolumeClaim">;
  private readonly volumes: Informer<"PersistentVolume">;
  private readonly views: VolumeViews;
  private readonly wanted = new WantedAttachments();
  private readonly held = new HeldAttachments();
  private readonly statuses: NodeVolumeStatuses;
  private readonly operations: AttachOperations;
  private readonly backoff = new OperationBackoff();
  /** Rows of the pods that wait for a claim to be bound, by the claim's key. */
  private readonly waiting = new RowsByKey();
  /** Unique names of volumes to look at in the next loop. */
  private readonly dirty = new Set<string>();
  private readonly loop: HandlerId;
  private loopAtMicros: TimeMicros | null = null;
  private readonly later: HandlerId;
  /** Volumes that are looked at again at a time: by a number of their own. */
  private readonly laterNames = new Map<number, string>();
  private readonly laterOf = new Map<string, TimeMicros>();
  private nextLater = 1;
  private readonly saysWaitingForDetach: boolean;

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.pods = informers.informer("Pod");
    this.nodes = informers.informer("Node");
    this.claims = informers.informer("PersistentVolumeClaim");
    this.volumes = informers.informer("PersistentVolume");
    const drivers = informers.informer("CSIDriver");
    this.views = {
      claim: (namespace, name) => this.claims.find(namespace, name),
      volume: (name) => this.volumes.find("", name),
      driver: (name) => drivers.find("", name),
    };
    const { held, nodes } = this;
    this.statuses = new NodeVolumeStatuses({ client, held, nodes });
    this.operations = new AttachOperations({
      engine,
      client,
      attachments: informers.informer("VolumeAttachment"),
      volumes: this.volumes,
      ended: (operation) => this.ended(operation),
    });
    this.loop = engine.registerHandler("control/attachdetach/loop", () => this.reconcile());
    this.later = engine.registerHandler("control/attachdetach/later", (id) => {
      const name = this.laterNames.get(id)!;
      this.laterNames.delete(id);
      this.laterOf.delete(name);
      this.touch(name);
    });
    const features = featuresFor(options);
    this.saysWaitingForDetach = features.MultiAttachSaysWaitingForDetach;
  }

  start(): void {
    for (const node of this.nodes.values()) this.takeUp(node);
    this.operations.start();
    this.takeUpAttachments();
    this.nodes.addHandler({
      added: (node) => this.nodeChanged(undefined, node),
      updated: (before, node) => this.nodeChanged(before, node),
      deleted: ({ name }) => this.touchAll(name),
    });
    this.pods.addHandler({
      added: (pod) => {
        this.podChanged(pod);
        this.adopt(pod);
      },
      updated: (_, pod) => this.podChanged(pod),
      deleted: (pod) => this.forget(pod),
    });
    const bound = (claim: Claim): void => this.claimChanged(claim);
    this.claims.addHandler({ updated: (_, claim) => bound(claim) });
    this.volumes.addHandler({
      added: ({ spec }) => {
        const { namespace = "", name = "" } = spec.claimRef ?? {};
        const claim = name === "" ? undefined : this.claims.find(namespace, name);
        if (claim !== undefined) bound(claim);
      },
    });
  }

  /** What a node has attached as the run begins. */
  private takeUp({ name, status }: ObjectVersion<"Node">): void {
    for (const { name: uniqueName } of status.volumesAttached ?? []) {
      this.held.add(uniqueName, name, "attached");
    }
  }

  /** What may be attached without its node's saying so. */
  private takeUpAttachments(): void {
    for (const [uniqueName, nodeName] of this.operations.known()) {
      if (this.held.at(uniqueName, nodeName) !== undefined) continue;
      this.held.add(uniqueName, nodeName, "uncertain");
      this.touch(uniqueName);
    }
  }

  /** A pod of a dump that runs has its volumes, whatever else was dumped. */
  private adopt(pod: PodVersion): void {
    if (pod.creationTimeMicros >= 0 || pod.phase !== "Running") return;
    for (const name of this.wanted.ofPod(pod.row)) {
      if (this.held.at(name, pod.nodeName) !== undefined) continue;
      this.held.add(name, pod.nodeName, "attached").isReported = false;
    }
  }

  private nodeChanged(
    before: ObjectVersion<"Node"> | undefined,
    node: ObjectVersion<"Node">,
  ): void {
    if (before === node) return;
    if (this.statuses.seen(node)) this.awaitLoop();
    const { volumesInUse } = node.status;
    const isAsBefore =
      before !== undefined &&
      before.spec.taints === node.spec.taints &&
      before.status.conditions === node.status.conditions &&
      before.status.volumesAttached === node.status.volumesAttached &&
      before.status.volumesInUse === volumesInUse;
    if (!isAsBefore) this.touchAll(node.name);
  }

  private touchAll(nodeName: string): void {
    for (const { uniqueName } of this.held.on(nodeName)) this.touch(uniqueName);
  }

  private podChanged(pod: PodVersion): void {
    if (pod.nodeName === "" || pod.spec.volumes === undefined) return;
    if (isPodTerminal(pod)) {
      this.forget(pod);
      return;
    }
    for (const volume of pod.spec.volumes) {
      const found = attachableOf(volume, pod, this.views);
      if (found === null || found === "missing") continue;
      if (this.wanted.at(found.uniqueName, pod.nodeName)?.pods.has(pod.row) === true) continue;
      this.wanted.add(pod.row, pod.nodeName, found);
      this.touch(found.uniqueName);
    }
    for (const { claimName } of claimUses(pod.spec, pod.name)) {
      const claim = this.claims.find(pod.namespace, claimName);
      const key = keyOf(pod.namespace, claimName);
      const isBound = claim?.status.phase === "Bound";
      if (isBound && this.views.volume(claim.spec.volumeName ?? "") !== undefined) {
        this.waiting.delete(key, pod.row);
      } else this.waiting.add(key, pod.row);
    }
  }

  private claimChanged(claim: Claim): void {
    if (claim.status.phase !== "Bound") return;
    for (const row of [...this.waiting.of(objectKey(claim))]) {
      const pod = this.pods.at(row);
      if (pod !== undefined) this.podChanged(pod);
    }
  }

  private forget(pod: PodVersion): void {
    if (pod.spec.volumes === undefined) return;
    for (const name of this.wanted.remove(pod.row)) this.touch(name);
    for (const { claimName } of claimUses(pod.spec, pod.name)) {
      this.waiting.delete(keyOf(pod.namespace, claimName), pod.row);
    }
  }

  /** Has a volume looked at in the next loop. */
  private touch(uniqueName: string): void {
    this.dirty.add(uniqueName);
    this.awaitLoop();
  }

  private awaitLoop(): void {
    if (this.loopAtMicros !== null) return;
    const { engine } = this.options;
    const at = (Math.floor(engine.now / LOOP_MICROS) + 1) * LOOP_MICROS;
    this.loopAtMicros = at;
    engine.scheduleAt(at, Phase.react, this.loop);
  }

  private touchAt(uniqueName: string, atMicros: TimeMicros): void {
    const known = this.laterOf.get(uniqueName);
    if (known !== undefined && known <= atMicros) return;
    const { engine } = this.options;
    this.laterOf.set(uniqueName, atMicros);
    this.laterNames.set(this.nextLater, uniqueName);
    engine.scheduleAt(atMicros, Phase.react, this.later, this.nextLater);
    this.nextLater += 1;
  }

  private reconcile(): void {
    this.loopAtMicros = null;
    const names = [...this.dirty].sort();
    this.dirty.clear();
    for (const name of names) {
      for (const held of this.held.of(name)) {
        if (this.wanted.at(name, held.nodeName) === undefined) this.detachIfSafe(held);
      }
    }
    for (const name of names) {
      for (const wanted of this.wanted.of(name)) this.attachIfFree(wanted);
    }
    this.statuses.write();
  }

  private detachIfSafe(held: HeldAttachment): void {
    const { uniqueName, nodeName } = held;
    if (this.operations.isPending(uniqueName, nodeName)) return;
    const { engine } = this.options;
    held.unwantedSinceMicros ??= engine.now;
    const forcedAt = held.unwantedSinceMicros + MAX_UNMOUNT_MICROS;
    const node = this.nodes.find("", nodeName);
    const isForced = engine.now > forcedAt && !isReady(node);
    if (this.statuses.isMounted(held) && !isForced && !isOutOfService(node)) {
      if (!isReady(node)) this.touchAt(uniqueName, Math.max(forcedAt, engine.now) + 1);
      return;
    }
    held.state = "detaching";
    held.isReported = false;
    this.statuses.writeFirst(nodeName, () => this.operations.detach(uniqueName, nodeName));
  }

  private attachIfFree(wanted: WantedAttachment): void {
    const { volume, nodeName } = wanted;
    const { uniqueName, isShared } = volume;
    if (this.operations.isPending(uniqueName, isShared ? nodeName : null)) return;
    const here = this.held.at(uniqueName, nodeName);
    if (here?.state === "attached") {
      here.unwantedSinceMicros = null;
      return;
    }
    if (here?.state === "detaching") return;
    const others = this.held.of(uniqueName).filter((one) => one.nodeName !== nodeName);
    if (!isShared && others.length > 0) {
      if (!wanted.isTold) this.tellOthers(wanted, others);
      wanted.isTold = true;
      return;
    }
    const until = this.backoff.untilMicros(operationKey(uniqueName, nodeName));
    if (until > this.options.engine.now) {
      this.touchAt(uniqueName, until);
      return;
    }
    this.held.add(uniqueName, nodeName, "attaching").state = "attaching";
    this.operations.attach(volume, nodeName);
  }

  private ended({ verb, uniqueName, nodeName, error }: Ended): void {
    const held = this.held.at(uniqueName, nodeName);
    if (verb === "detach") {
      if (held !== undefined && error === null) this.held.delete(held);
      this.touch(uniqueName);
      return;
    }
    const key = operationKey(uniqueName, nodeName);
    const wanted = this.wanted.at(uniqueName, nodeName);
    const name = wanted?.volume.name ?? "";
    if (error === null) {
      this.backoff.succeeded(key);
      if (held !== undefined) {
        held.state = "attached";
        held.isReported = true;
        this.statuses.changed(nodeName);
      }
      const message = `AttachVolume.Attach succeeded for volume "${name}" `;
      this.tell(wanted, "Normal", "SuccessfulAttachVolume", () => message);
    } else {
      this.backoff.failed(key, this.options.engine.now);
      if (held !== undefined) held.state = "uncertain";
      const message = `AttachVolume.Attach failed for volume "${name}" : ${error}`;
      this.tell(wanted, "Warning", "FailedAttachVolume", () => message);
    }
    this.touch(uniqueName);
  }

  private tellOthers(wanted: WantedAttachment, others: readonly HeldAttachment[]): void {
    const users = others.flatMap(({ uniqueName, nodeName }) =>
      [...(this.wanted.at(uniqueName, nodeName)?.pods ?? [])].flatMap(
        (row) => this.pods.at(row) ?? [],
      ),
    );
    this.tell(wanted, "Warning", "FailedAttachVolume", (pod) =>
      multiAttachMessage(wanted.volume.name, pod.namespace, {
        users,
        saysWaitingForDetach: this.saysWaitingForDetach,
      }),
    );
  }

  private tell(
    wanted: WantedAttachment | undefined,
    type: EventType,
    reason: string,
    messageFor: (pod: PodVersion) => string,
  ): void {
    const { observer, engine } = this.options;
    for (const row of wanted?.pods ?? []) {
      const pod = this.pods.at(row);
      if (pod !== undefined) observer.event(type, reason, pod, messageFor(pod), engine.now);
    }
  }
}

function operationKey(uniqueName: string, nodeName: string): string {
  return `${uniqueName}\n${nodeName}`;
}

function isReady(node: ObjectVersion<"Node"> | undefined): boolean {
  const conditions = node?.status.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function isOutOfService(node: ObjectVersion<"Node"> | undefined): boolean {
  return (node?.spec.taints ?? []).some(({ key }) => key === "node.kubernetes.io/out-of-service");
}
