import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { type ControllerFlag, type FlagValues, flagValue } from "../controller.js";

const duration = (name: string, byDefault: TimeMicros, meaning: string): ControllerFlag => ({
  name: `horizontalPodAutoscaler${name}`,
  form: "duration",
  least: name === "SyncPeriod" ? 1 : 0,
  byDefault,
  meaning,
});

const SYNC_PERIOD = duration(
  "SyncPeriod",
  15 * MICROS_PER_SECOND,
  "How often each HorizontalPodAutoscaler is looked at.",
);
const DOWNSCALE_STABILIZATION = duration(
  "DownscaleStabilization",
  5 * MICROS_PER_MINUTE,
  "A target does not shrink below what was recommended within that time.",
);
const CPU_INITIALIZATION_PERIOD = duration(
  "CPUInitializationPeriod",
  5 * MICROS_PER_MINUTE,
  "For so long after its start, the CPU use of a pod may not count.",
);
const INITIAL_READINESS_DELAY = duration(
  "InitialReadinessDelay",
  30 * MICROS_PER_SECOND,
  "A pod that was last not ready within that time of its start has never been ready.",
);
const TOLERANCE: ControllerFlag = {
  name: "horizontalPodAutoscalerTolerance",
  form: "number",
  least: 0,
  byDefault: 0.1,
  meaning: "How far from 1 the ratio of a metric to its target may lie without any change.",
};

export const HORIZONTAL_POD_AUTOSCALER_FLAGS: readonly ControllerFlag[] = [
  SYNC_PERIOD,
  DOWNSCALE_STABILIZATION,
  CPU_INITIALIZATION_PERIOD,
  INITIAL_READINESS_DELAY,
  TOLERANCE,
];

/** The flags as numbers. Source: kube-controller-manager, command line reference. */
export function autoscalerSettings(values: FlagValues | undefined) {
  return {
    syncPeriodMicros: flagValue(SYNC_PERIOD, values),
    downscaleStabilizationMicros: flagValue(DOWNSCALE_STABILIZATION, values),
    cpuInitializationMicros: flagValue(CPU_INITIALIZATION_PERIOD, values),
    initialReadinessDelayMicros: flagValue(INITIAL_READINESS_DELAY, values),
    tolerance: flagValue(TOLERANCE, values),
  };
}
