import { MICROS_PER_SECOND } from "../../base/time.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import { isPodTerminal } from "../../api/pod-version.js";
import type { Outcome } from "../outcome.js";
import type { DeleteRequest, PropagationPolicy } from "../request.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";
import { finishDeletion } from "./update.js";

/** Finalizers by which the garbage collector takes part in a deletion. */
export const FOREGROUND_FINALIZER = "foregroundDeletion";
export const ORPHAN_FINALIZER = "orphan";

/**
 * Marks an object as being deleted, or removes it when nothing has to wait. A bound pod gets its
 * grace period and goes when its kubelet says so; a second request may shorten the period only.
 * Source: Kubernetes, "Pod Lifecycle: Termination of Pods"; "Garbage Collection".
 */
export function remove(context: ServerContext, request: DeleteRequest): Outcome {
  const object = resolve(context, request.target);
  if (isRefusal(object)) return object;
  if (request.stage === "remove") return finishDeletion(context, object);
  const graceSeconds = gracePeriod(object, request.gracePeriodSeconds);
  const finalizers = withPropagation(object, request.propagationPolicy ?? "Background");
  if (object.deletionTimeMicros !== null) return shorten(context, object, graceSeconds, request);
  const isOver = graceSeconds === 0 && finalizers.length === 0 && object.kind !== "Namespace";
  if (isOver && object.kind !== "Pod") {
    context.store.remove(object);
    return { ok: true, object };
  }
  const after = marked(context, object, graceSeconds, finalizers);
  context.store.replace(object, after);
  if (!isOver) return { ok: true, object: after };
  // A pod is told to go also where it goes at once, and then is gone.
  if (request.stage === "mark") return { ok: true, object: after, isMarked: true };
  context.store.remove(after);
  return { ok: true, object: after };
}

function shorten(
  context: ServerContext,
  object: AnyVersion,
  graceSeconds: number,
  { stage }: DeleteRequest,
): Outcome {
  const current = object.deletionGracePeriodSeconds ?? 0;
  if (graceSeconds >= current) return finishDeletion(context, object);
  const after = marked(context, object, graceSeconds, object.finalizers);
  context.store.replace(object, after);
  const isOver = graceSeconds === 0 && after.finalizers.length === 0;
  if (stage === "mark" && isOver) return { ok: true, object: after, isMarked: true };
  return finishDeletion(context, after);
}

function marked(
  context: ServerContext,
  object: AnyVersion,
  graceSeconds: number,
  finalizers: readonly string[],
): AnyVersion {
  const change = {
    deletionTimeMicros: context.store.engine.now + graceSeconds * MICROS_PER_SECOND,
    deletionGracePeriodSeconds: graceSeconds,
    finalizers,
    resourceVersion: context.store.nextRevision(),
    generation: object.generation + 1,
  };
  if (object.kind === "Pod") return object.next(change);
  if (object.kind === "Namespace") {
    return { ...object, ...change, status: { ...object.status, phase: "Terminating" } };
  }
  return { ...(object as ObjectVersion), ...change } as AnyVersion;
}

/** Seconds until the object may go: only a pod that runs on a node is given any. */
function gracePeriod(object: AnyVersion, asked: number | undefined): number {
  if (object.kind !== "Pod" || object.nodeName === "" || isPodTerminal(object)) return 0;
  return Math.max(0, asked ?? object.spec.terminationGracePeriodSeconds ?? 30);
}

function withPropagation(object: AnyVersion, policy: PropagationPolicy): readonly string[] {
  const others = object.finalizers.filter(
    (name) => name !== FOREGROUND_FINALIZER && name !== ORPHAN_FINALIZER,
  );
  if (policy === "Foreground") return [...others, FOREGROUND_FINALIZER];
  if (policy === "Orphan") return [...others, ORPHAN_FINALIZER];
  return others.length === object.finalizers.length ? object.finalizers : others;
}
