import type { AnyVersion } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";

/** Why the API server refused a request: `reason` of a Kubernetes Status, and its HTTP code. */
export const REFUSAL_CODES = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
} as const;

export type RefusalReason = keyof typeof REFUSAL_CODES;

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly message: string;
  /** The field of the object that is at fault, `spec.priorityClassName`, where it is one. */
  readonly field?: string;
  /** A cause that clients look for, by Kubernetes' name of it. */
  readonly cause?: "NamespaceTerminating";
  /** The server itself tries again after so long, before it answers. */
  readonly retryMicros?: TimeMicros;
  /** The disruption budgets that did not allow an eviction, where they are why. */
  readonly budgets?: readonly ObjectReference[];
}

/** An object by its name. */
interface ObjectReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `object` is the version after the write; of an object that is gone, its last. */
interface Accepted<V = AnyVersion> {
  readonly ok: true;
  readonly object: V;
  /** A pod that was only marked: it is to be removed next. */
  readonly isMarked?: true;
}

/** What the API server answers to a write. */
export type Outcome<V = AnyVersion> = Accepted<V> | Refusal;

export function refuse(reason: RefusalReason, message: string, field?: string): Refusal {
  return { ok: false, reason, message, ...(field === undefined ? {} : { field }) };
}
