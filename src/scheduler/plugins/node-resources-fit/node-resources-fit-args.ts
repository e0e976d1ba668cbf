import { qualifiedNameErrors } from "../../../api/label-validation.js";
import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import { readResourceSpecs } from "../node-resources/resource-specs.js";
import type { NodeResourcesFitArgs } from "./node-resources-fit.js";
import { readShape } from "../node-resources/utilization-shape.js";
import type { ScoringStrategy } from "./scoring-strategy.js";

const STRATEGIES = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"] as const;
const RESOURCES = {
  maxWeight: 100,
  weightDetail: (name: string) => `resource weight of ${name} not in valid range (0, 100]`,
  repeats: true,
};
/** The version from which a ratio beside another strategy is refused (pull request 132120). */
const STRICT_RATIO_SINCE = 34;

function readStrategy(args: ObjectReader | null, minor: number): ScoringStrategy {
  const fields = ["type", "resources", "requestedToCapacityRatio"];
  const reader = args?.object("scoringStrategy", fields) ?? null;
  const resources = readResourceSpecs(reader, RESOURCES);
  if (reader === null) return { type: "LeastAllocated", resources };
  const type = reader.string("type") ?? "";
  reader.issues.oneOf(reader.at("type"), type, STRATEGIES);
  const strategy = STRATEGIES.find((name) => name === type) ?? "LeastAllocated";
  const ratio = reader.object("requestedToCapacityRatio", ["shape"]);
  const at = reader.at("requestedToCapacityRatio");
  const isRatio = type === "RequestedToCapacityRatio";
  if (isRatio && ratio === null) {
    reader.issues.required(at, "must be specified when type is RequestedToCapacityRatio");
  } else if (!isRatio && ratio !== null && minor >= STRICT_RATIO_SINCE) {
    reader.issues.forbidden(at, "must be nil when type is not RequestedToCapacityRatio");
  }
  const shape = ratio === null ? [] : readShape(ratio);
  const own = isRatio ? { requestedToCapacityRatio: { shape } } : {};
  return { type: strategy, resources, ...own };
}

function readIgnored(args: ObjectReader) {
  const ignoredResources = args.strings("ignoredResources");
  ignoredResources.forEach((name, i) => {
    const path = `${args.at("ignoredResources")}[${i}]`;
    args.issues.invalidFor(path, name, qualifiedNameErrors(name));
  });
  const ignoredResourceGroups = args.strings("ignoredResourceGroups");
  ignoredResourceGroups.forEach((group, i) => {
    const path = `${args.at("ignoredResourceGroups")}[${i}]`;
    if (group.includes("/")) {
      args.issues.invalid(path, group, "resource group name can't contain '/'");
    }
    args.issues.invalidFor(path, group, qualifiedNameErrors(group));
  });
  return { ignoredResources, ignoredResourceGroups };
}

export const nodeResourcesFitArgs: ArgsReader = {
  fields: ["ignoredResources", "ignoredResourceGroups", "scoringStrategy"],
  read(args, minor): NodeResourcesFitArgs {
    const nothing = { ignoredResources: [], ignoredResourceGroups: [] };
    const ignored = args === null ? nothing : readIgnored(args);
    return { ...ignored, scoringStrategy: readStrategy(args, minor) };
  },
};
