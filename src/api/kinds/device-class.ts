import { deviceVersions } from "../conversions/devices.js";
import type { DeviceClassSpec } from "../devices.js";
import { validateDeviceClass } from "../validation/devices/slice-rules.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const DEVICE_CLASS: KindDescriptor<DeviceClassSpec> = {
  ...named("resource.k8s.io/v1", "deviceclasses", "Cluster", "spec"),
  formerVersions: deviceVersions("DeviceClass"),
  validate: (spec, { issues }) => validateDeviceClass(spec, issues),
  fields: modelled("config", "extendedResourceName", "selectors"),
};
