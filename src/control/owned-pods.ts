import type { GenericKind } from "../api/kinds.js";
import type { OwnerReference } from "../api/kubernetes.js";
import type { Selector } from "../api/label-selector.js";
import { controllerOf, type VersionOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { WriteRequest } from "../store/request.js";
import { Controllees } from "./controllees.js";
import { controllerReference } from "./owner-references.js";

export interface OwnedPodsOptions<K extends GenericKind> {
  readonly kind: K;
  readonly selectorOf: (owner: VersionOf<K>) => Selector;
  /** Whether a pod that the selector matches may belong to the owner. Default: yes. */
  readonly mayBelong?: (owner: VersionOf<K>, pod: PodVersion) => boolean;
  /** Called for the row of an owner that has a pod to adopt. */
  readonly onAdoptable: (row: number) => void;
}

/**
 * Which pods belong to which object of one kind, by controller reference, and which pods without a
 * controller an owner's selector matches.
 */
export class OwnedPods<K extends GenericKind> {
  private readonly pods = new Controllees<"Pod">();
  private readonly owners = new Map<string, VersionOf<K>>();
  private readonly ownersIn = new Map<string, Map<number, VersionOf<K>>>();
  private readonly adoptable = new Map<string, Map<number, PodVersion>>();

  constructor(private readonly options: OwnedPodsOptions<K>) {}

  /** The owner of a pod as it is known here, if it has one. */
  ownerOf(pod: PodVersion): VersionOf<K> | undefined {
    const reference = controllerOf(pod);
    return reference?.kind === this.options.kind ? this.owners.get(reference.uid) : undefined;
  }

  /** Pods that the owner controls and its selector matches. */
  of(owner: VersionOf<K>): PodVersion[] {
    return [...this.pods.of(owner.uid)].filter((pod) => this.matches(owner, pod));
  }

  putOwner(before: VersionOf<K> | undefined, owner: VersionOf<K>): void {
    this.owners.set(owner.uid, owner);
    let inNamespace = this.ownersIn.get(owner.namespace);
    if (inNamespace === undefined) {
      inNamespace = new Map();
      this.ownersIn.set(owner.namespace, inNamespace);
    }
    inNamespace.set(owner.row, owner);
    if (before !== undefined && before.spec === owner.spec) return;
    this.adoptable.delete(owner.uid);
    for (const pod of this.pods.orphansIn(owner.namespace)) this.offer(owner, pod);
  }

  removeOwner(last: VersionOf<K>): void {
    this.owners.delete(last.uid);
    this.adoptable.delete(last.uid);
    this.ownersIn.get(last.namespace)?.delete(last.row);
  }

  putPod(before: PodVersion | undefined, pod: PodVersion): void {
    this.pods.put(before, pod);
    const isOrphan = controllerOf(pod) === undefined;
    if (!isOrphan && (before === undefined || controllerOf(before) !== undefined)) return;
    const unchanged =
      before !== undefined &&
      before.labels === pod.labels &&
      before.ownerReferences === pod.ownerReferences &&
      isOpen(before) === isOpen(pod);
    if (unchanged && isOrphan) {
      for (const owner of this.ownersIn.get(pod.namespace)?.values() ?? []) {
        const offered = this.adoptable.get(owner.uid);
        if (offered?.has(pod.row) === true) offered.set(pod.row, pod);
      }
      return;
    }
    for (const owner of this.ownersIn.get(pod.namespace)?.values() ?? []) {
      this.adoptable.get(owner.uid)?.delete(pod.row);
      if (isOrphan) this.offer(owner, pod);
    }
  }

  removePod(last: PodVersion): void {
    this.pods.remove(last);
    if (controllerOf(last) !== undefined) return;
    for (const owner of this.ownersIn.get(last.namespace)?.values() ?? []) {
      this.adoptable.get(owner.uid)?.delete(last.row);
    }
  }

  /** Patches that let go of pods which the selector matches no more, and adopt those it matches. */
  claims(owner: VersionOf<K>): WriteRequest[] {
    if (owner.deletionTimeMicros !== null) return [];
    const requests: WriteRequest[] = [];
    const patch = (target: PodVersion, ownerReferences: readonly OwnerReference[]) =>
      requests.push({ verb: "patch", target, change: { ownerReferences } });
    for (const pod of this.pods.of(owner.uid)) {
      if (this.matches(owner, pod)) continue;
      patch(
        pod,
        pod.ownerReferences.filter(({ uid }) => uid !== owner.uid),
      );
    }
    for (const pod of this.adoptable.get(owner.uid)?.values() ?? []) {
      patch(pod, [...pod.ownerReferences, controllerReference(owner)]);
    }
    return requests;
  }

  private matches(owner: VersionOf<K>, pod: PodVersion): boolean {
    const { selectorOf, mayBelong } = this.options;
    return selectorOf(owner).matches(pod.labels) && (mayBelong?.(owner, pod) ?? true);
  }

  private offer(owner: VersionOf<K>, pod: PodVersion): void {
    if (!isOpen(pod) || !this.matches(owner, pod)) return;
    let offered = this.adoptable.get(owner.uid);
    if (offered === undefined) {
      offered = new Map();
      this.adoptable.set(owner.uid, offered);
    }
    offered.set(pod.row, pod);
    this.options.onAdoptable(owner.row);
  }
}

/** A pod that somebody may still adopt. */
function isOpen(pod: PodVersion): boolean {
  return pod.deletionTimeMicros === null;
}
