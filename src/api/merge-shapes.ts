/** How the lists and maps below a map merge; what is not named is a plain map or an atomic list. */
export interface MergeShape {
  readonly maps?: Readonly<Record<string, MergeShape>>;
  /** Without `key`: a set of primitive values. */
  readonly lists?: Readonly<
    Record<string, { readonly key?: string; readonly element?: MergeShape }>
  >;
}

const byType = { conditions: { key: "type" } } as const;

const metadata: MergeShape = {
  lists: { ownerReferences: { key: "uid" }, finalizers: {} },
};

const container: MergeShape = {
  lists: {
    ports: { key: "containerPort" },
    env: { key: "name" },
    volumeMounts: { key: "mountPath" },
    volumeDevices: { key: "devicePath" },
  },
};

const podSpec: MergeShape = {
  lists: {
    containers: { key: "name", element: container },
    initContainers: { key: "name", element: container },
    ephemeralContainers: { key: "name", element: container },
    volumes: { key: "name" },
    imagePullSecrets: { key: "name" },
    hostAliases: { key: "ip" },
    topologySpreadConstraints: { key: "topologyKey" },
    schedulingGates: { key: "name" },
    resourceClaims: { key: "name" },
  },
};

const object = (spec: MergeShape | undefined, statusLists: MergeShape["lists"]): MergeShape => ({
  maps: {
    metadata,
    ...(spec === undefined ? {} : { spec }),
    ...(statusLists === undefined ? {} : { status: { lists: statusLists } }),
  },
});

const workload = object({ maps: { template: { maps: { metadata, spec: podSpec } } } }, byType);

const kinds: Readonly<Record<string, MergeShape>> = {
  Pod: object(podSpec, {
    conditions: { key: "type" },
    podIPs: { key: "ip" },
    hostIPs: { key: "ip" },
  }),
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  ReplicationController: workload,
  Job: workload,
  CronJob: object(
    {
      maps: {
        jobTemplate: {
          maps: { metadata, spec: { maps: { template: { maps: { metadata, spec: podSpec } } } } },
        },
      },
    },
    undefined,
  ),
  Service: object({ lists: { ports: { key: "port" } } }, byType),
  Node: object(
    { lists: { podCIDRs: {} } },
    { conditions: { key: "type" }, addresses: { key: "type" } },
  ),
  Namespace: object(undefined, byType),
  PersistentVolumeClaim: object(undefined, byType),
  PodDisruptionBudget: object(undefined, byType),
  HorizontalPodAutoscaler: object(undefined, byType),
  CSINode: object({ lists: { drivers: { key: "name" } } }, undefined),
};

/** Merge keys by kind: `patchMergeKey` and `patchStrategy` of Kubernetes' published types. */
export const MERGE_SHAPES = { kinds, anyKind: object(undefined, undefined) } as const;
