import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { CycleState } from "./cycle-state.js";
import type { Result } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import type { PodTemplateInfo } from "./pod-template-info.js";

/** A sum over the placed pods, by the domains of a topology key. Nodes without the label are in none. */
export interface CountedSum {
  readonly topologyKey: string;
  /** Each node is a domain, whatever its label says. */
  readonly perNode?: boolean;
  /** The domain of nodes without the label. */
  readonly unlabelled?: string;
  /** The rule tells domains apart by the labels of nodes: single nodes are too many. */
  readonly telling?: boolean;
  /** The filter asks for it, and not the score alone. */
  readonly filters?: boolean;
  /** Only whether it is above 0 matters. */
  readonly presence?: boolean;
  /** Only pods on such nodes count; null: on all that have the label. */
  readonly includes?: ((node: NodeInfo) => boolean) | null;
  /** {@link CountedGroups.least} and {@link CountedGroups.domains} are asked for. */
  readonly ranked?: boolean;
}

/** Takes what a pod adds to the sum of that number. */
export interface Amounts {
  add(sum: number, amount: number): void;
}

/** Placed pods of one template, all of them terminating or none. */
export interface PlacedPods {
  readonly template: PodTemplateInfo;
  readonly terminating: boolean;
}

/** Whoever has a selector. */
export interface Selecting {
  readonly selector: Selector;
}

/** Groups of nodes: those of a group have the same labels, as far as the rule reads them, and sums. */
export interface CountedGroups {
  readonly length: number;
  /** A node of the group. */
  sample(group: number): NodeInfo;
  /** How many nodes of the group are feasible. */
  feasible(group: number): number;
  /** Sum number `sum` in the domain of the group. */
  count(group: number, sum: number): number;
  /** True if the sum is not 0 in every domain. */
  any(sum: number): boolean;
  /** Domains with a node that the sum includes, and the smallest sum among these. */
  domains(sum: number): number;
  least(sum: number): number;
}

/**
 * A plugin's rule for pods that it treats alike, by what the placed pods come to: its form over many
 * nodes where the pods of other nodes matter.
 *
 *     placed pods ─ amounts ─► sums by domain ─ begin, filter, score ─► status and score by group
 */
export interface CountingRule {
  /** Names the rule among those of the plugin for pods of one template. */
  readonly key: string;
  /** True once another object has changed that it rests on, beside nodes and placed pods. */
  readonly isOutdated: boolean;
  /** By these the placed pods that matter are found: they match, or have a term that matches `labels`. */
  readonly selectors: readonly Selecting[];
  readonly labels: Labels;
  /** {@link amounts} may add others at the end. */
  readonly sums: readonly CountedSum[];
  /** Labels of nodes by which it filters, beside the topology keys of its sums; absent: none. */
  readonly keys?: readonly string[];
  /** False: it scores all nodes alike. */
  readonly scores: boolean;
  /** Adds what one pod of these adds to sums. */
  amounts(placed: PlacedPods, to: Amounts): void;
  /** Before the filters of a decision. */
  begin(groups: CountedGroups): void;
  filter(groups: CountedGroups, group: number): Result;
  /** Writes what Reserve and later steps read, where PreFilter did not run. */
  prepare?(state: CycleState): void;
  /** Writes the normalised score of each group. */
  score(groups: CountedGroups, scores: Float64Array): void;
}
