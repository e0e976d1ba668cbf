import type { PodSpec } from "../kubernetes.js";
import { dns1123LabelErrors, dns1123SubdomainErrors } from "../label-validation.js";
import type { FieldIssues } from "./field-issue.js";

type PodClaim = NonNullable<PodSpec["resourceClaims"]>[number];
type ClaimReference = NonNullable<
  NonNullable<PodSpec["containers"][number]["resources"]>["claims"]
>[number];

/**
 * The claims of devices of a pod: each with a name of its own and one source. The names that
 * containers may use. Source: `validatePodResourceClaims` in `pkg/apis/core/validation`.
 */
export function validatePodClaims(
  claims: readonly PodClaim[],
  path: string,
  issues: FieldIssues,
): ReadonlySet<string> {
  const names = new Set<string>();
  claims.forEach((claim, i) => {
    const at = `${path}[${i}]`;
    const { name, resourceClaimName: claimName, resourceClaimTemplateName: template } = claim;
    if (!name) issues.required(`${at}.name`);
    else if (names.has(name)) issues.duplicate(`${at}.name`, name);
    else issues.invalidFor(`${at}.name`, name, dns1123LabelErrors(name));
    if (name) names.add(name);
    if (claimName != null && template != null) {
      const detail =
        "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
      issues.invalid(at, claim, detail);
    }
    if (claimName == null && template == null) {
      const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
      issues.invalid(at, claim, detail);
    }
    for (const source of ["resourceClaimName", "resourceClaimTemplateName"] as const) {
      const named = claim[source];
      if (named != null) issues.invalidFor(`${at}.${source}`, named, dns1123SubdomainErrors(named));
    }
  });
  return names;
}

/** What a container uses of the pod's claims: all of a claim, or requests of it, nothing twice. */
export function validateClaimReferences(
  references: readonly ClaimReference[],
  path: string,
  { claims, issues }: { claims: ReadonlySet<string>; issues: FieldIssues },
): void {
  /** By claim, the requests that are used; an empty name stands for all. */
  const used = new Map<string, Set<string>>();
  references.forEach(({ name, request = "" }, i) => {
    const at = `${path}[${i}]`;
    if (!name) {
      issues.required(at);
      return;
    }
    const before = used.get(name) ?? new Set<string>();
    used.set(name, before);
    if (before.has("")) issues.duplicate(at, name);
    else {
      if (request !== "") issues.invalidFor(`${at}.request`, request, dns1123LabelErrors(request));
      if (before.has(request)) issues.duplicate(at, `${name}/${request}`);
      else if (request === "") for (const _ of before) issues.duplicate(at, name);
      before.add(request);
    }
    if (claims.has(name)) return;
    const known = claims.size === 0 ? " which is empty" : `: ${[...claims].sort().join(", ")}`;
    issues.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${known}`);
  });
}
