import { featuresOf } from "../../api/features.js";
import type { Manifest } from "../../api/kubernetes.js";
import type { Karpenter } from "../../autoscaling/karpenter/controller/karpenter.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { MetricsClient } from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import { autoscalerGates } from "../../control/vertical-pod-autoscaler/autoscaler-flags.js";
import { HORIZON_MICROS, type RunOutcome } from "../../kernel/engine.js";
import { RandomStreams } from "../../kernel/random-streams.js";
import { bothObservers } from "../../record/both-observers.js";
import { type ClusterObserver, UNOBSERVED } from "../../record/cluster-observer.js";
import { ClusterRecorder } from "../../record/cluster-recorder.js";
import type { RowSink } from "../../record/row-sink.js";
import type { RunFigures } from "../../record/run-figures.js";
import type { DecisionObserver } from "../../scheduler/explain/decision-observer.js";
import { PluginFault } from "../../scheduler/modules/plugin-fault.js";
import type { Scheduler } from "../../scheduler/scheduler.js";
import type {
  OutsideOfFluid,
  TrafficSimulation,
} from "../../traffic/cluster/traffic-simulation.js";
import { BehaviorCounters } from "../../workload/behavior/behavior-counters.js";
import { ContainerBehavior } from "../../workload/behavior/container-behavior.js";
import { ObjectGenerator } from "../../workload/generators/object-generator.js";
import { Timeline } from "../../workload/timeline/timeline.js";
import type { FigureWatch } from "../../workload/timeline/waits.js";
import { capacityOf } from "../../workload/traces/cluster-capacity.js";
import { type PreparedTrace, prepareTrace } from "../../workload/traces/prepare-trace.js";
import type { TraceFacts } from "../../workload/traces/trace-facts.js";
import type { LoadedTrace } from "../../workload/traces/trace-loader.js";
import { TraceReplay } from "../../workload/traces/trace-replay.js";
import { DEFAULTS, MAX_METRICS_INTERVALS } from "../defaults.js";
import type { Issue } from "../issue.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import { fileIssue } from "../load/read-text.js";
import type { Scenario } from "../schema/scenario.js";
import { operationRunners } from "../timeline/registry.js";
import type { OperationContext } from "../timeline/timeline-operation.js";
import { behaviorEntries } from "./behavior-entries.js";
import { Ground } from "./ground.js";
import { applyManifests, loadNodes, loadState } from "./initial-objects.js";
import { readData } from "./read-data.js";
import { figureWatchFor, measuredApplications, NO_FIGURES } from "./run-figure-watch.js";
import { type StandingTrouble, standingTroubles } from "./standing-troubles.js";
import { storedManifests } from "./stored-manifests.js";
import { TrafficCounters } from "./traffic-counters.js";
import { wireAdoptingPools } from "./wire-adopting-pools.js";
import { wireAutoscaling } from "./wire-autoscaling.js";
import { priceOf, wireFailures, wireKubelets, wireNodePools } from "./wire-cluster.js";
import { wireControllers } from "./wire-control.js";
import { wireKarpenter } from "./wire-karpenter.js";
import { wireLeaderElections } from "./wire-leader-elections.js";
import { wireMetrics } from "./wire-metrics.js";
import { wireNodeAdditions } from "./wire-node-additions.js";
import { wireScheduler } from "./wire-scheduler.js";
import { wireStorage } from "./wire-storage.js";
import { trafficControl, wireTraffic } from "./wire-traffic.js";

export interface WorldOptions {
  /** Where `events.csv` goes while the run goes on; null to count events only. */
  readonly events: RowSink | null;
  /** Is told what the recorder would be told, in its place. */
  readonly observer?: ClusterObserver;
  /** False: nothing is told to the recorder, whose figures then stay empty. Default: true. */
  readonly isMeasured?: boolean;
  /** Follows the scheduler's decisions about some pods. */
  readonly decisions?: DecisionObserver;
  /** Who serves metrics.k8s.io in place of metrics-server, given the virtual time. */
  readonly podMetrics?: ((now: () => TimeMicros) => MetricsClient["podMetrics"]) | undefined;
  /** Writes what a timeline's `dump` asks for, at once; absent: nothing is written. */
  readonly dump?: (fileName: string, objects: Iterable<Manifest>) => void;
}

