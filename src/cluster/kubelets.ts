import type { VersionOf } from "../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../api/pod-version.js";
import { INSTANT_VOLUMES } from "../api/volumes/volume-times.js";
import type { TimeMicros } from "../base/time.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { Informer } from "../store/informer.js";
import { ContainerRuntime } from "./container-runtime.js";
import { kubeletBackoff } from "./exponential-backoff.js";
import { FailedPulls } from "./failed-pulls.js";
import { NodeGarbage } from "./garbage/node-garbage.js";
import { KubeletNode, kubeletReports } from "./kubelet-node.js";
import type { KubeletsOptions } from "./kubelets-options.js";
import type { NodeFault } from "./node-faults.js";
import { NodeHealth } from "./node-health.js";
import { NodeImageReports } from "./node-image-reports.js";
import { PodAddresses } from "./pod-addresses.js";
import { PodAdmission } from "./pod-admission.js";
import { PodDemands } from "./pod-demand.js";
import { PodLifecycle } from "./pod-lifecycle.js";
import { PodResizes } from "./pod-resizes.js";
import { holdDemand, PodStart } from "./pod-start.js";
import { type ContainerRecord, newContainers, newWorker, type PodWorker } from "./pod-worker.js";
import { SnapshotPods, wasAccepted } from "./snapshot-pods.js";
import { StatusWriter } from "./status-writer.js";
import { UnattendedPods } from "./unattended-pods.js";

/**
 * The kubelets of all nodes as one component: one watch of pods, handed on by node. It keeps a
 * record of each pod on a node, and queues an event only for what will change.
 *
 * A node that comes with the Ready condition Unknown has no kubelet: its pods stay as they are until
 * it reports again. The machine of a Node object that is deleted is gone with it.
 */
export class Kubelets {
  private readonly pods: Informer<"Pod">;
  private readonly nodeObjects: Informer<"Node">;
  private readonly nodes = new Map<string, KubeletNode>();
  private readonly workers: (PodWorker | undefined)[] = [];
  private readonly unattended = new UnattendedPods();
  private readonly admission = new PodAdmission();
  private readonly demands = new PodDemands();
  private readonly writer: StatusWriter;
  private readonly runtime: ContainerRuntime;
  private readonly lifecycle: PodLifecycle;
  private readonly snapshot: SnapshotPods;
  private readonly resizes: PodResizes;
  private readonly imageReports: NodeImageReports;
  private readonly garbage: NodeGarbage;
  private readonly health: NodeHealth;
  private readonly starts: PodStart;
  /** By the node's ordinal. */
  private readonly byOrdinal = new Map<number, KubeletNode>();
  private nextSerial = 1;
  private nextNodeOrdinal = 0;
  private readonly addresses = new PodAddresses();

