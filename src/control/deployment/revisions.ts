import type { Labels } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { plainWith } from "../../base/plain-copy.js";
import { desiredReplicas, maxSurge } from "./fenceposts.js";

type Deployment = ObjectVersion<"Deployment">;
type Annotated = { readonly annotations: Labels };

export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
/** What a Deployment says of itself only; its other annotations are its ReplicaSets' too. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);
const NO_ANNOTATIONS: Labels = Object.freeze({});
/** Characters that the history of revisions may take. */
const HISTORY_LIMIT = 2_000;

/** The revision annotation; 0 without one, null where it is no number. */
export function revisionOf(object: Annotated): number | null {
  const text = object.annotations[REVISION];
  return text === undefined ? 0 : integerOf(text);
}

export function maxRevision(sets: readonly Annotated[]): number {
  return sets.reduce((max, set) => Math.max(max, revisionOf(set) ?? 0), 0);
}

/** The Deployment's size when the set was scaled last; null where that is not known. */
export function desiredAnnotation(set: Annotated): number | null {
  return integerOf(set.annotations[DESIRED_REPLICAS]);
}

/** The Deployment's size and surge when the set was scaled last; null where that is not known. */
export function maxAnnotation(set: Annotated): number | null {
  return integerOf(set.annotations[MAX_REPLICAS]);
}

/** The set's annotations with the Deployment's present size; the same object if they have it. */
export function withSizeAnnotations(
  annotations: Labels,
  { spec }: Pick<Deployment, "spec">,
): Labels {
  const desired = desiredReplicas(spec);
  const wanted = {
    [DESIRED_REPLICAS]: String(desired),
    [MAX_REPLICAS]: String(desired + maxSurge(spec)),
  };
  return overlaid(annotations, wanted);
}

/**
 * The annotations of the current set: the Deployment's own, and its revision. When an older set
 * becomes the current one again its former revision goes to its history.
 */
export function withRevision(
  annotations: Labels,
  deployment: Annotated,
  newRevision: number,
): Labels {
  const copied = overlaid(annotations, inherited(deployment.annotations));
  const text = annotations[REVISION];
  const old = text === undefined || text === "" ? 0 : integerOf(text);
  if (old === null || old >= newRevision) return copied;
  const revised = plainWith(copied, { [REVISION]: String(newRevision) });
  if (text === undefined) return revised;
  return withHistory(revised, text);
}

/** Annotations that a Deployment hands down to its ReplicaSets. */
function inherited(annotations: Labels): Labels {
  if (!handsDown(annotations)) return NO_ANNOTATIONS;
  const names = Object.keys(annotations).filter((name) => !OWN_ANNOTATIONS.has(name));
  return Object.fromEntries(names.map((name) => [name, annotations[name]!]));
}

/** Asked in each sync, and seldom so. */
function handsDown(annotations: Labels): boolean {
  for (const name in annotations) if (!OWN_ANNOTATIONS.has(name)) return true;
  return false;
}

/** Adds a revision to the history; the oldest go when it would grow too long. */
function withHistory(annotations: Labels, revision: string): Labels {
  const history = annotations[REVISION_HISTORY] ?? "";
  if (history === "") return plainWith(annotations, { [REVISION_HISTORY]: revision });
  const revisions = history.split(",");
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > HISTORY_LIMIT && start < revisions.length) {
    length -= revisions[start]!.length + 1;
    start += 1;
  }
  if (length > HISTORY_LIMIT) return annotations;
  return { ...annotations, [REVISION_HISTORY]: [...revisions.slice(start), revision].join(",") };
}

function overlaid(annotations: Labels, wanted: Labels): Labels {
  for (const name in wanted) {
    if (annotations[name] !== wanted[name]) return plainWith(annotations, wanted);
  }
  return annotations;
}

function integerOf(text: string | undefined): number | null {
  return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : null;
}
