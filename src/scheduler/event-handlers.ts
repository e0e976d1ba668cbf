import type { GenericKind } from "../api/kinds.js";
import type { AnyVersion } from "../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../api/pod-version.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { Action, type ClusterEvent, type EventResource } from "./framework/cluster-event.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { Features } from "../api/features.js";
import type { NodeVersion } from "./framework/node-info.js";
import type { PodNominator } from "./framework/nominator.js";
import { type PreChecks, upToPriority } from "./pre-check.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";
import type { Happening, QueueingHints } from "./queueing-hints.js";
import type { SchedulerCache } from "./scheduler-cache.js";
import { isPodUpdated, nodeUpdateActions, podUpdateActions } from "./update-actions.js";

/** What the watches feed. */
export interface WatchTargets {
  readonly cache: SchedulerCache;
  readonly state: ClusterState;
  readonly queue: SchedulingQueue<Happening>;
  readonly nominator: PodNominator;
  readonly hints: QueueingHints;
  readonly preChecks: PreChecks;
  readonly features: Features;
  /** Whether a profile of this scheduler answers for the pod. */
  readonly isResponsible: (pod: PodVersion) => boolean;
  readonly now: () => number;
  /** Called after anything that may have made a pod ready to be scheduled. */
  readonly wake: () => void;
}

/** Kinds besides pods and nodes whose changes may make a pod schedulable. */
const OTHER_RESOURCES: readonly (GenericKind & EventResource)[] = [
  "PersistentVolume",
  "PersistentVolumeClaim",
  "StorageClass",
  "CSINode",
  "CSIDriver",
  "CSIStorageCapacity",
  "ResourceClaim",
  "ResourceSlice",
  "DeviceClass",
];

/**
 * What a pod is to the scheduler: counted on its node, waiting in the queue, or neither (ended, or
 * another scheduler's). Ended pods are out of sight, as upstream's field selector has it.
 */
type Role = "assigned" | "pending" | "none";

const POD_CAME: ClusterEvent = { resource: "AssignedPod", actions: Action.Add };
const POD_GONE: ClusterEvent = { resource: "AssignedPod", actions: Action.Delete };

/** Connects the scheduler's informers to its cache and its queue. */
export class EventHandlers {
  constructor(private readonly targets: WatchTargets) {}

  connect(informers: InformerFactory): void {
    informers.informer("Node").addHandler({
      added: (node) => this.nodeCame(node),
      updated: (before, node) => this.nodeChanged(before, node),
      deleted: (node) => this.nodeWent(node),
    });
    informers.informer("Pod").addHandler({
      added: (pod) => this.podChanged(null, pod),
      updated: (before, pod) => this.podChanged(before, pod),
      deleted: (pod) => this.podChanged(pod, null),
    });
    for (const kind of OTHER_RESOURCES) this.connectOther(informers, kind);
  }

  private nodeCame(node: NodeVersion): void {
    this.targets.cache.addNode(node);
    const event = { resource: "Node", actions: Action.Add } as const;
    const admits = this.targets.preChecks.forNode(node.name);
    this.happened({ event, before: null, after: node }, admits);
  }

  private nodeChanged(before: NodeVersion, node: NodeVersion): void {
    const { cache, features, preChecks } = this.targets;
    cache.updateNode(node);
    const actions = nodeUpdateActions(before, node, features);
    if (actions === 0) return;
    const event = { resource: "Node", actions } as const;
    this.happened({ event, before, after: node }, preChecks.forNode(node.name));
  }

  private nodeWent(node: NodeVersion): void {
    this.targets.cache.removeNode(node);
    if (!this.targets.features.NodeDeletionIsAnEvent) return;
    const event = { resource: "Node", actions: Action.Delete } as const;
    this.happened({ event, before: node, after: null });
  }

  private connectOther(informers: InformerFactory, kind: GenericKind & EventResource): void {
    const event = (actions: number) => ({ resource: kind, actions });
    informers.informer(kind).addHandler({
      added: (object) => {
        if (this.mayHelpAsNew(object)) {
          this.happened({ event: event(Action.Add), before: null, after: object });
        }
      },
      updated: (before, after) => this.happened({ event: event(Action.Update), before, after }),
      deleted: (object) =>
        this.happened({ event: event(Action.Delete), before: object, after: null }),
    });
  }