  constructor(private readonly options: KubeletsOptions) {
    const { engine, client, observer, behavior, features, informers } = options;
    const backoff = kubeletBackoff(options.crashLoopBackoff);
    const find = (row: number, serial: number) => {
      const worker = this.workers[row];
      return worker?.serial === serial ? worker : undefined;
    };
    this.pods = informers.informer("Pod");
    this.nodeObjects = informers.informer("Node");
    const settled = (worker: PodWorker) => this.forget(worker);
    this.writer = new StatusWriter({ engine, client, features, find, settled });
    this.imageReports = new NodeImageReports({
      engine,
      client,
      periodMicros: options.nodeStatusUpdateFrequencyMicros,
    });
    this.lifecycle = new PodLifecycle({
      engine,
      observer,
      backoff,
      writer: this.writer,
      find,
      released: (worker) => this.release(worker),
      restartsAllContainers: options.features.restartsAllContainers,
      imagePulled: (node, image, bytes) => {
        this.imageReports.pulled(node, image, bytes);
        this.garbage.pulled(node, image, bytes);
        this.health.imagePulled(node);
      },
    });
    const imagePulling = (node: KubeletNode) => options.imagePulling(node.node);
    const listener = this.lifecycle;
    this.runtime = new ContainerRuntime({
      engine,
      behavior,
      observer,
      imagePulling,
      pulls: new FailedPulls(kubeletBackoff(options.imagePullBackoff)),
      listener,
      find,
      usageChanged: (node) => this.health.podUsageChanged(node),
    });
    this.lifecycle.attach(this.runtime);
    this.resizes = new PodResizes({
      engine,
      client,
      admission: this.admission,
      find,
      oldestFirst: !options.resizesByPriority,
    });
    const nodeAt = (ordinal: number) => this.byOrdinal.get(ordinal);
    this.starts = new PodStart({
      engine,
      client,
      observer,
      behavior,
      volumeTimes: options.volumeTimes ?? INSTANT_VOLUMES,
      nodeStatusUpdateFrequencyMicros: options.nodeStatusUpdateFrequencyMicros,
      nodeAt,
      unmounted: (worker) => {
        if (find(worker.row, worker.serial) === worker) this.writer.resume(worker);
      },
      informers,
      addresses: this.addresses,
      writer: this.writer,
      find,
      rejection: (worker) =>
        this.health.rejection(worker) ??
        this.admission.check(worker.node, worker.pod.spec, worker.demand),
      begin: (worker) => this.lifecycle.begin(worker),
    });
    this.snapshot = new SnapshotPods({
      runtime: this.runtime,
      lifecycle: this.lifecycle,
      backoff,
      volumes: this.starts.volumes,
      begin: (worker) => this.starts.beginIfReady(worker),
    });
    this.garbage = new NodeGarbage({
      engine,
      observer,
      imagePolicy: options.imagePolicy,
      nodeAt,
      removed: (node, names) => this.imageReports.removed(node, names),
    });
    this.health = new NodeHealth({
      ...options,
      nodeAt,
      evict: (worker, end) => this.lifecycle.evict(worker, end),
      freeImages: (node) => this.garbage.freeUnused(node),
      crashed: (node) => this.crashed(node),
      reconnected: (node, rebooted) => this.reconnected(node, rebooted),
    });
  }

  /** Takes up the nodes and pods that exist and follows them from now on. */
  start(): void {
    this.starts.start();
    this.nodeObjects.addHandler({
      added: (node) => this.nodeAdded(node),
      updated: (_before, node) => this.nodeUpdated(node),
      deleted: (node) => this.nodeDeleted(node),
    });
    this.pods.addHandler({
      added: (pod) => {
        if (pod.nodeName !== "") this.podBound(pod);
      },
      updated: (before, pod) => this.podUpdated(before, pod),
      deleted: (pod) => this.podDeleted(pod),
    });
  }

  /** What the kubelet of that node holds for the pods that it admitted; undefined without one. */
  requestedOn(nodeName: string): ReadonlyMap<string, number> | undefined {
    return this.nodes.get(nodeName)?.requested;
  }

  /** The containers of a pod, as its kubelet knows them; undefined where none runs it. */
  containersOf({ row, uid }: PodVersion): readonly ContainerRecord[] | undefined {
    const worker = this.workers[row];
    return worker?.pod.uid === uid ? worker.containers : undefined;
  }

  /** The last renewal of a node's lease; null while it goes on renewing it, or nobody knows it. */
  silentSinceMicros(nodeName: string): TimeMicros | null {
    return this.nodes.get(nodeName)?.silentSinceMicros ?? null;
  }

  /** Has it called when a node falls silent, and when it is heard of again. */
  onHeartbeatChange(listener: (nodeName: string) => void): void {
    this.health.onHeartbeatChange(listener);
  }

  /** Has a node fail; false for one that has failed already, or has no machine. */
  failNode(nodeName: string, fault: NodeFault): boolean {
    const node = this.nodes.get(nodeName);
    return node !== undefined && this.health.fail(node, fault);
  }

  /** Whether the machine of a node has crashed. */
  isDown(nodeName: string): boolean {
    return this.nodes.get(nodeName)?.state === "down";
  }

