import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";
import type { ControllerOptions } from "../controller.js";
import { RevisionHistory } from "../controller-revisions/revision-history.js";
import { OwnWrites } from "../own-writes.js";
import { OwnedPods } from "../owned-pods.js";
import { Selectors } from "../selectors.js";
import type { Claim } from "./claim-retention.js";
import { isMemberOf, type StatefulSet } from "./identity.js";
import { SetTallies } from "./set-tally.js";

interface CacheEvents {
  /** The set of that row has to be looked at. */
  readonly enqueue: (row: number) => void;
  /** A pod of the set has become ready. */
  readonly becameReady: (set: StatefulSet) => void;
  /** The set is gone. */
  readonly gone: (set: StatefulSet) => void;
}

/** What the StatefulSet controller knows of the cluster, and which set a change concerns. */
export class StatefulSetCache {
  readonly sets: Informer<"StatefulSet">;
  readonly pods: OwnedPods<"StatefulSet">;
  readonly history: RevisionHistory;
  readonly ownWrites: OwnWrites;
  readonly selectors = new Selectors();
  readonly tallies = new SetTallies();
  private readonly podInformer: Informer<"Pod">;
  private readonly claims: Informer<"PersistentVolumeClaim">;

  constructor(
    { informers }: Pick<ControllerOptions, "informers">,
    private readonly events: CacheEvents,
  ) {
    this.sets = informers.informer("StatefulSet");
    this.podInformer = informers.informer("Pod");
    this.claims = informers.informer("PersistentVolumeClaim");
    this.history = new RevisionHistory(informers.informer("ControllerRevision"));
    this.ownWrites = new OwnWrites([this.sets, this.podInformer, this.claims]);
    this.pods = new OwnedPods({
      kind: "StatefulSet",
      selectorOf: (set) => this.selectors.of(set.spec.selector),
      mayBelong: isMemberOf,
      onAdoptable: events.enqueue,
      listener: this.tallies,
    });
  }

  start(): void {
    const { enqueue } = this.events;
    this.history.start();
    this.sets.addHandler({
      added: (set) => this.onSet(undefined, set),
      updated: (before, set) => this.onSet(before, set),
      deleted: (set) => {
        this.pods.removeOwner(set);
        this.ownWrites.forget(set.row);
        this.events.gone(set);
        enqueue(set.row);
      },
    });
    this.podInformer.addHandler(
      {
        added: (pod) => {
          this.pods.putPod(undefined, pod);
          this.enqueueFor(pod);
        },
        updated: (before, pod) => this.onPod(before, pod),
        deleted: (pod) => {
          this.pods.removePod(pod);
          this.enqueueFor(pod);
        },
      },
      "StatefulSet",
    );
  }

  claim(namespace: string, name: string): Claim | undefined {
    return this.claims.find(namespace, name);
  }

  private onSet(before: StatefulSet | undefined, set: StatefulSet): void {
    this.pods.putOwner(before, set);
    this.events.enqueue(set.row);
  }

  private onPod(before: PodVersion, pod: PodVersion): void {
    this.pods.putPod(before, pod);
    if (before.ownerReferences !== pod.ownerReferences) this.enqueueFor(before);
    this.enqueueFor(pod);
    const set = this.pods.ownerOf(pod);
    if (set !== undefined && !isPodReady(before) && isPodReady(pod)) this.events.becameReady(set);
  }

  private enqueueFor(pod: PodVersion): void {
    const set = this.pods.ownerOf(pod);
    if (set !== undefined) this.events.enqueue(set.row);
  }
}
