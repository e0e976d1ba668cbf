import type { TopologySpreadConstraint } from "../../../api/kubernetes.js";
import { qualifiedNameErrors } from "../../../api/label-validation.js";
import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { PodTopologySpreadArgs } from "./pod-topology-spread.js";

const WHEN = ["DoNotSchedule", "ScheduleAnyway"];
const SKEW = { min: 1, max: 2 ** 31 - 1, detail: "not in valid range (0, inf)" };
const FIELDS = [
  "maxSkew",
  "topologyKey",
  "whenUnsatisfiable",
  "labelSelector",
  "minDomains",
  "nodeAffinityPolicy",
  "nodeTaintsPolicy",
  "matchLabelKeys",
];

function readConstraint(reader: ObjectReader): TopologySpreadConstraint {
  const { issues } = reader;
  if (reader.raw("maxSkew") === undefined) issues.invalid(reader.at("maxSkew"), 0, SKEW.detail);
  const maxSkew = reader.integer("maxSkew", SKEW) ?? 1;
  const topologyKey = reader.string("topologyKey") ?? "";
  if (topologyKey === "") issues.required(reader.at("topologyKey"), "can not be empty");
  else issues.invalidFor(reader.at("topologyKey"), topologyKey, qualifiedNameErrors(topologyKey));
  const when = reader.string("whenUnsatisfiable") ?? "";
  if (when === "") issues.required(reader.at("whenUnsatisfiable"), "can not be empty");
  else issues.oneOf(reader.at("whenUnsatisfiable"), when, WHEN);
  if (reader.raw("labelSelector") !== undefined) {
    const detail = "constraint must not define a selector, as they deduced for each pod";
    issues.forbidden(reader.at("labelSelector"), detail);
  }
  return { maxSkew, topologyKey, whenUnsatisfiable: when };
}

export const podTopologySpreadArgs: ArgsReader = {
  fields: ["defaultConstraints", "defaultingType"],
  read(args): PodTopologySpreadArgs {
    if (args === null) return { defaultingType: "System", defaultConstraints: [] };
    const type = args.string("defaultingType") || "System";
    args.issues.oneOf(args.at("defaultingType"), type, ["System", "List"]);
    const readers = args.objects("defaultConstraints", FIELDS);
    if (type === "System" && readers.length > 0) {
      const detail = "must be List when .defaultConstraints are not empty";
      args.issues.invalid(args.at("defaultingType"), type, detail);
    }
    const defaultConstraints = readers.map(readConstraint);
    const seen = new Set<string>();
    defaultConstraints.forEach(({ topologyKey, whenUnsatisfiable }, i) => {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      if (seen.has(pair)) args.issues.duplicate(readers[i]!.path, pair);
      seen.add(pair);
    });
    return { defaultingType: type === "List" ? "List" : "System", defaultConstraints };
  },
};
