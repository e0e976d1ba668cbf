import { deepEqual } from "../../api/deep-equal.js";
import { objectKey } from "../../api/object-version.js";
import { isPodReady, type PodVersion, podCondition } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";
import type { Controller, ControllerOptions } from "../controller.js";
import { FreshView } from "../fresh-view.js";
import { Selectors } from "../selectors.js";
import { type ApiClock, apiClock } from "../timestamps.js";
import { WriteQueue } from "../write-queue.js";
import { BudgetPods, type Selecting } from "./budget-pods.js";
import { type Budget, type BudgetStatus, budgetOutcome } from "./budget-status.js";
import type { FindScaled } from "./scales.js";
import type { SelectedPods } from "./selected-pods.js";
import { type ScaleSeen, SettledBudgets } from "./settled-budgets.js";
import { disruptionStandsMicros } from "./stale-disruption.js";

/** Kinds of the simulated API server that have a scale. */
const SCALED = ["ReplicationController", "ReplicaSet", "Deployment", "StatefulSet"] as const;
type Scaling = (typeof SCALED)[number];

/**
 * Keeps the status of each PodDisruptionBudget: how many of its pods are healthy, how many must be,
 * and so how many may be evicted. It also takes back the condition DisruptionTarget from pods that
 * nobody deleted. Evictions themselves are counted by the API server.
 * Source: Kubernetes, "Disruptions"; KEP-3329; upstream's pkg/controller/disruption.
 */
export class DisruptionController implements Controller {
  private readonly queue: WriteQueue;
  private readonly stale: WriteQueue;
  private readonly budgets: FreshView<"PodDisruptionBudget">;
  private readonly podInformer: Informer<"Pod">;
  private readonly scaled: { readonly [K in Scaling]: Informer<K> };
  private readonly pods = new BudgetPods(new Selectors());
  private readonly clock: ApiClock;
  private readonly settled = new SettledBudgets();
  /** What the sync that is under way goes by; null where it looked for an object that is not there. */
  private scales: ScaleSeen[] | null = [];

  constructor(private readonly options: ControllerOptions) {
    const { engine, informers, client } = options;
    this.clock = apiClock(engine, options.startTimeMs);
    this.queue = new WriteQueue({
      engine,
      client,
      name: "disruption",
      workers: 1,
      plan: (row) => this.planOf(row),
      wrote: (budget) => this.budgets.wrote(budget as Budget),
      refused: (_, { reason }) => reason !== "NotFound",
    });
    this.stale = new WriteQueue({
      engine,
      client,
      name: "stale-disruption",
      workers: 1,
      plan: (row) => this.planStale(row),
      refused: (_, { reason }) => reason !== "NotFound",
    });
    this.budgets = new FreshView(informers.informer("PodDisruptionBudget"));
    this.podInformer = informers.informer("Pod");
    this.scaled = {
      ReplicationController: informers.informer("ReplicationController"),
      ReplicaSet: informers.informer("ReplicaSet"),
      Deployment: informers.informer("Deployment"),
      StatefulSet: informers.informer("StatefulSet"),
    };
  }

  start(): void {
    this.budgets.start();
    let followsPods = false;
    const onBudget = (budget: Budget) => {
      this.pods.putBudget(budget, followsPods ? this.podInformer.values() : []);
      this.queue.add(budget.row);
    };
    this.budgets.informer.addHandler({
      added: onBudget,
      updated: (_, budget) => {
        if (this.budgets.knows(budget)) this.queue.add(budget.row);
        else onBudget(budget);
      },
      deleted: (budget) => {
        this.pods.removeBudget(budget);
        this.queue.add(budget.row);
      },
    });
    // The pods that there are already come one by one now.
    followsPods = true;
    this.podInformer.addHandler({
      added: (pod) => {
        this.enqueue(pod, this.pods.addPod(pod));
        this.lookAtCondition(pod);
      },
      updated: (before, pod) => this.onPod(before, pod),
      deleted: (pod) => this.enqueue(pod, this.pods.removePod(pod)),
    });
  }

