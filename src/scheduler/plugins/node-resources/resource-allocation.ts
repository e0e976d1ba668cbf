import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { NodePart } from "../../framework/reads.js";
import { type ScalarResources, isScalarResource } from "../../framework/resources.js";

/** A resource that a score looks at, as the configuration names it. */
export interface ResourceSpec {
  readonly name: string;
  readonly weight: number;
}

type ResourceKind = "cpu" | "memory" | "ephemeral-storage" | "scalar" | "other";

export interface ScoredResource {
  readonly kind: ResourceKind;
  /** Id of a scalar resource; -1 for the others. */
  readonly scalar: number;
  readonly weight: number;
}

/** Resolves the names of a scoring strategy. A name that is no resource takes no part. */
export function scoredResources(
  specs: readonly ResourceSpec[],
  scalars: ScalarResources,
): readonly ScoredResource[] {
  return specs.map(({ name, weight }): ScoredResource => {
    if (name === "cpu" || name === "memory" || name === "ephemeral-storage") {
      return { kind: name, scalar: -1, weight };
    }
    if (isScalarResource(name)) return { kind: "scalar", scalar: scalars.intern(name), weight };
    return { kind: "other", scalar: -1, weight };
  });
}

/** What {@link allocate} reads of a node. */
export function allocatedParts(
  resources: readonly ScoredResource[],
  defaults: boolean,
): readonly NodePart[] {
  return resources.flatMap(({ kind }): readonly NodePart[] => {
    switch (kind) {
      case "cpu":
        return ["allocatable.cpuMillis", defaults ? "nonZeroCpuMillis" : "requested.cpuMillis"];
      case "memory":
        return [
          "allocatable.memoryBytes",
          defaults ? "nonZeroMemoryBytes" : "requested.memoryBytes",
        ];
      case "ephemeral-storage":
        return ["allocatable.ephemeralStorageBytes", "requested.ephemeralStorageBytes"];
      case "scalar":
        return ["allocatable.scalar", "requested.scalar"];
      default:
        return [];
    }
  });
}

/** What one resource comes to on a node if the pod is placed there; 0 allocatable: takes no part. */
export interface Allocation {
  allocatable: number;
  requested: number;
  /** Requested without the pod. */
  before: number;
}

/**
 * Fills `into` with the node's allocatable and requested amounts, the pod's included. With `defaults`,
 * containers that state no cpu or memory count with upstream's stand-ins.
 */
export function allocate(
  resource: ScoredResource,
  pod: PodInfo,
  node: NodeInfo,
  defaults: boolean,
  into: Allocation,
): void {
  const wanted = pod.template.resources;
  const { allocatable, requested } = node;
  const asks = defaults ? wanted.strategyRequests : wanted.scoreRequests;
  switch (resource.kind) {
    case "cpu":
      into.allocatable = allocatable.cpuMillis;
      into.before = defaults ? node.nonZeroCpuMillis : requested.cpuMillis;
      into.requested =
        into.before + (defaults ? wanted.scoreNonZeroCpuMillis : wanted.scoreRequests.cpuMillis);
      return;
    case "memory":
      into.allocatable = allocatable.memoryBytes;
      into.before = defaults ? node.nonZeroMemoryBytes : requested.memoryBytes;
      into.requested =
        into.before +
        (defaults ? wanted.scoreNonZeroMemoryBytes : wanted.scoreRequests.memoryBytes);
      return;
    case "ephemeral-storage":
      into.allocatable = allocatable.ephemeralStorageBytes;
      into.before = requested.ephemeralStorageBytes;
      into.requested = into.before + asks.ephemeralStorageBytes;
      return;
    case "scalar": {
      const more = asks.scalar(resource.scalar);
      // A scalar resource counts only if the pod asks for it.
      into.allocatable = more === 0 ? 0 : allocatable.scalar(resource.scalar);
      into.before = requested.scalar(resource.scalar);
      into.requested = into.before + more;
      return;
    }
    case "other":
      into.allocatable = 0;
      into.requested = 0;
      into.before = 0;
  }
}
