import type { NewGeneric } from "../../api/new-object.js";
import { plainWith } from "../../base/plain-copy.js";
import { controllerReference } from "../owner-references.js";
import { POD_TEMPLATE_HASH, type TemplateContents } from "../template-contents.js";
import { desiredReplicas, isRollingUpdate, maxSurge, type RolloutLimits } from "./fenceposts.js";
import {
  byCreation,
  type Deployment,
  type ReplicaSet,
  replicaCount,
  sizeOf,
} from "./replica-sets.js";
import { withRevision, withSizeAnnotations } from "./revisions.js";

/** The set whose template is the Deployment's, whatever its hash; the oldest if there are several. */
export function findNewReplicaSet(
  deployment: Pick<Deployment, "spec">,
  sets: readonly ReplicaSet[],
  templates: TemplateContents,
): ReplicaSet | null {
  const { template } = deployment.spec;
  let found: ReplicaSet | null = null;
  for (const set of sets) {
    if (!templates.equal(set.spec.template, template)) continue;
    if (found === null || byCreation(set, found) < 0) found = set;
  }
  return found;
}

/**
 * The size that the current set may have: all that is wanted at once with Recreate, else what the
 * surge leaves room for. `sets` are all sets, the current one included if it exists.
 */
export function newReplicaSetSize(
  spec: RolloutLimits,
  sets: readonly ReplicaSet[],
  current: number,
): number {
  const wanted = desiredReplicas(spec);
  if (!isRollingUpdate(spec)) return wanted;
  const room = wanted + maxSurge(spec) - replicaCount(sets);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

export interface NewSetOptions {
  readonly revision: number;
  readonly templates: TemplateContents;
  /** The cluster's version, `34` for 1.34; undefined for the newest. */
  readonly kubernetesMinor: number | undefined;
}

/** The set of the Deployment's present template, ready to be created. */
export function newReplicaSet(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  { revision, templates, kubernetesMinor }: NewSetOptions,
): NewGeneric<"ReplicaSet"> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templates.hashOf(template, deployment.status.collisionCount);
  const labels = plainWith(template.metadata?.labels ?? {}, { [POD_TEMPLATE_HASH]: hash });
  const annotations = withRevision({}, deployment, revision);
  return {
    kind: "ReplicaSet",
    namespace: deployment.namespace,
    name: setName(deployment.name, hash, kubernetesMinor ?? TRUNCATING_MINOR),
    generateName: "",
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels,
    annotations: withSizeAnnotations(annotations, deployment),
    ownerReferences: [controllerReference(deployment)],
    finalizers: [],
    spec: {
      replicas: newReplicaSetSize(deployment.spec, sets, 0),
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: plainWith(selector.matchLabels ?? {}, { [POD_TEMPLATE_HASH]: hash }),
      },
      template: plainWith(template, { metadata: plainWith(template.metadata ?? {}, { labels }) }),
    },
    status: { replicas: 0 },
  };
}

/** Before, the set of a Deployment with a long name is refused. */
const TRUNCATING_MINOR = 34;
const MAX_NAME_LENGTH = 253;

function setName(deploymentName: string, hash: string, kubernetesMinor: number): string {
  if (kubernetesMinor < TRUNCATING_MINOR) return `${deploymentName}-${hash}`;
  return `${deploymentName.slice(0, MAX_NAME_LENGTH - hash.length - 1)}-${hash}`;
}

/** Whether the set asks for as many pods as its Deployment wants, and all are available. */
export function isSaturated(
  deployment: Deployment,
  set: ReplicaSet | null,
  desiredAnnotation: number | null,
): boolean {
  const wanted = desiredReplicas(deployment.spec);
  if (set === null || desiredAnnotation === null) return false;
  return (
    sizeOf(set) === wanted &&
    desiredAnnotation === wanted &&
    (set.status.availableReplicas ?? 0) === wanted
  );
}
