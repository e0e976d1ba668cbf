import type { OwnerReference } from "../../api/kubernetes.js";
import { controllerOf } from "../../api/object-version.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";

interface Member {
  readonly ordinal: number;
  pod: PodVersion;
}

interface Controller {
  readonly reference: OwnerReference;
  readonly namespace: string;
  pods: number;
}

/** What a budget's status is worked out from: the pods that it selects, as far as they are known. */
export interface SelectedPods extends Iterable<PodVersion> {
  readonly size: number;
  /** Pods that are ready and are not being deleted. */
  readonly healthy: number;
  /** Why the selector cannot be read, and so selects nothing; null where it can. */
  readonly selectorError: string | null;
  /** Grows when a controller or a pod without one comes or goes. */
  readonly controllersVersion: number;
  /** Each controller that has any of the pods. */
  controllers(): Iterable<Pick<Controller, "reference" | "namespace">>;
  /** Pods without a controller. */
  unmanaged(): readonly PodVersion[];
  /** Those of the pods that have one of these names, in the order in which they were selected. */
  named(names: readonly string[]): readonly PodVersion[];
}

/**
 * The pods of one budget with their figures, moved pod by pod, so that a sync looks at none of them. Iterated
 * in the order in which they were selected.
 */
export class PodFigures implements SelectedPods {
  healthy = 0;
  controllersVersion = 0;
  private readonly members = new Map<number, Member>();
  private readonly rows = new Map<string, number>();
  private readonly byController = new Map<string, Controller>();
  private readonly withoutController = new Set<Member>();
  private selected = 0;

  constructor(readonly selectorError: string | null) {}

  get size(): number {
    return this.members.size;
  }

  *[Symbol.iterator](): IterableIterator<PodVersion> {
    for (const { pod } of this.members.values()) yield pod;
  }

  controllers(): Iterable<Pick<Controller, "reference" | "namespace">> {
    return this.byController.values();
  }

  unmanaged(): readonly PodVersion[] {
    return this.withoutController.size === 0 ? NONE : inOrder([...this.withoutController]);
  }

  named(names: readonly string[]): readonly PodVersion[] {
    const found: Member[] = [];
    for (const name of names) {
      const row = this.rows.get(name);
      if (row !== undefined) found.push(this.members.get(row)!);
    }
    return inOrder(found);
  }

  /** Takes a pod, or a new version of one. */
  put(pod: PodVersion): void {
    const member = this.members.get(pod.row);
    if (member === undefined) {
      const made = { ordinal: this.selected, pod };
      this.selected += 1;
      this.members.set(pod.row, made);
      this.rows.set(pod.name, pod.row);
      this.enter(made);
    } else if (member.pod.ownerReferences === pod.ownerReferences) {
      this.healthy += health(pod) - health(member.pod);
      member.pod = pod;
    } else {
      this.leave(member);
      member.pod = pod;
      this.enter(member);
    }
  }

  remove(row: number): void {
    const member = this.members.get(row);
    if (member === undefined) return;
    this.leave(member);
    this.members.delete(row);
    if (this.rows.get(member.pod.name) === row) this.rows.delete(member.pod.name);
  }

  private enter(member: Member): void {
    const { pod } = member;
    this.healthy += health(pod);
    const reference = controllerOf(pod);
    if (reference === undefined) {
      this.withoutController.add(member);
      this.controllersVersion += 1;
      return;
    }
    const known = this.byController.get(reference.uid);
    if (known !== undefined) {
      known.pods += 1;
      return;
    }
    this.byController.set(reference.uid, { reference, namespace: pod.namespace, pods: 1 });
    this.controllersVersion += 1;
  }

  private leave(member: Member): void {
    const { pod } = member;
    this.healthy -= health(pod);
    if (this.withoutController.delete(member)) this.controllersVersion += 1;
    const controller = this.byController.get(controllerOf(pod)?.uid ?? "");
    if (controller === undefined) return;
    controller.pods -= 1;
    if (controller.pods > 0) return;
    this.byController.delete(controller.reference.uid);
    this.controllersVersion += 1;
  }
}

const NONE: readonly PodVersion[] = [];

function health(pod: PodVersion): 0 | 1 {
  return pod.deletionTimeMicros === null && isPodReady(pod) ? 1 : 0;
}

function inOrder(members: readonly Member[]): readonly PodVersion[] {
  return members.toSorted((a, b) => a.ordinal - b.ordinal).map(({ pod }) => pod);
}
