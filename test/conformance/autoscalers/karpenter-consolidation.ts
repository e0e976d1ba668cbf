import type { PodVersion } from "../../../src/api/pod-version.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";
import type { ClusterView } from "../../../src/autoscaling/karpenter/cluster-view.js";
import { withConditions } from "../../../src/autoscaling/karpenter/controller/node-claim-conditions.js";
import type { Blocked } from "../../../src/autoscaling/karpenter/disruption/candidate.js";
import { ClusterDisruption } from "../../../src/autoscaling/karpenter/disruption/cluster-disruption.js";
import { type Command, savingsOf } from "../../../src/autoscaling/karpenter/disruption/command.js";
import type { Method, MethodEvents } from "../../../src/autoscaling/karpenter/disruption/method.js";
import { methodsOf } from "../../../src/autoscaling/karpenter/disruption/methods.js";
import { roundOf } from "../../../src/autoscaling/karpenter/disruption/round.js";
import { wantedConditions } from "../../../src/autoscaling/karpenter/lifecycle/wanted-conditions.js";
import {
  MAX_INSTANCE_TYPES,
  nodeClaimPlan,
} from "../../../src/autoscaling/karpenter/node-claim-plan.js";
import {
  DEFAULT_SCHEDULING,
  SchedulingGround,
} from "../../../src/autoscaling/karpenter/scheduling-ground.js";
import { claimCondition, StateNode } from "../../../src/autoscaling/karpenter/state-node.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import type { Area } from "../controllers/suite.js";
import { karpenterSuite } from "./karpenter-compare.js";
import { claimShown, podName } from "./karpenter-provisioning.js";
import { type KarpenterGiven, type KarpenterWorld, worldOf } from "./karpenter-world.js";

export type DisruptionGiven = KarpenterGiven & {
  readonly methods?: readonly string[];
  readonly options?: {
    readonly maxInstanceTypes?: number;
    readonly spotToSpotConsolidation?: boolean;
    readonly podDeletionCostManagement?: boolean;
  };
};

const VALIDATION_MICROS = 15 * MICROS_PER_SECOND;

/** The NodeClaims with the conditions that disruption chooses by. */
function withClaimConditions(
  { view, requests }: KarpenterWorld,
  given: DisruptionGiven,
): StateNode[] {
  const types = new Map(view.instanceTypes.map((type) => [type.name, type]));
  const drifted = new Set(
    (given.nodes ?? [])
      .filter((one) => one.driftedSecondsAgo !== undefined)
      .map(({ name }) => name),
  );
  const now = view.nowMicros;
  return view.nodes.map((state) => {
    const { node, nodeClaim, pods, nominatedUntilMicros, volumeLimits } = state;
    const name = nodeClaim?.labels["karpenter.sh/nodepool"];
    const pool = view.nodePools.find((one) => one.name === name);
    if (nodeClaim === null || nodeClaim.deletionTimeMicros !== null || pool === undefined) {
      return state;
    }
    const isTemplateChanged = drifted.has(nodeClaim.name);
    const rules = { types, isTemplateChanged, now, startTimeMs: 0 };
    const { changes } = wantedConditions(nodeClaim, pool, rules);
    const status = withConditions(nodeClaim.status, changes, formatTimestamp(now, 0));
    const claim = { ...nodeClaim, status };
    const fields = { node, nodeClaim: claim, pods, nominatedUntilMicros, volumeLimits };
    return new StateNode(fields, requests);
  });
}

/** The cluster of a case, now and later. */
export function disruptionWorlds(
  given: DisruptionGiven,
): (laterMicros: number) => ClusterDisruption {
  const world = worldOf(given);
  const nodes = withClaimConditions(world, given);
  return (laterMicros) => {
    const view: ClusterView = {
      ...world.view,
      nodes,
      nowMicros: world.view.nowMicros + laterMicros,
    };
    const scheduling = { ...DEFAULT_SCHEDULING, ...given.options };
    const { maxInstanceTypes = MAX_INSTANCE_TYPES, podDeletionCostManagement = false } =
      given.options ?? {};
    return new ClusterDisruption(new SchedulingGround(view, world.requests, scheduling), {
      startTimeMs: 0,
      isQueued: () => false,
      managesDeletionCost: podDeletionCostManagement,
      maxInstanceTypes,
    });
  };
}

/** What the methods say of nodes and pools. */
class Said implements MethodEvents {
  readonly reasons = new Map<string, string[]>();
  readonly blockedNodes = new Map<string, string[]>();
  readonly blockedPools = new Set<string>();

