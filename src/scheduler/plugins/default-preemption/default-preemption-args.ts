import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { DefaultPreemptionArgs } from "./default-preemption.js";

const ANY_COUNT = { min: 0, max: 2 ** 31 - 1, detail: "not in valid range [0, inf)" };
const BOTH = [
  ["minCandidateNodesPercentage", "minCandidateNodesAbsolute"],
  ["minCandidateNodesAbsolute", "minCandidateNodesPercentage"],
] as const;

export const defaultPreemptionArgs: ArgsReader = {
  fields: ["minCandidateNodesPercentage", "minCandidateNodesAbsolute"],
  read(args): DefaultPreemptionArgs {
    const read: DefaultPreemptionArgs = {
      minCandidateNodesPercentage:
        args?.integer("minCandidateNodesPercentage", { min: 0, max: 100 }) ?? 10,
      minCandidateNodesAbsolute: args?.integer("minCandidateNodesAbsolute", ANY_COUNT) ?? 100,
    };
    if (read.minCandidateNodesPercentage === 0 && read.minCandidateNodesAbsolute === 0) {
      for (const [field, other] of BOTH) {
        args?.issues.invalid(args.at(field), 0, `cannot be zero at the same time as ${other}`);
      }
    }
    return read;
  },
};
