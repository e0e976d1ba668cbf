import type {
  DrainOptions,
  Owners,
} from "../../../src/autoscaling/cluster-autoscaler/drain/drain-rules.js";
import { secondsToMicros } from "../../../src/base/time.js";

export interface GivenDrainOptions {
  readonly skipNodesWithSystemPods?: boolean;
  readonly skipNodesWithLocalStorage?: boolean;
  readonly skipNodesWithCustomControllerPods?: boolean;
  readonly minReplicaCount?: number;
  readonly blockingSystemPodTimeout?: number;
}

export function drainOptions(given: GivenDrainOptions = {}): DrainOptions {
  return {
    skipNodesWithSystemPods: given.skipNodesWithSystemPods ?? true,
    skipNodesWithLocalStorage: given.skipNodesWithLocalStorage ?? true,
    skipNodesWithCustomControllerPods: given.skipNodesWithCustomControllerPods ?? true,
    minReplicaCount: given.minReplicaCount ?? 0,
    blockingSystemPodTimeoutMicros: secondsToMicros(given.blockingSystemPodTimeout ?? 3600),
  };
}

export interface GivenOwners {
  readonly missingOwners?: readonly string[];
  readonly ownerReplicas?: Readonly<Record<string, number>>;
}

/** All owners are there, with 100 replicas, unless the case says otherwise. */
export function givenOwners({ missingOwners = [], ownerReplicas = {} }: GivenOwners): Owners {
  return {
    find(kind, namespace, name) {
      const key = `${kind}/${namespace}/${name}`;
      return missingOwners.includes(key) ? undefined : { replicas: ownerReplicas[key] ?? 100 };
    },
  };
}
