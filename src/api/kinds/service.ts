import { defaultService } from "../defaults/service.js";
import { dns1035LabelErrors } from "../label-validation.js";
import type { ServiceSpec, ServiceStatus } from "../schemas/types.js";
import { validateService } from "../validation/cluster.js";
import { none, unless } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const SERVICE: KindDescriptor<ServiceSpec, ServiceStatus> = {
  ...named("v1", "services", "Namespaced", "spec,status"),
  nameErrors: dns1035LabelErrors,
  defaults: defaultService,
  validate: (spec, { issues }) => validateService(spec, issues),
  fields: {
    selector: "modelled",
    ports: "modelled",
    publishNotReadyAddresses: "modelled",
    clusterIP: "modelled",
    clusterIPs: "modelled",
    // A client that stays with one pod makes other loads.
    sessionAffinity: unless("None", "timing"),
    ...none(
      "sessionAffinityConfig",
      "type",
      "externalName",
      "externalIPs",
      "externalTrafficPolicy",
      "internalTrafficPolicy",
      "ipFamilies",
      "ipFamilyPolicy",
      "loadBalancerIP",
      "loadBalancerClass",
      "loadBalancerSourceRanges",
      "allocateLoadBalancerNodePorts",
      "healthCheckNodePort",
      "trafficDistribution",
    ),
  },
};
