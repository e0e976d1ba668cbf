import type { GenericKind } from "../api/kinds.js";
import { isPodTerminal, type PodVersion } from "../api/pod-version.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { Action, type EventResource } from "./framework/cluster-event.js";
import type { PodNominator } from "./framework/nominator.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { Happening } from "./queueing-hints.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";
import type { SchedulerCache } from "./scheduler-cache.js";
import { nodeUpdateActions, podUpdateActions } from "./update-actions.js";

/** What the watches feed. */
export interface WatchTargets {
  readonly cache: SchedulerCache;
  readonly state: ClusterState;
  readonly queue: SchedulingQueue<Happening>;
  readonly nominator: PodNominator;
  /** Whether a profile of this scheduler answers for the pod. */
  readonly isResponsible: (pod: PodVersion) => boolean;
  readonly now: () => number;
  /** Called after anything that may have made a pod ready to be scheduled. */
  readonly wake: () => void;
}

/** Kinds besides pods and nodes whose changes may make a pod schedulable. */
const OTHER_RESOURCES: readonly (GenericKind & EventResource)[] = [
  "Namespace",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "StorageClass",
  "CSINode",
  "CSIDriver",
  "CSIStorageCapacity",
];

/**
 * What a pod is to the scheduler: counted on its node, waiting in the queue, or neither (ended, or
 * another scheduler's). Ended pods are out of sight, as upstream's field selector has it.
 */
type Role = "assigned" | "pending" | "none";

/** Connects the scheduler's informers to its cache and its queue. */
export class EventHandlers {
  constructor(private readonly targets: WatchTargets) {}

  connect(informers: InformerFactory): void {
    const { cache } = this.targets;
    informers.informer("Node").addHandler({
      added: (node) => {
        cache.addNode(node);
        this.happened({ resource: "Node", actions: Action.Add }, null, node);
      },
      updated: (before, node) => {
        cache.updateNode(node);
        const actions = nodeUpdateActions(before, node);
        if (actions !== 0) this.happened({ resource: "Node", actions }, before, node);
      },
      deleted: (node) => {
        cache.removeNode(node);
        this.happened({ resource: "Node", actions: Action.Delete }, node, null);
      },
    });
    informers.informer("Pod").addHandler({
      added: (pod) => this.podChanged(null, pod),
      updated: (before, pod) => this.podChanged(before, pod),
      deleted: (pod) => this.podChanged(pod, null),
    });
    for (const kind of OTHER_RESOURCES) this.connectOther(informers, kind);
  }

  private connectOther(informers: InformerFactory, kind: GenericKind & EventResource): void {
    informers.informer(kind).addHandler({
      added: (object) => this.happened({ resource: kind, actions: Action.Add }, null, object),
      updated: (before, object) =>
        this.happened({ resource: kind, actions: Action.Update }, before, object),
      deleted: (object) => this.happened({ resource: kind, actions: Action.Delete }, object, null),
    });
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
    if (is === "pending") this.podWaits(was, before, after!);
    else if (is === "assigned") this.podOnNode(was, before, after!);
  }

  private podWaits(was: Role, before: PodVersion | null, pod: PodVersion): void {
    const { queue, nominator, state, cache, now } = this.targets;
    if (cache.isAssumed(pod.uid)) return;
    if (was !== "pending" || before === null) {
      queue.add(pod, now());
      this.nominate(pod);
      this.targets.wake();
      return;
    }
    if (before.nominatedNodeName !== pod.nominatedNodeName) this.nominate(pod);
    else nominator.update(state.podInfos.podInfo(pod));
    const actions = podUpdateActions(before, pod);
    const event = { resource: "UnschedulablePod", actions } as const;
    queue.update(pod, actions === 0 ? null : { event, before, after: pod }, now());
    this.targets.wake();
  }

  private nominate(pod: PodVersion): void {
    const { nominator, state } = this.targets;
    if (pod.nominatedNodeName === "") nominator.delete(pod.uid);
    else nominator.add(state.podInfos.podInfo(pod), pod.nominatedNodeName);
  }

  private podOnNode(was: Role, before: PodVersion | null, pod: PodVersion): void {
    const { cache } = this.targets;
    if (was !== "assigned" || before === null) {
      cache.addPod(pod);
      this.happened({ resource: "AssignedPod", actions: Action.Add }, null, pod);
      return;
    }
    cache.updatePod(pod);
    const actions = podUpdateActions(before, pod);
    if (actions !== 0) this.happened({ resource: "AssignedPod", actions }, before, pod);
  }

  private podLeft(pod: PodVersion): void {
    this.targets.cache.removePod(pod.uid);
    this.happened({ resource: "AssignedPod", actions: Action.Delete }, pod, null);
  }

  /** The pod was deleted, or bound by this scheduler or by another party. */
  private leaveQueue(pod: PodVersion): void {
    const { queue, nominator } = this.targets;
    queue.remove(pod.uid);
    nominator.delete(pod.uid);
  }

  private happened(
    event: Happening["event"],
    before: Happening["before"],
    after: Happening["after"],
  ): void {
    const moved = this.targets.queue.moveOnEvent({ event, before, after }, this.targets.now());
    if (moved > 0) this.targets.wake();
  }
}
