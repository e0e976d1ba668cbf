import type { NewGeneric } from "../api/new-object.js";
import type { Change, WriteRequest } from "../store/request.js";
import type { PreBindStep } from "./framework/interfaces.js";
import type { Listers } from "./framework/listers.js";
import type { Snapshot } from "./framework/snapshot.js";
import {
  type ClaimChange,
  type VolumeChange,
  bindOutcome,
  provisionOutcome,
  ZONE,
} from "../api/volumes/binding-outcome.js";
import { type Claim, SELECTED_NODE, className } from "../api/volumes/claims.js";

interface VolumeSource {
  readonly listers: Listers;
  readonly snapshot: Snapshot;
}

/**
 * The writes that a PreBind step stands for, in their order; a string says why it cannot be done. The
 * scheduler writes here what upstream leaves to the volume controller and the provisioner, too: nobody
 * else in the simulator answers to a claim that waits for its first consumer.
 */
export function volumeWrites(
  step: PreBindStep,
  { listers, snapshot }: VolumeSource,
): readonly WriteRequest[] | string {
  const [namespace = "", name = ""] = step.claim.split("/");
  const claim = listers.persistentVolumeClaims.get(namespace, name);
  if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
  if (step.kind === "bindClaim") {
    const volume = listers.persistentVolumes.get(step.volume);
    if (volume === undefined) return `persistentvolume "${step.volume}" not found`;
    const outcome = bindOutcome(claim, volume);
    return [
      { verb: "update", base: volume, change: changeOf(outcome.volume) },
      { verb: "patch", target: claim, change: changeOf(outcome.claim) },
    ];
  }
  const storageClass = listers.storageClasses.get(className(claim));
  if (storageClass === undefined) return `storageclass "${className(claim)}" not found`;
  const made = provisionOutcome(claim, storageClass, snapshot.get(step.nodeName)?.labels[ZONE]);
  const outcome = bindOutcome(claim, made);
  const annotations = { ...outcome.claim.annotations, [SELECTED_NODE]: step.nodeName };
  return [
    { verb: "patch", target: claim, change: { annotations: selectedNode(claim, step.nodeName) } },
    { verb: "create", object: volumeObject(made.name, outcome.volume) },
    { verb: "patch", target: claim, change: changeOf({ ...outcome.claim, annotations }) },
  ];
}

function selectedNode(claim: Claim, nodeName: string): Claim["annotations"] {
  return { ...claim.annotations, [SELECTED_NODE]: nodeName };
}

function changeOf({ annotations, spec, status }: ClaimChange | VolumeChange): Change {
  return { annotations, spec, status };
}

function volumeObject(name: string, change: VolumeChange): NewGeneric<"PersistentVolume"> {
  return {
    kind: "PersistentVolume",
    namespace: "",
    name,
    generateName: "",
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    labels: {},
    ownerReferences: [],
    finalizers: [],
    ...change,
  };
}
