import type { Area } from "../controllers/suite.js";
import { disruptionSuites } from "./karpenter-disruption.js";
import { requirementSuites } from "./karpenter-requirements.js";

export const karpenterArea: Area = { ...requirementSuites, ...disruptionSuites };
