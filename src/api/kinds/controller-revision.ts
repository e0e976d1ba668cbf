import { withSelector } from "../conversions/workloads.js";
import type { Body } from "./body.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { ControllerRevision } from "../schemas/types.js";

export const CONTROLLER_REVISION: KindDescriptor<Body<ControllerRevision>> = {
  ...named("apps/v1", "controllerrevisions", "Namespaced", "body"),
  formerVersions: { "apps/v1beta1": withSelector, "apps/v1beta2": null },
  fields: "none",
};
