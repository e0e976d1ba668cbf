import type { Volume } from "../../api/kubernetes.js";
import { newMeta } from "../../api/new-object.js";
import { objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { claimUse } from "../../api/volumes/claims.js";
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

  constructor(options: ControllerOptions) {
    const { engine, informers, client, workers } = options;
    this.pods = informers.informer("Pod");
    this.claims = informers.informer("PersistentVolumeClaim");
    this.queue = new WriteQueue({
      engine,
      client,
      name: "ephemeral-volume",
      workers,
      plan: (row) => this.missingClaims(this.pods.at(row)),
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

  private missingClaims(pod: PodVersion | undefined): readonly WriteRequest[] {
    if (pod === undefined || pod.deletionTimeMicros !== null) return [];
    return (pod.spec.volumes ?? []).filter(isEphemeral).flatMap((volume) => {
      const { claimName } = claimUse(volume, pod.name)!;
      // A claim of that name that somebody else owns keeps the pod waiting: its scheduler says so.
      if (this.claims.find(pod.namespace, claimName) !== undefined) return [];
      return [{ verb: "create", object: claimOf(pod, volume, claimName) } as const];
    });
  }
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
