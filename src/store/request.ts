import type { Kind } from "../api/kinds.js";
import type { Labels, Manifest, OwnerReference } from "../api/kubernetes.js";
import type { NewObject } from "../api/new-object.js";
import type { AnyVersion } from "../api/object-version.js";
import type { PodCondition, PodPhase, PodStatus } from "../api/pod-version.js";

/** An object that a request is about, by name; with `uid`, only that very object. */
export interface NamedTarget {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** A version that the requester holds (the very object, whatever version is newest) or a name. */
export type Target = AnyVersion | NamedTarget;

/** Fields to write; what is absent stays. */
export interface Change {
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  /** The whole spec, of the target's kind. */
  readonly spec?: unknown;
  /** The whole status, of the target's kind; of a Pod, the fields to lay over it. */
  readonly status?: unknown;
}

/** Fields of a Pod to write. Conditions are merged by type, as a strategic merge patch does. */
export interface PodChange extends Omit<Change, "status"> {
  readonly phase?: PodPhase;
  readonly nominatedNodeName?: string;
  readonly status?: Partial<Omit<PodStatus, "conditions">>;
  readonly setConditions?: readonly PodCondition[];
  /** Types of conditions that are taken away. */
  readonly clearConditions?: readonly string[];
}

export type PropagationPolicy = "Background" | "Foreground" | "Orphan";

export interface DeleteRequest {
  readonly verb: "delete";
  readonly target: Target;
  /** Default: the pod's own terminationGracePeriodSeconds. */
  readonly gracePeriodSeconds?: number;
  /** Default: Background. */
  readonly propagationPolicy?: PropagationPolicy;
  /**
   * A pod that goes at once is first marked as going, and then removed: only the one or the other.
   * Default: both, at one instant.
   */
  readonly stage?: "mark" | "remove";
}

export interface EvictRequest {
  readonly verb: "evict";
  readonly target: Target;
  /** The pod that the Eviction in the request's body names. Default: the target's name. */
  readonly evictionName?: string;
  /** Default: the pod's own terminationGracePeriodSeconds. */
  readonly gracePeriodSeconds?: number;
  /** Says what would happen, and does nothing. */
  readonly dryRun?: boolean;
}

/**
 * A write to the API server, as data; or a read past the watches, which is answered with the newest version.
 * `update` is refused with Conflict when `base` is not the newest version; `patch` is not.
 * `merge` lays a strategic merge patch over the object in Kubernetes' shape.
 * `apply` creates the manifest's object, or merges it into the one that exists.
 */
export type WriteRequest =
  | { readonly verb: "get"; readonly target: Target }
  | { readonly verb: "create"; readonly object: NewObject }
  | { readonly verb: "update"; readonly base: AnyVersion; readonly change: Change | PodChange }
  | { readonly verb: "patch"; readonly target: Target; readonly change: Change | PodChange }
  | {
      readonly verb: "merge";
      readonly target: NamedTarget;
      readonly patch: unknown;
      /** The part of the object that the patch is for: `resize` is a pod's resources. */
      readonly subresource?: "resize" | "status";
    }
  | {
      readonly verb: "apply";
      readonly manifest: Manifest;
      /** What the manifest says, with defaults and valid, where that is known already. */
      readonly checked?: NewObject;
    }
  | DeleteRequest
  | EvictRequest
  | { readonly verb: "bind"; readonly target: Target; readonly nodeName: string };
