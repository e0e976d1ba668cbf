import type { PodCondition } from "../api/pod-version.js";
import type { Engine } from "../kernel/engine.js";
import type { AnswerId, Client } from "../store/client.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { PodAdmission } from "./pod-admission.js";
import type { PodDemand } from "./pod-demand.js";
import type { PodWorker } from "./pod-worker.js";

export interface PodResizesOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly admission: PodAdmission;
}

const PENDING = "PodResizePending";

/**
 * Requests that change while a pod runs: granted if the node has room, else put off until it has.
 * The pod's condition PodResizePending says why it waits.
 *
 * Source: KEP-1287, "In-place Update of Pod Resources".
 */
export class PodResizes {
  private readonly answer: AnswerId;
  /** What the pods that wait ask for. */
  private readonly wanted = new WeakMap<PodWorker, PodDemand>();

  constructor(private readonly options: PodResizesOptions) {
    this.answer = options.client.onAnswer(() => {});
  }

  specChanged(worker: PodWorker, demand: PodDemand): void {
    if (!worker.holdsDemand || demand === worker.demand) return;
    if (this.grant(worker, demand)) return;
    this.wanted.set(worker, demand);
    worker.node.resizing.add(worker);
    const infeasible = !this.options.admission.fitsAlone(worker.node, demand);
    this.say(worker, {
      status: "True",
      reason: infeasible ? "Infeasible" : "Deferred",
      message: infeasible ? "Node didn't have enough capacity" : "Node didn't have enough resource",
    });
  }

  /** Tries again what waits on this node, oldest first. */
  retry(node: KubeletNode): void {
    if (node.resizing.size === 0) return;
    for (const worker of [...node.resizing]) {
      const demand = this.wanted.get(worker);
      if (demand === undefined || !this.grant(worker, demand)) continue;
      this.say(worker, { status: "False", reason: "", message: "" });
    }
  }

  private grant(worker: PodWorker, demand: PodDemand): boolean {
    if (!this.options.admission.fitsInstead(worker.node, worker.demand, demand)) return false;
    worker.node.exchange(worker.demand, demand);
    worker.demand = demand;
    worker.node.resizing.delete(worker);
    this.wanted.delete(worker);
    return true;
  }

  private say(worker: PodWorker, said: Pick<PodCondition, "status" | "reason" | "message">): void {
    const { client, engine } = this.options;
    const condition = { type: PENDING, lastTransitionTimeMicros: engine.now, ...said };
    client.submit(
      { verb: "patch", target: worker.pod, change: { setConditions: [condition] } },
      this.answer,
    );
  }
}
