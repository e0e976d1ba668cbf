import { keyOf, objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type Claim, claimUses, type PersistentVolume } from "../../api/volumes/claims.js";
import { VolumeNodeAffinity } from "../../api/volumes/matching.js";
import type { VolumeTimes } from "../../api/volumes/volume-times.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { Client } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { KubeletNode } from "../kubelet-node.js";
import type { PodWorker } from "../pod-worker.js";
import { FileSystemResizes } from "./file-system-resizes.js";
import { type Mount, mountsOf } from "./mounts.js";
import { NodeVolumes } from "./node-volumes.js";

export interface PodVolumesOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly observer: ClusterObserver;
  readonly volumeTimes: VolumeTimes;
  readonly nodeStatusUpdateFrequencyMicros: TimeMicros;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Called when a pod that waited may have all of its volumes now. */
  readonly retry: (worker: PodWorker) => void;
  /** Called when a pod that has ended has no volume mounted any more. */
  readonly unmounted: (worker: PodWorker) => void;
}

/** How long a kubelet waits for volumes before it complains: upstream's 2 min 3 s. */
const COMPLAIN_AFTER_MICROS = 123 * MICROS_PER_SECOND;
/** From a complaint until the pod is looked at again: upstream's `backOffPeriod`, without its jitter. */
const LOOK_AGAIN_MICROS = 10 * MICROS_PER_SECOND;
/** Upstream's `reconcilerLoopSleepPeriod`. */
const LOOP_MICROS = 100 * MICROS_PER_MILLI;
/** Upstream's `podAttachAndMountRetryInterval`. */
const POLL_MICROS = 300 * MICROS_PER_MILLI;

/** The volumes of a pod that take time, from when it came to its node until all are unmounted. */
interface PodMounts {
  readonly worker: PodWorker;
  readonly mounts: readonly Mount[];
  readonly sinceMicros: TimeMicros;
  isAwaited: boolean;
}

/**
 * What pods wait for at their node: claims that are not bound, volumes that cannot be used from there, are not
 * attached or not mounted. And what is left of them: a pod that has ended goes when its volumes are unmounted.
 * Source: upstream's `pkg/kubelet/volumemanager`.
 */
export class PodVolumes {
  private readonly claims: Informer<"PersistentVolumeClaim">;
  private readonly volumes: Informer<"PersistentVolume">;
  private readonly drivers: Informer<"CSIDriver">;
  private readonly affinity = new VolumeNodeAffinity();
  private readonly nodeVolumes: NodeVolumes;
  private readonly fileSystems: FileSystemResizes;
  private readonly waiting = new Set<PodWorker>();
  /** Pods that wait, by the key of each of their claims. */
  private readonly waitingFor = new Map<string, Set<PodWorker>>();
  /** By the pod's serial. */
  private readonly mounted = new Map<number, PodMounts>();
  private readonly complain: HandlerId;
  private readonly mountsDone: HandlerId;
  private readonly unmountsDone: HandlerId;

  constructor(private readonly options: PodVolumesOptions) {
    const { engine, client, informers, find, nodeAt, retry } = options;
    this.claims = informers.informer("PersistentVolumeClaim");
    this.volumes = informers.informer("PersistentVolume");
    this.drivers = informers.informer("CSIDriver");
    const { claims, volumes } = this;
    this.fileSystems = new FileSystemResizes({ ...options, claims, volumes });
    this.nodeVolumes = new NodeVolumes({
      engine,
      client,
      periodMicros: options.nodeStatusUpdateFrequencyMicros,
      nodeAt,
      reported: (node) => {
        for (const worker of [...node.pods]) if (this.waiting.has(worker)) retry(worker);
      },
    });
    this.complain = engine.registerHandler(
      "kubelet/volumes",
      (row, serial) => {
        const worker = find(row, serial);
        if (worker !== undefined && this.waiting.has(worker)) this.tell(worker);
      },
      { background: true },
    );
    this.mountsDone = engine.registerHandler("kubelet/mounted", (row, serial) => {
      const worker = find(row, serial);
      if (worker !== undefined) retry(worker);
    });
    this.unmountsDone = engine.registerHandler("kubelet/unmounted", (serial) => {
      this.unmounted(serial);
    });
  }

