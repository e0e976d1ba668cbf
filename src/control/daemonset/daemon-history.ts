import type { PodVersion } from "../../api/pod-version.js";
import type { WriteRequest } from "../../store/request.js";
import type { RevisionHistory } from "../controller-revisions/revision-history.js";
import { type ControllerRevision, newRevision } from "../controller-revisions/template-revision.js";
import { type DaemonSet, HASH_LABEL, isUpdated } from "./daemon-pods.js";

export interface DaemonRevisions {
  /** The hash of the present template's revision. */
  readonly hash: string;
  /** Revisions of other templates, the lowest first. */
  readonly old: readonly ControllerRevision[];
}

function hashOf(revision: ControllerRevision): string {
  return revision.labels[HASH_LABEL] ?? revision.name;
}

/** The writes without which the revision of the present template is not there as it has to be; none once it is. */
export function revisionWrites(
  set: DaemonSet,
  history: RevisionHistory,
  pods: readonly PodVersion[],
): readonly WriteRequest[] {
  const { current, old } = split(set, history);
  const revision = (old.at(-1)?.spec.revision ?? 0) + 1;
  const kept = current.at(-1);
  if (kept === undefined) {
    const { template } = set.spec;
    const known = old.length === 0 ? hashOfPods(set, pods) : null;
    const hash = known ?? history.contents.hashOf(template, set.status.collisionCount);
    const object = newRevision({ owner: set, template, revision, hash, hashLabel: HASH_LABEL });
    return [{ verb: "create", object }];
  }
  if (current.length > 1) return withoutDuplicates(current, kept, pods);
  if (kept.spec.revision >= revision) return [];
  return [{ verb: "update", base: kept, change: { spec: { ...kept.spec, revision } } }];
}

export function revisionsOf(set: DaemonSet, history: RevisionHistory): DaemonRevisions {
  const { current, old } = split(set, history);
  return { hash: hashOf(current.at(-1)!), old };
}

/** Revisions beyond the limit of the history, the lowest first; those that pods have stay. */
export function surplusRevisions(
  set: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly PodVersion[],
): readonly ControllerRevision[] {
  const surplus = old.length - (set.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const inUse = new Set(pods.map((pod) => pod.labels[HASH_LABEL]));
  return old.filter((revision) => !inUse.has(hashOf(revision))).slice(0, surplus);
}

function split(set: DaemonSet, history: RevisionHistory) {
  const all = history.of(set);
  const holds = (revision: ControllerRevision) => history.holds(revision, set.spec.template);
  return { current: all.filter(holds), old: all.filter((revision) => !holds(revision)) };
}

/** Of several revisions of one template the last stays, and the pods get its hash. */
function withoutDuplicates(
  current: readonly ControllerRevision[],
  kept: ControllerRevision,
  pods: readonly PodVersion[],
): readonly WriteRequest[] {
  const hash = hashOf(kept);
  const others = pods.filter((pod) => pod.labels[HASH_LABEL] !== hash);
  return [
    ...others.map((target): WriteRequest => {
      const labels = { ...target.labels, [HASH_LABEL]: hash };
      return { verb: "patch", target, change: { labels } };
    }),
    ...current
      .filter(({ name }) => name !== kept.name)
      .map((target): WriteRequest => ({ verb: "delete", target })),
  ];
}

/**
 * The hash by which pods know the present template, where none of the set's revisions is there: that of
 * the pods with its count of changes, or the one that all have where the status says that all are updated.
 */
function hashOfPods(set: DaemonSet, pods: readonly PodVersion[]): string | null {
  const updated = pods.find((pod) => isUpdated(set, pod, ""));
  if (updated !== undefined) return updated.labels[HASH_LABEL] ?? null;
  const { updatedNumberScheduled = 0, currentNumberScheduled, observedGeneration } = set.status;
  const allUpdated = updatedNumberScheduled === currentNumberScheduled;
  if (!allUpdated || observedGeneration !== set.generation) return null;
  const hashes = new Set(pods.map((pod) => pod.labels[HASH_LABEL]));
  return hashes.size === 1 ? ([...hashes][0] ?? null) : null;
}
