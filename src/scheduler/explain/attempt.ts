import type { TimeMicros } from "../../base/time.js";

/** Nodes that one plugin refused for the same reasons. */
export interface RefusedNodes {
  readonly plugin: string;
  /** In Kubernetes' words. */
  readonly reasons: readonly string[];
  /** False where taking other pods away cannot help. */
  readonly mayPreempt: boolean;
  readonly count: number;
  /** The first few, in the order of the nodes. */
  readonly examples: readonly string[];
}

interface PluginScore {
  readonly raw: number;
  /** The normalised score times the plugin's weight. */
  readonly weighted: number;
}

export interface ScoredNode {
  readonly node: string;
  readonly total: number;
  readonly isChosen: boolean;
  /** Beside `columns` of the table. */
  readonly scores: readonly PluginScore[];
}

/** The scores of the feasible nodes. */
export interface ScoreTable {
  readonly columns: readonly { readonly plugin: string; readonly weight: number }[];
  /** Plugins that score every feasible node alike. */
  readonly alike: readonly { readonly plugin: string; readonly weighted: number }[];
  /** The best ones from the highest total down, and the chosen one. */
  readonly rows: readonly ScoredNode[];
  readonly nodeCount: number;
}

/** A pod with its priority, `namespace/name`. */
export interface NamedPod {
  readonly pod: string;
  readonly priority: number;
}

export interface PreemptionReport {
  /** What it said; empty when it found a candidate. */
  readonly message: string;
  readonly candidates: readonly {
    readonly node: string;
    readonly victims: readonly NamedPod[];
    readonly pdbViolations: number;
  }[];
  /** The node that room is made on. */
  readonly nominatedNode: string | null;
}

interface BindingFailure {
  readonly timeMicros: TimeMicros;
  readonly message: string;
}

/** One scheduling cycle of a pod, as plain data. */
export interface Attempt {
  readonly timeMicros: TimeMicros;
  readonly number: number;
  readonly result: "scheduled" | "unschedulable" | "error";
  readonly nodeCount: number;
  readonly feasibleCount: number;
  /** What a PreFilter plugin said of the pod as a whole; null if nothing. */
  readonly refusedAsAWhole: { readonly plugin: string; readonly reason: string } | null;
  readonly refused: readonly RefusedNodes[];
  readonly scores: ScoreTable | null;
  readonly chosen: string | null;
  /** How many nodes shared the highest total. */
  readonly ties: number;
  readonly wasNominated: boolean;
  readonly preemption: PreemptionReport | null;
  /** Of an error. */
  readonly message: string;
  /** That the pod could not be bound to the chosen node; null where it could. */
  readonly bindingFailure: BindingFailure | null;
}
