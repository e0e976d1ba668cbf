import { labelOf } from "../../api/label-of.js";
import type { Selector } from "../../api/label-selector.js";
import { type AffinityTerm, termMatches } from "../framework/affinity-term.js";
import { type Listers, namespaceLabels } from "../framework/listers.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { noLabelText, requirementText } from "./node-choice.js";
import { listText, nodesText, roomText } from "./node-text.js";
import { isOfOtherTemplate, ownerText } from "./owner-text.js";
import type { Ruled } from "./ruled.js";

const MAX_NAMED = 3;

/** Its own wish to be near other pods. */
export function nearAdvice({ framework, pod, nodes }: Ruled): string {
  const { listers, snapshot } = framework;
  const terms = pod.template.requiredAffinityTerms;
  const wish = terms.map((term) => placeText(term, pod, listers)).join(", and ");
  const wanted = terms.map((term) => whereText(term, { pod, all: snapshot.nodes, listers }));
  return `${roomText(nodes)} would take it if the pod did not have to be ${wish}. ${[...new Set(wanted)].join(" ")}`;
}

/** Whether the pod must be near `other`, or such as it. */
export function mustBeNear(pod: PodInfo, other: PodInfo, listers: Listers): boolean {
  const terms = pod.template.requiredAffinityTerms;
  return terms.length > 0 && terms.every((term) => isOf(term, other, listers));
}

/** Where the pods are that a term wants near. */
function whereText(
  term: AffinityTerm,
  { pod, all, listers }: { pod: PodInfo; all: readonly NodeInfo[]; listers: Listers },
): string {
  if (term.selector.matchesNothing) return "Give the rule a labelSelector, or take it away.";
  if (all.every(({ labels }) => labelOf(labels, term.topologyKey) === undefined)) {
    return `${noLabelText(term.topologyKey, all)} It is the rule's topologyKey: correct it, or label the nodes.`;
  }
  const places = all.filter((node) => node.pods.some((other) => isOf(term, other, listers)));
  if (places.length > 0) return `There are such pods on ${nodesText(places)}.`;
  const others = all
    .flatMap((node) => node.pods)
    .filter((other) => term.selector.matches(other.pod.labels))
    .map((other) => other.pod.namespace);
  const which = labelledText("pods", term.selector);
  const where = namespacesText(term, pod.pod.namespace);
  if (others.length === 0) {
    return `There are no ${which}${where} on any node: start one, or correct the rule.`;
  }
  const elsewhere = listText([...new Set(others)].sort(), MAX_NAMED);
  return `There are no ${which}${where || " in its own namespace"} on any node, only in ${elsewhere}, of which the rule does not speak: start one, or correct the rule (namespaces, namespaceSelector).`;
}

/** Its own wish to be far from other pods. */
export function farAdvice({ framework, pod, nodes }: Ruled): string {
  const { listers } = framework;
  // A label that none of the nodes has keeps it from none.
  const terms = pod.template.requiredAntiAffinityTerms.filter(({ topologyKey }) =>
    nodes.some(({ labels }) => labelOf(labels, topologyKey) !== undefined),
  );
  const wish = terms.map((term) => placeText(term, pod, listers)).join(", nor ");
  const isOwn = terms.every((term) => isOf(term, pod, listers));
  const help = isOwn
    ? "Its own siblings are such pods, so each needs a place of its own: add a place, ask for fewer replicas, or make the rule a preferred one."
    : "Move those pods, or make the rule a preferred one.";
  const older = nodes
    .flatMap((node) => node.pods)
    .filter((other) => isOfOtherTemplate(pod.pod, other.pod))
    .map((other) => other.pod.name);
  const update =
    older.length === 0
      ? ""
      : ` ${ownerText(pod.pod)}'s own old pods hold places (${listText(older, MAX_NAMED)}), and a rolling update keeps them until new ones are ready: let it take them away first (maxSurge: 0 and maxUnavailable: 1).`;
  return `${roomText(nodes)} would take it if the pod did not have to avoid being ${wish}. ${help}${update}`;
}

/** Others' wish to be far from it. */
export function avoidedAdvice({ framework, pod, nodes }: Ruled): string {
  const { listers, snapshot } = framework;
  const refused = new Domains(nodes);
  const avoiding = snapshot.nodes.flatMap((node) =>
    node.podsWithRequiredAntiAffinity.filter(({ template }) =>
      template.requiredAntiAffinityTerms.some(
        (term) => isOf(term, pod, listers) && refused.include(term.topologyKey, node),
      ),
    ),
  );
  const names = avoiding.map(({ pod: { namespace, name } }) =>
    namespace === pod.pod.namespace ? name : `${namespace}/${name}`,
  );
  return `${roomText(nodes)} would take it, but for pods that are there and must not be near it (their podAntiAffinity): ${listText(names, MAX_NAMED)}. Move those, or make their rule a preferred one.`;
}

/** The values that nodes have of labels. */
class Domains {
  private readonly byKey = new Map<string, ReadonlySet<string | undefined>>();

  constructor(private readonly nodes: readonly NodeInfo[]) {}

  include(key: string, { labels }: NodeInfo): boolean {
    let values = this.byKey.get(key);
    if (values === undefined) {
      values = new Set(this.nodes.map((node) => labelOf(node.labels, key)));
      this.byKey.set(key, values);
    }
    return labelOf(labels, key) !== undefined && values.has(labelOf(labels, key));
  }
}

function isOf(term: AffinityTerm, { pod }: PodInfo, listers: Listers): boolean {
  return termMatches(term, pod, namespaceLabels(listers, pod.namespace));
}

/** `on the same node as pods with app=web`. */
function placeText(term: AffinityTerm, pod: PodInfo, listers: Listers): string {
  const place = PLACES[term.topologyKey] ?? `on the same ${term.topologyKey}`;
  if (term.selector.matchesNothing) {
    return `${place} as pods of a rule without labelSelector, which no pod matches`;
  }
  const which = labelledText("pods", term.selector);
  return `${place} as ${which}${namespacesText(term, pod.pod.namespace, listers)}`;
}

const PLACES: Readonly<Record<string, string>> = {
  "kubernetes.io/hostname": "on the same node",
  "topology.kubernetes.io/zone": "in the same zone",
  "topology.kubernetes.io/region": "in the same region",
};

/** `pods with app=web`. */
function labelledText(things: string, { requirements }: Selector): string {
  if (requirements.length === 0) return things;
  const labels = requirements.map(({ key, operator, values }) =>
    requirementText({ key, operator, values: [...values] }),
  );
  return `${things} with ${labels.join(", ")}`;
}

/**
 * ` in t1 or in namespaces with team=b (t2, t3)`; with `listers` it says which those are. Nothing where
 * the term is about the pod's own namespace alone.
 */
function namespacesText(
  { namespaces, namespaceSelector }: AffinityTerm,
  own: string,
  listers?: Listers,
): string {
  if (namespaceSelector.matchesEverything) return " in any namespace";
  const named = [...namespaces];
  if (namespaceSelector.matchesNothing) {
    return named.length === 1 && named[0] === own ? "" : ` in ${named.join(", ")}`;
  }
  const labelled = labelledText("namespaces", namespaceSelector);
  return ` in ${[...named, labelled].join(" or in ")}${found(namespaceSelector, listers)}`;
}

function found(selector: Selector, listers: Listers | undefined): string {
  if (listers === undefined) return "";
  const names = listers.namespaces
    .list()
    .filter(({ labels }) => selector.matches(labels))
    .map(({ name }) => name);
  return names.length === 0 ? " (there is none)" : ` (${listText(names.sort(), MAX_NAMED)})`;
}
