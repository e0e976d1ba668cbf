import type { NodeSelector } from "../../../api/kubernetes.js";
import { CompiledNodeSelector, type NodeIdentity } from "../../../api/node-selector.js";

/** Whether a node is one that the selector of a slice, a device or an allocation takes in. */
export function matchesNodeSelector(selector: NodeSelector, node: NodeIdentity): boolean {
  return nameOf(selector) === undefined
    ? new CompiledNodeSelector(selector).matches(node)
    : nameOf(selector) === node.name;
}

/** The one node of a selector that names it, as the scheduler writes it into allocations. */
function nameOf({ nodeSelectorTerms = [] }: NodeSelector): string | undefined {
  const [term] = nodeSelectorTerms;
  const fields = term?.matchFields ?? [];
  const isName =
    nodeSelectorTerms.length === 1 &&
    (term?.matchExpressions ?? []).length === 0 &&
    fields.length === 1 &&
    fields[0]!.key === "metadata.name" &&
    fields[0]!.operator === "In";
  const values = isName ? (fields[0]!.values ?? []) : [];
  return values.length === 1 ? values[0] : undefined;
}

/** A selector of one node by its name. */
export function onlyNode(name: string): NodeSelector {
  const field = { key: "metadata.name", operator: "In", values: [name] };
  return { nodeSelectorTerms: [{ matchFields: [field] }] };
}
