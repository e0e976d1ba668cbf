import type { AnyVersion } from "../api/object-version.js";
import type { ContainerState, PodVersion } from "../api/pod-version.js";
import { fnv1a } from "../base/fnv.js";
import type { RunDigest } from "../kernel/run-digest.js";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Folds what each write changed into the run's digest, so that two runs that differ in any stored
 * value have different digests. Content that versions share by reference is hashed once.
 */
export class WriteDigest {
  private readonly contentHashes = new WeakMap<object, number>();

  constructor(private readonly digest: RunDigest) {}

  fold(before: AnyVersion | null, after: AnyVersion | null): void {
    const subject = after ?? before;
    if (subject === null) return;
    this.digest.fold(subject.row);
    if (before === null) {
      this.digest.foldString(subject.kind);
      this.digest.foldString(subject.namespace);
      this.digest.foldString(subject.name);
      this.digest.foldString(subject.uid);
    }
    if (after === null) {
      this.digest.fold(-1);
      return;
    }
    this.digest.fold(after.resourceVersion);
    this.digest.fold(after.deletionTimeMicros ?? -1);
    this.foldIfChanged(before?.labels, after.labels);
    this.foldIfChanged(before?.annotations, after.annotations);
    this.foldIfChanged(before?.ownerReferences, after.ownerReferences);
    this.foldIfChanged(before?.finalizers, after.finalizers);
    this.foldIfChanged(before?.spec, after.spec);
    if (after.kind === "Pod") this.foldPod(before as PodVersion | null, after);
    else this.foldStatus(before?.status as Fields | undefined, after.status as Fields | undefined);
  }

  /** Of a status that has changed, the fields that did. */
  private foldStatus(before: Fields | undefined, after: Fields | undefined): void {
    if (before === undefined || after === undefined) {
      this.foldIfChanged(before, after);
      return;
    }
    if (before === after) return;
    for (const name in after) {
      const value = after[name];
      if (value === before[name]) continue;
      this.digest.foldString(name);
      if (typeof value === "number") this.digest.fold(value);
      else this.digest.fold(this.hashOfValue(value));
    }
    for (const name in before) if (!(name in after)) this.digest.foldString(name);
  }

  /** What a status says is written for one version: nobody asks for the same object again. */
  private hashOfValue(value: unknown): number {
    if (typeof value === "object" && value !== null) return fnv1a(JSON.stringify(value));
    return fnv1a(String(value));
  }

  private foldPod(before: PodVersion | null, after: PodVersion): void {
    if (before === null || before.nodeName !== after.nodeName) {
      this.digest.foldString(after.nodeName);
    }
    if (before === null || before.nominatedNodeName !== after.nominatedNodeName) {
      this.digest.foldString(after.nominatedNodeName);
    }
    this.digest.fold(after.phase.charCodeAt(0));
    const status = after.status;
    if (before?.status === status) return;
    this.digest.fold(status.startTimeMicros ?? -1);
    const { conditions } = status;
    for (let i = 0; i < conditions.length; i++) {
      const condition = conditions[i]!;
      this.digest.fold(condition.lastTransitionTimeMicros);
      this.digest.fold(condition.status.charCodeAt(0));
      if (condition.reason !== "") this.digest.foldString(condition.reason);
      if (condition.message !== "") this.digest.foldString(condition.message);
    }
    this.foldContainers(status.initContainers);
    this.foldContainers(status.containers);
    if (status.reason !== "") this.digest.foldString(status.reason);
    if (status.message !== "") this.digest.foldString(status.message);
    if (status.podIP !== "") this.digest.foldString(status.podIP);
  }

  private foldContainers(states: readonly ContainerState[]): void {
    for (let i = 0; i < states.length; i++) {
      const state = states[i]!;
      this.digest.fold(state.restartCount * 2 + (state.ready ? 1 : 0));
      this.digest.fold(state.startedAtMicros ?? -1);
      this.digest.fold(state.finishedAtMicros ?? -1);
      this.digest.fold(state.exitCode ?? -1);
      if (state.reason !== "") this.digest.foldString(state.reason);
    }
  }

  private foldIfChanged(before: object | undefined, after: object | undefined): void {
    if (after === before) return;
    this.digest.fold(after === undefined ? -1 : this.hashOf(after));
  }

  private hashOf(content: object): number {
    const known = this.contentHashes.get(content);
    if (known !== undefined) return known;
    const hash = fnv1a(JSON.stringify(content));
    this.contentHashes.set(content, hash);
    return hash;
  }
}
