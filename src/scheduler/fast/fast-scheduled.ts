import { assert } from "../../base/assert.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Scheduled } from "../framework/scheduling-algorithm.js";
import type { FastClass, Found } from "./fast-class.js";
import { FastDiagnosis } from "./fast-diagnosis.js";

const OUTDATED = "nodes of a decision are asked for after a change";

/** What a fast cycle found; the lists of nodes can be asked for until the cluster changes. */
export class FastScheduled implements Scheduled {
  readonly kind = "scheduled";
  readonly evaluatedNodes: number;
  readonly ties: number;
  readonly nominatedNodeFit = false;
  readonly nodeHint = null;
  readonly feasibleCount: number;
  private readonly moment: number;
  private made: CycleState | null = null;

  constructor(
    private readonly of: FastClass,
    readonly node: NodeInfo,
    found: Found,
  ) {
    this.evaluatedNodes = found.evaluated;
    this.ties = found.ties;
    this.feasibleCount = found.feasible;
    this.moment = of.moment;
  }

  /** With what Reserve and Bind read. */
  get state(): CycleState {
    this.made ??= this.of.stateOf();
    return this.made;
  }

  get feasible(): readonly NodeInfo[] {
    assert(this.moment === this.of.moment, OUTDATED);
    return this.of.feasible();
  }

  get diagnosis(): FastDiagnosis {
    assert(this.moment === this.of.moment, OUTDATED);
    return new FastDiagnosis(
      this.of,
      this.of.countRefused(),
      this.evaluatedNodes - this.feasibleCount,
    );
  }
}
