import { deepEqual } from "../../api/deep-equal.js";
import type { KindDescriptor } from "../../api/kinds/kind-descriptor.js";
import { KINDS } from "../../api/kinds.js";
import { conflictMessage, describe } from "../../api/object-named.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import {
  type PodFields,
  type PodStatus,
  type PodVersion,
  withConditions,
} from "../../api/pod-version.js";
import type { PodUpdateOptions } from "../../api/validation/pod-update.js";
import { validateUpdate } from "../../api/validation/validate.js";
import type { Claim } from "../../api/volumes/claims.js";
import { secondDefaultRefusal } from "../admission/priority.js";
import { chargeQuotas } from "../admission/resource-quota.js";
import { growthRefusal } from "../admission/storage.js";
import { genericAfter } from "../object-store.js";
import { type Outcome, refuse } from "../outcome.js";
import type { Change, PodChange, Target } from "../request.js";
import { invalidMessage } from "./create.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";

/** Writes `change` if `base` is still the newest version, else refuses with Conflict. */
export function update(
  context: ServerContext,
  base: AnyVersion,
  change: Change | PodChange,
): Outcome {
  const newest = resolve(context, base);
  if (isRefusal(newest)) return newest;
  if (newest.resourceVersion !== base.resourceVersion) {
    return refuse("Conflict", conflictMessage(base));
  }
  return write(context, newest, change);
}

/** Writes `change` over the newest version, whatever it is. */
export function patch(context: ServerContext, target: Target, change: Change | PodChange): Outcome {
  const newest = resolve(context, target);
  return isRefusal(newest) ? newest : write(context, newest, change);
}

/**
 * Validates and stores. A change that changes nothing makes no new version, as in the real API
 * server. An object that is being deleted goes when its last finalizer does.
 */
export function write(
  context: ServerContext,
  before: AnyVersion,
  change: Change | PodChange,
  options: PodUpdateOptions = {},
): Outcome {
  // Made with the revision that it is likely to get: only a write of another object on the way takes that.
  const revision = context.store.followingRevision;
  const changed =
    before.kind === "Pod"
      ? changedPod(before, change as PodChange, revision)
      : withServersOwn(before, changedGeneric(before, change, revision));
  if (changed === null) return { ok: true, object: before };
  const specChanged = changed.spec !== before.spec;
  const { labels, annotations } = before;
  if (specChanged || changed.labels !== labels || changed.annotations !== annotations) {
    const issues = validateUpdate(before.kind, before, changed, {
      ...context.validation,
      ...options,
    });
    if (issues.length > 0) return refuse("Invalid", invalidMessage(before, issues));
  }
  if (changed.kind === "PriorityClass" && specChanged) {
    const refusal = secondDefaultRefusal(changed, context.store, { creates: false });
    if (refusal !== null) return refusal;
  }
  if (changed.kind === "PersistentVolumeClaim" && specChanged) {
    const refusal = growthRefusal(before as Claim, changed, context.store);
    if (refusal !== null) return refusal;
  }
  if (specChanged) {
    const what = describe(before);
    const refusal = chargeQuotas(context.store, { what, object: changed, before });
    if (refusal !== null) return refusal;
  }
  const resourceVersion = context.store.nextRevision();
  const after =
    changed.resourceVersion === resourceVersion ? changed : withRevision(changed, resourceVersion);
  context.store.replace(before, after);
  return finishDeletion(context, after);
}

function withRevision(version: AnyVersion, resourceVersion: number): AnyVersion {
  if (version.kind === "Pod") return version.next({ resourceVersion });
  return { ...(version as ObjectVersion), resourceVersion } as AnyVersion;
}

/** The change with what the server adds to it. */
function withServersOwn(before: AnyVersion, after: AnyVersion | null): AnyVersion | null {
  if (after === null || after.spec === before.spec) return after;
  const { onUpdate } = KINDS[before.kind] as KindDescriptor<unknown, unknown>;
  return onUpdate === undefined ? after : (onUpdate(before as never, after as never) as AnyVersion);
}

/** Removes an object whose deletion waited for its last finalizer only. */
export function finishDeletion(context: ServerContext, object: AnyVersion): Outcome {
  const waits = object.finalizers.length > 0 || object.deletionGracePeriodSeconds !== 0;
  if (object.deletionTimeMicros !== null && !waits && !keepsContent(object)) {
    context.store.remove(object);
  }
  return { ok: true, object };
}

/** A namespace stays until its content is gone: its own finalizer stands in its spec. */
function keepsContent(object: AnyVersion): boolean {
  return object.kind === "Namespace" && (object.spec.finalizers ?? []).length > 0;
}

