import { nearName } from "../base/near-name.js";
import { KINDS } from "./kinds.js";
import { kindOf } from "./legacy-versions.js";

/**
 * Kinds of Kubernetes' own API groups that are not kept, with the version that a manifest says today. One
 * that is kept after all does not count here.
 *
 * Source: Kubernetes API reference, versions 1.26 to 1.37, and the deprecation guide.
 */
const OTHER_KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    "Binding",
    "ComponentStatus",
    "ConfigMap",
    "Endpoints",
    "Event",
    "PodTemplate",
    "Secret",
    "ServiceAccount",
  ],
  "admissionregistration.k8s.io/v1": [
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
  "apiregistration.k8s.io/v1": ["APIService"],
  "authentication.k8s.io/v1": ["SelfSubjectReview", "TokenRequest", "TokenReview"],
  "authorization.k8s.io/v1": [
    "LocalSubjectAccessReview",
    "SelfSubjectAccessReview",
    "SelfSubjectRulesReview",
    "SubjectAccessReview",
  ],
  "autoscaling/v1": ["Scale"],
  "certificates.k8s.io/v1": [
    "CertificateSigningRequest",
    "ClusterTrustBundle",
    "PodCertificateRequest",
  ],
  "coordination.k8s.io/v1": ["Lease", "LeaseCandidate"],
  "events.k8s.io/v1": ["Event"],
  "extensions/v1beta1": ["Ingress", "NetworkPolicy", "PodSecurityPolicy"],
  "flowcontrol.apiserver.k8s.io/v1": ["FlowSchema", "PriorityLevelConfiguration"],
  "internal.apiserver.k8s.io/v1alpha1": ["StorageVersion"],
  "lifecycle.k8s.io/v1alpha1": ["EvictionRequest"],
  "networking.k8s.io/v1": [
    "Ingress",
    "IngressClass",
    "NetworkPolicy",
    "ClusterCIDR",
    "IPAddress",
    "ServiceCIDR",
  ],
  "policy/v1": ["Eviction"],
  "policy/v1beta1": ["PodSecurityPolicy"],
  "rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  "resource.k8s.io/v1": ["DeviceTaintRule"],
  "scheduling.k8s.io/v1": ["PodGroup", "Workload"],
  "settings.k8s.io/v1alpha1": ["PodPreset"],
  "storage.k8s.io/v1": ["VolumeAttributesClass"],
  "storagemigration.k8s.io/v1": ["StorageVersionMigration"],
};

const PRERELEASE = /^v[12](alpha|beta)\d$/;
const SLIP_LETTERS = 2;

/** Today's versions of every kind by its name. */
const VERSIONS: ReadonlyMap<string, readonly string[]> = versionsOfKinds();
const GROUPS: ReadonlySet<string> = new Set([...VERSIONS.values()].flat().map(groupOf));

function versionsOfKinds(): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>();
  const add = (name: string, apiVersion: string) =>
    versions.set(name, [...(versions.get(name) ?? []), apiVersion]);
  for (const [name, { apiVersion }] of Object.entries(KINDS)) add(name, apiVersion);
  for (const [apiVersion, names] of Object.entries(OTHER_KINDS)) {
    for (const name of names) if (!Object.hasOwn(KINDS, name)) add(name, apiVersion);
  }
  return versions;
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.lastIndexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** A kind of Kubernetes' own that was meant, where a manifest names none. */
interface MeantKind {
  /** The field that is wrong. */
  readonly field: "apiVersion" | "kind";
  readonly message: string;
}

/**
 * What is wrong with the API version and kind of an object that is one of Kubernetes' own but for a slip;
 * null for those that are known, and for custom resources, whatever they are called: a group with a dot
 * in it that is not Kubernetes' own may have any kind.
 */
export function kindSlip(apiVersion: string, kind: string): MeantKind | null {
  if (isKnown(apiVersion, kind)) return null;
  const group = groupOf(apiVersion);
  const versions = VERSIONS.get(kind);
  if (versions !== undefined) {
    const own = GROUPS.has(group) || !group.includes(".") || isLikeOwn(group, kind, versions);
    return own ? { field: "apiVersion", message: meant(apiVersion, kind, versions, kind) } : null;
  }
  const name = knownName(apiVersion, kind);
  if (name === "") return null;
  return { field: "kind", message: meant(apiVersion, kind, VERSIONS.get(name)!, name) };
}

function isKnown(apiVersion: string, kind: string): boolean {
  if (kindOf(apiVersion, kind) !== undefined) return true;
  if (Object.hasOwn(KINDS, kind)) return VERSIONS.get(kind)!.includes(apiVersion);
  // Alpha and beta versions come and go, and nothing is made of these kinds.
  const version = apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
  return (VERSIONS.get(kind) ?? []).some(
    (known) =>
      known === apiVersion || (groupOf(known) === groupOf(apiVersion) && PRERELEASE.test(version)),
  );
}

/** Groups that nobody but Kubernetes may use, and slips of the pen in those of a kind. */
function isLikeOwn(group: string, kind: string, versions: readonly string[]): boolean {
  const isProtected = group.endsWith(".k8s.io") && !group.endsWith(".sigs.k8s.io");
  if (isProtected && Object.hasOwn(KINDS, kind)) return true;
  if (group.endsWith("x-k8s.io")) return false;
  return nearName(group, versions.map(groupOf), SLIP_LETTERS) !== "";
}

/** The kind of another case, or one that is nearly written so, in a group of Kubernetes' own. */
function knownName(apiVersion: string, kind: string): string {
  const group = groupOf(apiVersion);
  const lower = kind.toLowerCase();
  const names = [...VERSIONS.keys()];
  const inCase = names.find((name) => name.toLowerCase() === lower);
  if (group.includes(".") && !GROUPS.has(group)) {
    const own = inCase !== undefined && isLikeOwn(group, inCase, VERSIONS.get(inCase)!);
    return own ? inCase : "";
  }
  const letters = Math.min(SLIP_LETTERS, Math.floor(kind.length / 4));
  return inCase ?? (GROUPS.has(group) ? nearName(kind, names, letters) : "");
}

/** The version of a kind of Kubernetes' own that is neither alpha nor beta; null where there is none. */
export function todaysVersion(kind: string): string | null {
  const versions = VERSIONS.get(kind) ?? [];
  return versions.find((version) => !PRERELEASE.test(version.split("/").at(-1)!)) ?? null;
}

function meant(
  apiVersion: string,
  kind: string,
  versions: readonly string[],
  name: string,
): string {
  const group = groupOf(apiVersion);
  const today = versions.filter((version) => !PRERELEASE.test(version.split("/").at(-1)!));
  const near = today.find((version) => groupOf(version) === group) ?? today[0] ?? versions[0]!;
  return `there is no kind ${kind} in ${apiVersion}: did you mean ${near} with kind ${name}?`;
}
