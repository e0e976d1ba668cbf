import { parse } from "yaml";
import type { Labels } from "../../../src/api/kubernetes.js";
import type { VersionOf } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { ClusterSnapshot } from "../../../src/autoscaling/cluster-autoscaler/cluster-snapshot.js";
import {
  ScaleDown,
  type ScaleDownReport,
} from "../../../src/autoscaling/cluster-autoscaler/scale-down/scale-down.js";
import type { ScaleDownDoor } from "../../../src/autoscaling/cluster-autoscaler/scale-down/scale-down-door.js";
import type { ExpanderContext } from "../../../src/autoscaling/cluster-autoscaler/scale-up/expanders.js";
import { readPriorities } from "../../../src/autoscaling/cluster-autoscaler/scale-up/priority.js";
import {
  type ClusterLists,
  type LoopReport,
  StaticAutoscaler,
} from "../../../src/autoscaling/cluster-autoscaler/static-autoscaler.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { CaseClock } from "./ca-clock.js";
import { type Action, CaseCloud, type RawGroup } from "./ca-cloud.js";
import { CaseCluster, isNamed } from "./ca-cluster.js";
import { type GivenOwners, givenOwners } from "./ca-drain-options.js";
import {
  buildBudget,
  buildDaemonSet,
  buildNode,
  emptyCluster,
  micros,
  podName,
  type RawBudget,
  type RawDaemonSet,
  type RawNode,
  type RawPod,
  ZERO_MS,
} from "./ca-objects.js";
import { autoscalerOptions, type GivenOptions } from "./ca-options.js";

/** Times in seconds. */
export interface GivenEvent {
  readonly at: number;
  readonly addPods?: readonly RawPod[];
  readonly deletePods?: readonly string[];
  readonly deletePodsWithLabel?: Labels;
  readonly nodeReady?: Readonly<Record<string, boolean>>;
  readonly group?: Partial<RawGroup> & { readonly id: string };
  readonly annotateNodes?: Readonly<Record<string, Labels>>;
  readonly deleteInstances?: readonly string[];
}

export interface GivenWorld extends GivenOwners {
  readonly options?: GivenOptions;
  readonly groups: readonly RawGroup[];
  readonly nodes?: readonly RawNode[];
  readonly pods?: readonly RawPod[];
  readonly daemonSets?: readonly RawDaemonSet[];
  readonly pdbs?: readonly RawBudget[];
  readonly priorities?: string;
  readonly resourcePrices?: { readonly cpu: number; readonly memoryGi: number };
  /** Keys of pods whose eviction is always refused. */
  readonly evictionFails?: readonly string[];
  readonly events?: readonly GivenEvent[];
  readonly binder?: boolean;
}

/** The cluster and the cloud of a case, with the autoscaler that runs in virtual time. */
export class CaseWorld {
  readonly clock = new CaseClock();
  readonly actions: Action[] = [];
  readonly cloud: CaseCloud;
  private readonly cluster = new CaseCluster(this.clock);
  private readonly autoscaler: StaticAutoscaler<ScaleDownReport>;
  private readonly scaleDown: ScaleDown;

  /** `pick`: which of equal options is taken, by its number. */
  constructor(
    private readonly given: GivenWorld,
    pick = 0,
  ) {
    const { clock, cluster } = this;
    for (const raw of given.nodes ?? []) cluster.putNode(buildNode(raw));
    for (const raw of given.pods ?? []) cluster.addPod(raw);
    const record = (action: Omit<Action, "at">): void => this.record(action);
    const rawOptions = given.options ?? {};
    this.cloud = new CaseCloud(given.groups, { clock, cluster, options: rawOptions, record });
    for (const event of given.events ?? []) {
      clock.at(micros(event.at), () => this.happen(event), true);
    }
    const parts = {
      options: autoscalerOptions(rawOptions),
      groups: this.cloud,
      snapshot: new ClusterSnapshot(emptyCluster()),
      startTimeMs: ZERO_MS,
    };
    this.scaleDown = new ScaleDown({ ...parts, door: this.door() });
    this.autoscaler = new StaticAutoscaler({
      ...parts,
      lists: this.lists(),
      scaleDown: parts.options.scaleDownEnabled ? this.scaleDown : null,
      pickAmong: (count) => Math.min(pick, count - 1),
      expanders: () => expanderContext(given),
      tell: () => {},
    });
  }

