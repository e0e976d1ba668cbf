/** A file of recorded scheduling decisions; see the format's description beside the vectors. */
export interface SchedulerVector {
  readonly name: string;
  readonly kubernetes: string;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly config: unknown;
  readonly profiles: Readonly<Record<string, RecordedProfile>>;
  readonly nodeOrder: readonly string[];
  readonly cluster: Readonly<Record<string, readonly RawObject[] | undefined>>;
  readonly pending: readonly RawObject[];
  readonly decisions: readonly RecordedDecision[];
}

export interface RawObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

export interface RecordedProfile {
  readonly preFilter: readonly string[] | null;
  readonly filter: readonly string[] | null;
  readonly postFilter: readonly string[] | null;
  readonly scoreWeights: Readonly<Record<string, number>>;
}

/** One value for all feasible nodes, or one a node. */
export type Spread = number | readonly number[];

export interface RecordedScore {
  readonly raw: Spread;
  readonly normalized?: Spread;
}

export interface Rejection {
  readonly plugin: string;
  readonly code: string;
  readonly reasons: readonly string[];
  readonly nodes: readonly string[] | null;
}

export interface Preemption {
  readonly nominatedNode: string | null;
  readonly victims: readonly string[];
  readonly candidates: readonly {
    readonly node: string;
    readonly victims: readonly string[];
    readonly pdbViolations: number;
  }[];
  readonly clearedNominations?: readonly string[];
  readonly status?: string;
}

/** The devices of one claim, `request=driver/pool/device`. */
export interface RecordedAllocation {
  readonly claim: string;
  readonly devices: readonly string[];
}

export interface RecordedDecision {
  readonly pod: string;
  readonly attempt: number;
  readonly profile?: string;
  readonly bypass?: boolean;
  readonly node: string | null;
  readonly ties: readonly string[];
  readonly nominatedNodeBefore?: string;
  readonly nominatedNodeFit?: boolean;
  readonly nodeHint?: string;
  readonly feasible: readonly string[];
  readonly rejected: readonly Rejection[];
  readonly preFilter?: Rejection;
  readonly scores: Readonly<Record<string, RecordedScore | Spread>>;
  readonly message?: string;
  readonly error?: boolean;
  readonly preemption?: Preemption;
  readonly provisioned?: readonly string[];
  readonly allocations?: readonly RecordedAllocation[];
  readonly evaluatedNodes?: number;
  readonly nextStartNodeIndex?: number;
}
