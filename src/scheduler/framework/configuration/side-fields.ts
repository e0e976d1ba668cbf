import type { FieldIssues } from "../../../api/validation/field-issue.js";
import { qualifiedNameErrors } from "../../../api/label-validation.js";
import { isExtendedResource } from "../resources.js";
import type { ObjectReader } from "./object-reader.js";

const LEADER_ELECTION = [
  "leaderElect",
  "leaseDuration",
  "renewDeadline",
  "retryPeriod",
  "resourceLock",
  "resourceName",
  "resourceNamespace",
];
const CLIENT_CONNECTION = ["kubeconfig", "acceptContentTypes", "contentType", "qps", "burst"];
const EXTENDER = [
  "urlPrefix",
  "filterVerb",
  "preemptVerb",
  "prioritizeVerb",
  "weight",
  "bindVerb",
  "enableHTTPS",
  "tlsConfig",
  "httpTimeout",
  "nodeCacheCapable",
  "managedResources",
  "ignorable",
];

/** What a simulation has no use for, and kube-scheduler would still refuse to start with. */
export function checkSideFields(configuration: ObjectReader): void {
  configuration.object("clientConnection", CLIENT_CONNECTION);
  const election = configuration.object("leaderElection", LEADER_ELECTION);
  if (election !== null && election.boolean("leaderElect") !== false) {
    const lock = election.string("resourceLock") ?? "";
    if (lock !== "" && lock !== "leases") {
      const detail = 'resourceLock value must be "leases"';
      election.issues.invalid(election.at("resourceLock"), lock, detail);
    }
  }
}

/** Source: `validateExtenders`. */
export function checkExtenders(configuration: ObjectReader): void {
  let binders = 0;
  const managed = new Set<string>();
  for (const extender of configuration.objects("extenders", EXTENDER)) {
    const weight = extender.integer("weight") ?? 0;
    if ((extender.string("prioritizeVerb") ?? "") !== "" && weight <= 0) {
      const detail = "must have a positive weight applied to it";
      extender.issues.invalid(extender.at("weight"), weight, detail);
    }
    if ((extender.string("bindVerb") ?? "") !== "") binders++;
    for (const resource of extender.objects("managedResources", ["name", "ignoredByScheduler"])) {
      const name = resource.string("name") ?? "";
      const at = resource.at("name");
      checkManagedResource(name, at, resource.issues);
      if (managed.has(name)) {
        resource.issues.invalid(at, name, "duplicate extender managed resource name");
      }
      managed.add(name);
    }
  }
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    const detail = "only one extender can implement bind";
    configuration.issues.invalid(configuration.at("extenders"), found, detail);
  }
}

function checkManagedResource(name: string, at: string, issues: FieldIssues): void {
  const reasons = qualifiedNameErrors(name);
  issues.invalidFor(at, name, reasons);
  if (reasons.length === 0 && !isExtendedResource(name)) {
    issues.invalid(at, name, "is an invalid extended resource name");
  }
}
