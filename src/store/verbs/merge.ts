import { fromManifest, toManifest } from "../../api/manifest.js";
import type { Manifest } from "../../api/kubernetes.js";
import { defaultSpec } from "../../api/defaults.js";
import type { NewObject } from "../../api/new-object.js";
import type { AnyVersion } from "../../api/object-version.js";
import { strategicMerge } from "../../api/strategic-merge.js";
import { type FieldIssue, issueText } from "../../api/validation/field-issue.js";
import { typeIssues } from "../../api/schemas/screen.js";
import { type Outcome, refuse } from "../outcome.js";
import type { Change, NamedTarget } from "../request.js";
import { create } from "./create.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";
import { write } from "./update.js";

/** Lays a strategic merge patch over the object in Kubernetes' shape and writes the result. */
export function merge(context: ServerContext, target: NamedTarget, patch: unknown): Outcome {
  const before = resolve(context, target);
  if (isRefusal(before)) return before;
  return writeManifest(context, before, mergedManifest(context, before, patch));
}

/** As {@link merge}, of the status alone; of what is no pod. */
export function mergeStatus(context: ServerContext, target: NamedTarget, patch: unknown): Outcome {
  const before = resolve(context, target);
  if (isRefusal(before)) return before;
  const { status } = mergedManifest(context, before, patch) as { readonly status?: unknown };
  return write(context, before, { status: kept<unknown>(before.status, status ?? {}) });
}

/** The object in Kubernetes' shape with the patch laid over it. */
export function mergedManifest(
  context: ServerContext,
  before: AnyVersion,
  patch: unknown,
): Manifest {
  const manifest = toManifest(before, context.startTimeMs);
  return strategicMerge(before.kind, manifest, patch) as Manifest;
}

/** Creates the manifest's object, or merges the manifest into the one that exists. */
export function apply(context: ServerContext, manifest: Manifest, checked?: NewObject): Outcome {
  const object = checked ?? fromManifest(manifest, context.startTimeMs);
  if (object === null) {
    return refuse("NotFound", `the kind ${manifest.kind} of ${manifest.apiVersion} is not kept`);
  }
  const existing = context.store.table(object.kind).find(object.namespace, object.name);
  if (existing === undefined)
    return create(context, object as NewObject, { isChecked: checked !== undefined });
  return merge(context, existing as AnyVersion, withoutStatus(manifest));
}

function withoutStatus(manifest: Manifest): Manifest {
  const { status: _, ...rest } = manifest;
  return rest as Manifest;
}

function writeManifest(context: ServerContext, before: AnyVersion, manifest: Manifest): Outcome {
  const unreadable = typeIssues(manifest);
  if (unreadable.length > 0) return refuse("BadRequest", unreadableMessage(before, unreadable));
  const object = fromManifest(manifest, context.startTimeMs);
  if (object === null) return refuse("BadRequest", `a ${before.kind} cannot become another kind`);
  const after = object as NewObject;
  const change: Change = {
    labels: kept(before.labels, after.labels),
    annotations: kept(before.annotations, after.annotations),
    ownerReferences: kept(before.ownerReferences, after.ownerReferences),
    finalizers: kept(before.finalizers, after.finalizers),
    spec: kept(before.spec, defaultSpec(before.kind, after.spec)),
  };
  return write(context, before, change);
}

/** A patch may leave a field with a value of another type, or one that is no quantity. */
export function unreadableMessage({ kind }: AnyVersion, issues: readonly FieldIssue[]): string {
  return `the patched ${kind} cannot be read: ${issues.map(issueText).join(", ")}`;
}

/** The old value where the new one is equal to it, so that nothing counts as changed. */
function kept<T>(before: T, after: T): T {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
