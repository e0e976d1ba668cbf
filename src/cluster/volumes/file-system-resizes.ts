import { keyOf } from "../../api/object-version.js";
import type { Claim, PersistentVolume } from "../../api/volumes/claims.js";
import { expandedStatus } from "../../api/volumes/expansion-status.js";
import { identityOf } from "../../api/volumes/attachable.js";
import { capacityBytes } from "../../api/volumes/matching.js";
import { parseBytes } from "../../api/quantity.js";
import type { VolumeTimes } from "../../api/volumes/volume-times.js";
import { MICROS_PER_MILLI } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { PodWorker } from "../pod-worker.js";

export interface FileSystemResizesOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly volumeTimes: VolumeTimes;
  readonly claims: Informer<"PersistentVolumeClaim">;
  readonly volumes: Informer<"PersistentVolume">;
}

/** Upstream's `reconcilerLoopSleepPeriod`. */
const LOOP_MICROS = 100 * MICROS_PER_MILLI;

interface Resize {
  readonly worker: PodWorker;
  readonly claimKey: readonly [namespace: string, name: string];
}

/**
 * File systems that have become smaller than their volumes: the node that has one mounted makes it larger, and says
 * so in the claim.
 * Source: Kubernetes, "Persistent Volumes: Resizing a volume containing a file system"; upstream's `node_expander.go`.
 */
export class FileSystemResizes {
  /** Pods that have it mounted, by the key of the claim. */
  private readonly users = new Map<string, Set<PodWorker>>();
  private readonly underWay = new Map<number, Resize>();
  private readonly keys = new Set<string>();
  private readonly done: HandlerId;
  private readonly answer: AnswerId;
  private nextId = 1;

  constructor(private readonly options: FileSystemResizesOptions) {
    this.done = options.engine.registerHandler("kubelet/file-system", (id) => this.finish(id));
    this.answer = options.client.onAnswer(() => {});
  }

  /** The pod has the claim's volume mounted from now on. */
  add(worker: PodWorker, claimName: string): void {
    const key = keyOf(worker.pod.namespace, claimName);
    const users = this.users.get(key);
    if (users === undefined) this.users.set(key, new Set([worker]));
    else users.add(worker);
    this.look(worker.pod.namespace, claimName);
  }

  delete(worker: PodWorker, claimName: string): void {
    const key = keyOf(worker.pod.namespace, claimName);
    const users = this.users.get(key);
    users?.delete(worker);
    if (users?.size === 0) this.users.delete(key);
  }

  /** Claim or volume have changed. */
  look(namespace: string, claimName: string): void {
    const key = keyOf(namespace, claimName);
    const [worker] = this.users.get(key) ?? [];
    if (worker === undefined || this.keys.has(key) || !worker.node.hears) return;
    const lack = this.lackOf(namespace, claimName);
    if (lack === null) return;
    const { engine, volumeTimes } = this.options;
    const beginsMicros = Math.ceil(engine.now / LOOP_MICROS) * LOOP_MICROS;
    const takes = volumeTimes.micros("resizeFileSystem", identityOf(lack.volume));
    const id = this.nextId;
    this.nextId += 1;
    this.keys.add(key);
    this.underWay.set(id, { worker, claimKey: [namespace, claimName] });
    engine.scheduleAt(beginsMicros + takes, Phase.world, this.done, id);
  }

  private finish(id: number): void {
    const { worker, claimKey } = this.underWay.get(id)!;
    this.underWay.delete(id);
    const key = keyOf(...claimKey);
    this.keys.delete(key);
    const lack = this.lackOf(...claimKey);
    if (lack === null) return;
    if (this.users.get(key)?.has(worker) !== true || !worker.node.hears) {
      this.look(...claimKey);
      return;
    }
    const { client, observer, engine } = this.options;
    const { claim, volume } = lack;
    const status = expandedStatus(claim, volume.spec.capacity!.storage!);
    client.submit({ verb: "patch", target: claim, change: { status } }, this.answer);
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume.name}" ${worker.node.name}`;
    for (const object of [worker.pod, claim]) {
      observer.event("Normal", "FileSystemResizeSuccessful", object, message, engine.now);
    }
  }

  /** The claim whose file system is smaller than its volume; null: it is not. */
  private lackOf(
    namespace: string,
    claimName: string,
  ): { readonly claim: Claim; readonly volume: PersistentVolume } | null {
    const { claims, volumes } = this.options;
    const claim = claims.find(namespace, claimName);
    const volume = volumes.find("", claim?.spec.volumeName ?? "");
    const has = claim?.status.capacity?.storage;
    if (claim === undefined || volume === undefined || has === undefined) return null;
    if (claim.status.allocatedResourceStatuses === undefined) return null;
    return capacityBytes(volume) > parseBytes(has) ? { claim, volume } : null;
  }
}