  /** Without hints, a new class of volumes counts only if its volumes wait for their consumer. */
  private mayHelpAsNew(object: AnyVersion): boolean {
    if (object.kind !== "StorageClass" || this.targets.features.SchedulerQueueingHints) return true;
    return object.spec.volumeBindingMode === "WaitForFirstConsumer";
  }

  private roleOf(pod: PodVersion | null): Role {
    if (pod === null || isPodTerminal(pod)) return "none";
    if (pod.nodeName !== "") return "assigned";
    return this.targets.isResponsible(pod) ? "pending" : "none";
  }

  private podChanged(before: PodVersion | null, after: PodVersion | null): void {
    const was = this.roleOf(before);
    const is = this.roleOf(after);
    if (was === "pending" && is !== "pending") this.leaveQueue(before!);
    if (was === "assigned" && is !== "assigned") this.podLeft(before!);
    if (is === "pending") this.podWaits(was === "pending" ? before : null, after!);
    else if (is === "assigned") this.podOnNode(was === "assigned" ? before : null, after!);
  }

  private podWaits(before: PodVersion | null, pod: PodVersion): void {
    const { queue, cache, now, wake } = this.targets;
    if (cache.isAssumed(pod.uid)) return;
    if (before === null) {
      queue.add(pod, now());
      this.nominate(null, pod);
      wake();
      return;
    }
    const inFlight = queue.get(pod.uid)?.place === "inFlight";
    const change = {
      events: [waitingPodChanged(before, pod)],
      matters: isPodUpdated(before, pod),
    };
    queue.update(pod, change, now());
    if (!inFlight || !this.targets.features.SchedulerQueueingHints) this.nominate(before, pod);
    const lost = before.nominatedNodeName !== pod.nominatedNodeName;
    if (lost) this.nominationEnded(before);
    wake();
  }

  /**
   * Takes what the pod's status says of its nomination. Of one that neither version tells of, the
   * scheduler knows more than the API: it stays.
   */
  private nominate(before: PodVersion | null, pod: PodVersion): void {
    const { nominator, state } = this.targets;
    const { nominatedNodeName, uid } = pod;
    if (nominatedNodeName !== "") nominator.add(state.podInfos.podInfo(pod), nominatedNodeName);
    else if ((before?.nominatedNodeName ?? "") !== "") nominator.delete(uid);
    else if (nominator.nominatedNode(uid) !== undefined) {
      nominator.update(state.podInfos.podInfo(pod));
    }
  }

  private podOnNode(before: PodVersion | null, pod: PodVersion): void {
    const { cache, features, hints, preChecks } = this.targets;
    if (before === null) {
      cache.addPod(pod);
      if (!hints.ofInterest("AssignedPod", Action.Add)) return;
      this.happened({ event: POD_CAME, before, after: pod }, preChecks.forAssignedPod(pod));
      return;
    }
    cache.updatePod(pod);
    // Without hints every update is one, whatever it changed.
    const actions = features.SchedulerQueueingHints ? podUpdateActions(before, pod) : Action.Update;
    if (!hints.ofInterest("AssignedPod", actions)) return;
    const event = { resource: "AssignedPod", actions } as const;
    this.happened({ event, before, after: pod }, preChecks.forAssignedPod(pod));
  }

  private podLeft(pod: PodVersion): void {
    this.targets.cache.removePod(pod.uid);
    this.happened({ event: POD_GONE, before: pod, after: null });
  }

  /** The pod was deleted, or bound by this scheduler or by another party. */
  private leaveQueue(pod: PodVersion): void {
    const { queue, nominator } = this.targets;
    queue.remove(pod.uid);
    nominator.delete(pod.uid);
    this.nominationEnded(pod);
  }

  /** Those that counted the pod on the node where it was nominated have more room now. */
  private nominationEnded(pod: PodVersion): void {
    if (!this.targets.features.NominationEndIsAnEvent || pod.nominatedNodeName === "") return;
    const admits = upToPriority(pod.spec.priority ?? 0);
    this.happened({ event: POD_GONE, before: pod, after: null }, admits);
  }

  private happened(happening: Happening, admits?: (queued: QueuedPod) => boolean): void {
    const { hints, queue, now, wake } = this.targets;
    if (!hints.ofInterest(happening.event.resource, happening.event.actions)) return;
    if (queue.moveOnEvent(happening, now(), admits) > 0) wake();
  }
}

function waitingPodChanged(before: PodVersion, after: PodVersion): Happening {
  const actions = podUpdateActions(before, after);
  return { event: { resource: "UnschedulablePod", actions }, before, after };
}
