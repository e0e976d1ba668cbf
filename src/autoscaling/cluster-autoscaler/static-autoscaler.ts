import { isMirrorPod } from "../../api/mirror-pod.js";
import type { VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ClusterSnapshot } from "./cluster-snapshot.js";
import { ClusterStateRegistry, type TellOfGroup } from "./cluster-state-registry.js";
import { GroupTemplates, type Templates } from "./group-templates.js";
import { HintingSimulator } from "./hinting-simulator.js";
import type { NodeGroup, NodeGroups } from "./node-group.js";
import { isNodeReady } from "./node-readiness.js";
import { freshNode } from "./node-template.js";
import type { AutoscalerOptions } from "./options.js";
import { areAllNew, byPriority, isOldEnough, sortPods } from "./pending-pods.js";
import { isDaemonSetPod } from "./pod-kinds.js";
import type { ExpanderContext } from "./scale-up/expanders.js";
import { scaleUpToMinSize } from "./scale-up/min-size.js";
import { ResizeExecutor } from "./scale-up/resize-executor.js";
import { ScaleUp, type ScaleUpReport, scaleUpReport } from "./scale-up/scale-up.js";
import { unboundPod } from "./unbound-pod.js";

type Node = VersionOf<"Node">;

/** What the watches tell, each in the order in which the objects were made. */
export interface ClusterLists {
  nodes(): readonly Node[];
  pods(): readonly PodVersion[];
  daemonSets(): readonly VersionOf<"DaemonSet">[];
}

/** What the loop needs of the part that gives nodes back. */
interface LoopScaleDown<Report> {
  cleanUp(nodes: readonly Node[]): void;
  run(loop: {
    readonly nowMicros: TimeMicros;
    readonly nodes: readonly Node[];
    readonly lastScaleUpMicros: TimeMicros | null;
    readonly isForbidden: boolean;
  }): Report;
  forget(): void;
  grew(groupId: string, nowMicros: TimeMicros): void;
  draining(): readonly string[];
}

export interface StaticAutoscalerParts<Report> {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly lists: ClusterLists;
  readonly snapshot: ClusterSnapshot;
  /** Null: nothing is ever given back. */
  readonly scaleDown: LoopScaleDown<Report> | null;
  /** One of `count` equal options: a number in [0, count). */
  readonly pickAmong: (count: number) => number;
  /** What expanders look at beside the number of nodes, as it is now. */
  readonly expanders: () => Omit<ExpanderContext, "nodeCount" | "gpu">;
  readonly tell: TellOfGroup;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

export interface LoopReport<Report> {
  readonly scaleUp: ScaleUpReport;
  /** Null where the loop did not come so far. */
  readonly scaleDown: Report | null;
  /** Why the loop ended early; empty where it did not. */
  readonly error: string;
}

/** What one loop knows. */
interface Scan {
  readonly now: TimeMicros;
  readonly nodes: readonly Node[];
  readonly templates: Templates;
}

/**
 * The main loop of the Cluster Autoscaler: looks at the cluster as a whole, mends what went wrong with nodes
 * that were asked for, asks for more where pods wait, and has those given back that nobody needs. Source:
 * cluster-autoscaler 1.36, `StaticAutoscaler.RunOnce`.
 */
export class StaticAutoscaler<Report> {
  readonly registry: ClusterStateRegistry;
  private readonly templates: GroupTemplates;
  private readonly packing = new HintingSimulator();
  private readonly executor: ResizeExecutor;
  private readonly scaleUp: ScaleUp;
  private lastScaleUpMicros: TimeMicros | null = null;
  private hasCleanedUp = false;

  constructor(private readonly parts: StaticAutoscalerParts<Report>) {
    const { options, groups, tell, scaleDown, pickAmong, startTimeMs } = parts;
    this.registry = new ClusterStateRegistry(groups, options, tell);
    this.templates = new GroupTemplates(groups, startTimeMs);
    const { registry } = this;
    const grown = (id: string, now: TimeMicros): void => scaleDown?.grew(id, now);
    this.executor = new ResizeExecutor({ registry, tell, grown });
    this.scaleUp = new ScaleUp({ options, groups, registry, executor: this.executor, pickAmong });
  }

