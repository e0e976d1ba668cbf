import { labelOf } from "../../api/label-of.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import { PodTopologySpread } from "../plugins/pod-topology-spread/pod-topology-spread.js";
import {
  countMatchingPods,
  hasAllKeys,
  includesNode,
  type SpreadConstraint,
} from "../plugins/pod-topology-spread/spread-constraint.js";
import { listText, roomText } from "./node-text.js";
import type { Ruled } from "./ruled.js";

const MAX_NAMED = 3;

/** A constraint that refuses nodes, and how many of the pods it counts are where. */
interface Skew {
  readonly constraint: SpreadConstraint;
  /** All domains that count. */
  readonly counts: ReadonlyMap<string, number>;
  /** Those of the refused nodes that have too many for one more. */
  readonly full: readonly string[];
  readonly fewest: number;
  /** Whether the fewest would be enough, were there not fewer domains than minDomains. */
  readonly isForDomains: boolean;
}

/** Its wish to be spread evenly over domains. */
export function spreadAdvice({ framework, pod, nodes }: Ruled): string {
  const constraints = hardConstraints(framework, pod);
  const unlabelled = constraints.filter(({ topologyKey }) =>
    nodes.some(({ labels }) => labelOf(labels, topologyKey) === undefined),
  );
  const all = framework.snapshot.nodes.filter((node) => hasAllKeys(node, constraints));
  const skews = constraints
    .map((constraint) => skewOf(constraint, { pod, nodes, all }))
    .filter(({ full }) => full.length > 0);
  if (skews.length === 0 && unlabelled.length > 0) {
    const keys = unlabelled.map(({ topologyKey }) => topologyKey).join(", ");
    return `${roomText(nodes)} would take it if they had the label ${keys}, over which it is to be spread (DoNotSchedule).`;
  }
  const whose =
    (pod.template.spec.topologySpreadConstraints ?? []).length > 0
      ? "topologySpreadConstraints"
      : "the defaultConstraints of the scheduler's profile";
  return [
    `${roomText(nodes)} would take it if the pod were not to be spread evenly (${whose}, DoNotSchedule).`,
    ...skews.map(skewText),
    helpText(skews),
  ].join(" ");
}

function hardConstraints({ filterPlugins }: Framework, pod: PodInfo): readonly SpreadConstraint[] {
  const plugin = filterPlugins.find((one) => one instanceof PodTopologySpread);
  return plugin?.constraints(pod, "DoNotSchedule") ?? [];
}

function skewOf(
  constraint: SpreadConstraint,
  where: { pod: PodInfo; nodes: readonly NodeInfo[]; all: readonly NodeInfo[] },
): Skew {
  const { topologyKey, maxSkew, minDomains, selector } = constraint;
  const { pod, nodes, all } = where;
  const counts = new Map<string, number>();
  for (const node of all) {
    if (!includesNode(constraint, pod, node)) continue;
    const domain = labelOf(node.labels, topologyKey)!;
    const pods = countMatchingPods(node, constraint, pod.pod.namespace);
    counts.set(domain, (counts.get(domain) ?? 0) + pods);
  }
  const fewest = Math.min(...counts.values());
  const isForDomains = counts.size < minDomains && fewest > 0;
  const own = selector.matches(pod.pod.labels) ? 1 : 0;
  const most = maxSkew + (isForDomains ? 0 : fewest) - own;
  const full = nodes
    .map(({ labels }) => labelOf(labels, topologyKey) ?? "")
    .filter((domain) => (counts.get(domain) ?? 0) > most);
  return { constraint, counts, full: [...new Set(full)].sort(), fewest, isForDomains };
}

/** `Over topology.kubernetes.io/zone (maxSkew 1) there are 3 in a, and 2 in b: the next must go there.` */
function skewText({ constraint, counts, full, fewest, isForDomains }: Skew): string {
  const { topologyKey, maxSkew, minDomains } = constraint;
  const most = listText(
    full.map((domain) => `${counts.get(domain) ?? 0} in ${domain}`),
    MAX_NAMED,
  );
  const there = `there ${counts.get(full[0]!) === 1 ? "is" : "are"} ${most}`;
  if (isForDomains) {
    const domains = listText([...counts.keys()].sort(), MAX_NAMED);
    return `Over ${topologyKey} (maxSkew ${maxSkew}, minDomains ${minDomains}) ${there}. There ${counts.size === 1 ? "is only 1 domain" : `are only ${counts.size} domains`} (${domains}), and with fewer than ${minDomains} the fewest counts as 0, so that each takes ${maxSkew} at most.`;
  }
  const least = [...counts].filter(([, count]) => count === fewest).map(([domain]) => domain);
  return `Over ${topologyKey} (maxSkew ${maxSkew}) ${there}, and ${fewest} in ${listText(least.sort(), MAX_NAMED)}: the next must go there.`;
}

function helpText(skews: readonly Skew[]): string {
  const helps = [
    ...(skews.some(({ isForDomains }) => isForDomains)
      ? ["add a node in a new domain", "lower minDomains"]
      : []),
    ...(skews.every(({ isForDomains }) => isForDomains)
      ? []
      : ["make room where there are the fewest"]),
    "raise maxSkew",
  ].join(", ");
  return `${helps[0]!.toUpperCase()}${helps.slice(1)}, or use ScheduleAnyway.`;
}
