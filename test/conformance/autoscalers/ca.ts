import type { Area } from "../controllers/suite.js";
import { backoffSuites } from "./ca-backoff.js";
import { drain } from "./ca-drain.js";
import { loops } from "./ca-loops.js";
import { scaleup } from "./ca-scaleup.js";
import { utilization } from "./ca-utilization.js";

export const clusterAutoscalerArea: Area = {
  ...backoffSuites,
  drain,
  loop: loops,
  scaledown: loops,
  scaleup,
  utilization,
};
