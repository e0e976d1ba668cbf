import type { ArgsReader } from "../../framework/configuration/plugin-catalogue.js";
import { readShape } from "../node-resources/utilization-shape.js";
import { DEFAULT_SHAPE } from "./capacity-score.js";
import type { VolumeBindingArgs } from "./volume-binding.js";

const DEFAULT_TIMEOUT_SECONDS = 600;
const TIMEOUT = {
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  detail: "invalid BindTimeoutSeconds, should not be a negative value",
};
/** The version in which the gate of `shape` got another name. */
const SCORING_SINCE = 33;

export const volumeBindingArgs: ArgsReader = {
  fields: ["bindTimeoutSeconds", "shape"],
  read(args, minor, features): VolumeBindingArgs {
    const scores = features.StorageCapacityScoring;
    const given = args !== null && args.raw("shape") !== undefined;
    if (given && !scores) {
      const gate = minor < SCORING_SINCE ? "VolumeCapacityPriority" : "StorageCapacityScoring";
      const detail = `unexpected field \`shape\`, remove it: the feature gate ${gate} is off`;
      args.issues.invalid(args.at("shape"), args.raw("shape"), detail);
    }
    return {
      shape: given && scores && args.list("shape").length > 0 ? readShape(args) : DEFAULT_SHAPE,
      bindTimeoutSeconds: args?.integer("bindTimeoutSeconds", TIMEOUT) ?? DEFAULT_TIMEOUT_SECONDS,
    };
  },
};
