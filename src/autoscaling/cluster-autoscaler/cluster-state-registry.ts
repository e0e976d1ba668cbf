import type { VersionOf } from "../../api/object-version.js";
import type { TimeMicros } from "../../base/time.js";
import { Backoff } from "./backoff.js";
import {
  type ClusterReadiness,
  emptyReadiness,
  type Readiness,
  registered,
  surveyNodes,
} from "./group-readiness.js";
import type { NodeGroup, NodeGroups } from "./node-group.js";
import type { AutoscalerOptions } from "./options.js";

/** Machines that were asked for and are waited for. */
interface ScaleUpRequest {
  increase: number;
  madeMicros: TimeMicros;
  deadlineMicros: TimeMicros;
}

/** A group with another number of nodes than the cloud is to have. */
interface WrongSize {
  readonly nodes: number;
  readonly target: number;
  readonly sinceMicros: TimeMicros;
}

/** Nodes that a group will have soon. */
export interface Upcoming {
  readonly group: NodeGroup;
  readonly count: number;
  /** Those of them that are there and not ready yet. */
  readonly starting: readonly string[];
}

/** Whether a group may grow. */
export type Safety = "safe" | "unhealthy" | "backedOff";

/** Is told what became of requests, in upstream's words. */
export type TellOfGroup = (type: "Normal" | "Warning", reason: string, message: string) => void;

/**
 * What became of the machines that were asked for, and how the nodes of each group fare. Source:
 * cluster-autoscaler, `ClusterStateRegistry`.
 */
export class ClusterStateRegistry {
  readonly backoff: Backoff;
  private readonly requests = new Map<string, ScaleUpRequest>();
  private unregisteredSince = new Map<string, TimeMicros>();
  private readiness: ClusterReadiness = { total: emptyReadiness(), byGroup: new Map() };
  private nodeCount = 0;
  private targets = new Map<string, number>();
  private wrongSizes = new Map<string, WrongSize>();
  /** Machines that the cloud cannot make, in this loop and in the one before. */
  private failing: ReadonlySet<string> = new Set();
  private failedBefore: ReadonlySet<string> = new Set();

  constructor(
    private readonly groups: NodeGroups,
    private readonly options: AutoscalerOptions,
    private readonly tell: TellOfGroup,
  ) {
    this.backoff = new Backoff({
      initialMicros: options.initialNodeGroupBackoffMicros,
      maxMicros: options.maxNodeGroupBackoffMicros,
      resetMicros: options.nodeGroupBackoffResetMicros,
    });
  }

  /** Takes up what the watches and the cloud tell at the start of a loop. */
  update(nodes: readonly VersionOf<"Node">[], now: TimeMicros): void {
    this.recalculate();
    this.nodeCount = nodes.length;
    this.findUnregistered(nodes, now);
    this.readiness = surveyNodes({
      nodes,
      groups: this.groups,
      options: this.options,
      unregisteredSince: this.unregisteredSince,
      now,
    });
    this.backoff.forgetStale(now);
    this.settleRequests(now);
    this.takeCreationErrors(now);
    this.findWrongSizes(now);
  }

  /** Reads the wanted numbers anew, after they were changed. */
  recalculate(): void {
    this.targets = new Map(this.groups.list().map((group) => [group.id, group.targetSize()]));
  }

  private findUnregistered(nodes: readonly VersionOf<"Node">[], now: TimeMicros): void {
    const names = new Set(nodes.map(({ name }) => name));
    const since = new Map<string, TimeMicros>();
    const failing = new Set<string>();
    for (const group of this.groups.list()) {
      for (const { name, creationError } of group.instances()) {
        if (creationError !== null) failing.add(name);
        else if (!names.has(name)) since.set(name, this.unregisteredSince.get(name) ?? now);
      }
    }
    this.unregisteredSince = since;
    this.failedBefore = this.failing;
    this.failing = failing;
  }

  private settleRequests(now: TimeMicros): void {
    for (const [id, request] of this.requests) {
      if (this.missing(id) <= 0) {
        this.requests.delete(id);
        this.backoff.clear(id);
      } else if (request.deadlineMicros < now) {
        this.timeOut(this.groups.list().find((group) => group.id === id)!, request, now);
      }
    }
  }

  private timeOut(group: NodeGroup, request: ScaleUpRequest, now: TimeMicros): void {
    const seconds = (now - request.madeMicros) / 1_000_000;
    const message = `Nodes added to group ${group.id} failed to register within ${seconds}s`;
    this.tell("Warning", "ScaleUpTimedOut", message);
    this.backoff.fail(group.id, now);
    group.decreaseTargetSize(request.increase);
    this.requests.delete(group.id);
  }