  /** Has a node that failed come up again; false for one that has not failed. */
  recoverNode(nodeName: string): boolean {
    const node = this.nodes.get(nodeName);
    if (node !== undefined) return this.health.recover(node);
    const object = this.nodeObjects.find("", nodeName);
    if (object === undefined) return false;
    this.health.appear(object);
    return true;
  }

  private nodeAdded(object: VersionOf<"Node">): void {
    if (!kubeletReports(object)) return;
    const node = new KubeletNode(object, this.nextNodeOrdinal, this.options.engine.now);
    this.nextNodeOrdinal += 1;
    this.nodes.set(object.name, node);
    this.byOrdinal.set(node.ordinal, node);
    for (const [row, uid] of this.unattended.take(object.name)) {
      const pod = this.pods.at(row);
      if (pod !== undefined && pod.uid === uid) this.podBound(pod);
    }
  }

  private nodeUpdated(object: VersionOf<"Node">): void {
    const node = this.nodes.get(object.name);
    if (node === undefined) {
      this.nodeAdded(object);
      return;
    }
    node.refresh(object);
    this.health.objectChanged(node);
    this.starts.volumes.nodeChanged(node);
    if (node.hears) this.lookAgain(node);
  }

  /** What waits on a node may go on, for something has changed there. */
  private lookAgain(node: KubeletNode): void {
    this.resizes.retry(node);
    for (const worker of [...node.pods]) this.starts.beginIfReady(worker);
  }

  private crashed(node: KubeletNode): void {
    this.runtime.stopNode(node);
    for (const worker of node.pods) this.lifecycle.disarmDeadline(worker);
  }

  /** The kubelet learns what has happened meanwhile, and says what it could not say. */
  private reconnected(node: KubeletNode, rebooted: boolean): void {
    for (const worker of [...node.pods]) {
      if (rebooted) {
        if (worker.pod.spec.hostNetwork !== true && worker.podIP !== "") {
          worker.podIP = this.addresses.next();
        }
        const pod = node.missed.has(worker.row) ? this.pods.at(worker.row) : undefined;
        const isDeleted = pod?.uid === worker.pod.uid && pod.deletionTimeMicros !== null;
        this.lifecycle.reboot(worker, isDeleted);
      }
      // Others may have said meanwhile that it is not ready.
      if (worker.stage === "active") worker.dirty = true;
      this.writer.resume(worker);
    }
    const missed = [...node.missed];
    node.missed.clear();
    for (const row of missed) {
      const pod = this.pods.at(row);
      if (pod?.nodeName !== node.name) continue;
      const worker = this.workers[row];
      if (worker?.pod.uid !== pod.uid) this.podBound(pod);
      else this.podChanged(worker, worker.pod, pod);
    }
    this.imageReports.resume(node);
    this.starts.volumes.nodeChanged(node);
    this.lookAgain(node);
  }

  private nodeDeleted(object: VersionOf<"Node">): void {
    const node = this.nodes.get(object.name);
    if (node !== undefined) this.stopNode(node);
  }

  /** The node's kubelet is no more; what the API server knows of its pods stays as it is. */
  private stopNode(node: KubeletNode): void {
    this.nodes.delete(node.name);
    this.byOrdinal.delete(node.ordinal);
    this.health.forget(node);
    this.runtime.stopNode(node);
    this.starts.volumes.nodeGone(node);
    for (const worker of node.pods) {
      this.lifecycle.disarmDeadline(worker);
      this.starts.forget(worker);
      this.workers[worker.row] = undefined;
      for (const container of worker.containers) container.tellChanged();
      this.unattended.put(worker.pod);
    }
    node.pods.clear();
  }

