import { assert } from "../../base/assert.js";
import { Diagnosis } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Status } from "../framework/status.js";

/** Finds the status of single nodes while the cluster is as it was when the decision was taken. */
export interface DiagnosisSource {
  /** Nodes that were evaluated and refused, in the order of evaluation. */
  refused(): IterableIterator<[NodeInfo, Status]>;
  statusOf(node: NodeInfo): Status | undefined;
  /** Changes with the cluster. */
  readonly moment: number;
}

/**
 * Why the nodes of a cycle were refused, without a table of all nodes: counts by status, taken at
 * once, and the single nodes' statuses as long as nothing has changed.
 */
export class FastDiagnosis extends Diagnosis {
  private readonly moment: number;

  constructor(
    private readonly source: DiagnosisSource,
    /** Each status once, with its number of nodes. */
    private readonly counts: readonly (readonly [Status, number])[],
    private readonly refusedNodes: number,
  ) {
    super();
    this.moment = source.moment;
  }

  override get size(): number {
    return this.refusedNodes;
  }

  override get(node: NodeInfo): Status | undefined {
    this.assertPresent();
    return this.source.statusOf(node);
  }

  override entries(): IterableIterator<[NodeInfo, Status]> {
    this.assertPresent();
    return this.source.refused();
  }

  override statusCounts(): Iterable<readonly [Status, number]> {
    return this.counts;
  }

  override unschedulablePlugins(): ReadonlySet<string> {
    return new Set(this.counts.map(([{ plugin }]) => plugin));
  }

  private assertPresent(): void {
    assert(
      this.moment === this.source.moment,
      "the nodes of a decision are asked for after the cluster has changed",
    );
  }
}
