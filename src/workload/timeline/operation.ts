import type { Manifest, ResourceList } from "../../api/kubernetes.js";
import type { TimeMicros } from "../../base/time.js";

/** An object by kind and name; the namespace of a cluster-scoped one is empty. */
export interface OperationTarget {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** A change of one object, as somebody with `kubectl` would make it. */
export type WriteOperation =
  | { readonly type: "apply"; readonly objects: readonly { readonly manifest: Manifest }[] }
  | {
      readonly type: "delete";
      readonly target: OperationTarget;
      readonly gracePeriodSeconds: number | null;
    }
  | {
      readonly type: "patch";
      readonly target: OperationTarget;
      readonly patch: unknown;
      readonly subresource?: "resize" | undefined;
    }
  | { readonly type: "scale"; readonly target: OperationTarget; readonly replicas: number }
  | {
      readonly type: "setImage";
      readonly target: OperationTarget;
      /** `*` for all. */
      readonly container: string;
      readonly image: string;
    }
  | {
      readonly type: "setResources";
      readonly target: OperationTarget;
      readonly container: string;
      readonly requests: ResourceList;
      readonly limits: ResourceList;
    }
  | {
      readonly type: "label";
      readonly target: OperationTarget;
      /** A null takes the label away. */
      readonly labels: Readonly<Record<string, string | null>>;
    }
  | { readonly type: "cordon" | "uncordon"; readonly node: string };

export type RolloutOperation =
  | {
      readonly type: "rollout";
      readonly action: "pause" | "resume" | "restart";
      readonly target: OperationTarget;
    }
  | {
      readonly type: "rollout";
      readonly action: "undo";
      readonly target: OperationTarget;
      /** 0 for the revision before the present one. */
      readonly toRevision: number;
    };

export interface DrainOperation {
  readonly type: "drain";
  readonly node: string;
  /** Instead of the pods' own. */
  readonly gracePeriodSeconds: number | null;
  /** Also pods that no controller would make again. */
  readonly force: boolean;
  /** Only pods with these labels, as the text of a good selector; null for all. */
  readonly podSelector: string | null;
}

export type NodeOperation =
  | { readonly type: "addNodes"; readonly pool: string; readonly count: number }
  | {
      readonly type: "removeNodes";
      /** Named nodes, or else `count` nodes of the pool, the newest first. */
      readonly nodes: readonly string[];
      readonly pool: string | null;
      readonly count: number;
    };

/** Writes all objects as they are into a file of that name beside the results. */
interface DumpOperation {
  readonly type: "dump";
  readonly file: string;
}

export type TimelineOperation =
  | WriteOperation
  | RolloutOperation
  | DrainOperation
  | NodeOperation
  | DumpOperation;

export interface TimelineEntry {
  readonly atMicros: TimeMicros;
  /** Repeats; null for once. */
  readonly everyMicros: TimeMicros | null;
  /** The last time at which it may repeat; null for the end of the run. */
  readonly untilMicros: TimeMicros | null;
  readonly operation: TimelineOperation;
}

/** What adds and removes machines; the answer is what was done, or why nothing was. */
export interface NodeProvisioner {
  addNodes(pool: string, count: number): ProvisionOutcome;
  /** Named nodes, or, without names, `count` nodes of the pool, the newest first. */
  removeNodes(request: {
    readonly nodes: readonly string[];
    readonly pool: string | null;
    readonly count: number;
  }): ProvisionOutcome;
}

type ProvisionOutcome =
  | { readonly ok: true; readonly nodes: readonly string[] }
  | { readonly ok: false; readonly message: string };
