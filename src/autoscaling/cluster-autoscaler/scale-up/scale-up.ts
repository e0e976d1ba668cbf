import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { Status } from "../../../scheduler/framework/status.js";
import type { ClusterSnapshot, NodeWithPods } from "../cluster-snapshot.js";
import type { ClusterStateRegistry } from "../cluster-state-registry.js";
import type { Templates } from "../group-templates.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import { ResourceLimits } from "../resource-limits.js";
import { balance, type Resize } from "./balancing.js";
import { estimate } from "./estimator.js";
import { bestOptions, type ExpanderContext } from "./expanders.js";
import type { ExpansionOption } from "./expansion-option.js";
import { groupPods, type PodGroup } from "./pod-groups.js";
import type { ResizeExecutor } from "./resize-executor.js";
import { areSimilar } from "./similar-groups.js";
import { skippedGroups } from "./skipped-groups.js";

/** Source: cluster-autoscaler, `status.ScaleUpResult`. */
export type ScaleUpResult =
  | "Successful"
  | "NotNeeded"
  | "NoOptionsAvailable"
  | "InCooldown"
  | "LimitedByMaxNodesTotal"
  | "Error"
  | "NotTried";

/** A pod that no group helps, and why not. */
export interface NoHelp {
  readonly pod: PodVersion;
  /** By the group's id: what refused the pod on its template. */
  readonly refusals: ReadonlyMap<string, Status>;
  /** By the id of groups that were not asked: why. */
  readonly skipped: ReadonlyMap<string, readonly string[]>;
}

export interface ScaleUpReport {
  readonly result: ScaleUpResult;
  readonly options: readonly ExpansionOption[];
  /** Among which the choice was left to chance. */
  readonly best: readonly ExpansionOption[];
  /** What was chosen; null for nothing. */
  readonly choice: ExpansionOption | null;
  readonly resizes: readonly Resize[];
  readonly noHelp: readonly NoHelp[];
  /** Pods that some group would help, but not the chosen one. */
  readonly awaiting: readonly PodVersion[];
  /** Why it failed; empty where it did not. */
  readonly error: string;
}

const NOTHING: ScaleUpReport = {
  result: "NotTried",
  options: [],
  best: [],
  choice: null,
  resizes: [],
  noHelp: [],
  awaiting: [],
  error: "",
};

export function scaleUpReport(
  result: ScaleUpResult,
  more: Partial<ScaleUpReport> = {},
): ScaleUpReport {
  return { ...NOTHING, ...more, result };
}

export interface ScaleUpParts {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly registry: ClusterStateRegistry;
  readonly executor: ResizeExecutor;
  /** One of `count` equal options: a number in [0, count). */
  readonly pickAmong: (count: number) => number;
}

export interface ScaleUpInput {
  readonly pods: readonly PodVersion[];
  readonly snapshot: ClusterSnapshot;
  readonly templates: Templates;
  readonly expanders: ExpanderContext;
  readonly now: TimeMicros;
}

/** What one scale-up has found so far. */
interface Attempt extends ScaleUpInput {
  readonly podGroups: readonly PodGroup[];
  readonly skipped: ReadonlyMap<string, readonly string[]>;
  /** Pod groups that a new node would take, by the id of its group. */
  readonly helped: ReadonlyMap<string, readonly PodGroup[]>;
  readonly limits: ResourceLimits;
  readonly nodeCount: number;
}

/**
 * Finds groups whose new nodes would take pending pods, has the expanders choose, and asks the cloud for
 * nodes. Source: cluster-autoscaler, `ScaleUpOrchestrator`.
 */
export class ScaleUp {
  constructor(private readonly parts: ScaleUpParts) {}

  run(input: ScaleUpInput): ScaleUpReport {
    const attempt = this.begin(input);
    const options = this.optionsOf(attempt);
    const noHelp = noHelpOf(attempt);
    if (options.length === 0) return scaleUpReport("NoOptionsAvailable", { noHelp });
    const best = bestOptions(this.parts.options.expanders, options, input.expanders);
    if (best.length === 0) return scaleUpReport("NoOptionsAvailable", { noHelp, options });
    const choice = best[best.length === 1 ? 0 : this.parts.pickAmong(best.length)]!;
    const { resizes, error } = this.grow(choice, attempt);
    const found = { options, best, choice, resizes, error };
    if (error !== "") return scaleUpReport("Error", found);
    return scaleUpReport("Successful", { ...found, noHelp, awaiting: awaitingOf(attempt, choice) });
  }

  private begin(input: ScaleUpInput): Attempt {
    const { options, groups, registry } = this.parts;
    const { snapshot, templates, now } = input;
    const nodes = snapshot.nodes.map(({ node }) => node!);
    const limits = new ResourceLimits(options, nodes);
    const podGroups = groupPods(input.pods);
    const skipped = skippedGroups({
      ...{ options, groups, registry, templates, limits, now },
      nodeCount: nodes.length,
    });
    const helped = new Map<string, readonly PodGroup[]>();
    for (const { id } of groups.list()) {
      if (!skipped.has(id)) helped.set(id, helpedBy(id, podGroups, templates.get(id)!, snapshot));
    }
    return { ...input, podGroups, skipped, helped, limits, nodeCount: nodes.length };
  }

