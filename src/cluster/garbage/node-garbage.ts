import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import type { Engine, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { KubeletNode } from "../kubelet-node.js";
import { diskOf } from "../pressure/node-observations.js";
import type { ContainerRecord, PodWorker } from "../pod-worker.js";
import { containersToRemove, type KeptContainer } from "./container-gc.js";
import { bytesToFree, type ImageGcPolicy, imagesToFree } from "./image-gc.js";
import { type KeptSandbox, sandboxesToRemove } from "./sandbox-gc.js";

export interface NodeGarbageOptions {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly imagePolicy: ImageGcPolicy;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** Told of images that are not on the node any more. */
  readonly removed: (node: KubeletNode, names: readonly string[]) => void;
}

/** An image on a node's disk, by all of its names. */
export interface ImageRecord {
  readonly name: string;
  readonly names: readonly string[];
  readonly bytes: number;
  firstDetectedMicros: TimeMicros;
  lastUsedMicros: TimeMicros | null;
}

/** Upstream's ImageGCPeriod, which is also how often it sees which images are in use. */
const PERIOD_MICROS = 5 * MICROS_PER_MINUTE;
/** One container that has ended is kept for each that is started, as upstream without flags. */
const CONTAINER_POLICY = { minAgeMicros: 0, maxPerPodContainer: 1, maxContainers: -1 };

interface Kept extends KeptContainer {
  readonly image: string;
}

/**
 * Removes images from nodes whose disk is full of them. What a kubelet would find at its next look is
 * worked out when the disk has become fuller; a node with room costs nothing.
 *
 * Source: Kubernetes, "Garbage Collection: Containers and images".
 */
export class NodeGarbage {
  private readonly collection: HandlerId;
  private readonly armed = new Set<number>();

  constructor(private readonly options: NodeGarbageOptions) {
    this.collection = options.engine.registerHandler("kubelet/garbage", (ordinal) => {
      this.armed.delete(ordinal);
      const node = options.nodeAt(ordinal);
      if (node !== undefined && node.state !== "down") this.collect(node);
    });
  }

  /** A node has an image that it did not have. */
  pulled(node: KubeletNode, image: string, bytes: number): void {
    node.imageRecords.set(image, {
      name: image,
      names: [image],
      bytes,
      firstDetectedMicros: this.nextLook(node, this.options.engine.now),
      lastUsedMicros: null,
    });
    this.look(node);
  }

  /** A pod is gone, and its images with it are in use no more. */
  podGone({ node, containers }: PodWorker): void {
    const lastLook = this.nextLook(node, this.options.engine.now) - PERIOD_MICROS;
    for (const record of node.imageRecords.values()) {
      const isIn = containers.some(({ spec }) => record.names.includes(spec.image ?? ""));
      if (isIn) record.lastUsedMicros = lastLook;
    }
    if (containers.length > 0) this.look(node);
  }

  private look(node: KubeletNode): void {
    const { engine, imagePolicy } = this.options;
    const disk = diskOf(node);
    if (disk === null || this.armed.has(node.ordinal)) return;
    if (bytesToFree(disk, imagePolicy) === 0) return;
    this.armed.add(node.ordinal);
    const at = this.nextLook(node, engine.now);
    engine.scheduleAt(at, Phase.world, this.collection, node.ordinal);
  }

  private nextLook({ upSinceMicros }: KubeletNode, now: TimeMicros): TimeMicros {
    const looks = Math.floor((now - upSinceMicros) / PERIOD_MICROS) + 1;
    return upSinceMicros + looks * PERIOD_MICROS;
  }

  /** Removes all images that nothing uses and that are old enough; false where there are none. */
  freeUnused(node: KubeletNode): boolean {
    const { now } = this.options.engine;
    for (const record of node.imageRecords.values()) {
      record.firstDetectedMicros = Math.min(record.firstDetectedMicros, now);
    }
    return this.free(node, Number.POSITIVE_INFINITY).freedBytes > 0;
  }

  private collect(node: KubeletNode): void {
    const { engine, imagePolicy, observer } = this.options;
    const disk = diskOf(node);
    const wanted = disk === null ? 0 : bytesToFree(disk, imagePolicy);
    if (wanted === 0) return;
    const { freedBytes, isLeft } = this.free(node, wanted);
    if (freedBytes >= wanted) return;
    const message = `Failed to free sufficient space by deleting unused images (freed ${freedBytes} bytes, wanted ${wanted}).`;
    observer.event("Warning", "FreeDiskSpaceFailed", node.node, message, engine.now);
    // What was too young may go at the next look.
    if (isLeft) this.look(node);
  }

  private free(
    node: KubeletNode,
    wanted: number,
  ): { readonly freedBytes: number; readonly isLeft: boolean } {
    const { engine, imagePolicy, removed } = this.options;
    const used = imagesInUse(node, engine.now);
    const unused = [...node.imageRecords.values()].filter(
      ({ names }) => !names.some((name) => used.has(name)),
    );
    const { minAgeMicros } = imagePolicy;
    const freed = imagesToFree(unused, {
      bytesToFree: wanted,
      nowMicros: engine.now,
      minAgeMicros,
    });
    const names: string[] = [];
    for (const { name } of freed.removed) {
      const record = node.imageRecords.get(name);
      node.imageRecords.delete(name);
      for (const one of record?.names ?? []) {
        node.images.delete(one);
        names.push(one);
      }
    }
    if (names.length > 0) removed(node, names);
    const { freedBytes } = freed;
    return { freedBytes, isLeft: unused.length > freed.removed.length };
  }
}

/** Images of containers that run, or have ended and are kept after the garbage collection. */
function imagesInUse(node: KubeletNode, nowMicros: TimeMicros): ReadonlySet<string> {
  const pods = new Map<string, PodWorker>();
  const containers: Kept[] = [];
  for (const worker of node.pods) {
    pods.set(worker.pod.uid, worker);
    for (const container of worker.containers) containers.push(...keptOf(worker, container));
  }
  const isOver = (uid: string) => {
    const worker = pods.get(uid);
    return worker?.stage === "ended" && worker.pod.deletionTimeMicros !== null;
  };
  const options = { nowMicros, policy: CONTAINER_POLICY, isOver };
  const gone = containersToRemove(containers, options);
  const kept = containers.filter((container) => !gone.has(container));
  const held = new Set(kept.map(({ uid }) => uid));
  const sandboxes = [...pods].map(
    ([uid, worker]): KeptSandbox => ({
      uid,
      createdMicros: worker.startTimeMicros ?? 0,
      isReady: worker.stage !== "ended",
      holdsContainers: held.has(uid),
    }),
  );
  // A container whose sandbox is gone is gone with it.
  const swept = new Set([...sandboxesToRemove(sandboxes, isOver)].map(({ uid }) => uid));
  return new Set(kept.filter(({ uid }) => !swept.has(uid)).map(({ image }) => image));
}

/** A container as its node keeps it: its present run, and the one before. */
function keptOf({ pod }: PodWorker, { spec, status, step }: ContainerRecord): readonly Kept[] {
  const common = { uid: pod.uid, name: spec.name, image: spec.image ?? "" };
  const kept: Kept[] = [];
  const isRunning = step === "running" || step === "stopping" || step === "pulling";
  if (isRunning || status.state === "terminated") {
    kept.push({ ...common, createdMicros: status.startedAtMicros ?? 0, isRunning });
  }
  const { lastTermination } = status;
  if (lastTermination !== null) {
    kept.push({
      ...common,
      createdMicros: lastTermination.startedAtMicros ?? 0,
      isRunning: false,
    });
  }
  return kept;
}
