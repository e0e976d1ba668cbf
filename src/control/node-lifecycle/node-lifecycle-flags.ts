import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../base/time.js";
import { type ControllerFlag, type FlagValues, flagValue } from "../controller.js";
import type { EvictionRates } from "./zone-state.js";

const duration = (name: string, byDefault: number, meaning: string): ControllerFlag => ({
  name,
  form: "duration",
  least: 1,
  byDefault,
  meaning,
});

const PERIOD = duration(
  "nodeMonitorPeriod",
  5 * MICROS_PER_SECOND,
  "How often the health of all nodes is looked at.",
);
const GRACE_PERIOD: ControllerFlag = {
  ...duration(
    "nodeMonitorGracePeriod",
    50 * MICROS_PER_SECOND,
    "A node that has not been heard of for so long is Unknown; 40 s before v1.32.",
  ),
  formerly: { before: 32, value: 40 * MICROS_PER_SECOND },
};
const STARTUP_GRACE_PERIOD = duration(
  "nodeStartupGracePeriod",
  MICROS_PER_MINUTE,
  "The same of a node that has never reported its status.",
);
const EVICTION_RATE: ControllerFlag = {
  name: "nodeEvictionRate",
  form: "number",
  least: 0,
  byDefault: 0.1,
  meaning: "Nodes a second, of a zone, that get a NoExecute taint when they are not ready.",
};
const SECONDARY_RATE: ControllerFlag = {
  name: "secondaryNodeEvictionRate",
  form: "number",
  least: 0,
  byDefault: 0.01,
  meaning:
    "The same while so many nodes of a large zone are not ready that it counts as unhealthy.",
};
const UNHEALTHY_THRESHOLD: ControllerFlag = {
  name: "unhealthyZoneThreshold",
  form: "number",
  least: 0,
  byDefault: 0.55,
  meaning: "The share of a zone's nodes, at least three, that must not be ready for that.",
};
const LARGE_THRESHOLD: ControllerFlag = {
  name: "largeClusterSizeThreshold",
  least: 0,
  byDefault: 50,
  meaning: "A zone of more nodes is large; in others nothing is evicted while they are unhealthy.",
};

export const NODE_LIFECYCLE_FLAGS: readonly ControllerFlag[] = [
  PERIOD,
  GRACE_PERIOD,
  STARTUP_GRACE_PERIOD,
  EVICTION_RATE,
  SECONDARY_RATE,
  UNHEALTHY_THRESHOLD,
  LARGE_THRESHOLD,
];

/** The values of the flags. */
export interface NodeLifecycleConfig extends EvictionRates {
  readonly periodMicros: number;
  readonly gracePeriodMicros: number;
  readonly startupGracePeriodMicros: number;
  readonly unhealthyZoneThreshold: number;
}

export function nodeLifecycleConfig(
  values: FlagValues | undefined,
  minor: number | undefined,
): NodeLifecycleConfig {
  const of = (flag: ControllerFlag) => flagValue(flag, values, minor);
  return {
    periodMicros: of(PERIOD),
    gracePeriodMicros: of(GRACE_PERIOD),
    startupGracePeriodMicros: of(STARTUP_GRACE_PERIOD),
    nodeEvictionRate: of(EVICTION_RATE),
    secondaryNodeEvictionRate: of(SECONDARY_RATE),
    unhealthyZoneThreshold: of(UNHEALTHY_THRESHOLD),
    largeClusterSizeThreshold: of(LARGE_THRESHOLD),
  };
}