  private optionsOf(attempt: Attempt): readonly ExpansionOption[] {
    const { helped, templates, snapshot } = attempt;
    return this.parts.groups.list().flatMap((group) => {
      const podGroups = helped.get(group.id) ?? [];
      if (podGroups.length === 0) return [];
      const template = templates.get(group.id)!;
      const similar = this.similarTo(group, attempt);
      const limit = this.nodeLimit([group, ...similar], attempt.nodeCount);
      const { nodeCount, pods } = estimate(snapshot, podGroups, template, limit);
      if (nodeCount === 0) return [];
      const whole = group.options.zeroOrMaxNodeScaling;
      return [{ group, template, pods, similar, nodeCount: whole ? group.maxSize : nodeCount }];
    });
  }

  private nodeLimit(groups: readonly NodeGroup[], nodeCount: number): number {
    const { maxNodesTotal, maxNodesPerScaleUp } = this.parts.options;
    const room = groups.reduce((sum, group) => sum + group.maxSize - group.targetSize(), 0);
    return Math.min(
      room,
      maxNodesTotal > 0 ? maxNodesTotal - nodeCount : Number.POSITIVE_INFINITY,
      maxNodesPerScaleUp > 0 ? maxNodesPerScaleUp : Number.POSITIVE_INFINITY,
    );
  }

  /** Groups that may grow in the place of this one: alike, and of help to the same pods. */
  private similarTo(group: NodeGroup, { helped, templates, now }: Attempt): readonly NodeGroup[] {
    const { options, groups, registry } = this.parts;
    if (!options.balanceSimilarNodeGroups || group.options.zeroOrMaxNodeScaling) return [];
    const own = helped.get(group.id) ?? [];
    const template = templates.get(group.id)!;
    return groups.list().filter(({ id }) => {
      const others = helped.get(id);
      if (id === group.id || others === undefined) return false;
      if (!areSimilar(template, templates.get(id)!, options)) return false;
      if (registry.safetyOf(id, now) !== "safe") return false;
      return own.every((podGroup) => others.includes(podGroup));
    });
  }

  private grow(
    choice: ExpansionOption,
    attempt: Attempt,
  ): { readonly resizes: readonly Resize[]; readonly error: string } {
    const { templates, limits, nodeCount, now } = attempt;
    const { maxNodesTotal } = this.parts.options;
    const room = maxNodesTotal > 0 ? maxNodesTotal - nodeCount : Number.POSITIVE_INFINITY;
    if (room < 1) return { resizes: [], error: "max node total count already reached" };
    const templateOf = (group: NodeGroup) => templates.get(group.id)!.node;
    const wanted = Math.min(choice.nodeCount, room);
    const count = limits.allowed(choice.template.node, wanted);
    const similar = this.similarTo(choice.group, attempt).filter(
      (group) => limits.exceeded(templateOf(group), 1).length === 0,
    );
    const shares = balance([choice.group, ...similar], count);
    return this.parts.executor.execute(withinLimits(shares, limits, templateOf), now);
  }
}

/** Each share as far as the limits leave room after those before it; what is cut is lost. */
function withinLimits(
  shares: readonly Resize[],
  limits: ResourceLimits,
  templateOf: (group: NodeGroup) => NodeWithPods["node"],
): readonly Resize[] {
  return shares.flatMap(({ group, from, to }) => {
    const template = templateOf(group);
    const allowed = limits.allowed(template, to - from);
    limits.take(template, allowed);
    return allowed > 0 ? [{ group, from, to: from + allowed }] : [];
  });
}

/** Which pods one new node of the group would take, and notes what refuses the others. */
function helpedBy(
  id: string,
  podGroups: readonly PodGroup[],
  template: NodeWithPods,
  snapshot: ClusterSnapshot,
): readonly PodGroup[] {
  snapshot.fork();
  snapshot.addNode(template);
  const helped = podGroups.filter((podGroup) => {
    const refusal = snapshot.refusal(podGroup.pods[0]!, template.node.name);
    if (refusal === null) podGroup.isHelped = true;
    else podGroup.refusals.set(id, refusal);
    return refusal === null;
  });
  snapshot.revert();
  return helped;
}

function noHelpOf({ podGroups, skipped }: Attempt): readonly NoHelp[] {
  return podGroups
    .filter(({ isHelped }) => !isHelped)
    .flatMap(({ pods, refusals }) => pods.map((pod) => ({ pod, refusals, skipped })));
}

function awaitingOf({ podGroups }: Attempt, { group }: ExpansionOption): readonly PodVersion[] {
  return podGroups
    .filter(({ isHelped, refusals }) => isHelped && refusals.has(group.id))
    .flatMap(({ pods }) => pods);
}
