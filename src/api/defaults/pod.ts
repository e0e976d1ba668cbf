import { own } from "../../base/own.js";
import type { PodSpec, PodTemplateSpec, ResourceList, Volume } from "../kubernetes.js";
import { isPodLevelResource, podLimits, podRequests } from "../pod-resources.js";
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

const isHugePage = (name: string): boolean => name.startsWith("hugepages-");

/** Limits of huge pages of the pod as a whole, where it sets resources of its own: those of its containers. */
function withPodLevelHugePages(spec: PodSpec): PodSpec {
  const { resources } = spec;
  if (resources === undefined) return spec;
  const { limits = {}, requests = {} } = resources;
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return spec;
  const wanted: Record<string, string> = {};
  const options = { skipPodLevelResources: true, excludeOverhead: true };
  for (const [name, quantity] of podLimits({ spec }, options)) {
    if (isHugePage(name) && requests[name] === undefined) wanted[name] = String(quantity);
  }
  if (Object.keys(wanted).length === 0) return spec;
  return { ...spec, resources: { ...resources, limits: { ...wanted, ...limits } } };
}

/**
 * Requests of the pod as a whole, where it sets limits of its own: what its containers request
 * together, else its limit. Source: KEP-2837, `defaultPodRequests`.
 */
function withPodLevelRequests(spec: PodSpec): PodSpec {
  return within(spec, "resources", (resources) => {
    if (Object.keys(resources.limits ?? {}).length === 0) return resources;
    const wanted: Record<string, string> = {};
    for (const [name, quantity] of podRequests(
      { spec },
      { skipPodLevelResources: true, excludeOverhead: true },
    )) {
      // Huge pages cannot be overcommitted: what the pod sets stands alone.
      if (isPodLevelResource(name) && !isHugePage(name)) wanted[name] = String(quantity);
    }
    for (const [name, limit] of Object.entries((resources.limits ?? {}) as ResourceList)) {
      if (isPodLevelResource(name)) wanted[name] = own(wanted, name) ?? String(limit);
    }
    if (Object.keys(wanted).length === 0) return resources;
    return within(fill(resources, { requests: wanted }), "requests", (requests) =>
      fill(requests, wanted),
    );
  });
}

/**
 * A pod: as a template, and requests from limits, host ports on the host's network; the resources of the
 * pod as a whole are filled in by {@link withPodLevelDefaults}.
 */
export function defaultPodFields(spec: PodSpec): PodSpec {
  let filled = defaultPodOrTemplateSpec(spec);
  filled = fill(filled, { enableServiceLinks: true });
  filled = within(filled, "initContainers", (list) => each(list, withRequestsFromLimits));
  filled = within(filled, "containers", (list) => each(list, withRequestsFromLimits));
  if (filled.hostNetwork !== true) return filled;
  filled = within(filled, "initContainers", (list) => each(list, withHostPorts));
  return within(filled, "containers", (list) => each(list, withHostPorts));
}

/** What a pod that sets resources as a whole leaves out of them. Source: KEP-2837. */
export function withPodLevelDefaults(spec: PodSpec): PodSpec {
  return spec.resources === undefined ? spec : withPodLevelRequests(withPodLevelHugePages(spec));
}

/** All that a server fills in when a pod is created. */
export function defaultPod(spec: PodSpec): PodSpec {
  return withPodLevelDefaults(defaultPodFields(spec));
}
