import type { Area } from "../../controllers/suite.js";
import { backoff } from "./backoff.js";
import { drain } from "./drain.js";
import { utilization } from "./utilization.js";

export const clusterAutoscalerArea: Area = { backoff, drain, utilization };
