import type { PodVersion } from "../../api/pod-version.js";
import { type Claim, type PersistentVolume, claimUses } from "../../api/volumes/claims.js";
import { CLAIM_PROTECTION, VOLUME_PROTECTION } from "../../store/admission/storage.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { WriteQueue } from "../write-queue.js";
import { ClaimUsers } from "./claim-users.js";

/** Claims have even keys, volumes odd ones. */
const claimKey = (row: number): number => row * 2;
const volumeKey = (row: number): number => row * 2 + 1;

/**
 * Lets a claim that is being deleted go once no pod on a node uses it, and a volume once it is not
 * bound: takes their finalizers off.
 * Source: Kubernetes, "Persistent Volumes: Storage Object in Use Protection".
 */
export class VolumeProtectionController implements Controller {
  private readonly pods: Informer<"Pod">;
  private readonly claims: Informer<"PersistentVolumeClaim">;
  private readonly volumes: Informer<"PersistentVolume">;
  private readonly queue: WriteQueue;
  private readonly users = new ClaimUsers();

  constructor(options: ControllerOptions) {
    const { engine, informers, client, workers } = options;
    this.pods = informers.informer("Pod");
    this.claims = informers.informer("PersistentVolumeClaim");
    this.volumes = informers.informer("PersistentVolume");
    this.queue = new WriteQueue({
      engine,
      client,
      name: "volume-protection",
      workers,
      plan: (key) => this.planOf(key),
    });
  }

  start(): void {
    const onClaim = (claim: Claim): void => {
      if (claim.deletionTimeMicros !== null) this.queue.add(claimKey(claim.row));
    };
    const onVolume = (volume: PersistentVolume): void => {
      if (volume.deletionTimeMicros !== null) this.queue.add(volumeKey(volume.row));
    };
    this.claims.addHandler({ added: onClaim, updated: (_, claim) => onClaim(claim) });
    this.volumes.addHandler({ added: onVolume, updated: (_, volume) => onVolume(volume) });
    this.pods.addHandler({
      added: (pod) => {
        if (pod.nodeName !== "") this.users.add(pod);
      },
      updated: (before, pod) => {
        if (before.nodeName === "" && pod.nodeName !== "") this.users.add(pod);
        if (isShutDown(pod)) this.onPodEnd(pod);
      },
      deleted: (pod) => {
        this.users.delete(pod);
        this.onPodEnd(pod);
      },
    });
  }

  private onPodEnd(pod: PodVersion): void {
    if (pod.spec.volumes === undefined) return;
    for (const { claimName } of claimUses(pod.spec, pod.name)) {
      const claim = this.claims.find(pod.namespace, claimName);
      if (claim !== undefined && claim.deletionTimeMicros !== null) {
        this.queue.add(claimKey(claim.row));
      }
    }
  }

  private planOf(key: number): readonly WriteRequest[] {
    const isVolume = key % 2 === 1;
    const row = (key - (key % 2)) / 2;
    const object = isVolume ? this.volumes.at(row) : this.claims.at(row);
    const finalizer = isVolume ? VOLUME_PROTECTION : CLAIM_PROTECTION;
    if (object === undefined || !object.finalizers.includes(finalizer)) return [];
    if (!this.mayGo(object)) return [];
    const finalizers = object.finalizers.filter((name) => name !== finalizer);
    return [{ verb: "update", base: object, change: { finalizers } }];
  }

  private mayGo(object: Claim | PersistentVolume): boolean {
    if (object.deletionTimeMicros === null) return false;
    if (object.kind === "PersistentVolume") return object.status?.phase !== "Bound";
    for (const row of this.users.of(object)) {
      const pod = this.pods.at(row);
      if (pod !== undefined && uses(pod, object)) return false;
    }
    return true;
  }
}

function uses(pod: PodVersion, claim: Claim): boolean {
  return claimUses(pod.spec, pod.name).some(
    ({ claimName, ephemeral }) => claimName === claim.name && !(ephemeral && isShutDown(pod)),
  );
}

/** The kubelet is done with the pod, or it was deleted by force: something else keeps it. */
function isShutDown(pod: PodVersion): boolean {
  return pod.deletionTimeMicros !== null && pod.deletionGracePeriodSeconds === 0;
}
