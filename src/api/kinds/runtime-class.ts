import type { RuntimeClass } from "../schemas/types.js";
import { immutableBody } from "../validation/immutable.js";
import { validateRuntimeClass } from "../validation/runtime-class.js";
import type { Body } from "./body.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const RUNTIME_CLASS: KindDescriptor<Body<RuntimeClass>> = {
  ...named("node.k8s.io/v1", "runtimeclasses", "Cluster", "body"),
  formerVersions: { "node.k8s.io/v1beta1": null },
  validate: (spec, { issues }) => validateRuntimeClass(spec, issues),
  validateChange: immutableBody("handler"),
  fields: { ...modelled("overhead", "scheduling"), handler: "none" },
};
