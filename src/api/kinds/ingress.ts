import { fromExtensionsIngress } from "../conversions/networking.js";
import type { IngressSpec, IngressStatus } from "../schemas/types.js";
import { validateIngress } from "../validation/ingress.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const INGRESS: KindDescriptor<IngressSpec, IngressStatus> = {
  ...named("networking.k8s.io/v1", "ingresses", "Namespaced", "spec,status"),
  shortNames: ["ing"],
  formerVersions: {
    "extensions/v1beta1": fromExtensionsIngress,
    "networking.k8s.io/v1beta1": fromExtensionsIngress,
  },
  validate: (spec, { issues, options }) => validateIngress(spec, issues, options),
  fields: {
    ...modelled("rules", "defaultBackend"),
    ...none("ingressClassName", "tls"),
  },
};
