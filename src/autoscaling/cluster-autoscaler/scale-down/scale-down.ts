import { MICROS_PER_HOUR, type TimeMicros } from "../../../base/time.js";
import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { ClusterSnapshot } from "../cluster-snapshot.js";
import { RemainingBudgets } from "../drain/remaining-budgets.js";
import type { NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import { ScaleDownActuator } from "./actuator.js";
import { isMarkedToBeDeleted, unmarkedToBeDeleted } from "./deletion-taint.js";
import { DeletionTracker } from "./deletion-tracker.js";
import { ScaleDownPlanner } from "./planner.js";
import { ScaleDownDelays } from "./scale-down-delays.js";
import type { ScaleDownDoor } from "./scale-down-door.js";
import { updateSoftTaints } from "./soft-taints.js";
import type { Unremovable } from "./unremovable-nodes.js";

export interface ScaleDownOptions {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly snapshot: ClusterSnapshot;
  readonly door: ScaleDownDoor;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** What the loop tells scale-down. */
export interface ScaleDownLoop {
  readonly nowMicros: TimeMicros;
  /** All nodes that have registered, but for those that are still starting. */
  readonly nodes: readonly NodeVersion[];
  /** When nodes were last asked for; null: never yet. */
  readonly lastScaleUpMicros: TimeMicros | null;
  /** Nothing is to be removed in this loop. */
  readonly isForbidden: boolean;
}

export type ScaleDownResult =
  | "NoNodeDeleted"
  | "NodeDeleteStarted"
  | "InCooldown"
  | "NoCandidates"
  | "NotTried"
  | "Error";

/** What scale-down did in a loop, in Cluster Autoscaler's words. */
export interface ScaleDownReport {
  readonly result: ScaleDownResult;
  /** Names of nodes that are not needed. */
  readonly unneeded: readonly string[];
  /** Why other candidates stay, and some of the unneeded, by name. */
  readonly unremovable: ReadonlyMap<string, Unremovable>;
  /** Names of nodes whose removal began. */
  readonly started: readonly string[];
}

/**
 * The part of a loop that gives nodes back.
 * Source: Cluster Autoscaler 1.36, core.StaticAutoscaler and core/scaledown.
 */
export class ScaleDown {
  private readonly running = new DeletionTracker();
  private readonly delays: ScaleDownDelays;
  private readonly planner: ScaleDownPlanner;
  private readonly actuator: ScaleDownActuator;
  private lastDeleteMicros: TimeMicros = -MICROS_PER_HOUR;

  constructor(private readonly given: ScaleDownOptions) {
    const { running } = this;
    this.delays = new ScaleDownDelays(given.options);
    this.planner = new ScaleDownPlanner({ ...given, running });
    this.actuator = new ScaleDownActuator({ ...given, running, delays: this.delays });
  }

  /** Nobody removes nodes that a former autoscaler had marked: they stay. */
  cleanUp(nodes: readonly NodeVersion[]): void {
    for (const node of nodes) {
      if (isMarkedToBeDeleted(node)) this.given.door.changeNode(node.name, unmarkedToBeDeleted);
    }
  }

  /** Looks for nodes that are not needed, and begins to remove those that have not been for long enough. */
  run(loop: ScaleDownLoop): ScaleDownReport {
    const { planner } = this;
    const { door, groups, startTimeMs } = this.given;
    const candidates = this.candidates(loop);
    planner.update(candidates, {
      nowMicros: loop.nowMicros,
      destinations: loop.nodes.map(({ name }) => name),
      owners: door.owners,
      budgets: new RemainingBudgets(door.budgets()),
    });
    const { result, started } = this.remove(candidates.length, loop);
    const unneeded = new Set(planner.unneeded());
    const ofGroups = loop.nodes.filter(({ name }) => groups.groupOf(name) !== null);
    updateSoftTaints(ofGroups, (name) => unneeded.has(name), { door, startTimeMs });
    return { result, started, unneeded: [...unneeded], unremovable: planner.unremovable() };
  }

  private candidates({ nodes, nowMicros }: ScaleDownLoop): readonly string[] {
    const { groups, options } = this.given;
    const isOpen = new Map(
      groups.list().map((group) => {
        const isHeld = options.scaleDownDelayTypeLocal && this.delays.hold(group.id, nowMicros);
        return [group.id, group.targetSize() > group.minSize && !isHeld];
      }),
    );
    return nodes.flatMap(({ name }) => {
      const group = groups.groupOf(name);
      return group !== null && isOpen.get(group.id) === true ? [name] : [];
    });
  }

  private remove(
    candidates: number,
    loop: ScaleDownLoop,
  ): { readonly result: ScaleDownResult; readonly started: readonly string[] } {
    if (loop.isForbidden || this.isCoolingDown(loop)) return { result: "InCooldown", started: [] };
    if (candidates === 0) return { result: "NoCandidates", started: [] };
    const { empty, drained } = this.planner.nodesToDelete(loop.nowMicros);
    const started = this.actuator.start(empty, drained);
    if (started.length === 0) return { result: "NoNodeDeleted", started };
    this.lastDeleteMicros = loop.nowMicros;
    return { result: "NodeDeleteStarted", started };
  }

  private isCoolingDown({ nowMicros, lastScaleUpMicros }: ScaleDownLoop): boolean {
    const { options } = this.given;
    if (options.scaleDownDelayTypeLocal) return false;
    const { scaleDownDelayAfterAddMicros, scaleDownDelayAfterDeleteMicros } = options;
    return (
      (lastScaleUpMicros ?? -MICROS_PER_HOUR) + scaleDownDelayAfterAddMicros > nowMicros ||
      this.lastDeleteMicros + scaleDownDelayAfterDeleteMicros > nowMicros
    );
  }

  /** The cluster is not well: what was found so far is no longer believed. */
  forget(): void {
    this.planner.forget();
  }

  /** Nodes were asked for in a group. */
  grew(groupId: string, nowMicros: TimeMicros): void {
    this.delays.grew(groupId, nowMicros);
  }

  /** True from when a node is marked until its machine is given back, or it stays after all. */
  isRemoving(nodeName: string): boolean {
    return this.running.has(nodeName);
  }

  /** Names of nodes whose pods are being moved. */
  draining(): readonly string[] {
    return this.running.drained();
  }

  /** To be called when the door's clock says so. */
  wake(removal: number): void {
    this.actuator.wake(removal);
  }

  /** To be called with the answer to an eviction. */
  evicted(removal: number, uid: string, isGranted: boolean): void {
    this.actuator.evicted(removal, uid, isGranted);
  }
}