  private onPod(before: PodVersion, pod: PodVersion): void {
    if (before.labels !== pod.labels) {
      this.enqueue(before, this.pods.removePod(before));
      this.enqueue(pod, this.pods.addPod(pod));
    } else if (changesBudget(before, pod)) {
      this.enqueue(pod, this.pods.updatePod(pod));
    } else {
      this.tellOfSeveral(pod, this.pods.selectingPod(pod.row));
    }
    if (before.status !== pod.status || before.deletionTimeMicros !== pod.deletionTimeMicros) {
      this.lookAtCondition(pod);
    }
  }

  /** Of several budgets that select a pod upstream syncs one. */
  private enqueue(pod: PodVersion, selecting: readonly Selecting[]): void {
    const chosen = selecting[0]?.budget;
    if (chosen === undefined) return;
    this.tellOfSeveral(pod, selecting);
    this.queue.add(chosen.row);
  }

  /** Upstream looks for a pod's budgets at each of its changes, and says each time if it finds several. */
  private tellOfSeveral(pod: PodVersion, selecting: readonly Selecting[]): void {
    if (selecting.length < 2) return;
    const { name } = selecting[0]!.budget;
    const message = `Pod "${objectKey(pod)}" matches multiple PodDisruptionBudgets. Chose "${name}" arbitrarily.`;
    this.event("Warning", "MultiplePodDisruptionBudgets", pod, message);
  }

  private planOf(row: number): readonly WriteRequest[] {
    const budget = this.budgets.at(row);
    if (budget === undefined) return NOTHING;
    const pods = this.pods.of(row);
    if (this.settled.isAsLast(budget, pods)) return NOTHING;
    const status = this.statusOf(budget, row, pods);
    if (deepEqual(status, budget.status)) return NOTHING;
    return [{ verb: "update", base: budget, change: { status } }];
  }

  private statusOf(budget: Budget, row: number, pods: SelectedPods): BudgetStatus {
    this.scales = [];
    const outcome = budgetOutcome(budget, pods, this.find, this.clock);
    this.settled.note(budget, outcome, pods, this.scales);
    for (const { type, reason, object, message } of outcome.events) {
      this.event(type, reason, object, message);
    }
    if (outcome.recheckMicros !== null) {
      const { now } = this.options.engine;
      this.queue.addAfter(row, Math.max(1, outcome.recheckMicros - now + 1));
    }
    return outcome.status;
  }

  private readonly find: FindScaled = (reference, namespace) => {
    const kind = SCALED.find((name) => name === reference.kind);
    if (kind === undefined) return undefined;
    const informer: Pick<Informer<Scaling>, "find" | "at"> = this.scaled[kind];
    const object = informer.find(namespace, reference.name);
    if (object === undefined) {
      this.scales = null;
      return undefined;
    }
    const { uid, ownerReferences, spec, row } = object;
    this.scales?.push({ uid, ownerReferences, spec, newest: () => informer.at(row) });
    return { uid, ownerReferences, replicas: spec.replicas ?? 1 };
  };

  /** Also when its pod is deleted: what it waited for is over then. */
  private lookAtCondition(pod: PodVersion): void {
    if (podCondition(pod, "DisruptionTarget")?.status === "True") this.stale.add(pod.row);
  }

  private planStale(row: number): readonly WriteRequest[] {
    const { now } = this.options.engine;
    const pod = this.podInformer.at(row);
    const stands = pod === undefined ? null : disruptionStandsMicros(pod, now);
    if (pod === undefined || stands === null) return [];
    if (stands > 0) {
      this.stale.addAfter(row, stands);
      return [];
    }
    const before = podCondition(pod, "DisruptionTarget")!;
    const condition = { ...before, status: "False", lastTransitionTimeMicros: now } as const;
    return [{ verb: "update", base: pod, change: { setConditions: [condition] } }];
  }

  private event(
    type: "Normal" | "Warning",
    reason: string,
    object: Budget | PodVersion,
    message: string,
  ): void {
    this.options.observer.event(type, reason, object, message, this.options.engine.now);
  }
}

const NOTHING: readonly WriteRequest[] = [];

/** Whether a budget over the pod may come out otherwise. */
function changesBudget(before: PodVersion, after: PodVersion): boolean {
  return (
    before.labels !== after.labels ||
    before.ownerReferences !== after.ownerReferences ||
    before.deletionTimeMicros !== after.deletionTimeMicros ||
    isPodReady(before) !== isPodReady(after)
  );
}
