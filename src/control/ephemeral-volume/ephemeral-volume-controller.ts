import type { Volume } from "../../api/kubernetes.js";
import { newMeta } from "../../api/new-object.js";
import { controllerOf, objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type Claim, claimUse } from "../../api/volumes/claims.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WriteQueue } from "../write-queue.js";

/**
 * Makes the claims of pods' generic ephemeral volumes, which the pods own.
 * Source: Kubernetes, "Ephemeral Volumes: Generic ephemeral volumes"; KEP-1698.
 */
export class EphemeralVolumeController implements Controller {
  private readonly pods: Informer<"Pod">;
  private readonly claims: Informer<"PersistentVolumeClaim">;
  private readonly queue: WriteQueue;
  /** Rows of the pods that need a claim of that key. */
  private readonly podOf = new Map<string, number>();

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client, workers } = options;
    this.pods = informers.informer("Pod");
    this.claims = informers.informer("PersistentVolumeClaim");
    this.queue = new WriteQueue({
      engine,
      client,
      name: "ephemeral-volume",
      workers,
      plan: (row) => this.missingClaims(row),
      refused: (row, { message }, request) => {
        if (request.verb !== "create") return true;
        this.tellRefusal(row, request.object.name, message);
        return true;
      },
      done: (row) => this.tellForeignClaim(row),
    });
  }

  start(): void {
    this.pods.addHandler({
      added: (pod) => this.onPod(pod),
      deleted: (pod) => {
        for (const key of claimKeys(pod)) this.podOf.delete(key);
      },
    });
    this.claims.addHandler({
      deleted: (claim) => {
        const row = this.podOf.get(objectKey(claim));
        if (row !== undefined) this.queue.add(row);
      },
    });
  }

  private onPod(pod: PodVersion): void {
    const keys = claimKeys(pod);
    for (const key of keys) this.podOf.set(key, pod.row);
    if (keys.length > 0) this.queue.add(pod.row);
  }

  /** Claims to be made, up to the first volume whose claim belongs to somebody else. */
  private missingClaims(row: number): readonly WriteRequest[] {
    const pod = this.pods.at(row);
    const requests: WriteRequest[] = [];
    if (pod === undefined) return requests;
    for (const { volume, claimName, claim } of this.volumesOf(pod)) {
      if (claim === undefined) {
        requests.push({ verb: "create", object: claimOf(pod, volume, claimName) });
      } else if (!isMadeFor(claim, pod)) {
        break;
      }
    }
    return requests;
  }

  /** Tells of the first volume whose claim is not the pod's: it is tried again and again. */
  private tellForeignClaim(row: number): boolean {
    const pod = this.pods.at(row);
    if (pod === undefined) return true;
    for (const { volume, claim } of this.volumesOf(pod)) {
      if (claim === undefined || isMadeFor(claim, pod)) continue;
      const message = `PVC ${objectKey(claim)} was not created for pod ${objectKey(pod)} (pod is not owner)`;
      this.tell(row, volume.name, message);
      return false;
    }
    return true;
  }

  private tellRefusal(row: number, name: string, message: string): void {
    const pod = this.pods.at(row);
    if (pod === undefined) return;
    for (const { volume, claimName } of this.volumesOf(pod)) {
      if (claimName === name) this.tell(row, volume.name, `create PVC ${name}: ${message}`);
    }
  }

  private *volumesOf(pod: PodVersion) {
    if (pod.deletionTimeMicros !== null) return;
    for (const volume of (pod.spec.volumes ?? []).filter(isEphemeral)) {
      const { claimName } = claimUse(volume, pod.name)!;
      yield { volume, claimName, claim: this.claims.find(pod.namespace, claimName) };
    }
  }

  private tell(row: number, volumeName: string, message: string): void {
    const pod = this.pods.at(row);
    if (pod === undefined) return;
    const { observer, engine } = this.options;
    const text = `ephemeral volume ${volumeName}: ${message}`;
    observer.event("Warning", "FailedBinding", pod, text, engine.now);
  }
}

function isMadeFor(claim: Claim, pod: PodVersion): boolean {
  return controllerOf(claim)?.uid === pod.uid;
}

const NO_KEYS: readonly string[] = [];

function claimKeys({ namespace, name, spec }: PodVersion): readonly string[] {
  if (spec.volumes?.some(isEphemeral) !== true) return NO_KEYS;
  const made = spec.volumes.filter(isEphemeral);
  return made.map((volume) => objectKey({ namespace, name: claimUse(volume, name)!.claimName }));
}

function isEphemeral({ ephemeral }: Volume): boolean {
  return (ephemeral?.volumeClaimTemplate?.spec ?? null) !== null;
}

function claimOf(pod: PodVersion, { ephemeral }: Volume, claimName: string) {
  const { metadata, spec } = ephemeral!.volumeClaimTemplate!;
  const { name, uid } = pod;
  return {
    kind: "PersistentVolumeClaim",
    ...newMeta(pod.namespace, claimName),
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    ownerReferences: [
      { apiVersion: "v1", kind: "Pod", name, uid, controller: true, blockOwnerDeletion: true },
    ],
    spec,
    status: {},
  } as const;
}
