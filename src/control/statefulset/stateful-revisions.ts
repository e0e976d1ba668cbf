import type { WriteRequest } from "../../store/request.js";
import type { RevisionHistory } from "../controller-revisions/revision-history.js";
import { type ControllerRevision, newRevision } from "../controller-revisions/template-revision.js";
import type { StatefulSet } from "./identity.js";
import type { Revision } from "./stateful-pods.js";

const HASH_LABEL = "controller.kubernetes.io/hash";

export interface Revisions {
  readonly current: Revision;
  readonly update: Revision;
  /** All of the set's, the lowest first. */
  readonly all: readonly ControllerRevision[];
}

/** The write without which the revision of the present template is not there as it has to be; or null. */
export function revisionWrite(
  set: StatefulSet,
  history: RevisionHistory,
  collisionCount: number,
): WriteRequest | null {
  const all = history.of(set);
  const { template } = set.spec;
  const last = all.at(-1);
  if (last !== undefined && history.holds(last, template)) return null;
  const revision = (last?.spec.revision ?? 0) + 1;
  const former = all.findLast((one) => history.holds(one, template));
  if (former !== undefined) {
    return { verb: "update", base: former, change: { spec: { ...former.spec, revision } } };
  }
  const collided = collisionCount !== (set.status.collisionCount ?? 0);
  const known = collided ? null : nameOfObserved(set, all);
  const hash = known ?? history.contents.hashOf(template, collisionCount);
  return {
    verb: "create",
    object: newRevision({ owner: set, template, revision, hash, hashLabel: HASH_LABEL }),
  };
}

/** The revisions of the set, once that of its present template is there; null before. */
function revisionsOf(set: StatefulSet, history: RevisionHistory): Revisions | null {
  const all = history.of(set);
  const last = all.at(-1);
  if (last === undefined || !history.holds(last, set.spec.template)) return null;
  const update = { name: last.name, template: set.spec.template };
  const { currentRevision = "" } = set.status;
  const found = all.find(({ name }) => name === currentRevision);
  if (found !== undefined) {
    return { all, update, current: { name: found.name, template: history.templateOf(found) } };
  }
  // What a dump left out: its pods still bear the name, its template is not known.
  const current = currentRevision === "" ? update : { ...update, name: currentRevision };
  return { all, update, current };
}

/** What was found last for each set, as long as nothing that it looks at has changed. */
export class KnownRevisions {
  /** By row of the set. */
  private readonly known: (Known | undefined)[] = [];

  constructor(private readonly history: RevisionHistory) {}

  of(set: StatefulSet): Revisions | null {
    const { uid, row, spec, status } = set;
    const { version } = this.history;
    const last = this.known[row];
    if (
      last !== undefined &&
      last.version === version &&
      last.uid === uid &&
      last.template === spec.template &&
      last.currentRevision === status.currentRevision
    ) {
      return last.found;
    }
    const found = revisionsOf(set, this.history);
    const { currentRevision } = status;
    this.known[row] = { uid, template: spec.template, currentRevision, version, found };
    return found;
  }
}

interface Known {
  readonly uid: string;
  readonly template: StatefulSet["spec"]["template"];
  readonly currentRevision: string | undefined;
  /** Of the history. */
  readonly version: number;
  readonly found: Revisions | null;
}

/**
 * The hash in the name by which the status knows the revision of the present template, where none of the
 * set's revisions is there. The name follows from the template, so the one that is made anew has it again.
 */
function nameOfObserved(set: StatefulSet, all: readonly ControllerRevision[]): string | null {
  const { updateRevision, observedGeneration } = set.status;
  if (all.length > 0 || observedGeneration !== set.generation) return null;
  const prefix = `${set.name}-`;
  return updateRevision?.startsWith(prefix) === true ? updateRevision.slice(prefix.length) : null;
}
