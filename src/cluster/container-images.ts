import type { Engine, HandlerId } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { BehaviorSource } from "./container-behavior.js";
import { waitingFor } from "./container-states.js";
import type { FailedPulls } from "./failed-pulls.js";
import { type ImagePulling, ImagePulls, type Pull } from "./image-pulls.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";

export interface ContainerImagesOptions {
  readonly engine: Engine;
  readonly behavior: BehaviorSource;
  readonly observer: ClusterObserver;
  readonly imagePulling: (node: KubeletNode) => ImagePulling;
  /** Images that cannot be pulled. */
  readonly pulls: FailedPulls;
  /** The container has its image: it runs. */
  readonly launch: (worker: PodWorker, container: ContainerRecord) => void;
  /** It waits for an image that cannot be pulled; it asks again then, null: never. */
  readonly waits: (
    worker: PodWorker,
    container: ContainerRecord,
    againAtMicros: number | null,
  ) => void;
  /** A node has an image that it did not have. */
  readonly pulled: (node: KubeletNode, image: string, bytes: number) => void;
}

/** Gets the images of containers that are to start, from the node or by pulls. */
export class ContainerImages {
  private readonly pullTimer: HandlerId;
  private readonly pulls = new Map<number, ImagePulls>();

  constructor(private readonly options: ContainerImagesOptions) {
    this.pullTimer = options.engine.registerHandler("kubelet/pull", (node) => this.pullDue(node));
  }

  /** Has the container launched once its image is there; whether it has to wait for that. */
  ask(worker: PodWorker, container: ContainerRecord): void {
    const { behavior, waits } = this.options;
    const hindrance = behavior.neverStarts?.(worker.pod, container.spec) ?? null;
    if (hindrance !== null) {
      this.tell("Warning", worker, "Failed", `Error: ${hindrance}`);
      container.status = waitingFor(container.status, hindrance);
      waits(worker, container, null);
      return;
    }
    const { image = "", name, imagePullPolicy } = container.spec;
    const present = worker.node.images.has(image);
    if (present && imagePullPolicy !== "Always") {
      this.launch(worker, container, `Container image "${image}" already present on machine`);
      return;
    }
    if (behavior.imageMissing?.(worker.pod, container.spec) === true) {
      this.pullFails(worker, container, image);
      return;
    }
    this.tell("Normal", worker, "Pulling", `Pulling image "${image}"`);
    const bytes = present ? 0 : behavior.imageBytes(worker.pod, container.spec);
    if (bytes === 0) {
      worker.node.images.add(image);
      const message = `Successfully pulled image "${image}" for container ${name}`;
      this.launch(worker, container, message);
      return;
    }
    container.step = "pulling";
    this.pullsOf(worker.node).pull(image, bytes, { worker, container });
    if (container.status.lastTermination === null) return;
    container.status = { ...container.status, reason: "ContainerCreating" };
  }

  /** Forgets the node's pulls. */
  stopNode(node: KubeletNode): void {
    this.pulls.get(node.ordinal)?.stop();
    this.pulls.delete(node.ordinal);
  }

  /** There is no such image: the container waits until it is tried again, and so on. */
  private pullFails(worker: PodWorker, container: ContainerRecord, image: string): void {
    const { engine, pulls, waits } = this.options;
    const { reason, againAtMicros } = pulls.ask(worker, image, engine.now);
    if (reason === "ErrImagePull") {
      this.tell("Normal", worker, "Pulling", `Pulling image "${image}"`);
      this.tell("Warning", worker, "Failed", `Failed to pull image "${image}": not found`);
    } else {
      this.tell("Normal", worker, "BackOff", `Back-off pulling image "${image}"`);
    }
    this.tell("Warning", worker, "Failed", `Error: ${reason}`);
    container.status = waitingFor(container.status, reason);
    waits(worker, container, againAtMicros);
  }

  private pullsOf(node: KubeletNode): ImagePulls {
    let pulls = this.pulls.get(node.ordinal);
    if (pulls === undefined) {
      const pulling = this.options.imagePulling(node);
      pulls = new ImagePulls(this.options.engine, pulling, this.pullTimer, node.ordinal);
      this.pulls.set(node.ordinal, pulls);
    }
    return pulls;
  }

  private pullDue(nodeOrdinal: number): void {
    const finished = this.pulls.get(nodeOrdinal)?.finishDue() ?? [];
    for (const pull of finished) this.pulled(pull);
  }

  private pulled(pull: Pull): void {
    const { engine, pulled } = this.options;
    const { node } = pull.waiters[0]!.worker;
    node.images.add(pull.image);
    pulled(node, pull.image, pull.bytes);
    const tookMillis = Math.round((engine.now - pull.askedMicros) / 1000);
    const message = `Successfully pulled image "${pull.image}" in ${tookMillis}ms`;
    for (const { worker, container } of pull.waiters) {
      if (container.step === "pulling") this.launch(worker, container, message);
    }
  }

  private launch(worker: PodWorker, container: ContainerRecord, message: string): void {
    this.tell("Normal", worker, "Pulled", message);
    this.options.launch(worker, container);
  }

  private tell(
    type: "Normal" | "Warning",
    { pod }: PodWorker,
    reason: string,
    message: string,
  ): void {
    this.options.observer.event(type, reason, pod, message, this.options.engine.now);
  }
}
