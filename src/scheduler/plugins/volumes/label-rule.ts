import type {
  CountedGroups,
  CountedSum,
  CountingRule,
  Selecting,
} from "../../framework/counting-rule.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type { Result } from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";

const NO_LABELS = Object.freeze({});
const NO_SELECTORS: readonly Selecting[] = Object.freeze([]);
const NO_SUMS: readonly CountedSum[] = Object.freeze([]);

/** What such a rule says of a pod. */
interface LabelFilter {
  /** Keys of all labels of nodes that `filter` reads. */
  readonly keys: readonly string[];
  filter(node: NodeInfo): Result;
  /** Differs once `filter` may say otherwise. */
  version(): number;
  prepare?(state: CycleState): void;
}

/** A filter that reads nothing of a node but some of its labels, as for the volumes of a pod: asked once for all nodes alike in these. */
export class LabelRule implements CountingRule {
  readonly key = "";
  readonly labels = NO_LABELS;
  readonly selectors = NO_SELECTORS;
  readonly sums = NO_SUMS;
  readonly scores = false;
  readonly keys: readonly string[];
  private readonly madeAt: number;

  constructor(private readonly of: LabelFilter) {
    this.keys = of.keys;
    this.madeAt = of.version();
  }

  get isOutdated(): boolean {
    return this.of.version() !== this.madeAt;
  }

  amounts(): void {}

  begin(): void {}

  filter(groups: CountedGroups, group: number): Result {
    return this.of.filter(groups.sample(group));
  }

  score(): void {}

  prepare(state: CycleState): void {
    this.of.prepare?.(state);
  }
}