/** What a run tells besides its figures. */
export interface WorldFacts {
  readonly traces: readonly (TraceFacts & {
    /** Pods that had not arrived when the run ended. */
    readonly podsLater: number;
  })[];
  /** Containers that ran by default, since nobody said what they do. */
  readonly defaultContainersCount: number;
  /** Entries of `behavior`, by their index, whose match decided for no container. */
  readonly unmatchedBehaviors: readonly number[];
  /** Services in mode `fluid` whose loads it is not held to. */
  readonly outsideOfFluid: readonly OutsideOfFluid[];
  /** Names of single pods, `namespace/db-0.db`, to which requests came and that no pod has ever had. */
  readonly namesWithoutPod: readonly string[];
  /** Attempts of calls that failed since services call each other in a circle. */
  readonly callsTooDeepCount: number;
  /** Objects that cannot do what they are there for, as the run ends. */
  readonly troubles: readonly StandingTrouble[];
}

interface Startable {
  start(): void;
}

/**
 * A simulated cluster that is ready to run: every component built and wired. Nothing outside of it
 * changes what it does, so that many can live in one process.
 */
export class World {
  private constructor(
    readonly ground: Ground,
    readonly recorder: ClusterRecorder,
    readonly scheduler: Scheduler,
    private readonly loaded: LoadedScenario,
    private readonly behavior: ContainerBehavior,
    private readonly timeline: Timeline,
    private readonly traces: readonly PreparedTrace[],
    private readonly traffic: TrafficSimulation | null,
    private readonly karpenter: Karpenter | null,
  ) {}

  /** Builds the world of a scenario, reading its data files; or says what is wrong with its input. */
  static async build(
    loaded: LoadedScenario,
    options: WorldOptions,
  ): Promise<World | readonly Issue[]> {
    try {
      return await World.whole(loaded, options);
    } catch (error) {
      if (error instanceof PluginFault) return [fileIssue(error.module, error.message)];
      throw error;
    }
  }

