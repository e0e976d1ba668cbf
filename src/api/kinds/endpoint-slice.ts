import { fromDiscoveryBeta1 } from "../conversions/discovery.js";
import { defaultEndpointSlice } from "../defaults/service.js";
import { validateEndpointSlice } from "../validation/cluster.js";
import type { Body } from "./body.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { EndpointSlice } from "../schemas/types.js";

export const ENDPOINT_SLICE: KindDescriptor<Body<EndpointSlice>> = {
  ...named("discovery.k8s.io/v1", "endpointslices", "Namespaced", "body"),
  formerVersions: { "discovery.k8s.io/v1beta1": fromDiscoveryBeta1 },
  defaults: defaultEndpointSlice,
  validate: (spec, { issues }) => validateEndpointSlice(spec, issues),
  fields: { addressType: "modelled", endpoints: "modelled", ports: "modelled" },
};
