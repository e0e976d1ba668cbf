import type { PodSpec, PodTemplateSpec, ResourceList, Volume } from "../kubernetes.js";
import { isPodLevelResource, podRequests } from "../pod-resources.js";
import { defaultContainer, withHostPorts, withRequestsFromLimits } from "./container.js";
import { each, fill, within } from "./fill.js";

/** Octal 0644: the mode of projected files. */
const FILE_MODE = 420;

function defaultVolume(volume: Volume): Volume {
  if (Object.keys(volume).length === 1) return { ...volume, emptyDir: {} };
  let filled = volume;
  filled = within(filled, "secret", (source) => fill(source, { defaultMode: FILE_MODE }));
  filled = within(filled, "configMap", (source) => fill(source, { defaultMode: FILE_MODE }));
  filled = within(filled, "downwardAPI", (source) => fill(source, { defaultMode: FILE_MODE }));
  filled = within(filled, "projected", (source) => fill(source, { defaultMode: FILE_MODE }));
  return within(filled, "hostPath", (source) => fill(source, { type: "" }));
}

/** What the API server fills in for the spec of a pod and of a pod template alike. */
function defaultPodOrTemplateSpec(spec: PodSpec): PodSpec {
  let filled = fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  filled = within(filled, "volumes", (volumes) => each(volumes, defaultVolume));
  filled = within(filled, "initContainers", (list) => each(list, defaultContainer));
  return within(filled, "containers", (list) => each(list, defaultContainer));
}

/** The pod template of a controller. Requests are left alone: a pod gets them when it is created. */
export function defaultTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return within(template, "spec", defaultPodOrTemplateSpec);
}

/**
 * Requests of the pod as a whole, where it sets resources of its own: what its containers request
 * together, else its limit. Source: KEP-2837.
 */
function withPodLevelRequests(spec: PodSpec): PodSpec {
  return within(spec, "resources", (resources) => {
    const wanted: Record<string, string> = {};
    for (const [name, quantity] of podRequests(
      { spec },
      { skipPodLevelResources: true, excludeOverhead: true },
    )) {
      if (isPodLevelResource(name)) wanted[name] = String(quantity);
    }
    for (const [name, limit] of Object.entries((resources.limits ?? {}) as ResourceList)) {
      if (isPodLevelResource(name)) wanted[name] ??= String(limit);
    }
    if (Object.keys(wanted).length === 0) return resources;
    return within(fill(resources, { requests: wanted }), "requests", (requests) =>
      fill(requests, wanted),
    );
  });
}

/** A pod: as a template, and requests from limits, host ports on the host's network. */
export function defaultPod(spec: PodSpec): PodSpec {
  let filled = defaultPodOrTemplateSpec(spec);
  filled = fill(filled, { enableServiceLinks: true });
  filled = within(filled, "initContainers", (list) => each(list, withRequestsFromLimits));
  filled = within(filled, "containers", (list) => each(list, withRequestsFromLimits));
  filled = withPodLevelRequests(filled);
  if (filled.hostNetwork !== true) return filled;
  filled = within(filled, "initContainers", (list) => each(list, withHostPorts));
  return within(filled, "containers", (list) => each(list, withHostPorts));
}
