import { KINDS, type Kind } from "../kinds.js";
import type { PodSpec, ResourceList } from "../kubernetes.js";
import type { PodPhase } from "../pod-version.js";
import { isPodLevelResourcesSet, podLimits, placedRequests } from "../pod-resources.js";
import type { PodResourcesStatus } from "../pod-resources.js";
import { mustParseQuantity, Quantity } from "../quantity.js";
import type { PersistentVolumeClaimSpec, ServiceSpec } from "../schemas/types.js";

/** Amounts by the name of what a quota limits. */
export type QuotaAmounts = ReadonlyMap<string, Quantity>;

/** What quotas look at: a stored object, or one that is to be. */
export interface QuotaObject {
  readonly kind: Kind;
  readonly spec: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: PodPhase;
  readonly status?: unknown;
  readonly deletionTimeMicros?: number | null;
  readonly deletionGracePeriodSeconds?: number | null;
}

const ONE = Quantity.of(1);
const NONE = Quantity.of(0);
const CLASS_SUFFIX = ".storageclass.storage.k8s.io/";
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const CLAIMS = "persistentvolumeclaims";
const STORAGE = "requests.storage";

/** Resources of which a quota may limit requests, under these names. */
const COMPUTE = ["cpu", "memory", "ephemeral-storage"] as const;
/** Of these every container must say what it needs where a quota limits them. */
const MUST_BE_SAID: readonly string[] = [
  "cpu",
  "limits.cpu",
  "limits.memory",
  "memory",
  "requests.cpu",
  "requests.memory",
];
const OF_PODS: ReadonlySet<string> = new Set([
  "pods",
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);
const OF_SERVICES: ReadonlySet<string> = new Set([
  "services",
  "services.loadbalancers",
  "services.nodeports",
]);
/** Kinds whose number has a name of its own from before `count/…`. */
const LEGACY_COUNTS: ReadonlySet<string> = new Set([
  "configmaps",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
]);

/** `count/jobs.batch`: the name under which a quota limits the number of objects of a kind. */
function countName(kind: Kind): string {
  const { apiVersion, plural } = KINDS[kind];
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  return `count/${plural}${group}`;
}

/** Whether what a quota limits under that name is used by objects of that kind. */
export function concerns(name: string, kind: Kind): boolean {
  if (name === countName(kind)) return true;
  switch (kind) {
    case "Pod":
      return OF_PODS.has(name) || isHugePages(name) || isExtendedRequest(name);
    case "Service":
      return OF_SERVICES.has(name);
    case "PersistentVolumeClaim":
      return [CLAIMS, STORAGE].some((own) => name === own || name.endsWith(CLASS_SUFFIX + own));
    default:
      return LEGACY_COUNTS.has(name) && name === KINDS[kind].plural;
  }
}

function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
}

/** `requests.nvidia.com/gpu` and the like. */
function isExtendedRequest(name: string): boolean {
  if (!name.startsWith("requests.")) return false;
  const resource = name.slice("requests.".length);
  return resource.includes("/") && !resource.includes("kubernetes.io/");
}

/** What an object uses of everything that quotas may limit. */
export function quotaUsage(object: QuotaObject, nowMicros: number): QuotaAmounts {
  const usage = new Map<string, Quantity>([[countName(object.kind), ONE]]);
  switch (object.kind) {
    case "Pod":
      if (isPodCharged(object, nowMicros)) addPod(usage, object);
      break;
    case "Service":
      addService(usage, object.spec as ServiceSpec);
      break;
    case "PersistentVolumeClaim":
      addClaim(usage, object.spec as PersistentVolumeClaimSpec, object.annotations ?? {});
      break;
    default:
      if (LEGACY_COUNTS.has(KINDS[object.kind].plural)) usage.set(KINDS[object.kind].plural, ONE);
  }
  return usage;
}

/**
 * A pod that has ended is not charged, nor one that is still there after twice its grace period: a node may
 * be lost.
 */
export function isPodCharged(pod: QuotaObject, nowMicros: number): boolean {
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return false;
  const end = chargeEndsMicros(pod);
  return end === null || nowMicros <= end;
}

/** When a pod that is being deleted is charged no more, at the latest. */
export function chargeEndsMicros(pod: QuotaObject): number | null {
  const { deletionTimeMicros, deletionGracePeriodSeconds } = pod;
  if (deletionTimeMicros == null || deletionGracePeriodSeconds == null) return null;
  return deletionTimeMicros + deletionGracePeriodSeconds * 1_000_000;
}

function addPod(usage: Map<string, Quantity>, pod: QuotaObject): void {
  usage.set("pods", ONE);
  const spec = pod.spec as PodSpec;
  const status = pod.status as { readonly resources: PodResourcesStatus | null };
  for (const [name, quantity] of placedRequests({ spec, status })) {
    const isCompute = (COMPUTE as readonly string[]).includes(name);
    if (isCompute || name.startsWith("hugepages-")) usage.set(name, quantity);
    usage.set(`requests.${name}`, quantity);
  }
  for (const [name, quantity] of podLimits({ spec })) {
    if ((COMPUTE as readonly string[]).includes(name)) usage.set(`limits.${name}`, quantity);
  }
}

function addService(usage: Map<string, Quantity>, spec: ServiceSpec): void {
  const ports = spec.ports ?? [];
  usage.set("services", ONE);
  usage.set("services.loadbalancers", spec.type === "LoadBalancer" ? ONE : NONE);
  const allocates = spec.allocateLoadBalancerNodePorts !== false;
  const counted =
    spec.type === "NodePort" || (spec.type === "LoadBalancer" && allocates)
      ? ports.length
      : spec.type === "LoadBalancer"
        ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length
        : 0;
  usage.set("services.nodeports", Quantity.of(counted));
}

function addClaim(
  usage: Map<string, Quantity>,
  spec: PersistentVolumeClaimSpec,
  annotations: Readonly<Record<string, string>>,
): void {
  const storageClass = annotations[CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
  const charge = (name: string, amount: Quantity): void => {
    usage.set(name, amount);
    if (storageClass !== "") usage.set(storageClass + CLASS_SUFFIX + name, amount);
  };
  charge(CLAIMS, ONE);
  const requested = (spec.resources?.requests as ResourceList | undefined)?.["storage"];
  if (requested !== undefined) charge(STORAGE, mustParseQuantity(requested).roundUp(0).quantity);
}

/**
 * What a quota of those resources wants every container to say and some do not, in words; null where all is
 * said. Resources of the pod as a whole stand for those of its containers.
 */
export function unsaid(spec: PodSpec, limited: readonly string[]): string | null {
  if (isPodLevelResourcesSet(spec.resources)) return null;
  const missing = MUST_BE_SAID.filter((name) => limited.includes(name)).map((name) => {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const silent = containers.filter(({ resources }) => !says(resources, name));
    return { name, silent: [...new Set(silent.map((container) => container.name))].sort() };
  });
  const texts = missing
    .filter(({ silent }) => silent.length > 0)
    .map(({ name, silent }) => `${name} for: ${silent.join(",")}`);
  return texts.length === 0 ? null : `must specify ${texts.join("; ")}`;
}

function says(resources: PodSpec["containers"][number]["resources"], name: string): boolean {
  const isLimit = name.startsWith("limits.");
  const list = isLimit ? resources?.limits : resources?.requests;
  return list?.[name.replace(/^(requests|limits)\./, "")] !== undefined;
}