  private podBound(pod: PodVersion): void {
    if (isPodTerminal(pod) && !isToBeRemoved(pod)) return;
    const node = this.nodes.get(pod.nodeName);
    if (node === undefined) {
      this.unattended.put(pod);
      return;
    }
    if (!node.hears) {
      node.missed.add(pod.row);
      return;
    }
    const worker = newWorker(pod, this.nextSerial, node, this.demands.of(pod.spec));
    this.nextSerial += 1;
    this.workers[pod.row] = worker;
    node.pods.add(worker);
    if (isPodTerminal(pod)) {
      worker.stage = "ended";
      this.writer.removeEnded(worker);
      return;
    }
    if (wasAccepted(pod)) {
      holdDemand(worker);
      for (const container of pod.spec.containers) node.images.add(container.image ?? "");
      this.snapshot.resume(worker, this.options.engine.now);
      return;
    }
    worker.startTimeMicros = this.options.engine.now;
    if (pod.deletionTimeMicros !== null) {
      worker.containers = newContainers(pod.spec);
      this.lifecycle.terminate(worker, this.killTimeOf(pod));
      return;
    }
    this.starts.admit(worker);
  }

  private podUpdated(before: PodVersion, pod: PodVersion): void {
    const worker = this.workers[pod.row];
    if (worker === undefined || worker.pod.uid !== pod.uid) {
      if (before.nodeName === "" && pod.nodeName !== "") this.podBound(pod);
      return;
    }
    if (worker.node.hears) this.podChanged(worker, before, pod);
    else worker.node.missed.add(pod.row);
  }

  private podChanged(worker: PodWorker, before: PodVersion, pod: PodVersion): void {
    worker.pod = pod;
    if (pod.deletionTimeMicros !== null && pod.deletionTimeMicros !== before.deletionTimeMicros) {
      if (worker.stage === "ended") this.writer.removeEnded(worker);
      else this.lifecycle.terminate(worker, this.killTimeOf(pod));
      return;
    }
    if (pod.spec !== before.spec) {
      this.resizes.specChanged(worker, this.demands.of(pod.spec), before.spec);
    }
    if (pod.status.resources !== before.status.resources) this.runtime.resized(worker);
    if (pod.status !== before.status && (pod.spec.readinessGates ?? []).length > 0) {
      if (worker.stage === "active") this.writer.markDirty(worker);
    }
  }

  private podDeleted(pod: PodVersion): void {
    const worker = this.workers[pod.row];
    if (worker === undefined || worker.pod.uid !== pod.uid) {
      this.unattended.remove(pod);
      return;
    }
    for (const container of worker.containers) this.runtime.abandon(container);
    this.lifecycle.disarmDeadline(worker);
    this.release(worker);
    this.forget(worker);
  }

  /** A grace period counts from when the kubelet learns of the deletion. */
  private killTimeOf(pod: PodVersion): TimeMicros {
    const graceSeconds = pod.deletionGracePeriodSeconds ?? 0;
    return this.options.engine.now + graceSeconds * MICROS_PER_SECOND;
  }

  private release(worker: PodWorker): void {
    this.health.podEnded(worker);
    this.starts.volumes.podEnded(worker);
    worker.node.diskBytes -= worker.diskBytes;
    worker.diskBytes = 0;
    if (!worker.holdsDemand) return;
    worker.holdsDemand = false;
    worker.node.release(worker, worker.demand);
    worker.node.resizing.delete(worker);
    this.resizes.retry(worker.node);
  }

  private forget(worker: PodWorker): void {
    worker.node.memoryBytes -= worker.memoryBytes;
    worker.memoryBytes = 0;
    this.starts.forget(worker);
    worker.node.pods.delete(worker);
    this.garbage.podGone(worker);
    if (this.workers[worker.row] === worker) this.workers[worker.row] = undefined;
    for (const container of worker.containers) container.tellChanged();
  }
}

/** A pod whose containers had ended when a snapshot was taken, and which its kubelet had not removed yet. */
function isToBeRemoved({ deletionTimeMicros, deletionGracePeriodSeconds }: PodVersion): boolean {
  return deletionTimeMicros !== null && (deletionGracePeriodSeconds ?? 0) > 0;
}
