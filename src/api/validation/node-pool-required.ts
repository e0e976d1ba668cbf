import type {
  NodePoolSpecTemplateSpecNodeClassRef as NodeClassReference,
  NodePoolSpec,
} from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";

const POD_TEMPLATE = "spec.template.spec";

/**
 * Tells the fields that a NodePool cannot do without; false if one is missing, and what else is asked of it cannot be looked at.
 * Source: karpenter 1.15, `karpenter.sh_nodepools.yaml`.
 */
export function requireFields({ template }: NodePoolSpec, issues: FieldIssues): boolean {
  const missing = [...missingOf(template)];
  for (const path of missing) issues.required(path);
  return missing.length === 0;
}

function* missingOf(template: NodePoolSpec["template"]): Generator<string> {
  if (template == null) return yield "spec.template";
  if (template.spec == null) return yield POD_TEMPLATE;
  const { nodeClassRef, requirements, taints = [], startupTaints = [] } = template.spec;
  yield* missingOfClass(nodeClassRef);
  if (requirements == null) yield `${POD_TEMPLATE}.requirements`;
  for (const [i, { key, operator }] of (requirements ?? []).entries()) {
    if (key == null) yield `${POD_TEMPLATE}.requirements[${i}].key`;
    if (operator == null) yield `${POD_TEMPLATE}.requirements[${i}].operator`;
  }
  for (const [name, list] of Object.entries({ taints, startupTaints })) {
    for (const [i, { key, effect }] of list.entries()) {
      if (key == null) yield `${POD_TEMPLATE}.${name}[${i}].key`;
      if (effect == null) yield `${POD_TEMPLATE}.${name}[${i}].effect`;
    }
  }
}

function* missingOfClass(reference: NodeClassReference): Generator<string> {
  const path = `${POD_TEMPLATE}.nodeClassRef`;
  if (reference == null) return yield path;
  for (const field of ["group", "kind", "name"] as const) {
    if ((reference[field] ?? "") === "") yield `${path}.${field}`;
  }
}
