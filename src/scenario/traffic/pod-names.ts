import type { Manifest } from "../../api/kubernetes.js";
import type { PodSpec, ServiceSpec, StatefulSetSpec } from "../../api/schemas/types.js";
import { nearestName } from "../../base/near-name.js";
import { partsOfName, type ServiceName } from "../../traffic/cluster/service-name.js";
import type { Target } from "../schema/scenario.js";

/**
 * What is wrong with the name of one pod of a headless Service (`shop/Service/db-0.db`); null where there may be such a
 * pod. `service`: the Service of the manifests.
 * Source: Kubernetes, "DNS for Services and Pods": pods' hostname and subdomain; "StatefulSets: Stable Network ID".
 */
export function podNameFlaw(
  { namespace, name }: Target,
  service: Manifest,
  manifests: readonly Manifest[],
): string | null {
  const parts = partsOfName(name);
  const text = `Service \`${namespace}/${parts.service}\``;
  if ((service.spec as ServiceSpec | undefined)?.clusterIP !== "None") {
    return `${text} has an address of its own, so its pods have no names in it: expected a headless one (clusterIP: None)`;
  }
  const named = manifests
    .filter(({ metadata }) => (metadata.namespace ?? "default") === namespace)
    .flatMap((manifest) => hostnamesOf(manifest, parts.service));
  if (named.some(({ matches }) => matches.test(parts.hostname ?? ""))) return null;
  const examples = named.map(({ example }) => example);
  if (examples.length === 0) {
    return `no pod has a name in ${text}: expected a StatefulSet with this serviceName, or pods with this subdomain and a hostname`;
  }
  const nearest = nearestName(parts.hostname ?? "", examples);
  return `no pod is called \`${parts.hostname}\` in ${text}; the nearest is \`${nearest}.${parts.service}\``;
}

/** Fields that give pods their names in DNS, by the kind that they stand in. */
const OF_STATEFUL_SET: ReadonlySet<string> = new Set(["StatefulSet spec.serviceName"]);
const OF_POD: ReadonlySet<string> = new Set(["Pod spec.hostname", "Pod spec.subdomain"]);
const NO_FIELDS: ReadonlySet<string> = new Set();

/** The fields of an object, `Pod spec.hostname`, by which its pods have one of the names that are asked for. */
export function fieldsOfNames(
  manifest: Manifest,
  asked: readonly ServiceName[],
): ReadonlySet<string> {
  const { kind, metadata } = manifest;
  const isNamed = asked.some(({ namespace, name }) => {
    const { service, hostname } = partsOfName(name);
    if (hostname === null || namespace !== (metadata.namespace ?? "default")) return false;
    return hostnamesOf(manifest, service).some(({ matches }) => matches.test(hostname));
  });
  if (!isNamed) return NO_FIELDS;
  return kind === "StatefulSet" ? OF_STATEFUL_SET : OF_POD;
}

interface Hostnames {
  readonly matches: RegExp;
  readonly example: string;
}

/** The host names that the pods of an object have in a Service. */
function hostnamesOf({ kind, metadata, spec }: Manifest, service: string): readonly Hostnames[] {
  if (kind === "StatefulSet") {
    const { serviceName, ordinals } = (spec ?? {}) as Partial<StatefulSetSpec>;
    const name = metadata.name ?? "";
    const example = `${name}-${ordinals?.start ?? 0}`;
    // More pods than at first may come.
    return serviceName === service ? [{ matches: exactly(name, "-(0|[1-9][0-9]*)"), example }] : [];
  }
  const template = (spec as { template?: { spec?: unknown } } | undefined)?.template;
  const pod = (kind === "Pod" ? spec : template?.spec) as Partial<PodSpec> | undefined;
  const { hostname = "", subdomain } = pod ?? {};
  if (hostname === "" || subdomain !== service) return [];
  return [{ matches: exactly(hostname, ""), example: hostname }];
}

function exactly(name: string, rest: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}${rest}$`);
}