  private takeCreationErrors(now: TimeMicros): void {
    for (const group of this.groups.list()) {
      const fresh = this.creationErrors(group).filter((name) => !this.failedBefore.has(name));
      if (fresh.length === 0 || !this.isScalingUp(group.id)) continue;
      const message = `Failed adding ${fresh.length} nodes to group ${group.id} due to creation errors`;
      this.tell("Warning", "ScaleUpFailed", message);
      this.changeRequest(group, -fresh.length, now);
      this.backoff.fail(group.id, now);
    }
  }

  private findWrongSizes(now: TimeMicros): void {
    const found = new Map<string, WrongSize>();
    for (const [id, readiness] of this.readiness.byGroup) {
      const nodes = registered(readiness);
      const target = this.target(id);
      const least = target - readiness.unregistered - readiness.lost.length;
      if (nodes <= target && nodes >= least) continue;
      const before = this.wrongSizes.get(id);
      const isSame = before?.nodes === nodes && before.target === target;
      found.set(id, isSame ? before : { nodes, target, sinceMicros: now });
    }
    this.wrongSizes = found;
  }

  /** The group was asked for so many machines more. */
  registerScaleUp(group: NodeGroup, increase: number, now: TimeMicros): void {
    this.changeRequest(group, increase, now);
  }

  private changeRequest(group: NodeGroup, by: number, now: TimeMicros): void {
    const request = this.requests.get(group.id);
    const increase = (request?.increase ?? 0) + by;
    if (increase <= 0) this.requests.delete(group.id);
    else if (request !== undefined && by < 0) request.increase = increase;
    else {
      const deadlineMicros = now + group.options.maxNodeProvisionMicros;
      this.requests.set(group.id, { increase, madeMicros: now, deadlineMicros });
    }
  }

  /** The cloud would not give the group a machine. */
  registerFailedScaleUp(group: NodeGroup, now: TimeMicros): void {
    this.backoff.fail(group.id, now);
  }

  /** How many machines the group was to have when that was read last. */
  target(id: string): number {
    return this.targets.get(id) ?? 0;
  }

  readinessOf(id: string): Readiness {
    return this.readiness.byGroup.get(id) ?? emptyReadiness();
  }

  /** Nodes that are wanted and not there, or not ready yet. */
  private missing(id: string): number {
    const { ready, unready, lost } = this.readinessOf(id);
    return this.target(id) - ready - unready - lost.length;
  }

  private isScalingUp(id: string): boolean {
    return this.requests.has(id) && this.missing(id) > 0;
  }

  isClusterHealthy(): boolean {
    return this.isTolerable(this.readiness.total.unready, this.nodeCount);
  }

  private isTolerable(bad: number, all: number): boolean {
    const { okTotalUnreadyCount, maxTotalUnreadyPercentage } = this.options;
    return bad <= okTotalUnreadyCount || bad <= (maxTotalUnreadyPercentage / 100) * all;
  }

  private isHealthy(id: string): boolean {
    const target = this.target(id);
    const readiness = this.readiness.byGroup.get(id);
    const increase = this.requests.get(id)?.increase ?? 0;
    if (readiness === undefined) return target === 0 || target - increase === 0;
    const { ready, unready, starting, lost } = readiness;
    const lacking = target - lost.length - increase - ready;
    return this.isTolerable(lacking, ready + unready + starting.length);
  }

  safetyOf(id: string, now: TimeMicros): Safety {
    if (!this.isHealthy(id)) return "unhealthy";
    return this.backoff.isBackedOff(id, now) ? "backedOff" : "safe";
  }

  /** Machines that have had no Node for too long, by group. */
  lostMachines(): readonly (readonly [NodeGroup, readonly string[]])[] {
    return this.groups.list().flatMap((group) => {
      const { lost } = this.readinessOf(group.id);
      return lost.length === 0 ? [] : [[group, lost] as const];
    });
  }

  /** Machines of the group that the cloud cannot make. */
  creationErrors(group: NodeGroup): readonly string[] {
    return group.instances().flatMap(({ name }) => (this.failing.has(name) ? [name] : []));
  }

  /** How many nodes the group lacks, where it has for longer than a node takes; 0 for none. */
  gapForTooLong(group: NodeGroup, now: TimeMicros): number {
    const wrong = this.wrongSizes.get(group.id);
    if (wrong === undefined) return 0;
    if (wrong.sinceMicros + group.options.maxNodeProvisionMicros >= now) return 0;
    return Math.max(0, wrong.target - wrong.nodes);
  }

  /** Groups that wait for nodes, and are not left alone. */
  upcoming(now: TimeMicros): readonly Upcoming[] {
    return this.groups.list().flatMap((group) => {
      if (!this.isScalingUp(group.id) || this.backoff.isBackedOff(group.id, now)) return [];
      const { starting } = this.readinessOf(group.id);
      return [{ group, count: this.missing(group.id), starting }];
    });
  }
}