  unconsolidatable(node: string, reason: string): void {
    note(this.reasons, node, reason);
  }

  blocked(node: string, reason: string): void {
    note(this.blockedNodes, node, reason);
  }

  budgetBlocked(pool: string): void {
    this.blockedPools.add(pool);
  }
}

/** The first part of a text: what it is about is left out. */
const firstPart = (text: string): string =>
  text.replace(/ \(\S+=.*$/, "").replace(/, \S+\/\S+ => .*$/, "");

function note(texts: Map<string, string[]>, node: string, text: string): void {
  const known = texts.get(node) ?? [];
  if (!known.includes(firstPart(text))) texts.set(node, [...known, firstPart(text)]);
}

const podNames = (pods: readonly PodVersion[]) => pods.map(podName);

function commandShown(command: Command, most: number): Readonly<Record<string, unknown>> {
  const { candidates, replacements, moved } = command;
  return {
    decision: replacements.length > 0 ? "replace" : "delete",
    nodes: candidates.map(({ node }) => node.name),
    savings: savingsOf(command),
    ...(replacements.length === 0
      ? {}
      : { replacements: replacements.map((one) => claimShown(one, nodeClaimPlan(one, most))) }),
    ...(moved.size === 0
      ? {}
      : { movedTo: Object.fromEntries([...moved].map(([node, pods]) => [node, podNames(pods)])) }),
  };
}

interface Outcome {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly acts: boolean;
  readonly said: Said;
}

function runMethod(
  name: Method["name"],
  given: DisruptionGiven,
  worlds: (laterMicros: number) => ClusterDisruption,
): Outcome {
  const said = new Said();
  const spotToSpot = given.options?.spotToSpotConsolidation === true;
  const method = methodsOf(said, { spotToSpot }).find((one) => one.name === name)!;
  const round = roundOf(method, worlds(0), said);
  const proposed = round === null ? null : method.propose(round).command;
  const command =
    proposed === null || method.validate === null
      ? proposed
      : method.validate(proposed, worlds(VALIDATION_MICROS));
  const most = given.options?.maxInstanceTypes ?? MAX_INSTANCE_TYPES;
  const { reasons, blockedPools } = said;
  const shown = {
    eligible: (round?.candidates ?? []).map(({ node }) => node.name),
    ...(round === null ? {} : { budget: Object.fromEntries(round.left) }),
    ...(blockedPools.size === 0 ? {} : { budgetBlocked: [...blockedPools] }),
    commands: command === null ? [] : [commandShown(command, most)],
    ...(reasons.size === 0 ? {} : { reasons: Object.fromEntries(reasons) }),
  };
  return { shown, acts: command !== null, said };
}

export const blockedShown = (blocked: readonly Blocked[]): ReadonlyMap<string, string[]> => {
  const texts = new Map<string, string[]>();
  for (const { node, reason } of blocked) note(texts, node, reason);
  return texts;
};

const ORDER = ["emptiness", "drift", "multi", "single"] as const;

function conditionsShown(worlds: ReturnType<typeof disruptionWorlds>) {
  const claims = worlds(0).ground.view.nodes.flatMap(({ nodeClaim }) => nodeClaim ?? []);
  const of = (type: string) =>
    claims.flatMap((claim) => {
      const condition = claimCondition(claim, type);
      return condition?.status === "True" ? [[claim.name, condition.reason] as const] : [];
    });
  return {
    consolidatable: of("Consolidatable").map(([name]) => name),
    drifted: Object.fromEntries(of("Drifted")),
  };
}

const consolidation = karpenterSuite<DisruptionGiven>((given) => {
  const worlds = disruptionWorlds(given);
  const methods = ORDER.filter((name) => given.methods?.includes(name) ?? true);
  const outcomes = methods.map((name) => [name, runMethod(name, given, worlds)] as const);
  const driftBlocked = new Map(blockedShown(worlds(0).candidates("eventual").blocked));
  for (const [name, { said }] of outcomes) {
    if (name !== "drift") continue;
    for (const [node, texts] of said.blockedNodes) driftBlocked.set(node, texts);
  }
  return {
    ...conditionsShown(worlds),
    blocked: Object.fromEntries(blockedShown(worlds(0).candidates("graceful").blocked)),
    blockedForDrift: Object.fromEntries(driftBlocked),
    acts: outcomes.find(([, { acts }]) => acts)?.[0] ?? "none",
    ...Object.fromEntries(outcomes.map(([name, { shown }]) => [name, shown])),
  };
});

export const consolidationSuites: Area = { consolidation };
