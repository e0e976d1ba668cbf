import { deepEqual } from "../../api/deep-equal.js";
import { controllerOf } from "../../api/object-version.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";
import type { ControllerOptions } from "../controller.js";
import { RevisionHistory } from "../controller-revisions/revision-history.js";
import type { ControllerRevision } from "../controller-revisions/template-revision.js";
import { Expectations } from "../expectations.js";
import { OwnWrites } from "../own-writes.js";
import { OwnedPods } from "../owned-pods.js";
import { Selectors } from "../selectors.js";
import { type DaemonSet, targetNodeOf } from "./daemon-pods.js";
import type { DaemonSetFeatures } from "./daemon-view.js";
import { type Node, NodeFitness } from "./node-fitness.js";

interface CacheEvents {
  /** The set of that row has to be looked at. */
  readonly enqueue: (row: number) => void;
  /** A pod of the set has become ready. */
  readonly becameReady: (set: DaemonSet) => void;
  /** The set is gone. */
  readonly removed: (set: DaemonSet) => void;
}

/** What the DaemonSet controller knows of the cluster, and which set a change concerns. */
export class DaemonSetCache {
  readonly sets: Informer<"DaemonSet">;
  readonly nodes: Informer<"Node">;
  readonly pods: OwnedPods<"DaemonSet">;
  readonly history: RevisionHistory;
  readonly ownWrites: OwnWrites;
  readonly expectations = new Expectations();
  readonly selectors = new Selectors();
  readonly fitness = new NodeFitness();
  private readonly podInformer: Informer<"Pod">;

  constructor(
    { informers }: Pick<ControllerOptions, "informers">,
    private readonly features: DaemonSetFeatures,
    private readonly events: CacheEvents,
  ) {
    this.sets = informers.informer("DaemonSet");
    this.nodes = informers.informer("Node");
    this.podInformer = informers.informer("Pod");
    this.history = new RevisionHistory(informers.informer("ControllerRevision"), (revision) =>
      this.onRevision(revision),
    );
    this.ownWrites = new OwnWrites([this.sets, this.podInformer]);
    this.pods = new OwnedPods({
      kind: "DaemonSet",
      selectorOf: (set) => this.selectors.of(set.spec.selector),
      onAdoptable: events.enqueue,
    });
  }

  start(): void {
    this.history.start();
    this.sets.addHandler({
      added: (set) => this.onSet(undefined, set),
      updated: (before, set) => this.onSet(before, set),
      deleted: (set) => {
        this.pods.removeOwner(set);
        this.ownWrites.forget(set.row);
        this.expectations.forget(set.row);
        this.events.removed(set);
        this.events.enqueue(set.row);
      },
    });
    this.podInformer.addHandler(
      {
        added: (pod) => this.onPodAdded(pod),
        updated: (before, pod) => this.onPodUpdated(before, pod),
        deleted: (pod) => {
          this.pods.removePod(pod);
          this.onPodGoing(pod);
        },
      },
      "DaemonSet",
    );
    this.nodes.addHandler({
      added: (node) => this.onNode(undefined, node),
      updated: (before, node) => this.onNode(before, node),
    });
  }

  private onSet(before: DaemonSet | undefined, set: DaemonSet): void {
    this.pods.putOwner(before, set);
    this.events.enqueue(set.row);
  }

  private onPodAdded(pod: PodVersion): void {
    this.pods.putPod(undefined, pod);
    const set = this.pods.ownerOf(pod);
    if (set === undefined) return;
    if (pod.deletionTimeMicros === null) this.expectations.creationObserved(set.row);
    else this.expectations.deletionObserved(set.row, pod.row);
    this.events.enqueue(set.row);
  }

  private onPodUpdated(before: PodVersion, pod: PodVersion): void {
    this.pods.putPod(before, pod);
    if (pod.deletionTimeMicros !== null) {
      this.onPodGoing(pod);
      return;
    }
    const former = this.pods.ownerOf(before);
    if (before.ownerReferences !== pod.ownerReferences && former !== undefined) {
      this.events.enqueue(former.row);
    }
    const set = this.pods.ownerOf(pod);
    if (set === undefined) return;
    this.events.enqueue(set.row);
    if (!isPodReady(before) && isPodReady(pod)) this.events.becameReady(set);
  }

  private onPodGoing(pod: PodVersion): void {
    const set = this.pods.ownerOf(pod);
    if (set === undefined) return;
    this.expectations.deletionObserved(set.row, pod.row);
    this.events.enqueue(set.row);
  }

  private onRevision(revision: ControllerRevision): void {
    const owner = controllerOf(revision);
    for (const set of this.sets.values()) {
      const concerned =
        owner === undefined
          ? set.namespace === revision.namespace &&
            this.selectors.of(set.spec.selector).matches(revision.labels)
          : owner.uid === set.uid;
      if (concerned) this.events.enqueue(set.row);
    }
  }

  /** Only what decides whether pods run there matters. */
  private onNode(before: Node | undefined, node: Node): void {
    if (before !== undefined) {
      const sameLabels = deepEqual(before.labels, node.labels);
      if (sameLabels && deepEqual(before.spec.taints ?? [], node.spec.taints ?? [])) return;
    }
    for (const set of this.sets.values()) {
      if (this.concerns(set, before, node)) this.events.enqueue(set.row);
    }
  }

  private concerns(set: DaemonSet, before: Node | undefined, node: Node): boolean {
    const now = this.fitness.of(set, node);
    if (!this.features.DaemonSetLooksAtNodes) {
      if (before === undefined) return now.shouldRun;
      const then = this.fitness.of(set, before);
      return then.shouldRun !== now.shouldRun || then.mayStay !== now.mayStay;
    }
    const isThere = this.pods.of(set).some((pod) => targetNodeOf(pod) === node.name);
    if (!isThere) return now.shouldRun;
    return !now.mayStay || (set.status.numberMisscheduled ?? 0) > 0;
  }
}