  private static async whole(
    loaded: LoadedScenario,
    options: WorldOptions,
  ): Promise<World | readonly Issue[]> {
    const { scenario } = loaded;
    const startTimeMs = scenario.startTimeEpochMicros / 1000;
    const data = await readData(loaded, new RandomStreams(scenario.seed));
    if (!("machines" in data)) return data;
    const recorder = new ClusterRecorder({
      everyMicros: scenario.metricsEveryMicros ?? intervalOf(data.traces),
      doubleAfter:
        scenario.metricsEveryMicros === null ? DEFAULTS.metricsIntervals : MAX_METRICS_INTERVALS,
      window: scenario.measure,
      priceOf: (node) => priceOf(scenario, node),
      applications: measuredApplications(scenario),
      events: options.events,
    });
    const observer = options.observer ?? (options.isMeasured === false ? UNOBSERVED : recorder);
    const watch = figureWatchFor(scenario);
    const watched = watch === null ? observer : bothObservers(watch.recorder, observer);
    const ground = new Ground(watched, {
      seed: scenario.seed,
      startTimeMs,
      features: featuresOf(scenario.kubernetesMinor, scenario.featureGates),
      serviceMicros: scenario.controlPlane.latency.serviceMicros,
      autoscalerGates: autoscalerGates(scenario.controlPlane.controllerManager.flags),
      ignoresMissingRuntimeClasses: loaded.snapshot !== null && !holdsRuntimeClasses(loaded),
    });
    const behavior = new ContainerBehavior({
      store: ground.store,
      streams: ground.engine.streams,
      entries: behaviorEntries(loaded),
      defaults: DEFAULTS.container,
      usageEveryMicros: scenario.metricsEveryMicros ?? DEFAULTS.metricsEveryMicros,
    });
    loadState(ground, loaded);
    loadNodes(ground, data.machines, scenario);
    const pools = wireNodePools(ground, scenario);
    const capacity = capacityOf(ground.store.table("Node"));
    const traces: PreparedTrace[] = [];
    for (const [index, read] of data.traces.entries()) {
      const prepared = prepareTrace(read, capacity);
      if (typeof prepared === "string") return [traceIssue(loaded, index, prepared)];
      traces.push(prepared);
    }
    const issues = await applyManifests(ground, loaded);
    if (issues.length > 0) return issues;
    const shapeless = wireAdoptingPools(ground, loaded, pools);
    if (shapeless.length > 0) return shapeless;
    const volumeTimes = wireStorage(ground, scenario);
    const kubelets = wireKubelets(ground, scenario, { behavior, volumeTimes });
    const counters = new TrafficCounters(new BehaviorCounters(behavior));
    const metrics = wireMetrics(ground, loaded, kubelets, {
      counters,
      podMetrics: options.podMetrics,
    });
    const controllers = wireControllers(ground, scenario, {
      kubelets,
      metrics,
      volumeTimes,
    });
    const components: Startable[] = [kubelets, ...controllers];
    const failures = wireFailures(ground, scenario, kubelets);
    if (failures !== undefined) components.push(failures);
    const scheduler = wireScheduler(ground, scenario, {
      configuration: loaded.schedulerConfiguration,
      catalogue: loaded.makeCatalogue(),
      decisions: options.decisions,
      expectedRunMicros: (pod) => behavior.podRun(pod)?.runMicros ?? null,
    });
    components.push(scheduler);
    const autoscaler = wireAutoscaling(ground, scenario, {
      pools,
      cluster: () => scheduler.fork(),
    });
    if (autoscaler !== null) components.push(autoscaler);
    const karpenter = wireKarpenter(ground, scenario, pools);
    if (karpenter !== null) components.push(karpenter);
    components.push(...wireWorkload(ground, { loaded, behavior, traces }));
    const traffic = wireTraffic(ground, loaded, behavior);
    counters.traffic = traffic;
    metrics.values.traffic = traffic;
    if (traffic !== null) {
      components.push(traffic);
      kubelets.onHeartbeatChange((node) => traffic.nodeChanged(node, kubelets.isDown(node)));
    }
    const elections = wireLeaderElections(ground, scenario, { kubelets, behavior });
    if (elections !== null) components.push(elections);
    watch?.follow({ now: () => ground.engine.now, tellTraffic: () => traffic?.tellNow() });
    const timeline = wireTimeline(ground, scenario, {
      figures: watch ?? NO_FIGURES,
      traffic: trafficControl(traffic, loaded.rates),
      nodes: wireNodeAdditions(ground, scenario, pools),
      machines: kubelets,
      checkedObject: (manifest) => loaded.checkedObject(manifest),
      dump: (name) => options.dump?.(name, storedManifests(ground.store, startTimeMs)),
    });
    components.push(timeline);
    for (const component of components) component.start();
    return new World(
      ground,
      recorder,
      scheduler,
      loaded,
      behavior,
      timeline,
      traces,
      traffic,
      karpenter,
    );
  }

  /** The virtual time at which the run ends at the latest. */
  get endMicros(): TimeMicros {
    return this.loaded.scenario.end.untilMicros ?? HORIZON_MICROS - 1;
  }

  get now(): TimeMicros {
    return this.ground.engine.now;
  }

  /** Runs on; `stopped` when {@link Engine.stop} was called, and then it may be called again. */
  run(): RunOutcome {
    const { untilIdle } = this.loaded.scenario.end;
    return this.ground.engine.run({ untilMicros: this.endMicros, untilIdle });
  }

  /** Every object as it is now, as Kubernetes writes it. */
  objects(): Iterable<Manifest> {
    const { startTimeEpochMicros } = this.loaded.scenario;
    return storedManifests(this.ground.store, startTimeEpochMicros / 1000);
  }