function changedGeneric(
  before: AnyVersion,
  change: Change,
  resourceVersion: number,
): AnyVersion | null {
  if (before.kind === "Pod") return null;
  const labels = changedOr(before.labels, change.labels);
  const annotations = changedOr(before.annotations, change.annotations);
  const ownerReferences = changedOr(before.ownerReferences, change.ownerReferences);
  const finalizers = changedOr(before.finalizers, change.finalizers);
  const spec = changedOr<unknown>(before.spec, change.spec);
  const status = changedOr<unknown>(before.status, change.status);
  if (
    labels === before.labels &&
    annotations === before.annotations &&
    ownerReferences === before.ownerReferences &&
    finalizers === before.finalizers &&
    spec === before.spec &&
    status === before.status
  ) {
    return null;
  }
  return genericAfter(before as ObjectVersion, {
    labels,
    annotations,
    ownerReferences,
    finalizers,
    spec,
    status,
    resourceVersion,
    generation: spec === before.spec ? before.generation : before.generation + 1,
  }) as AnyVersion;
}

/** The new value, or the old one if they say the same. */
function changedOr<T>(before: T, after: T | undefined): T {
  return after === undefined || deepEqual(before, after) ? before : after;
}

function changedPod(
  before: PodVersion,
  change: PodChange,
  resourceVersion: number,
): PodVersion | null {
  const status = statusAfter(before.status, change);
  const { labels, annotations, ownerReferences, finalizers, nominatedNodeName, phase } = change;
  const spec = change.spec as PodFields["spec"] | undefined;
  const isSame =
    status === before.status &&
    (phase === undefined || phase === before.phase) &&
    (labels === undefined || labels === before.labels) &&
    (annotations === undefined || annotations === before.annotations) &&
    (ownerReferences === undefined || ownerReferences === before.ownerReferences) &&
    (finalizers === undefined || finalizers === before.finalizers) &&
    (spec === undefined || spec === before.spec) &&
    (nominatedNodeName === undefined || nominatedNodeName === before.nominatedNodeName);
  if (isSame) return null;
  return before.next({
    labels: labels ?? before.labels,
    annotations: annotations ?? before.annotations,
    ownerReferences: ownerReferences ?? before.ownerReferences,
    finalizers: finalizers ?? before.finalizers,
    spec: spec ?? before.spec,
    nominatedNodeName: nominatedNodeName ?? before.nominatedNodeName,
    phase: phase ?? before.phase,
    status,
    resourceVersion,
  });
}

/** The status that a change leaves, or `before` itself if that says the same. */
function statusAfter(before: PodStatus, change: PodChange): PodStatus {
  // A status that was copied from another version brings its conditions along.
  let { conditions = before.conditions }: Partial<PodStatus> = change.status ?? {};
  if (change.setConditions !== undefined) {
    conditions = withConditions(conditions, change.setConditions);
  }
  const { clearConditions: cleared = [] } = change;
  if (cleared.length > 0 && conditions.some(({ type }) => cleared.includes(type))) {
    conditions = conditions.filter(({ type }) => !cleared.includes(type));
  }
  const part = change.status;
  const isCovered = part === undefined || covers(before, part);
  if (isCovered && conditions === before.conditions) return before;
  return mergedStatus(before, isCovered ? {} : part, conditions);
}

/** Field by field where none is rare: a spread of two objects is slow, and this is the way of every status write. */
function mergedStatus(
  before: PodStatus,
  part: Partial<PodStatus>,
  conditions: PodStatus["conditions"],
): PodStatus {
  const isRare =
    before.resourceClaimStatuses !== undefined ||
    before.extendedResourceClaimStatus !== undefined ||
    part.resourceClaimStatuses !== undefined ||
    part.extendedResourceClaimStatus !== undefined;
  if (isRare) return { ...before, ...part, conditions };
  const { initContainers, containers, startTimeMicros, reason, message, podIP, resources } = part;
  return {
    conditions,
    initContainers: initContainers ?? before.initContainers,
    containers: containers ?? before.containers,
    startTimeMicros: startTimeMicros === undefined ? before.startTimeMicros : startTimeMicros,
    reason: reason ?? before.reason,
    message: message ?? before.message,
    podIP: podIP ?? before.podIP,
    resources: resources === undefined ? before.resources : resources,
  };
}

/** Whether every field of `part` already has that value in `whole`. */
function covers<T extends object>(whole: T, part: Partial<T>): boolean {
  for (const key in part) {
    if (part[key] !== whole[key]) return false;
  }
  return true;
}
