import type { NodeAffinity } from "../../../api/kubernetes.js";
import { CompiledNodeSelector, PreferredNodeTerms } from "../../../api/node-selector.js";
import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { NodeAffinityArgs } from "./node-affinity.js";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const TERM_FIELDS = ["matchExpressions", "matchFields"];
const REQUIREMENT_FIELDS = ["key", "operator", "values"];

/** Looks at types and names of a term; false if something is wrong. */
function checkTerm(term: ObjectReader): boolean {
  const before = term.issues.list.length;
  for (const list of TERM_FIELDS) {
    for (const requirement of term.objects(list, REQUIREMENT_FIELDS)) {
      if (requirement.string("key") === undefined) term.issues.required(requirement.at("key"));
      requirement.strings("values");
      requirement.string("operator");
    }
  }
  return term.issues.list.length === before;
}

function readRequired(affinity: ObjectReader): void {
  const required = affinity.object(REQUIRED, ["nodeSelectorTerms"]);
  if (required === null) return;
  const terms = required.objects("nodeSelectorTerms", TERM_FIELDS);
  if (terms.length === 0) {
    const detail = "must have at least one node selector term";
    required.issues.required(required.at("nodeSelectorTerms"), detail);
  }
  if (!terms.map(checkTerm).every(Boolean)) return;
  const selector = new CompiledNodeSelector(
    required.raw("nodeSelectorTerms") === undefined
      ? { nodeSelectorTerms: [] }
      : (affinity.raw(REQUIRED) as ConstructorParameters<typeof CompiledNodeSelector>[0]),
  );
  if (selector.error !== null) {
    required.issues.invalid(
      required.at("nodeSelectorTerms"),
      required.raw("nodeSelectorTerms"),
      selector.error.message,
    );
  }
}

function readPreferred(affinity: ObjectReader): void {
  const terms = affinity.objects(PREFERRED, ["weight", "preference"]);
  let good = true;
  for (const term of terms) {
    if (term.integer("weight", { min: 1, max: 100 }) === undefined) good = false;
    const preference = term.object("preference", TERM_FIELDS);
    good = preference !== null && checkTerm(preference) && good;
  }
  if (!good || terms.length === 0) return;
  const preferred = affinity.raw(PREFERRED) as ConstructorParameters<typeof PreferredNodeTerms>[0];
  const { error } = new PreferredNodeTerms(preferred);
  if (error !== null) affinity.issues.invalid(affinity.at(PREFERRED), preferred, error.message);
}

export const nodeAffinityArgs: ArgsReader = {
  fields: ["addedAffinity"],
  read(args): NodeAffinityArgs {
    const affinity = args?.object("addedAffinity", [REQUIRED, PREFERRED]) ?? null;
    if (args === null || affinity === null) return {};
    readRequired(affinity);
    readPreferred(affinity);
    return { addedAffinity: args.raw("addedAffinity") as NodeAffinity };
  },
};
