import type { GenericKind, Kind } from "./kinds.js";
import type { ObjectVersion, VersionMeta } from "./object-version.js";
import type { PodFields } from "./pod-version.js";

type Assigned = "row" | "resourceVersion";
type NewMeta = Omit<VersionMeta, Assigned | "uid" | "generation" | "creationTimeMicros">;

/** What only a dump or an import knows; a created object gets these from the API server. */
interface Known {
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimeMicros?: number;
}

/** A pod as a client writes it. */
export type NewPod = { readonly kind: "Pod" } & NewMeta &
  Known &
  Pick<PodFields, "spec" | "nodeName" | "nominatedNodeName" | "phase" | "status">;

/** An object of another kind as a client writes it. */
export type NewGeneric<K extends GenericKind = GenericKind> = { readonly kind: K } & NewMeta &
  Known &
  Pick<ObjectVersion<K>, "spec" | "status">;

/** An object that is not stored yet: all of a version but what the API server assigns. */
export type NewObject<K extends Kind = Kind> = K extends "Pod"
  ? NewPod
  : K extends GenericKind
    ? NewGeneric<K>
    : never;

const NO_ENTRIES = Object.freeze({});
const NO_ITEMS: readonly never[] = Object.freeze([]);

/** Metadata that says no more than what the object is called; the empty parts are shared. */
export function newMeta(namespace: string, name: string): NewMeta {
  return {
    namespace,
    name,
    generateName: "",
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: NO_ENTRIES,
    annotations: NO_ENTRIES,
    ownerReferences: NO_ITEMS,
    finalizers: NO_ITEMS,
  };
}

/** The pod with another name or spec; field by field, as pods are many. */
export function podWith(
  pod: NewPod,
  { name = pod.name, spec = pod.spec }: { readonly name?: string; readonly spec?: NewPod["spec"] },
): NewPod {
  const { uid, generation, creationTimeMicros } = pod;
  if (uid !== undefined || generation !== undefined || creationTimeMicros !== undefined) {
    return { ...pod, name, spec };
  }
  return {
    kind: "Pod",
    namespace: pod.namespace,
    name,
    generateName: pod.generateName,
    deletionTimeMicros: pod.deletionTimeMicros,
    deletionGracePeriodSeconds: pod.deletionGracePeriodSeconds,
    labels: pod.labels,
    annotations: pod.annotations,
    ownerReferences: pod.ownerReferences,
    finalizers: pod.finalizers,
    spec,
    nodeName: pod.nodeName,
    nominatedNodeName: pod.nominatedNodeName,
    phase: pod.phase,
    status: pod.status,
  };
}
