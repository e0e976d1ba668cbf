import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { Engine, EventId, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";
import type { ClusterFork } from "../../../scheduler/framework/cluster-fork.js";
import type { Client } from "../../../store/client.js";
import type { InformerFactory } from "../../../store/informer-factory.js";
import { ClusterSnapshot } from "../cluster-snapshot.js";
import type { NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import { isUnschedulable } from "../pending-pods.js";
import { ClusterDoor } from "../scale-down/cluster-door.js";
import { ScaleDown, type ScaleDownReport } from "../scale-down/scale-down.js";
import type { ExpanderContext } from "../scale-up/expanders.js";
import { StaticAutoscaler } from "../static-autoscaler.js";
import { STATUS } from "../status-object.js";
import { InOrderOfCreation } from "./cluster-watch.js";
import { tellScaleUp } from "./scale-up-events.js";

export interface ClusterAutoscalerOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly groups: NodeGroups;
  /** What the scheduler's filters are asked in; of the autoscaler alone. */
  readonly cluster: ClusterFork;
  readonly options: AutoscalerOptions;
  readonly expanders: Omit<ExpanderContext, "nodeCount" | "gpu">;
  /** From one look at the cluster to the next. */
  readonly scanIntervalMicros: TimeMicros;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/**
 * The Cluster Autoscaler as it runs in a cluster: a scan at each interval, on what its watches have told.
 *
 * A run that ends when nothing is left to do waits for a scan that pods wait for, and for no other.
 */
export class ClusterAutoscaler {
  private readonly loop: StaticAutoscaler<ScaleDownReport>;
  private readonly quietScan: HandlerId;
  private readonly neededScan: HandlerId;
  private next: EventId | null = null;
  private isNeeded = false;
  private nextMicros = 0;
  private choices = 0;

  constructor(private readonly parts: ClusterAutoscalerOptions) {
    const { engine, informers, client, observer, groups, options, startTimeMs } = parts;
    const pods = informers.informer("Pod");
    const lists = {
      nodes: new InOrderOfCreation(informers.informer("Node")),
      pods: new InOrderOfCreation(pods),
      daemonSets: new InOrderOfCreation(informers.informer("DaemonSet")),
    };
    const snapshot = new ClusterSnapshot(parts.cluster);
    let scaleDown: ScaleDown | null = null;
    if (options.scaleDownEnabled) {
      const door = new ClusterDoor({ engine, client, informers, observer });
      scaleDown = new ScaleDown({ options, groups, snapshot, door, startTimeMs });
      door.attach(scaleDown);
    }
    this.loop = new StaticAutoscaler({
      options,
      groups,
      lists: {
        nodes: () => lists.nodes.list(),
        pods: () => lists.pods.list(),
        daemonSets: () => lists.daemonSets.list(),
      },
      snapshot,
      scaleDown,
      pickAmong: (count) => this.pickAmong(count),
      expanders: () => parts.expanders,
      tell: (type, reason, message) => observer.event(type, reason, STATUS, message, engine.now),
      startTimeMs,
    });
    const scan = (): void => this.scan();
    this.quietScan = engine.registerHandler("autoscaling/cluster-autoscaler/scan", scan, {
      background: true,
    });
    this.neededScan = engine.registerHandler("autoscaling/cluster-autoscaler/needed-scan", scan);
    const look = (pod: PodVersion): void => {
      if (isUnschedulable(pod)) this.needScan();
    };
    pods.addHandler({
      added: look,
      updated: (before, after) => {
        if (!isUnschedulable(before)) look(after);
      },
    });
  }

  start(): void {
    this.plan();
  }

  private plan(): void {
    const { engine, scanIntervalMicros } = this.parts;
    this.nextMicros = engine.now + scanIntervalMicros;
    this.arm();
  }

  private arm(): void {
    const { engine } = this.parts;
    const handler = this.isNeeded ? this.neededScan : this.quietScan;
    this.next = engine.scheduleAt(this.nextMicros, Phase.react, handler);
  }

  private needScan(): void {
    if (this.isNeeded) return;
    this.isNeeded = true;
    if (this.next === null) return;
    this.parts.engine.cancel(this.next);
    this.arm();
  }

  private scan(): void {
    const { engine, observer } = this.parts;
    this.next = null;
    const report = this.loop.runOnce(engine.now);
    tellScaleUp(report.scaleUp, observer, engine.now);
    // Young pods were put off, and what a step leaves is looked at again.
    this.isNeeded = ["InCooldown", "Successful"].includes(report.scaleUp.result);
    this.plan();
  }

  private pickAmong(count: number): number {
    const share = this.parts.engine.streams.draw("cluster-autoscaler/expander", this.choices);
    this.choices += 1;
    return Math.min(count - 1, Math.floor(share * count));
  }
}