  /** Once at each interval of scans. */
  runOnce(now: TimeMicros): LoopReport<Report> {
    const { options, groups, lists, snapshot, scaleDown } = this.parts;
    const nodes = lists.nodes();
    if (!this.hasCleanedUp) {
      scaleDown?.cleanUp(nodes.filter(({ name }) => groups.groupOf(name) !== null));
      this.hasCleanedUp = true;
    }
    const { placed, unschedulable } = sortPods(lists.pods(), options.expendablePodsPriorityCutoff);
    snapshot.reset(nodes, placed);
    const context = { daemonSets: lists.daemonSets(), options };
    const podsByNode = new Map(
      snapshot.nodes.map(({ name, pods }) => [name, pods.map(({ pod }) => pod)]),
    );
    const templates = this.templates.of({ nodes, podsByNode }, context, now);
    this.registry.update(nodes, now);
    this.removeLost();
    if (!this.registry.isClusterHealthy()) {
      scaleDown?.forget();
      this.parts.tell("Warning", "ClusterUnhealthy", "Cluster is unhealthy");
      return NOT_TRIED;
    }
    this.removeFailing();
    const { hasMended, error } = this.mendSizes(now);
    if (hasMended || error !== "") return { ...NOT_TRIED, error };
    return this.scale({ now, nodes, templates }, unschedulable);
  }

  private scale(scan: Scan, unschedulable: readonly PodVersion[]): LoopReport<Report> {
    const { options, scaleDown } = this.parts;
    const { now } = scan;
    const starting = this.injectUpcoming(scan);
    const left = this.leftOver([...unschedulable, ...this.movingPods()], now);
    const up = this.scaleUpFor(left, scan);
    if (up.result === "Successful") this.lastScaleUpMicros = now;
    const { lastScaleUpMicros } = this;
    const isForbidden = up.result === "InCooldown";
    const nodes = scan.nodes.filter(({ name }) => !starting.has(name));
    const down = scaleDown?.run({ nowMicros: now, nodes, lastScaleUpMicros, isForbidden }) ?? null;
    this.registry.recalculate();
    const raised = options.enforceNodeGroupMinSize ? this.raiseToMinSize(scan) : null;
    return { scaleUp: raised ?? up, scaleDown: down, error: "" };
  }

  /** Machines that have had no Node for too long are given back, but for what the minimum keeps. */
  private removeLost(): void {
    for (const [group, lost] of this.registry.lostMachines()) {
      const possible = group.targetSize() - group.minSize;
      if (possible <= 0) continue;
      const names = wholeOrSome(group, lost.slice(0, possible));
      const refusal = group.deleteNodes(names);
      for (const name of names) {
        if (refusal === null) {
          this.parts.tell("Normal", "DeleteUnregistered", `Removed unregistered node ${name}`);
        } else {
          const message = `Failed to remove node ${name}: ${refusal}`;
          this.parts.tell("Warning", "DeleteUnregisteredFailed", message);
        }
      }
      if (refusal !== null) return;
    }
  }

  /** So are those that the cloud cannot make. */
  private removeFailing(): void {
    let hasRemoved = false;
    for (const group of this.parts.groups.list()) {
      const failing = this.registry.creationErrors(group);
      if (failing.length === 0) continue;
      if (group.deleteNodes(wholeOrSome(group, failing)) === null) hasRemoved = true;
    }
    if (hasRemoved) this.registry.recalculate();
  }

  /** A group that has lacked nodes for too long wants no more than it has. */
  private mendSizes(now: TimeMicros): { readonly hasMended: boolean; readonly error: string } {
    let hasMended = false;
    for (const group of this.parts.groups.list()) {
      const gap = this.registry.gapForTooLong(group, now);
      if (gap === 0) continue;
      const refusal = group.decreaseTargetSize(gap);
      if (refusal !== null) {
        return { hasMended, error: `failed to decrease ${group.id}: ${refusal}` };
      }
      hasMended = true;
    }
    return { hasMended, error: "" };
  }

