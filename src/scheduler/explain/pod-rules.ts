import { type AffinityTerm, termMatches } from "../framework/affinity-term.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import {
  compileConstraints,
  countMatchingPods,
  includesNode,
  type SpreadConstraint,
} from "../plugins/pod-topology-spread/spread-constraint.js";
import { requirementText } from "./node-choice.js";
import { listText, nodesText, roomText } from "./node-text.js";
import { areSiblings } from "./owner-text.js";

const MAX_NAMED = 3;
const NO_LABELS = Object.freeze({});

/** Nodes that a rule about other pods keeps the pod from. */
interface Ruled {
  readonly framework: Framework;
  readonly pod: PodInfo;
  readonly nodes: readonly NodeInfo[];
}

/** Its own wish to be near other pods. */
export function nearAdvice({ framework, pod, nodes }: Ruled): string {
  const terms = pod.template.requiredAffinityTerms;
  const all = framework.snapshot.nodes;
  const wish = terms.map(placeText).join(", and ");
  const wanted = terms.flatMap((term) => {
    const places = all.filter((node) => node.pods.some((other) => isOf(term, other)));
    if (places.length > 0) return [`There are such pods on ${nodesText(places)}.`];
    return [`There are no ${podsText(term)} on any node: start one, or correct the rule.`];
  });
  return `${roomText(nodes)} would take it if the pod did not have to be ${wish}. ${[...new Set(wanted)].join(" ")}`;
}

/** Its own wish to be far from other pods. */
export function farAdvice({ pod, nodes }: Ruled): string {
  const terms = pod.template.requiredAntiAffinityTerms;
  const wish = terms.map(placeText).join(", nor ");
  const isOwn = terms.every((term) => isOf(term, pod));
  const help = isOwn
    ? "Its own siblings are such pods, so each needs a place of its own: add a place, ask for fewer replicas, or make the rule a preferred one."
    : "Move those pods, or make the rule a preferred one.";
  return `${roomText(nodes)} would take it if the pod did not have to avoid being ${wish}. ${help}`;
}

/** Others' wish to be far from it. */
export function avoidedAdvice({ framework, pod, nodes }: Ruled): string {
  const avoiding = framework.snapshot.nodes.flatMap((node) =>
    node.podsWithRequiredAntiAffinity.filter(({ template }) =>
      template.requiredAntiAffinityTerms.some((term) => isOf(term, pod)),
    ),
  );
  const names = listText(
    avoiding.map((other) => other.pod.name),
    MAX_NAMED,
  );
  return `${roomText(nodes)} would take it, but for pods that are there and must not be near it (their podAntiAffinity): ${names}. Move those, or make their rule a preferred one.`;
}

/** Ports of the node itself that it asks for, and others hold. */
export function portAdvice({ pod, nodes }: Ruled): string {
  const ports = pod.template.hostPorts.map(({ port, protocol }) => `${port}/${protocol}`);
  const holders = nodes.flatMap((node) =>
    node.pods.filter(({ template }) =>
      template.hostPorts.some(({ port }) =>
        pod.template.hostPorts.some((wanted) => wanted.port === port),
      ),
    ),
  );
  const isOwn = holders.length > 0 && holders.every((other) => areSiblings(other.pod, pod.pod));
  const help = isOwn
    ? "Its own siblings hold it, and each node has it once: ask for fewer replicas, add a node, or do without hostPort (a Service needs none)."
    : `Held by ${listText([...new Set(holders.map((other) => other.pod.name))], MAX_NAMED)}: move those, or do without hostPort (a Service needs none).`;
  return `${roomText(nodes)} would take it, but the pod's host port ${ports.join(", ")} is taken there. ${help}`;
}

/** Its wish to be spread evenly over domains. */
export function spreadAdvice({ framework, pod, nodes }: Ruled): string {
  const constraints = hardConstraints(framework, pod);
  const broken = constraints.flatMap((constraint) => skewText(framework, pod, constraint, nodes));
  const unlabelled = constraints.filter(({ topologyKey }) =>
    nodes.some(({ labels }) => labels[topologyKey] === undefined),
  );
  if (broken.length === 0 && unlabelled.length > 0) {
    const keys = unlabelled.map(({ topologyKey }) => topologyKey).join(", ");
    return `${roomText(nodes)} would take it if they had the label ${keys}, over which it is to be spread (DoNotSchedule).`;
  }
  return [
    `${roomText(nodes)} would take it if the pod were not to be spread evenly (topologySpreadConstraints, DoNotSchedule).`,
    ...broken,
    "Make room where there are the fewest, raise maxSkew, or use ScheduleAnyway.",
  ].join(" ");
}

function hardConstraints({ features }: Framework, pod: PodInfo): readonly SpreadConstraint[] {
  const given = pod.template.spec.topologySpreadConstraints ?? [];
  return compileConstraints(given, "DoNotSchedule", pod.pod.labels, features);
}

/** `Over topology.kubernetes.io/zone (maxSkew 1) there are 3 in a, and 2 in b, the fewest.` */
function skewText(
  framework: Framework,
  pod: PodInfo,
  constraint: SpreadConstraint,
  nodes: readonly NodeInfo[],
): readonly string[] {
  const { topologyKey, maxSkew } = constraint;
  const counts = new Map<string, number>();
  for (const node of framework.snapshot.nodes) {
    const domain = node.labels[topologyKey];
    if (domain === undefined || !includesNode(constraint, pod, node)) continue;
    const pods = countMatchingPods(node, constraint, pod.pod.namespace);
    counts.set(domain, (counts.get(domain) ?? 0) + pods);
  }
  const fewest = Math.min(...counts.values());
  const full = [...new Set(nodes.map(({ labels }) => labels[topologyKey] ?? ""))]
    .filter((domain) => (counts.get(domain) ?? 0) + 1 - fewest > maxSkew)
    .sort();
  if (full.length === 0) return [];
  const most = full.map((domain) => `${counts.get(domain) ?? 0} in ${domain}`);
  const least = [...counts].filter(([, count]) => count === fewest).map(([domain]) => domain);
  return [
    `Over ${topologyKey} (maxSkew ${maxSkew}) there ${counts.get(full[0]!) === 1 ? "is" : "are"} ${listText(most, MAX_NAMED)}, and ${fewest} in ${listText(least.sort(), MAX_NAMED)}: the next must go there.`,
  ];
}

function isOf(term: AffinityTerm, { pod }: PodInfo): boolean {
  return termMatches(term, pod, NO_LABELS);
}

/** `on the same node as pods with app=web`. */
function placeText(term: AffinityTerm): string {
  const place = PLACES[term.topologyKey] ?? `on the same ${term.topologyKey}`;
  return `${place} as ${podsText(term)}`;
}

const PLACES: Readonly<Record<string, string>> = {
  "kubernetes.io/hostname": "on the same node",
  "topology.kubernetes.io/zone": "in the same zone",
  "topology.kubernetes.io/region": "in the same region",
};

function podsText({ selector, namespaces }: AffinityTerm): string {
  const labels = selector.requirements.map(({ key, operator, values }) =>
    requirementText({ key, operator, values: [...values] }),
  );
  const which = labels.length === 0 ? "pods" : `pods with ${labels.join(", ")}`;
  const named = [...namespaces];
  return named.length === 1 ? which : `${which} in ${named.join(", ")}`;
}