  /** Ends the record: once, when the run is over. */
  finish(): { readonly figures: RunFigures; readonly facts: WorldFacts } {
    this.timeline.finish();
    return {
      figures: this.recorder.finish(this.now),
      facts: {
        traces: this.traces.map(({ facts, table }) => ({
          ...facts,
          podsLater: table.arrivalsAfter(this.now),
        })),
        defaultContainersCount: this.behavior.defaultContainersCount,
        unmatchedBehaviors: this.behavior.unmatchedEntries,
        outsideOfFluid: this.traffic?.outsideOfFluid() ?? [],
        namesWithoutPod: this.traffic?.namesWithoutPod() ?? [],
        callsTooDeepCount: this.traffic?.callsTooDeepCount ?? 0,
        troubles: standingTroubles(
          this.ground.store,
          this.loaded.scenario.startTimeEpochMicros / 1000,
          this.karpenter,
        ),
      },
    };
  }
}

/** Interval of the time series where only the traces tell how long the run takes. */
function intervalOf(traces: readonly LoadedTrace[]): TimeMicros {
  let lastArrival = 0;
  for (const { table } of traces) {
    for (let row = 0; row < table.size; row++) {
      lastArrival = Math.max(lastArrival, table.arrivalMicros(row));
    }
  }
  const share = Math.ceil(lastArrival / DEFAULTS.metricsIntervals / MICROS_PER_SECOND);
  return Math.max(DEFAULTS.metricsEveryMicros, share * MICROS_PER_SECOND);
}

/** A dump without any leaves it open which classes its cluster has. */
function holdsRuntimeClasses({ snapshot, manifests }: LoadedScenario): boolean {
  return [...(snapshot ?? []), ...manifests].some(
    ({ manifest: { kind } }) => kind === "RuntimeClass",
  );
}

interface Workload {
  readonly loaded: LoadedScenario;
  readonly behavior: ContainerBehavior;
  readonly traces: readonly PreparedTrace[];
}

function wireWorkload(ground: Ground, workload: Workload): readonly Startable[] {
  const { engine, observer } = ground;
  const { scenario } = workload.loaded;
  const { latency } = scenario.controlPlane;
  const startTimeMs = scenario.startTimeEpochMicros / 1000;
  const parts: Startable[] = [];
  const user = ground.unlimitedClient("user", latency.apiMicros);
  for (const trace of workload.traces) {
    const replay = new TraceReplay({ engine, client: user, observer, trace });
    workload.behavior.addSource(replay);
    parts.push(replay);
  }
  for (const generator of scenario.generators) {
    const options = { engine, client: user, observer, generator, startTimeMs };
    const made = new ObjectGenerator(options);
    if (made.tellsRuns) workload.behavior.addSource(made);
    parts.push(made);
  }
  return parts;
}

interface TimelineParts
  extends Pick<OperationContext, "nodes" | "machines" | "traffic" | "dump" | "checkedObject"> {
  readonly figures: FigureWatch;
}

function wireTimeline(
  ground: Ground,
  scenario: Scenario,
  { figures, ...parts }: TimelineParts,
): Timeline {
  const { latency, controllerManager } = scenario.controlPlane;
  const { engine, store, observer } = ground;
  const client = ground.unlimitedClient("kubectl", latency.apiMicros);
  const context: OperationContext = {
    ...{ engine, store, client, observer, ...parts },
    informers: ground.informers("kubectl", controllerManager.watchLatencyMicros),
    startTimeMs: scenario.startTimeEpochMicros / 1000,
  };
  const entries = scenario.timeline;
  const runners = operationRunners(context);
  return new Timeline({ engine, store, client, observer, entries, runners, figures });
}

function traceIssue(loaded: LoadedScenario, index: number, message: string): Issue {
  const { name } = loaded.scenario;
  const path = `spec.traces[${index}].load`;
  return { file: name, line: 0, column: 0, path, value: "", message };
}
