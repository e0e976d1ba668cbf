import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import type { VolumeBindingArgs } from "./volume-binding.js";

const DEFAULT_TIMEOUT_SECONDS = 600;

export const volumeBindingArgs: ArgsReader = {
  fields: ["bindTimeoutSeconds", "shape"],
  read(args): VolumeBindingArgs {
    if (args !== null && args.raw("shape") !== undefined) {
      const detail = "when the feature gate VolumeCapacityPriority is disabled";
      args.issues.forbidden(args.at("shape"), detail);
    }
    const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
    return {
      bindTimeoutSeconds: args?.integer("bindTimeoutSeconds", range) ?? DEFAULT_TIMEOUT_SECONDS,
    };
  },
};