  private record(action: Omit<Action, "at">): void {
    this.actions.push({ at: this.clock.now / MICROS_PER_SECOND, ...action });
  }

  private lists(): ClusterLists {
    const daemonSets = (this.given.daemonSets ?? []).map(buildDaemonSet);
    return {
      nodes: () => [...this.cluster.nodes.values()],
      pods: () => this.cluster.allPods(),
      daemonSets: () => daemonSets,
    };
  }

  private door(): ScaleDownDoor {
    const { clock, cluster } = this;
    const budgets: readonly VersionOf<"PodDisruptionBudget">[] = (this.given.pdbs ?? []).map(
      buildBudget,
    );
    return {
      owners: givenOwners(this.given),
      now: () => clock.now,
      wakeAt: (at, removal) => clock.at(at, () => this.scaleDown.wake(removal)),
      budgets: () => budgets,
      podsOn: (name) => cluster.podsOn(name),
      changeNode(name, change) {
        const node = cluster.nodes.get(name);
        if (node !== undefined) cluster.putNode({ ...node, spec: change(node) });
      },
      evict: (pod, _grace, removal) => this.evict(pod, removal),
      tell: () => {},
    };
  }

  private evict(pod: PodVersion, removal: number): void {
    const isRefused = (this.given.evictionFails ?? []).some((key) => isNamed(pod, key));
    if (!isRefused) {
      this.record({ do: "evict", pod: podName(pod) });
      this.cluster.removeAndReturn(pod);
    }
    this.scaleDown.evicted(removal, pod.uid, !isRefused);
  }

  private happen(event: GivenEvent): void {
    const { cluster, cloud } = this;
    for (const raw of event.addPods ?? []) cluster.addPod(raw, this.clock.now);
    for (const key of event.deletePods ?? []) cluster.removePods((pod) => isNamed(pod, key));
    const labels = Object.entries(event.deletePodsWithLabel ?? {});
    if (labels.length > 0) {
      cluster.removePods((pod) => labels.every(([key, value]) => pod.labels[key] === value));
    }
    for (const [name, ready] of Object.entries(event.nodeReady ?? {}))
      cluster.setReady(name, ready);
    if (event.group !== undefined) cloud.change(event.group);
    for (const [name, annotations] of Object.entries(event.annotateNodes ?? {})) {
      cluster.annotate(name, annotations);
    }
    for (const name of event.deleteInstances ?? []) cloud.loseInstance(name);
  }

  /** One loop at that moment, in seconds; all that is due before has happened. */
  loopAt(at: number): LoopReport<ScaleDownReport> {
    this.clock.goTo(micros(at));
    if (this.given.binder === true) this.cluster.bindPending();
    return this.autoscaler.runOnce(this.clock.now);
  }

  goTo(at: number): void {
    this.clock.goTo(micros(at));
  }

  /** What expanders look at beside the options. */
  expanderContext(): ExpanderContext {
    const { gpu } = autoscalerOptions(this.given.options ?? {});
    return { ...expanderContext(this.given), nodeCount: this.cluster.nodes.size, gpu };
  }

  targets(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.cloud.list().map((group) => [group.id, group.targetSize()]));
  }
}

function expanderContext({ priorities, resourcePrices: prices }: GivenWorld) {
  return {
    priorities: prioritiesOf(priorities ?? ""),
    resourcePrices: prices === undefined ? null : { core: prices.cpu, gib: prices.memoryGi },
  };
}

function prioritiesOf(text: string) {
  try {
    return readPriorities(parse(text));
  } catch {
    return null;
  }
}
