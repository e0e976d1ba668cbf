import { MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";

export interface DynamicResourcesArgs {
  /** How long PreBind waits until the devices of a pod are ready. */
  readonly bindingTimeoutMicros: TimeMicros;
}

/** Source: kube-scheduler configuration v1, DynamicResourcesArgs. */
const DEFAULT_BINDING_TIMEOUT_MICROS = 600 * MICROS_PER_SECOND;

const BINDING_TIMEOUT_SINCE = 35;

/** `filterTimeout` bounds the real time of a search, which is none here: it is checked alone. */
export const dynamicResourcesArgs: ArgsReader = {
  fields: ["filterTimeout", "bindingTimeout"],
  since: { filterTimeout: 34, bindingTimeout: BINDING_TIMEOUT_SINCE },
  read(args, minor, features): DynamicResourcesArgs {
    const given = (field: string): boolean => args !== null && args.raw(field) !== undefined;
    if (given("filterTimeout")) {
      if (!features.DRASchedulerFilterTimeout) {
        const detail = "the feature gate DRASchedulerFilterTimeout is off";
        args!.issues.forbidden(args!.at("filterTimeout"), detail);
      } else if ((args!.durationMicros("filterTimeout") ?? 0) < 0) {
        const value = args!.raw("filterTimeout");
        args!.issues.invalid(args!.at("filterTimeout"), value, "must be zero or positive");
      }
    }
    if (minor < BINDING_TIMEOUT_SINCE || !given("bindingTimeout")) {
      return { bindingTimeoutMicros: DEFAULT_BINDING_TIMEOUT_MICROS };
    }
    if (!features.DRADeviceBindingConditions || !features.DRAResourceClaimDeviceStatus) {
      const detail =
        "the feature gate DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off";
      args!.issues.forbidden(args!.at("bindingTimeout"), detail);
      return { bindingTimeoutMicros: DEFAULT_BINDING_TIMEOUT_MICROS };
    }
    const micros = args!.durationMicros("bindingTimeout");
    if (micros !== undefined && micros < MICROS_PER_SECOND) {
      const value = args!.raw("bindingTimeout");
      args!.issues.invalid(args!.at("bindingTimeout"), value, "must be at least 1 second");
    }
    return { bindingTimeoutMicros: micros ?? DEFAULT_BINDING_TIMEOUT_MICROS };
  },
};
