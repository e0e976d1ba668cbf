import type { Area } from "../controllers/suite.js";
import { consolidationSuites } from "./karpenter-consolidation.js";
import { disruptionSuites } from "./karpenter-disruption.js";
import { provisioningSuites } from "./karpenter-provisioning.js";
import { requirementSuites } from "./karpenter-requirements.js";

export const karpenterArea: Area = {
  ...requirementSuites,
  ...provisioningSuites,
  ...disruptionSuites,
  ...consolidationSuites,
};
