import type { Manifest } from "../../src/api/kubernetes.js";
import { isFullyBound } from "../../src/api/volumes/claims.js";
import type { ControllerEntry } from "../../src/control/controller.js";
import { only, TestCluster } from "./cluster.js";

export const DEFAULT = { "storageclass.kubernetes.io/is-default-class": "true" };
export const ONLY = only("persistentvolume-binder-controller");

interface ClaimSketch {
  readonly class?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly volumeName?: string;
  readonly selector?: object;
  readonly mode?: string;
  /** Its VolumeAttributesClass. */
  readonly attributes?: string;
}

export function claim(name: string, sketch: ClaimSketch = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: {
      accessModes: sketch.modes ?? ["ReadWriteOnce"],
      resources: { requests: { storage: sketch.size ?? "1Gi" } },
      ...(sketch.class === undefined ? {} : { storageClassName: sketch.class }),
      ...(sketch.volumeName === undefined ? {} : { volumeName: sketch.volumeName }),
      ...(sketch.selector === undefined ? {} : { selector: sketch.selector }),
      ...(sketch.mode === undefined ? {} : { volumeMode: sketch.mode }),
      ...(sketch.attributes === undefined ? {} : { volumeAttributesClassName: sketch.attributes }),
    },
  };
}

interface VolumeSketch {
  readonly class?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly claimRef?: object;
  readonly policy?: string;
  readonly attributes?: string;
  readonly labels?: Record<string, string>;
}

export function volume(name: string, sketch: VolumeSketch = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, labels: sketch.labels ?? {} },
    spec: {
      accessModes: sketch.modes ?? ["ReadWriteOnce"],
      capacity: { storage: sketch.size ?? "1Gi" },
      storageClassName: sketch.class ?? "",
      persistentVolumeReclaimPolicy: sketch.policy ?? "Retain",
      nfs: { server: "s", path: "/" },
      ...(sketch.claimRef === undefined ? {} : { claimRef: sketch.claimRef }),
      ...(sketch.attributes === undefined ? {} : { volumeAttributesClassName: sketch.attributes }),
    },
  };
}

export function storageClass(name: string, body: object = {}, annotations = {}): Manifest {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations },
    provisioner: "csi.example.com",
    volumeBindingMode: "Immediate",
    ...body,
  };
}

export function clusterOf(
  manifests: readonly Manifest[],
  controllers: readonly ControllerEntry[] = ONLY,
) {
  const cluster = new TestCluster().run(controllers);
  for (const manifest of manifests) cluster.apply(manifest);
  return cluster.advance(1);
}

/** `claim → volume`, for the claims that are bound. */
export const bindings = (cluster: TestCluster): readonly string[] =>
  cluster
    .all("PersistentVolumeClaim")
    .filter((one) => isFullyBound(one) && one.status?.phase === "Bound")
    .map((one) => `${one.name} → ${one.spec.volumeName}`);

export const said = (cluster: TestCluster): readonly string[] =>
  cluster.events.map(({ reason, object, message }) => `${reason} ${object}: ${message}`);
