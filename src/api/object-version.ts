import type { TimeMicros } from "../base/time.js";
import type { GenericKind, Kind, SpecOf, Status } from "./kinds.js";
import type { Labels, OwnerReference } from "./kubernetes.js";
import type { PodVersion } from "./pod-version.js";

/**
 * Metadata that every stored version has, flat. A version is never changed after it was made:
 * whoever holds one sees the object as of that version.
 */
export interface VersionMeta {
  /** Row of the object in its kind's table; used again some time after the object is gone. */
  readonly row: number;
  readonly uid: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly generateName: string;
  /** Increases with every write to the store, over all kinds. */
  readonly resourceVersion: number;
  readonly generation: number;
  readonly creationTimeMicros: TimeMicros;
  /** When the object is due to be gone at the latest; null while nobody has deleted it. */
  readonly deletionTimeMicros: TimeMicros | null;
  readonly deletionGracePeriodSeconds: number | null;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  readonly finalizers: readonly string[];
}

/** A version of any object but a Pod. `spec` of a kind without one is the rest of its body. */
export interface ObjectVersion<K extends GenericKind = GenericKind> extends VersionMeta {
  readonly kind: K;
  readonly spec: SpecOf[K];
  readonly status: Status<K>;
}

export type VersionOf<K extends Kind> = K extends "Pod"
  ? PodVersion
  : K extends GenericKind
    ? ObjectVersion<K>
    : never;
export type AnyVersion = { [K in Kind]: VersionOf<K> }[Kind];

/** `namespace/name`, or the bare name of a cluster-scoped object. */
export function objectKey(object: { readonly namespace: string; readonly name: string }): string {
  return keyOf(object.namespace, object.name);
}

export function keyOf(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** `namespace/Kind/name`, or `Kind/name` of a cluster-scoped object: as scenarios and results say it. */
export function targetText(object: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return keyOf(object.namespace, `${object.kind}/${object.name}`);
}

/** The owner reference marked `controller: true`, if there is one. */
export function controllerOf({
  ownerReferences,
}: {
  readonly ownerReferences: readonly OwnerReference[];
}): OwnerReference | undefined {
  for (let i = 0; i < ownerReferences.length; i++) {
    const reference = ownerReferences[i]!;
    if (reference.controller === true) return reference;
  }
  return undefined;
}
