import type { TimeMicros } from "../../../base/time.js";
import type { NodeInfo, NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { ClusterSnapshot } from "../cluster-snapshot.js";
import type { DrainContext, Owners } from "../drain/drain-rules.js";
import type { RemainingBudgets } from "../drain/remaining-budgets.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import { isNodeReady } from "../node-readiness.js";
import type { AutoscalerOptions } from "../options.js";
import { candidateOrder } from "./candidate-order.js";
import { isBeingDeleted } from "./deletion-taint.js";
import type { DeletionTracker } from "./deletion-tracker.js";
import { ineligibility } from "./eligibility.js";
import { MinimalResources } from "./minimal-resources.js";
import type { Removable } from "./removal.js";
import { RemovalSimulator } from "./removal-simulator.js";
import { UnneededLimit } from "./unneeded-limit.js";
import { UnneededNodes } from "./unneeded-nodes.js";
import { type Unremovable, UnremovableNodes } from "./unremovable-nodes.js";
import { onlyWholeGroups } from "./whole-groups.js";

export interface PlannerOptions {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly snapshot: ClusterSnapshot;
  readonly running: DeletionTracker;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** What a loop knows of the cluster besides the snapshot. */
export interface PlannedLoop {
  readonly nowMicros: TimeMicros;
  /** Names of the nodes that pods may move to. */
  readonly destinations: readonly string[];
  readonly owners: Owners;
  /** Sink with every node that is found removable. */
  readonly budgets: RemainingBudgets;
}

/**
 * Which nodes are not needed, why the others are, and which of the former have not been needed for long
 * enough to go. Source: Cluster Autoscaler 1.36, core/scaledown/planner.
 */
export class ScaleDownPlanner {
  private readonly unneededNodes = new UnneededNodes();
  private readonly unremovableNodes = new UnremovableNodes();
  private readonly simulator: RemovalSimulator;
  private readonly limit: UnneededLimit;
  /** As of the last loop that looked: forgetting does not change the order of the next. */
  private lastUnneeded: ReadonlySet<string> = new Set();

  constructor(private readonly given: PlannerOptions) {
    this.simulator = new RemovalSimulator(given.snapshot, given.startTimeMs);
    this.limit = new UnneededLimit(given.options);
  }

  /** Looks at the candidates in their order: what is found here is what the other methods tell. */
  update(candidates: readonly string[], loop: PlannedLoop): void {
    const { snapshot, running } = this.given;
    this.limit.loopAt(loop.nowMicros);
    snapshot.fork();
    this.unremovableNodes.begin(loop.nowMicros, (name) => snapshot.get(name) !== undefined);
    const found = this.findRemovable(
      candidates.filter((name) => !running.has(name)),
      loop,
    );
    this.unneededNodes.update(found, loop.nowMicros);
    snapshot.revert();
    this.simulator.dropOldHints();
    this.lastUnneeded = new Set(this.unneededNodes.names());
  }

  private drainContext({ nowMicros, owners, budgets }: PlannedLoop): DrainContext {
    return { options: this.given.options, nowMicros, owners, budgets };
  }

  private findRemovable(candidates: readonly string[], loop: PlannedLoop): readonly Removable[] {
    const { running } = this.given;
    const destinations = new Set(loop.destinations.filter((name) => !running.has(name)));
    const context = this.drainContext(loop);
    const eligible = this.eligible(candidates, loop);
    const recheckMicros = loop.nowMicros + this.given.options.unremovableNodeRecheckMicros;
    const wanted = this.limit.of(this.unneededNodes.size);
    const found: Removable[] = [];
    let counted = 0;
    for (const { info, group } of eligible) {
      if (counted >= wanted) break;
      const outcome = this.simulator.simulate(info.name, destinations, context);
      if ("reason" in outcome) {
        this.unremovableNodes.addUntil(info.name, outcome, recheckMicros);
        continue;
      }
      destinations.delete(info.name);
      loop.budgets.take(outcome.move);
      found.push(outcome);
      if (!group.options.zeroOrMaxNodeScaling) counted += 1;
    }
    return found;
  }

  private eligible(candidates: readonly string[], { nowMicros }: PlannedLoop) {
    const { options, startTimeMs, snapshot, groups } = this.given;
    const infos = candidates.flatMap((name) => snapshot.get(name) ?? []);
    const context = { options, nowMicros, startTimeMs };
    const ordered = candidateOrder(infos, (name) => this.lastUnneeded.has(name), context);
    const found: { readonly info: NodeInfo; readonly group: NodeGroup }[] = [];
    for (const info of ordered) {
      const { name } = info;
      const group = groups.groupOf(name);
      if (group === null) continue;
      const reason = this.unremovableNodes.isRecent(name)
        ? "RecentlyUnremovable"
        : ineligibility(info, group, context);
      if (reason === null) found.push({ info, group });
      else this.unremovableNodes.add(name, { reason });
    }
    return found;
  }

  /** Those that have not been needed for long enough, as far as sizes and minima let them go. */
  nodesToDelete(nowMicros: TimeMicros): {
    readonly empty: readonly NodeVersion[];
    readonly drained: readonly NodeVersion[];
  } {
    const { groups, snapshot } = this.given;
    const due = this.due(nowMicros);
    const { removable, incomplete } = onlyWholeGroups(due, groups, snapshot.nodes);
    for (const { node } of incomplete) this.stays(node, "AtomicScaleDownFailed");
    const empty: NodeVersion[] = [];
    const drained: NodeVersion[] = [];
    for (const { node, move, waitFor } of removable) {
      if (waitFor.length > 0) this.stays(node, "BlockedByOnCompletionPod");
      else (move.length > 0 ? drained : empty).push(node);
    }
    return { empty, drained };
  }

  private stays({ name }: NodeVersion, reason: Unremovable["reason"]): void {
    this.unremovableNodes.add(name, { reason });
  }

  /** Empty ones, then those that can be drained at once, then the risky ones. */
  private due(nowMicros: TimeMicros): readonly Removable[] {
    const { options, groups, startTimeMs, snapshot } = this.given;
    const staying = snapshot.nodes.flatMap(({ node }) =>
      node === null || isBeingDeleted(node, nowMicros, startTimeMs) ? [] : [node],
    );
    const resources = new MinimalResources(staying, options);
    const chosen = new Map<string, number>();
    const due: Removable[] = [];
    for (const { removable, sinceMicros } of this.unneededNodes.emptyFirst()) {
      const { node } = removable;
      const group = groups.groupOf(node.name);
      if (group === null) continue;
      const reason =
        this.tooEarly(node, group, sinceMicros, nowMicros) ??
        this.atMinimum(group, chosen.get(group.id) ?? 0) ??
        (resources.take(node) ? null : "MinimalResourceLimitExceeded");
      if (reason === null) {
        chosen.set(group.id, (chosen.get(group.id) ?? 0) + 1);
        due.push(removable);
      } else this.stays(node, reason);
    }
    const isRisky = ({ move, isRisky }: Removable): boolean => move.length > 0 && isRisky;
    return [...due.filter((one) => !isRisky(one)), ...due.filter(isRisky)];
  }

  private tooEarly(
    node: NodeVersion,
    { options }: NodeGroup,
    sinceMicros: TimeMicros,
    nowMicros: TimeMicros,
  ): Unremovable["reason"] | null {
    const isReady = isNodeReady(node, this.given.options);
    const needs = isReady ? options.scaleDownUnneededMicros : options.scaleDownUnreadyMicros;
    if (needs === 0 || sinceMicros + needs < nowMicros) return null;
    return isReady ? "NotUnneededLongEnough" : "NotUnreadyLongEnough";
  }

  private atMinimum(group: NodeGroup, chosen: number): Unremovable["reason"] | null {
    const size = group.targetSize() - this.given.running.countOf(group.id) - chosen;
    return size <= group.minSize ? "NodeGroupMinSizeReached" : null;
  }

  /** The cluster is not well: what was found so far is no longer believed. */
  forget(): void {
    this.unneededNodes.forget();
  }

  /** Names of nodes that are not needed, in the order in which they were found. */
  unneeded(): readonly string[] {
    return this.unneededNodes.names();
  }

  unremovable(): ReadonlyMap<string, Unremovable> {
    return this.unremovableNodes.all();
  }
}
