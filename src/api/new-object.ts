import type { GenericKind, Kind } from "./kinds.js";
import type { VersionMeta, ObjectVersion } from "./object-version.js";
import type { PodFields } from "./pod-version.js";

type Assigned = "row" | "resourceVersion";
type Meta = Omit<VersionMeta, Assigned | "uid" | "generation" | "creationTimeMicros">;

/** What only a dump or an import knows; a created object gets these from the API server. */
interface Known {
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimeMicros?: number;
}

/** A pod as a client writes it. */
export type NewPod = { readonly kind: "Pod" } & Meta &
  Known &
  Pick<PodFields, "spec" | "nodeName" | "nominatedNodeName" | "phase" | "status">;

/** An object of another kind as a client writes it. */
export type NewGeneric<K extends GenericKind = GenericKind> = { readonly kind: K } & Meta &
  Known &
  Pick<ObjectVersion<K>, "spec" | "status">;

/** An object that is not stored yet: all of a version but what the API server assigns. */
export type NewObject<K extends Kind = Kind> = K extends "Pod"
  ? NewPod
  : K extends GenericKind
    ? NewGeneric<K>
    : never;