  start(): void {
    const look = (key: string) => {
      for (const worker of [...(this.waitingFor.get(key) ?? [])]) this.options.retry(worker);
    };
    const onClaim = (claim: Claim) => {
      look(objectKey(claim));
      this.fileSystems.look(claim.namespace, claim.name);
    };
    const onVolume = ({ spec }: PersistentVolume) => {
      const { namespace = "", name = "" } = spec.claimRef ?? {};
      look(keyOf(namespace, name));
      this.fileSystems.look(namespace, name);
    };
    this.claims.addHandler({ added: onClaim, updated: (_, claim) => onClaim(claim) });
    this.volumes.addHandler({ added: onVolume, updated: (_, volume) => onVolume(volume) });
  }

  /** True if the pod has all of its volumes; else it is kept among those that wait. */
  areThere(worker: PodWorker): boolean {
    if (worker.pod.spec.volumes === undefined) return true;
    if (this.lackOf(worker) === null && this.areMounted(worker)) {
      this.forget(worker);
      this.useFileSystems(worker);
      return true;
    }
    if (!this.waiting.has(worker)) this.wait(worker);
    return false;
  }

  /** The pod waits no more: it is gone, or on its way. */
  forget(worker: PodWorker): void {
    if (!this.waiting.delete(worker)) return;
    for (const key of claimKeys(worker)) {
      const others = this.waitingFor.get(key);
      others?.delete(worker);
      if (others?.size === 0) this.waitingFor.delete(key);
    }
  }

  /** A pod of a snapshot that has, or had, its containers running has its volumes. */
  adopt(worker: PodWorker): void {
    const { pod, node, serial } = worker;
    if (pod.spec.volumes === undefined) return;
    const mounts = this.mountsFor(worker);
    if (mounts.length === 0) return;
    const { now } = this.options.engine;
    for (const mount of mounts) {
      mount.doneMicros = now;
      if (mount.uniqueName !== null) this.nodeVolumes.use(node, mount.uniqueName, serial, true);
    }
    this.mounted.set(serial, { worker, mounts, sinceMicros: now, isAwaited: false });
    this.useFileSystems(worker);
  }

  private useFileSystems(worker: PodWorker): void {
    for (const { claimName } of this.mounted.get(worker.serial)?.mounts ?? []) {
      if (claimName !== null) this.fileSystems.add(worker, claimName);
    }
  }

  /** The containers of the pod have ended: its volumes are unmounted. */
  podEnded(worker: PodWorker): void {
    const mounted = this.mounted.get(worker.serial);
    if (mounted === undefined || worker.isUnmounting) return;
    const { engine, volumeTimes } = this.options;
    let takes = 0;
    for (const { doneMicros, identity } of mounted.mounts) {
      if (doneMicros === null) continue;
      takes = Math.max(takes, volumeTimes.micros("unmount", identity));
    }
    worker.isUnmounting = true;
    engine.scheduleAfter(takes, Phase.world, this.unmountsDone, worker.serial);
  }

  /** The Node object has changed, or the kubelet is heard of again. */
  nodeChanged(node: KubeletNode): void {
    this.nodeVolumes.look(node);
  }

  nodeGone(node: KubeletNode): void {
    for (const worker of node.pods) {
      for (const { claimName } of this.mounted.get(worker.serial)?.mounts ?? []) {
        if (claimName !== null) this.fileSystems.delete(worker, claimName);
      }
      this.mounted.delete(worker.serial);
    }
    this.nodeVolumes.forget(node);
  }

  private unmounted(serial: number): void {
    const mounted = this.mounted.get(serial);
    if (mounted === undefined) return;
    this.mounted.delete(serial);
    const { worker, mounts } = mounted;
    for (const { uniqueName, claimName } of mounts) {
      if (claimName !== null) this.fileSystems.delete(worker, claimName);
      if (uniqueName !== null) this.nodeVolumes.drop(worker.node, uniqueName, serial);
    }
    worker.isUnmounting = false;
    this.options.unmounted(worker);
  }

