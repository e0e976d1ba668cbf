import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { DefaultPreemptionArgs } from "./default-preemption.js";

export const defaultPreemptionArgs: ArgsReader = {
  fields: ["minCandidateNodesPercentage", "minCandidateNodesAbsolute"],
  read(args): DefaultPreemptionArgs {
    const anyCount = { min: 0, max: Number.MAX_SAFE_INTEGER };
    const read: DefaultPreemptionArgs = {
      minCandidateNodesPercentage:
        args?.integer("minCandidateNodesPercentage", { min: 0, max: 100 }) ?? 10,
      minCandidateNodesAbsolute: args?.integer("minCandidateNodesAbsolute", anyCount) ?? 100,
    };
    if (read.minCandidateNodesPercentage === 0 && read.minCandidateNodesAbsolute === 0) {
      const detail = "cannot be zero at the same time as minCandidateNodesAbsolute";
      args?.issues.invalid(args.at("minCandidateNodesPercentage"), 0, detail);
    }
    return read;
  },
};
