import type { ObjectVersion } from "../../src/api/object-version.js";
import {
  type ContainerState,
  EMPTY_POD_STATUS,
  type PodFields,
  PodVersion,
} from "../../src/api/pod-version.js";

type Generic = "Node" | "Deployment" | "ReplicaSet" | "PodDisruptionBudget";

/** A version of a generic object with the fields that a test does not care about filled in. */
export function object<K extends Generic>(
  kind: K,
  fields: Partial<Omit<ObjectVersion<K>, "kind">> & { name: string; uid: string },
): ObjectVersion<K> {
  return {
    kind,
    row: 0,
    namespace: kind === "Node" ? "" : "shop",
    generateName: "",
    resourceVersion: 1,
    generation: 1,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: {},
    annotations: {},
    ownerReferences: [],
    finalizers: [],
    spec: {} as ObjectVersion<K>["spec"],
    status: undefined as unknown as ObjectVersion<K>["status"],
    ...fields,
  };
}

export function node(
  name: string,
  allocatable: Readonly<Record<string, string>>,
  options: { ready?: boolean; zone?: string; createdMicros?: number; pool?: string } = {},
): ObjectVersion<"Node"> {
  return object("Node", {
    name,
    uid: `node-${name}`,
    creationTimeMicros: options.createdMicros ?? 0,
    labels: {
      ...(options.zone === undefined ? {} : { "topology.kubernetes.io/zone": options.zone }),
      ...(options.pool === undefined ? {} : { pool: options.pool }),
    },
    status: {
      allocatable,
      conditions: [{ type: "Ready", status: options.ready === false ? "False" : "True" }],
    },
  });
}

export function spec(requests: Readonly<Record<string, string>>): PodFields["spec"] {
  return { containers: [{ name: "main", image: "app", resources: { requests } }] };
}

export function pod(fields: Partial<PodFields> & { row: number; name: string }): PodVersion {
  return PodVersion.of({
    uid: `pod-${fields.name}`,
    namespace: "shop",
    generateName: "",
    resourceVersion: 1,
    generation: 1,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: {},
    annotations: {},
    ownerReferences: [],
    finalizers: [],
    spec: spec({ cpu: "1", memory: "1Gi" }),
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
    ...fields,
  });
}

export function readyStatus(ready: boolean, atMicros: number): PodFields["status"] {
  return {
    ...EMPTY_POD_STATUS,
    conditions: [
      {
        type: "Ready",
        status: ready ? "True" : "False",
        lastTransitionTimeMicros: atMicros,
        reason: "",
        message: "",
      },
    ],
  };
}

export function container(fields: Partial<ContainerState>): ContainerState {
  return {
    name: "main",
    ready: false,
    started: false,
    restartCount: 0,
    state: "running",
    reason: "",
    exitCode: null,
    startedAtMicros: null,
    finishedAtMicros: null,
    lastTermination: null,
    ...fields,
  };
}

export function ownedBy(kind: string, name: string, uid: string): PodFields["ownerReferences"] {
  return [{ apiVersion: "apps/v1", kind, name, uid, controller: true }];
}
