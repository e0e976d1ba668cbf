import type { Controller, ControllerOptions } from "./controller.js";
import { DeploymentController } from "./deployment/deployment-controller.js";
import { DisruptionController } from "./disruption/disruption-controller.js";
import { EndpointSliceController } from "./endpointslice/endpoint-slice-controller.js";
import { EphemeralVolumeController } from "./ephemeral-volume/ephemeral-volume-controller.js";
import { GarbageCollector } from "./garbage-collector/garbage-collector.js";
import { NamespaceController } from "./namespace/namespace-controller.js";
import { PersistentVolumeController } from "./persistentvolume/persistent-volume-controller.js";
import { PodGarbageCollector } from "./pod-garbage-collector/pod-garbage-collector.js";
import { ReplicaSetController } from "./replicaset/replica-set-controller.js";
import { TaintEvictionController } from "./taint-eviction/taint-eviction-controller.js";
import { VolumeProtectionController } from "./volume-protection/volume-protection-controller.js";

/** The controllers that a controller manager runs, by upstream's names, in the order of start. */
export const CONTROLLERS: Readonly<Record<string, new (options: ControllerOptions) => Controller>> =
  {
    "replicaset-controller": ReplicaSetController,
    "deployment-controller": DeploymentController,
    "endpointslice-controller": EndpointSliceController,
    "garbage-collector-controller": GarbageCollector,
    "namespace-controller": NamespaceController,
    "disruption-controller": DisruptionController,
    "pod-garbage-collector-controller": PodGarbageCollector,
    "taint-eviction-controller": TaintEvictionController,
    "persistentvolume-binder-controller": PersistentVolumeController,
    "ephemeral-volume-controller": EphemeralVolumeController,
    "volume-protection-controller": VolumeProtectionController,
  };
