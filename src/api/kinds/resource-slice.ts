import { deviceVersions } from "../conversions/devices.js";
import type { ResourceSliceSpec } from "../devices.js";
import { validateResourceSlice } from "../validation/devices/slice-rules.js";
import { validateSliceChange } from "../validation/immutable.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const RESOURCE_SLICE: KindDescriptor<ResourceSliceSpec> = {
  ...named("resource.k8s.io/v1", "resourceslices", "Cluster", "spec"),
  formerVersions: deviceVersions("ResourceSlice"),
  validate: (spec, { issues }) => validateResourceSlice(spec, issues),
  validateChange: validateSliceChange,
  fields: {
    ...modelled(
      "allNodes",
      "devices",
      "driver",
      "nodeName",
      "nodeSelector",
      "perDeviceNodeSelection",
      "pool",
      "sharedCounters",
    ),
    skipNodeOperations: "timing",
  },
};
