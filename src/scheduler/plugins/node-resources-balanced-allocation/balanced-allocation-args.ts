import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import { readResourceSpecs } from "../node-resources/resource-specs.js";
import type { NodeResourcesBalancedAllocationArgs } from "./node-resources-balanced-allocation.js";

/** Weights other than 1 are refused: the balance has none. */
const RULES = { maxWeight: 1, weightDetail: () => "must be 1", repeats: false };

export const balancedAllocationArgs: ArgsReader = {
  fields: ["resources"],
  read: (args): NodeResourcesBalancedAllocationArgs => ({
    resources: readResourceSpecs(args, RULES),
  }),
};
