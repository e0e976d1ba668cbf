import type { Area } from "../controllers/suite.js";
import { disruptionSuites } from "./karpenter-disruption.js";

export const karpenterArea: Area = { ...disruptionSuites };