  private wait(worker: PodWorker): void {
    this.waiting.add(worker);
    for (const key of claimKeys(worker)) {
      const others = this.waitingFor.get(key);
      if (others === undefined) this.waitingFor.set(key, new Set([worker]));
      else others.add(worker);
    }
    this.awaitComplaint(worker, COMPLAIN_AFTER_MICROS);
  }

  private awaitComplaint({ row, serial }: PodWorker, afterMicros: TimeMicros): void {
    this.options.engine.scheduleAfter(afterMicros, Phase.react, this.complain, row, serial);
  }

  private mountsFor({ pod }: PodWorker): readonly Mount[] {
    return mountsOf(pod, {
      claim: (namespace, name) => this.claims.find(namespace, name),
      volume: (name) => this.volumes.find("", name),
      driver: (name) => this.drivers.find("", name),
    });
  }

  /** Whether all volumes are mounted; has those mounted that may be by now. */
  private areMounted(worker: PodWorker): boolean {
    const { engine } = this.options;
    const { now } = engine;
    const { node, serial } = worker;
    let pod = this.mounted.get(serial);
    if (pod === undefined) {
      const mounts = this.mountsFor(worker);
      if (mounts.length === 0) return true;
      pod = { worker, mounts, sinceMicros: now, isAwaited: false };
      this.mounted.set(serial, pod);
      for (const { uniqueName } of mounts) {
        if (uniqueName !== null) this.nodeVolumes.use(node, uniqueName, serial);
      }
    }
    let readyMicros = now;
    for (const mount of pod.mounts) {
      if (mount.doneMicros === null && this.isAttached(node, mount)) this.mount(mount);
      readyMicros = Math.max(readyMicros, mount.doneMicros ?? Number.POSITIVE_INFINITY);
    }
    if (readyMicros === Number.POSITIVE_INFINITY) return false;
    const polls = Math.ceil((readyMicros - pod.sinceMicros) / POLL_MICROS);
    const seenMicros = pod.sinceMicros + polls * POLL_MICROS;
    if (seenMicros <= now) return true;
    if (!pod.isAwaited) {
      engine.scheduleAt(seenMicros, Phase.world, this.mountsDone, worker.row, serial);
    }
    pod.isAwaited = true;
    return false;
  }

  private mount(mount: Mount): void {
    const { engine, volumeTimes } = this.options;
    const beginsMicros = Math.ceil(engine.now / LOOP_MICROS) * LOOP_MICROS;
    mount.doneMicros = beginsMicros + volumeTimes.micros("mount", mount.identity);
  }

  /** Whether the volume may be mounted: its node is known to use it, and says that it is attached. */
  private isAttached(node: KubeletNode, { uniqueName }: Mount): boolean {
    if (uniqueName === null) return true;
    const { volumesAttached = [] } = node.node.status;
    if (!volumesAttached.some(({ name }) => name === uniqueName)) return false;
    return this.nodeVolumes.isReported(node, uniqueName);
  }

  private lackOf({ pod, node }: PodWorker): string | null {
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
    const message = `Unable to attach or mount volumes: ${this.stateOf(worker)}`;
    observer.event("Warning", "FailedMount", worker.pod, message, engine.now);
    this.awaitComplaint(worker, LOOK_AGAIN_MICROS + COMPLAIN_AFTER_MICROS);
  }

  private stateOf(worker: PodWorker): string {
    const lack = this.lackOf(worker);
    if (lack !== null) {
      const names = (worker.pod.spec.volumes ?? []).map((volume) => volume.name).join(" ");
      return `unmounted volumes=[${names}]: ${lack}`;
    }
    const { mounts = [] } = this.mounted.get(worker.serial) ?? {};
    const unmounted = mounts.filter(({ doneMicros }) => doneMicros === null);
    const unattached = unmounted.filter((mount) => !this.isAttached(worker.node, mount));
    const named = (of: readonly Mount[]) => of.map(({ name }) => name).join(" ");
    const lists = `unmounted volumes=[${named(unmounted)}], unattached volumes=[${named(unattached)}]`;
    return `${lists}, failed to process volumes=[]: context deadline exceeded`;
  }
}

function claimKeys({ pod }: PodWorker): readonly string[] {
  return claimUses(pod.spec, pod.name).map(({ claimName }) => keyOf(pod.namespace, claimName));
}
