import type { OwnerReference } from "../api/kubernetes.js";
import { type AnyVersion, controllerOf } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import { Application, type ApplicationSpec } from "./application.js";
import type { Measured } from "./gauge.js";
import { isTargetKind, WholeOfTargets, WorkloadTarget } from "./workload-target.js";

/**
 * The pods of one controller. Made when a pod or its object is first seen, in whichever order they
 * come; pods count for every controller above them.
 */
export class PodGroup {
  parent: PodGroup | null = null;
  target: WorkloadTarget | null = null;
  /** Pods that exist, whatever their state. */
  pods = 0;
  active = 0;
  ready = 0;
  isObjectKnown = false;
  /** Groups that have this one as parent. */
  children = 0;
  /** `Kind/name`. */
  readonly owner: string;

  constructor(
    readonly uid: string,
    readonly kind: string,
    name: string,
  ) {
    this.owner = `${kind}/${name}`;
  }
}

/** Which pods belong to which workload, and how each workload fares. */
export class WorkloadLedger implements Measured {
  /** In the order in which they were first seen. */
  readonly targets = new Map<string, WorkloadTarget>();
  readonly whole: WholeOfTargets;
  readonly applications: readonly Application[];
  private readonly applicationOf = new Map<string, Application>();
  /** Of workloads that count by their application; their changes of scale count by themselves. */
  private readonly uncounted: WholeOfTargets;
  private readonly groups = new Map<string, PodGroup>();
  private windowOpen = false;

  constructor(startMicros: TimeMicros, applications: readonly ApplicationSpec[] = []) {
    this.whole = new WholeOfTargets(startMicros);
    this.uncounted = new WholeOfTargets(startMicros, this.whole.scaleEvents, this.whole.flaps);
    this.applications = applications.map((spec) => {
      const application = new Application(spec, startMicros, this.whole);
      for (const workload of spec.workloads) this.applicationOf.set(workload, application);
      return application;
    });
  }

  /** The group of a controller's pods; null for none. */
  groupOf(reference: OwnerReference | undefined): PodGroup | null {
    if (reference === undefined) return null;
    return this.group(reference.uid, reference.kind, reference.name);
  }

  /** A pod joined (`pods` 1) or left its group (−1), or its state changed (0). */
  podChanged(
    group: PodGroup,
    change: { readonly pods: number; readonly active: number; readonly ready: number },
    timeMicros: TimeMicros,
  ): void {
    for (let at: PodGroup | null = group; at !== null; at = at.parent) {
      at.pods += change.pods;
      at.active += change.active;
      at.ready += change.ready;
      this.refresh(at, timeMicros);
    }
    this.forgetIfDone(group);
  }

  /** Any object but a pod or a node. */
  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void {
    const object = (after ?? before)!;
    if (!isTargetKind(object.kind)) {
      if (after === null) this.gone(this.groups.get(object.uid));
      return;
    }
    const group = this.group(object.uid, object.kind, object.name);
    group.isObjectKnown = true;
    const controller = after === null ? undefined : controllerOf(after);
    this.setParent(group, this.groupOf(controller), timeMicros);
    if (after !== null && controller === undefined) this.attach(group, before, after, timeMicros);
    else this.detach(group, before, timeMicros);
    if (after === null) this.gone(group);
  }

  /** So many ready pods are what the load of a controller's pods asks for from now on. */
  podsNeeded(group: PodGroup, count: number, timeMicros: TimeMicros): void {
    let root = group;
    while (root.parent !== null) root = root.parent;
    root.target?.podsNeeded(count, timeMicros, this.windowOpen);
  }

  openWindow(timeMicros: TimeMicros): void {
    this.windowOpen = true;
    this.whole.openWindow(timeMicros);
    for (const application of this.applications) application.openWindow(timeMicros);
    for (const target of this.targets.values()) target.openWindow(timeMicros);
  }

  closeWindow(timeMicros: TimeMicros): void {
    this.windowOpen = false;
    this.whole.closeWindow(timeMicros);
    for (const application of this.applications) application.closeWindow(timeMicros);
    for (const target of this.targets.values()) target.closeWindow(timeMicros);
  }

  private attach(
    group: PodGroup,
    before: AnyVersion | null,
    after: AnyVersion,
    timeMicros: TimeMicros,
  ): void {
    if (group.target === null) {
      group.target = this.target(`${after.namespace}/${after.kind}/${after.name}`, timeMicros);
    }
    group.target.objectChanged(before, after, timeMicros);
    group.target.podsChanged(group.active, group.ready, timeMicros);
  }

  private detach(group: PodGroup, before: AnyVersion | null, timeMicros: TimeMicros): void {
    if (group.target === null) return;
    group.target.objectChanged(before, null, timeMicros);
    group.target.podsChanged(0, 0, timeMicros);
    group.target = null;
  }

  private target(label: string, timeMicros: TimeMicros): WorkloadTarget {
    let target = this.targets.get(label);
    if (target === undefined) {
      const application = this.applicationOf.get(label) ?? null;
      const whole = application === null ? this.whole : this.uncounted;
      target = new WorkloadTarget(label, timeMicros, whole, application);
      if (this.windowOpen) target.openWindow(timeMicros);
      this.targets.set(label, target);
    }
    return target;
  }

  private group(uid: string, kind: string, name: string): PodGroup {
    let group = this.groups.get(uid);
    if (group === undefined) {
      group = new PodGroup(uid, kind, name);
      this.groups.set(uid, group);
    }
    return group;
  }

  private setParent(group: PodGroup, parent: PodGroup | null, timeMicros: TimeMicros): void {
    if (group.parent === parent) return;
    const { pods, active, ready } = group;
    if (group.parent !== null) {
      group.parent.children -= 1;
      this.podChanged(group.parent, { pods: -pods, active: -active, ready: -ready }, timeMicros);
    }
    group.parent = parent;
    if (parent === null) return;
    parent.children += 1;
    this.podChanged(parent, { pods, active, ready }, timeMicros);
  }

  private refresh(group: PodGroup, timeMicros: TimeMicros): void {
    group.target?.podsChanged(group.active, group.ready, timeMicros);
  }

  private gone(group: PodGroup | undefined): void {
    if (group === undefined) return;
    group.isObjectKnown = false;
    this.forgetIfDone(group);
  }

  private forgetIfDone(group: PodGroup): void {
    if (group.pods > 0 || group.children > 0 || group.isObjectKnown) return;
    this.groups.delete(group.uid);
  }
}
