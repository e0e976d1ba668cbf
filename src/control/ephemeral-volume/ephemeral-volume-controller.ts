import type { Volume } from "../../api/kubernetes.js";
import { newMeta } from "../../api/new-object.js";
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
    this.pods.addHandler({ added: (pod) => this.onPod(pod) });
    this.claims.addHandler({ deleted: (claim) => this.onClaimGone(claim) });
  }

  private onPod(pod: PodVersion): void {
    if (pod.spec.volumes?.some(isEphemeral) === true) this.queue.add(pod.row);
  }

  /** The claim of a pod that is still there is made anew. */
  private onClaimGone(claim: { readonly ownerReferences: PodVersion["ownerReferences"] }): void {
    for (const { kind, uid } of claim.ownerReferences) {
      if (kind !== "Pod") continue;
      for (const pod of this.pods.values()) if (pod.uid === uid) this.onPod(pod);
    }
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

function isEphemeral({ ephemeral }: Volume): boolean {
  return ephemeral?.volumeClaimTemplate !== undefined;
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
