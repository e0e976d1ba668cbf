import { keyOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import { claimUses } from "../api/volumes/claims.js";
import { VolumeNodeAffinity } from "../api/volumes/matching.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type { PodWorker } from "./pod-worker.js";

export interface PodVolumesOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  readonly observer: ClusterObserver;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Called when a pod that waited may have all of its volumes now. */
  readonly retry: (worker: PodWorker) => void;
}

/** How long a kubelet waits for volumes before it complains: upstream's 2 min 3 s. */
const COMPLAIN_AFTER_MICROS = 123 * MICROS_PER_SECOND;

/**
 * What pods wait for at their node: claims that are not bound, volumes that cannot be used from there.
 * Source: upstream's `pkg/kubelet/volumemanager`.
 */
export class PodVolumes {
  private readonly claims: Informer<"PersistentVolumeClaim">;
  private readonly volumes: Informer<"PersistentVolume">;
  private readonly affinity = new VolumeNodeAffinity();
  private readonly waiting = new Set<PodWorker>();
  private readonly complain: HandlerId;

  constructor(private readonly options: PodVolumesOptions) {
    const { engine, informers, find } = options;
    this.claims = informers.informer("PersistentVolumeClaim");
    this.volumes = informers.informer("PersistentVolume");
    this.complain = engine.registerHandler(
      "kubelet/volumes",
      (row, serial) => {
        const worker = find(row, serial);
        if (worker !== undefined && this.waiting.has(worker)) this.tell(worker);
      },
      { background: true },
    );
  }

  start(): void {
    const look = () => {
      for (const worker of [...this.waiting]) this.options.retry(worker);
    };
    this.claims.addHandler({ added: look, updated: look });
    this.volumes.addHandler({ added: look, updated: look });
  }

  /** True if the pod can have all of its volumes; else it is kept among those that wait. */
  areThere(worker: PodWorker): boolean {
    if (this.lackOf(worker) === null) {
      this.waiting.delete(worker);
      return true;
    }
    if (!this.waiting.has(worker)) {
      this.waiting.add(worker);
      const { engine } = this.options;
      const { row, serial } = worker;
      engine.scheduleAfter(COMPLAIN_AFTER_MICROS, Phase.react, this.complain, row, serial);
    }
    return false;
  }

  /** The pod waits no more: it is gone, or on its way. */
  forget(worker: PodWorker): void {
    this.waiting.delete(worker);
  }

  private lackOf({ pod, node }: PodWorker): string | null {
    if (pod.spec.volumes === undefined) return null;
    for (const { claimName } of claimUses(pod.spec, pod.name)) {
      const lack = this.lackOfClaim(pod, claimName, node.node.labels);
      if (lack !== null) return `error processing PVC ${keyOf(pod.namespace, claimName)}: ${lack}`;
    }
    return null;
  }

  private lackOfClaim(
    pod: PodVersion,
    name: string,
    labels: Readonly<Record<string, string>>,
  ): string | null {
    const claim = this.claims.find(pod.namespace, name);
    // What was not dumped keeps no pod of a dump from starting.
    if (claim === undefined) {
      if (pod.creationTimeMicros < 0) return null;
      return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
    }
    const { volumeName = "" } = claim.spec;
    if (claim.status.phase !== "Bound" || volumeName === "") return "PVC is not bound";
    const volume = this.volumes.find("", volumeName);
    if (volume === undefined || this.affinity.allows(volume, labels)) return null;
    return "no matching NodeSelectorTerms";
  }

  private tell(worker: PodWorker): void {
    const { observer, engine } = this.options;
    const lack = this.lackOf(worker) ?? "";
    const names = (worker.pod.spec.volumes ?? []).map((volume) => volume.name).join(" ");
    const message = `Unable to attach or mount volumes: unmounted volumes=[${names}]: ${lack}`;
    observer.event("Warning", "FailedMount", worker.pod, message, engine.now);
  }
}
