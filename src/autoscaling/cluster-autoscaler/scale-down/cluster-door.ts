import type { VersionOf } from "../../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { Engine, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../../store/client.js";
import type { Informer } from "../../../store/informer.js";
import type { InformerFactory } from "../../../store/informer-factory.js";
import type { Outcome } from "../../../store/outcome.js";
import { PodsByNode } from "../../../store/pods-by-node.js";
import type { Owners } from "../drain/drain-rules.js";
import { STATUS } from "../status-object.js";
import { NodeChanges } from "./node-changes.js";
import { ownersFrom } from "./owner-lookup.js";
import type { ScaleDownDoor, ScaleDownEvent } from "./scale-down-door.js";

export interface ClusterDoorOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly informers: Pick<InformerFactory, "informer">;
  readonly observer: ClusterObserver;
}

/** Who is told of what the door was asked for. */
interface Removals {
  wake(removal: number): void;
  evicted(removal: number, uid: string, isGranted: boolean): void;
}

/** Why a pod was evicted, as its Event says. */
const CAUSE = "ScaleDown";

/** The cluster as scale-down sees and changes it: by watches, through the API server, in virtual time. */
export class ClusterDoor implements ScaleDownDoor {
  readonly owners: Owners;
  private readonly disruptionBudgets: Informer<"PodDisruptionBudget">;
  private readonly pods: PodsByNode;
  private readonly changes: NodeChanges;
  private readonly timer: HandlerId;
  private readonly answer: AnswerId;
  private readonly asked: (PodVersion | null)[] = [];
  private removals: Removals | null = null;

  constructor(private readonly options: ClusterDoorOptions) {
    const { engine, client, informers } = options;
    this.owners = ownersFrom(informers);
    this.disruptionBudgets = informers.informer("PodDisruptionBudget");
    this.pods = new PodsByNode(informers.informer("Pod"));
    this.changes = new NodeChanges(client, informers.informer("Node"));
    this.timer = engine.registerHandler("cluster-autoscaler/removal", (removal) =>
      this.removals?.wake(removal),
    );
    this.answer = client.onAnswer((outcome, removal, number) =>
      this.answered(outcome, removal, number),
    );
  }

  /** To be called once, before anything is asked for. */
  attach(removals: Removals): void {
    this.removals = removals;
  }

  now(): TimeMicros {
    return this.options.engine.now;
  }

  wakeAt(atMicros: TimeMicros, removal: number): void {
    this.options.engine.scheduleAt(atMicros, Phase.react, this.timer, removal);
  }

  budgets(): readonly VersionOf<"PodDisruptionBudget">[] {
    return [...this.disruptionBudgets.values()];
  }

  podsOn(nodeName: string): readonly PodVersion[] {
    return this.pods.on(nodeName);
  }

  changeNode(nodeName: string, change: Parameters<ScaleDownDoor["changeNode"]>[1]): void {
    this.changes.submit(nodeName, change);
  }

  evict(pod: PodVersion, gracePeriodSeconds: number, removal: number): void {
    const number = this.asked.push(pod) - 1;
    const request = { verb: "evict", target: pod, gracePeriodSeconds } as const;
    this.options.client.submit(request, this.answer, removal, number);
  }

  private answered(outcome: Outcome, removal: number, number: number): void {
    const { engine, observer } = this.options;
    const pod = this.asked[number]!;
    this.asked[number] = null;
    if (outcome.ok) {
      if (!isPodTerminal(pod)) observer.podEvicted(pod, CAUSE, engine.now);
    } else if (outcome.budgets !== undefined) {
      observer.evictionRefused(pod, outcome.budgets, engine.now);
    }
    const isGranted = outcome.ok || outcome.reason === "NotFound";
    this.removals?.evicted(removal, pod.uid, isGranted);
  }

  tell({ type, reason, about, message }: ScaleDownEvent): void {
    const { observer, engine } = this.options;
    observer.event(type, reason, about ?? STATUS, message, engine.now);
  }
}
