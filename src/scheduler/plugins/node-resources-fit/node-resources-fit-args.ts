import { qualifiedNameErrors } from "../../../api/label-validation.js";
import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import { readResourceSpecs } from "../node-resources/resource-specs.js";
import type { NodeResourcesFitArgs } from "./node-resources-fit.js";
import type { ScoringStrategy, UtilizationShapePoint } from "./scoring-strategy.js";

const STRATEGIES = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"] as const;
const MAX_WEIGHT = 100;

function readShape(ratio: ObjectReader): readonly UtilizationShapePoint[] {
  const points = ratio.objects("shape", ["utilization", "score"]).map((point) => ({
    utilization: point.integer("utilization", { min: 0, max: 100 }) ?? 0,
    score: point.integer("score", { min: 0, max: 10 }) ?? 0,
    path: point.path,
  }));
  if (points.length === 0)
    ratio.issues.required(ratio.at("shape"), "at least one point must be specified");
  points.forEach(({ utilization, path }, i) => {
    if (i > 0 && utilization <= points[i - 1]!.utilization) {
      const detail = "utilization values must be sorted in increasing order";
      ratio.issues.invalid(`${path}.utilization`, utilization, detail);
    }
  });
  return points.map(({ utilization, score }) => ({ utilization, score }));
}

function readStrategy(args: ObjectReader | null): ScoringStrategy {
  const reader =
    args?.object("scoringStrategy", ["type", "resources", "requestedToCapacityRatio"]) ?? null;
  const type = reader?.string("type") ?? "LeastAllocated";
  reader?.issues.oneOf(reader.at("type"), type, STRATEGIES);
  const resources = readResourceSpecs(reader, MAX_WEIGHT);
  const strategy = STRATEGIES.find((name) => name === type) ?? "LeastAllocated";
  const ratio = reader?.object("requestedToCapacityRatio", ["shape"]) ?? null;
  if (strategy !== "RequestedToCapacityRatio" || reader === null) {
    return { type: strategy, resources };
  }
  if (ratio === null) {
    reader.issues.required(reader.at("requestedToCapacityRatio"), "the ratio needs a shape");
    return { type: strategy, resources };
  }
  return { type: strategy, resources, requestedToCapacityRatio: { shape: readShape(ratio) } };
}

export const nodeResourcesFitArgs: ArgsReader = {
  fields: ["ignoredResources", "ignoredResourceGroups", "scoringStrategy"],
  read(args): NodeResourcesFitArgs {
    const ignoredResources = args?.strings("ignoredResources") ?? [];
    const ignoredResourceGroups = args?.strings("ignoredResourceGroups") ?? [];
    ignoredResources.forEach((name, i) => {
      args?.issues.invalidFor(
        `${args.at("ignoredResources")}[${i}]`,
        name,
        qualifiedNameErrors(name),
      );
    });
    ignoredResourceGroups.forEach((group, i) => {
      const path = `${args?.at("ignoredResourceGroups")}[${i}]`;
      if (group.includes("/")) {
        args?.issues.invalid(path, group, "resource group name can't contain '/'");
      } else {
        args?.issues.invalidFor(path, group, qualifiedNameErrors(group));
      }
    });
    return { ignoredResources, ignoredResourceGroups, scoringStrategy: readStrategy(args) };
  },
};
