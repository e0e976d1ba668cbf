import { defaultHttpRoute } from "../defaults/http-route.js";
import type { HTTPRouteSpec, HTTPRouteStatus } from "../schemas/types.js";
import { validateHttpRoute } from "../validation/http-route.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** Of the Gateway API, which is no part of Kubernetes: where requests of a host go. */
export const HTTP_ROUTE: KindDescriptor<HTTPRouteSpec, HTTPRouteStatus> = {
  ...named("gateway.networking.k8s.io/v1", "httproutes", "Namespaced", "spec,status"),
  formerVersions: { "gateway.networking.k8s.io/v1beta1": null },
  defaults: defaultHttpRoute,
  validate: (spec, { issues }) => validateHttpRoute(spec, issues),
  fields: {
    ...modelled("hostnames"),
    ...none("parentRefs", "useDefaultGateways"),
    rules: {
      ...modelled("matches", "name"),
      backendRefs: {
        ...modelled("group", "kind", "name", "namespace", "port", "weight"),
        filters: "timing",
      },
      // A mirror is more load, a redirect or a timeout another answer; headers are neither.
      filters: "timing",
      ...none("sessionPersistence"),
      retry: "timing",
      timeouts: "timing",
    },
  },
};