  /** Nodes on their way stand in the snapshot as they will be; names of those that are there unready. */
  private injectUpcoming({ now, templates }: Scan): ReadonlySet<string> {
    const { snapshot } = this.parts;
    const replaced = new Set<string>();
    for (const { group, count, starting } of this.registry.upcoming(now)) {
      const template = templates.get(group.id);
      for (let i = 0; template !== undefined && i < count; i += 1) {
        snapshot.addNode(freshNode(template, `${template.node.name}-upcoming-${i}`));
      }
      for (const name of starting) replaced.add(name);
    }
    for (const name of replaced) snapshot.removeNode(name);
    return replaced;
  }

  /** Pods of nodes that are being drained, as they will come back. */
  private movingPods(): readonly PodVersion[] {
    const { snapshot, scaleDown } = this.parts;
    return (scaleDown?.draining() ?? []).flatMap((name) =>
      (snapshot.get(name)?.pods ?? [])
        .filter(({ pod }) => !isDaemonSetPod(pod) && !isMirrorPod(pod))
        // They stand on the node still, under their own uid.
        .map(({ pod }) => unboundPod(pod, `${pod.uid}/moved`)),
    );
  }

  /** What the nodes that are there or on their way do not take, and has waited for long enough. */
  private leftOver(pending: readonly PodVersion[], now: TimeMicros): readonly PodVersion[] {
    const { snapshot, options } = this.parts;
    const sorted = byPriority(pending);
    const placements = this.packing.place(snapshot, sorted, {
      isAcceptable: () => true,
      breakOnFailure: false,
    });
    this.packing.dropOld();
    const placed = new Set(placements.map(({ pod }) => pod));
    return sorted.filter(
      (pod) =>
        !placed.has(pod) &&
        !isDaemonSetPod(pod) &&
        isOldEnough(pod, now, options.newPodScaleUpDelayMicros),
    );
  }

  private scaleUpFor(pods: readonly PodVersion[], scan: Scan): ScaleUpReport {
    const { options, snapshot } = this.parts;
    const { now, nodes, templates } = scan;
    if (pods.length === 0) return scaleUpReport("NotNeeded");
    const ready = nodes.filter(
      (node) => node.spec.unschedulable !== true && isNodeReady(node, options),
    );
    if (options.maxNodesTotal > 0 && ready.length >= options.maxNodesTotal) {
      const noHelp = pods.map((pod) => ({ pod, refusals: new Map(), skipped: new Map() }));
      return scaleUpReport("LimitedByMaxNodesTotal", { noHelp });
    }
    if (areAllNew(pods, now, options.gpu)) return scaleUpReport("InCooldown");
    const expanders = { ...this.parts.expanders(), nodeCount: nodes.length, gpu: options.gpu };
    return this.scaleUp.run({ pods, snapshot, templates, expanders, now });
  }

  /** Null where no group is below its minimum. */
  private raiseToMinSize({ now, templates }: Scan): ScaleUpReport | null {
    const { options, groups, snapshot } = this.parts;
    const { registry, executor } = this;
    const parts = { options, groups, registry, executor };
    const report = scaleUpToMinSize(parts, snapshot, templates, now);
    if (report.result === "NotNeeded") return null;
    if (report.result === "Successful") this.lastScaleUpMicros = now;
    return report;
  }
}

const NOT_TRIED = { scaleUp: scaleUpReport("NotTried"), scaleDown: null, error: "" } as const;

/** A group that is empty or full loses all its machines where it loses one. */
function wholeOrSome(group: NodeGroup, names: readonly string[]): readonly string[] {
  if (!group.options.zeroOrMaxNodeScaling) return names;
  return group.instances().map(({ name }) => name);
}
