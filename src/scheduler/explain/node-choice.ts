import { labelOf } from "../../api/label-of.js";
import type { NodeSelectorRequirement, PodSpec } from "../../api/kubernetes.js";
import type { NodeInfo } from "../framework/node-info.js";
import { meantText } from "./near-name.js";
import { listText, roomText } from "./node-text.js";

const MAX_VALUES = 5;
/** Labels that say what a node is: nobody should write others to please a pod. */
const WELL_KNOWN = /(?:^|\.)(?:kubernetes\.io|k8s\.io)\//;

/**
 * A pod that asks for other nodes than these: what it asks for, what of that no node has, and what
 * could be changed.
 */
export function choiceAdvice(
  spec: PodSpec,
  nodes: readonly NodeInfo[],
  all: readonly NodeInfo[],
): string {
  const choice = choiceOf(spec);
  if (choice.length === 0) {
    return `${roomText(nodes)} are left out by the affinity that the scheduler's profile adds to each pod (addedAffinity).`;
  }
  const text = choice.map((term) => term.map(requirementText).join(" and ")).join(" or ");
  const nowhere = choice.flat().flatMap((requirement) => nowhereText(requirement, all) ?? []);
  const keys = choice.flat().map(({ key }) => key);
  const canLabel =
    nowhere.length === 0 && keys.every((key) => !WELL_KNOWN.test(key) && key !== "metadata.name");
  return [
    `${roomText(nodes)} would take it if the pod did not ask for ${text}.`,
    ...new Set(nowhere),
    canLabel
      ? "Label one of them so, or change its nodeSelector or node affinity."
      : "Change its nodeSelector or node affinity.",
  ].join(" ");
}

/** Alternatives, of which each is a list of requirements that all must hold. */
function choiceOf(spec: PodSpec): readonly (readonly NodeSelectorRequirement[])[] {
  const selector = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [];
  const alternatives = terms.map(({ matchExpressions = [], matchFields = [] }) => [
    ...selector,
    ...matchExpressions,
    ...matchFields,
  ]);
  if (alternatives.length > 0) return alternatives;
  return selector.length > 0 ? [selector] : [];
}

/** A sentence about a requirement that no node at all fulfils, as after a slip of the pen. */
function nowhereText(
  { key, operator, values = [] }: NodeSelectorRequirement,
  all: readonly NodeInfo[],
): string | null {
  if (operator !== "In" && operator !== "Exists") return null;
  const present =
    key === "metadata.name"
      ? new Set(all.map(({ name }) => name))
      : new Set(all.flatMap(({ labels }) => labelOf(labels, key) ?? []));
  if (present.size === 0) return noLabelText(key, all);
  if (operator === "Exists" || values.some((value) => present.has(value))) return null;
  const wanted = values.map((value) => `${key}=${value}`).join(" or ");
  return `No node has ${wanted}: they have ${listText([...present].sort(), MAX_VALUES)}.`;
}

/** That no node has a label of that key. */
export function noLabelText(key: string, all: readonly NodeInfo[]): string {
  const keys = [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))];
  return `No node has the label ${key}${meantText(key, keys, ".")}`;
}

export function requirementText({ key, operator, values = [] }: NodeSelectorRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in [${values.join(", ")}]`;
    case "NotIn":
      return `${key} not in [${values.join(", ")}]`;
    case "Exists":
      return `the label ${key}`;
    case "DoesNotExist":
      return `no label ${key}`;
    default:
      return `${key} ${operator === "Gt" ? "above" : "below"} ${values.join(", ")}`;
  }
}
