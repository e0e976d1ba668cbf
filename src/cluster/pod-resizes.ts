import { MICROS_PER_SECOND } from "../base/time.js";
import type { PodSpec } from "../api/kubernetes.js";
import type { PodResourcesStatus } from "../api/pod-resources.js";
import type { PodCondition } from "../api/pod-version.js";
import { qosClass } from "../api/qos.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { AnswerId, Client } from "../store/client.js";
import type { PodChange } from "../store/request.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { PodAdmission } from "./pod-admission.js";
import type { PodDemand } from "./pod-demand.js";
import type { PodWorker } from "./pod-worker.js";

export interface PodResizesOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly admission: PodAdmission;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Who waits longest is tried first; false: by priority and class of quality (v1.34 and later). */
  readonly oldestFirst: boolean;
}

const PENDING = "PodResizePending";
const IN_PROGRESS = "PodResizeInProgress";
/** The kubelet sees what a container has when it next lists them. Source: generic PLEG, relist period. */
const RELIST_MICROS = MICROS_PER_SECOND;

/** What the containers were granted by `granted`, and have by `actual`. */
function statusOf(granted: PodSpec, actual: PodSpec): PodResourcesStatus {
  const say = (list: "containers" | "initContainers") =>
    (granted[list] ?? []).map(({ name, resources }, i) => {
      const has = actual[list]?.[i]?.resources ?? {};
      const requests = resources?.requests;
      return { name, resources: has, ...(requests ? { allocatedResources: requests } : {}) };
    });
  return {
    containerStatuses: say("containers"),
    initContainerStatuses: say("initContainers"),
    ...(granted.resources === undefined
      ? {}
      : {
          resources: actual.resources ?? granted.resources,
          allocatedResources: granted.resources.requests ?? {},
        }),
  };
}

/** A resize that its node could not grant yet, and those it has granted and carries out. */
interface Resize {
  readonly demand: PodDemand;
}

/**
 * Requests that change while a pod runs: granted if the node has room, else put off until it has.
 *
 *     asked for ─► granted: PodResizeInProgress ─(relisted)─► the containers have it
 *         └──────► PodResizePending: Deferred until there is room, or Infeasible on this node
 *
 * Source: KEP-1287, "In-place Update of Pod Resources".
 */
export class PodResizes {
  private readonly answer: AnswerId;
  private readonly actuatedHandler: HandlerId;
  /** What the pods that wait ask for. */
  private readonly wanted = new WeakMap<PodWorker, Resize>();
  /** The spec by which the containers of a pod have their resources; absent: that of the pod. */
  private readonly actual = new WeakMap<PodWorker, PodSpec>();
  /** The spec that was granted last. */
  private readonly granted = new WeakMap<PodWorker, PodSpec>();

  constructor(private readonly options: PodResizesOptions) {
    this.answer = options.client.onAnswer(() => {});
    this.actuatedHandler = options.engine.registerHandler(
      "kubelet/resized",
      (row: number, serial: number) => this.actuated(options.find(row, serial)),
    );
  }

  /** `before` is the spec of the version before. */
  specChanged(worker: PodWorker, demand: PodDemand, before: PodSpec): void {
    if (!worker.holdsDemand || demand === worker.demand) return;
    if (!this.granted.has(worker)) {
      this.granted.set(worker, before);
      this.actual.set(worker, before);
    }
    if (this.grant(worker, demand)) return;
    this.wanted.set(worker, { demand });
    worker.node.resizing.add(worker);
    const infeasible = !this.options.admission.fitsAlone(worker.node, demand);
    const granted = this.granted.get(worker) ?? worker.pod.spec;
    const resources = statusOf(granted, this.actual.get(worker) ?? granted);
    const condition = this.condition(PENDING, {
      reason: infeasible ? "Infeasible" : "Deferred",
      message: infeasible ? "Node didn't have enough capacity" : "Node didn't have enough resource",
    });
    this.say(worker, { status: { resources }, setConditions: [condition] });
  }

  /** Tries again what waits on this node. */
  retry(node: KubeletNode): void {
    if (node.resizing.size === 0) return;
    const waiting = [...node.resizing];
    if (!this.options.oldestFirst) waiting.sort(moreUrgentFirst);
    for (const worker of waiting) {
      const resize = this.wanted.get(worker);
      if (resize !== undefined) this.grant(worker, resize.demand);
    }
  }

  private grant(worker: PodWorker, demand: PodDemand): boolean {
    if (!this.options.admission.fitsInstead(worker.node, worker.demand, demand)) return false;
    worker.node.exchange(worker.demand, demand);
    worker.demand = demand;
    worker.node.resizing.delete(worker);
    this.wanted.delete(worker);
    const granted = worker.pod.spec;
    const actual = this.actual.get(worker) ?? granted;
    this.granted.set(worker, granted);
    this.say(worker, {
      status: { resources: statusOf(granted, actual) },
      setConditions: [this.condition(IN_PROGRESS, { reason: "", message: "" })],
      clearConditions: [PENDING],
    });
    const { engine } = this.options;
    engine.scheduleAfter(
      RELIST_MICROS,
      Phase.react,
      this.actuatedHandler,
      worker.row,
      worker.serial,
    );
    return true;
  }

  /** The containers have what was granted last. */
  private actuated(worker: PodWorker | undefined): void {
    const granted = worker === undefined ? undefined : this.granted.get(worker);
    if (worker === undefined || granted === undefined || !worker.holdsDemand) return;
    this.actual.set(worker, granted);
    this.say(worker, {
      status: { resources: statusOf(granted, granted) },
      clearConditions: [IN_PROGRESS],
    });
  }

  private condition(type: string, said: Pick<PodCondition, "reason" | "message">): PodCondition {
    return { type, status: "True", lastTransitionTimeMicros: this.options.engine.now, ...said };
  }

  private say(worker: PodWorker, change: PodChange): void {
    this.options.client.submit({ verb: "patch", target: worker.pod, change }, this.answer);
  }
}

/** By priority, then guaranteed pods; equals as they came. */
function moreUrgentFirst(a: PodWorker, b: PodWorker): number {
  const priority = (b.pod.spec.priority ?? 0) - (a.pod.spec.priority ?? 0);
  if (priority !== 0) return priority;
  const rank = ({ pod }: PodWorker) =>
    qosClass(pod.spec, { podLevelResources: true }) === "Guaranteed" ? 0 : 1;
  return rank(a) - rank(b);
}
