import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import { readResourceSpecs } from "../node-resources/resource-specs.js";
import type { NodeResourcesBalancedAllocationArgs } from "./node-resources-balanced-allocation.js";

export const balancedAllocationArgs: ArgsReader = {
  fields: ["resources"],
  /** Weights other than 1 are refused: the balance has none. */
  read: (args): NodeResourcesBalancedAllocationArgs => ({ resources: readResourceSpecs(args, 1) }),
};
