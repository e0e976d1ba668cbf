import type { PodSpec, Volume } from "../kubernetes.js";
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  qualifiedNameErrors,
} from "../label-validation.js";
import { isPodLevelResource, podRequests } from "../pod-resources.js";
import { mustParseQuantity } from "../quantity.js";
import { validateClaim } from "./storage.js";
import { type RestartOptions, validateContainers } from "./container.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabels } from "./metadata.js";
import {
  type PlacementOptions,
  validateAffinity,
  validateSpreadConstraints,
  validateTolerations,
} from "./placement.js";
import { validatePodClaims } from "./resource-claims.js";
import { validateAmounts, validateResources } from "./resources.js";

const MAX_INT32 = 2 ** 31 - 1;
const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"] as const;

function validateVolumes(
  volumes: readonly Volume[],
  path: string,
  issues: FieldIssues,
): ReadonlySet<string> {
  const names = new Set<string>();
  volumes.forEach((volume, i) => {
    const at = `${path}[${i}]`;
    if (!volume.name) issues.required(`${at}.name`);
    else {
      issues.invalidFor(`${at}.name`, volume.name, dns1123LabelErrors(volume.name));
      if (names.has(volume.name)) issues.duplicate(`${at}.name`, volume.name);
      names.add(volume.name);
    }
    const sources = Object.entries(volume).filter(
      ([key, value]) => key !== "name" && value != null,
    );
    if (sources.length === 0) issues.required(at, "must specify a volume type");
    for (const [source] of sources.slice(1)) {
      issues.forbidden(`${at}.${source}`, "may not specify more than 1 volume type");
    }
    const claim = volume.persistentVolumeClaim;
    if (claim && !claim.claimName) issues.required(`${at}.persistentVolumeClaim.claimName`);
    if (volume.ephemeral) validateEphemeral(volume.ephemeral, `${at}.ephemeral`, issues);
  });
  return names;
}

function validateEphemeral(
  { volumeClaimTemplate: template }: NonNullable<Volume["ephemeral"]>,
  path: string,
  issues: FieldIssues,
): void {
  const at = `${path}.volumeClaimTemplate`;
  if (!template) {
    issues.required(at);
    return;
  }
  validateLabels(template.metadata?.labels ?? {}, `${at}.metadata.labels`, issues);
  if (template.spec) validateClaim(template.spec, `${at}.spec`, issues);
  else issues.required(`${at}.spec`);
}

function validateGates(spec: PodSpec, path: string, issues: FieldIssues): void {
  const seen = new Set<string>();
  (spec.schedulingGates ?? []).forEach(({ name = "" }, i) => {
    const at = `${path}.schedulingGates[${i}]`;
    issues.invalidFor(at, name, qualifiedNameErrors(name));
    if (seen.has(name)) issues.duplicate(at, name);
    seen.add(name);
  });
  (spec.readinessGates ?? []).forEach(({ conditionType = "" }, i) => {
    const at = `${path}.readinessGates[${i}].conditionType`;
    issues.invalidFor(at, conditionType, qualifiedNameErrors(conditionType));
  });
}

/** Resources of the pod as a whole: only those that count, and no less than its containers request. */
function validatePodLevelResources(spec: PodSpec, path: string, issues: FieldIssues): void {
  const { resources } = spec;
  if (!resources) return;
  const before = issues.list.length;
  if ((resources.claims ?? []).length > 0) {
    const detail = "claims may not be set for Resources at pod-level";
    issues.forbidden(`${path}.resources.claims`, detail);
  }
  for (const side of ["requests", "limits"] as const) {
    for (const name of Object.keys(resources[side] ?? {})) {
      if (!isPodLevelResource(name)) {
        issues.oneOf(`${path}.resources.${side}[${name}]`, name, ["cpu", "memory"]);
      }
    }
  }
  validateResources(resources, `${path}.resources`, issues);
  if (issues.list.length > before) return;
  const options = { skipPodLevelResources: true, excludeOverhead: true };
  const containers = podRequests({ spec: { ...spec, containers: spec.containers ?? [] } }, options);
  for (const [name, quantity] of Object.entries(resources.requests ?? {})) {
    const needed = containers.get(name);
    if (needed !== undefined && needed.compare(mustParseQuantity(quantity)) > 0) {
      const detail = `must be greater than or equal to aggregate container requests of ${needed}`;
      issues.invalid(`${path}.resources.requests[${name}]`, quantity, detail);
    }
  }
}

/** What holds for the spec of a pod and of a pod template alike. */
export function validatePodSpec(
  spec: PodSpec,
  path: string,
  context: { readonly issues: FieldIssues; readonly options: PlacementOptions & RestartOptions },
): void {
  const { issues } = context;
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`, issues);
  const claims = validatePodClaims(spec.resourceClaims ?? [], `${path}.resourceClaims`, issues);
  validateContainers(spec, path, { volumes, claims, issues, options: context.options });
  if (!spec.restartPolicy) issues.required(`${path}.restartPolicy`);
  else {
    issues.oneOf(`${path}.restartPolicy`, spec.restartPolicy, ["Always", "OnFailure", "Never"]);
  }
  if (!spec.dnsPolicy) issues.required(`${path}.dnsPolicy`);
  else issues.oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES);
  issues.notNegative(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds);
  const deadline = { min: 1, max: MAX_INT32 };
  issues.inRange(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, deadline);
  validateLabels(spec.nodeSelector ?? {}, `${path}.nodeSelector`, issues);
  for (const field of ["nodeName", "priorityClassName"] as const) {
    const name = spec[field];
    if (name) issues.invalidFor(`${path}.${field}`, name, dns1123SubdomainErrors(name));
  }
  if (spec.hostname) {
    issues.invalidFor(`${path}.hostname`, spec.hostname, dns1123LabelErrors(spec.hostname));
  }
  if (spec.preemptionPolicy) {
    const policies = ["PreemptLowerPriority", "Never"];
    issues.oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, policies);
  }
  if (spec.affinity) validateAffinity(spec.affinity, `${path}.affinity`, issues);
  validateTolerations(spec.tolerations ?? [], `${path}.tolerations`, context);
  const spread = spec.topologySpreadConstraints ?? [];
  validateSpreadConstraints(spread, `${path}.topologySpreadConstraints`, issues);
  validateAmounts(spec.overhead, `${path}.overhead`, issues);
  validatePodLevelResources(spec, path, issues);
  validateGates(spec, path, issues);
}
