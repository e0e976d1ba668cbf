import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { InterPodAffinityArgs } from "./affinity-score.js";

export const interPodAffinityArgs: ArgsReader = {
  fields: ["hardPodAffinityWeight", "ignorePreferredTermsOfExistingPods"],
  since: { ignorePreferredTermsOfExistingPods: 27 },
  read: (args): InterPodAffinityArgs => ({
    hardPodAffinityWeight: args?.integer("hardPodAffinityWeight", { min: 0, max: 100 }) ?? 1,
    ignorePreferredTermsOfExistingPods:
      args?.boolean("ignorePreferredTermsOfExistingPods") ?? false,
  }),
};
