import { defaultAutoscaler } from "../../../src/api/defaults/policy.js";
import { featuresOf } from "../../../src/api/features.js";
import type { Kind, SpecOf } from "../../../src/api/kinds.js";
import type { LabelSelector, Labels } from "../../../src/api/kubernetes.js";
import { parseSelector, type Selector } from "../../../src/api/label-selector.js";
import { newMeta } from "../../../src/api/new-object.js";
import type { HorizontalPodAutoscalerSpec, MetricSpec } from "../../../src/api/schemas/types.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";
import { secondsToMicros } from "../../../src/base/time.js";
import type { AutoscalerMonitor } from "../../../src/control/horizontal-pod-autoscaler/autoscaler-monitor.js";
import { HorizontalPodAutoscalerController } from "../../../src/control/horizontal-pod-autoscaler/horizontal-pod-autoscaler-controller.js";
import {
  type MetricsClient,
  MetricsError,
} from "../../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { newScaleMemory } from "../../../src/control/horizontal-pod-autoscaler/scale-memory.js";
import { TargetSelectors } from "../../../src/control/horizontal-pod-autoscaler/target-selectors.js";
import { Engine } from "../../../src/kernel/engine.js";
import { UNOBSERVED } from "../../../src/record/cluster-observer.js";
import { ApiServer } from "../../../src/store/api-server.js";
import { Client } from "../../../src/store/client.js";
import { InformerFactory } from "../../../src/store/informer-factory.js";
import { ObjectStore } from "../../../src/store/object-store.js";
import { refuse } from "../../../src/store/outcome.js";
import {
  ago,
  type PodSketch,
  type RecommendationSketch,
  recommendationsOf,
  specOf,
  statusOf,
} from "./hpa-sketches.js";
import { suite } from "./suite.js";

/** The version whose table of syncs is recorded. */
const MINOR = 34;
const START_TIME_MS = Date.UTC(2026, 10, 21);
const LABELS: Labels = { name: "target" };
const PERIOD_MICROS = secondsToMicros(15);

interface ReconcileCase {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetKind: "ReplicationController" | "Deployment" | "ReplicaSet" | "StatefulSet";
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly metrics: readonly MetricSpec[];
  readonly behavior: HorizontalPodAutoscalerSpec["behavior"] | null;
  readonly tolerance: number;
  readonly downscaleStabilizationSeconds: number;
  readonly cpuInitializationPeriodSeconds: number;
  readonly initialReadinessDelaySeconds: number;
  readonly pods: readonly PodSketch[];
  readonly recommendations: readonly RecommendationSketch[] | null;
  readonly lastScaleSecondsAgo: number | null;
  readonly reported: { readonly levelsMilli?: readonly number[] };
  readonly scaleSelector?: string;
  readonly podLabels?: Labels;
  readonly otherHpaSelectors?: readonly string[];
  readonly failures?: readonly string[];
  readonly featureGate?: string;
}

function metricsOf(given: ReconcileCase): MetricsClient {
  const { levelsMilli: levels = [] } = given.reported;
  const fails = (what: string) => given.failures?.includes(what) === true;
  const failed = new MetricsError("the server is down");
  const answer = <T>(value: () => T) => (fails("metrics") ? failed : value());
  return {
    podMetrics: () =>
      answer(() =>
        levels.map((level, i) => ({
          podName: given.pods[i]?.name ?? `p${i}`,
          timestampMicros: 0,
          windowMicros: secondsToMicros(60),
          containers: (given.pods[i]?.containers ?? [{ name: "" }]).map(({ name }, _, all) => {
            return { name, cpuNanos: (level * 1e6) / all.length, memoryBytes: 0 };
          }),
        })),
      ),
    podValues: () =>
      answer(() =>
        levels.map((valueMillis, i) => ({ podName: given.pods[i]?.name ?? `p${i}`, valueMillis })),
      ),
    objectValueMillis: () => answer(() => levels[0]!),
    externalValuesMillis: () => (fails("externalMetrics") ? failed : answer(() => levels)),
  };
}

function labelSelectorOf(text: string): LabelSelector {
  const { requirements } = parseSelector(text) as Selector;
  const operators = { Equals: "In", DoubleEquals: "In", NotEquals: "NotIn" } as const;
  return {
    matchExpressions: requirements.map(({ key, operator, values }) => ({
      key,
      operator: operators[operator as keyof typeof operators] ?? operator,
      values: [...values],
    })),
  };
}

/** The target's selector, in the form of its kind. */
function selectorOf(kind: Kind, text: string | undefined): unknown {
  if (text === undefined) {
    return kind === "ReplicationController" ? LABELS : { matchLabels: LABELS };
  }
  const selector = labelSelectorOf(text);
  if (kind !== "ReplicationController") return selector;
  return Object.fromEntries(
    selector.matchExpressions!.map(({ key, values = [] }) => [key, values[0] ?? ""]),
  );
}

/** Labels that the selector matches. */
function labelsOf({ matchExpressions = [] }: LabelSelector): Labels {
  return Object.fromEntries(matchExpressions.map(({ key, values = [] }) => [key, values[0] ?? ""]));
}

/** A cluster as the case has it, with the controller, which runs for the length of one sync. */
class Reconciliation {
  private readonly engine = new Engine({ seed: 1 });
  private readonly store = new ObjectStore(this.engine);
  private readonly server: ApiServer;
  private readonly memories = new TargetSelectors();
  readonly metricActions: Record<string, string> = {};
  readonly metricErrors: Record<string, string> = {};
  action = "";
  error = "";

  constructor(private readonly given: ReconcileCase) {
    this.server = new ApiServer(this.store, {
      startTimeMs: START_TIME_MS,
      defaultNotReadyTolerationSeconds: 300,
      defaultUnreachableTolerationSeconds: 300,
    });
    this.server.bootstrap();
    this.load();
    if (given.failures?.includes("updateScale") === true) this.refuseUpdates();
    const { flags, features } = this.settings();
    const monitor: AutoscalerMonitor = {
      metricComputed: (_, type, action, error) => {
        this.metricActions[type] = action;
        if (error !== "none") this.metricErrors[type] = error;
      },
      reconciled: (_, action, error) => Object.assign(this, { action, error }),
    };
    const options = {
      engine: this.engine,
      informers: new InformerFactory(this.store, "manager", 0),
      client: new Client(this.server, "hpa", { latencyMicros: 0, qps: 0, burst: 0 }),
      observer: UNOBSERVED,
      startTimeMs: START_TIME_MS,
      kubernetesMinor: MINOR,
      metrics: metricsOf(given),
      features,
      flags,
    };
    new HorizontalPodAutoscalerController(options, { monitor, memories: this.memories }).start();
    this.engine.run({ untilMicros: PERIOD_MICROS + 1 });
  }

  get target() {
    return this.store.table(this.given.targetKind).find("default", "target")!;
  }

  get autoscaler() {
    return this.store.table("HorizontalPodAutoscaler").find("default", "hpa")!;
  }

  private settings() {
    const { given } = this;
    const name = "horizontalPodAutoscaler";
    return {
      // A controller of that version waits for a period first: its samples then are as old.
      features: {
        ...featuresOf(MINOR, given.featureGate === undefined ? {} : { [given.featureGate]: true }),
        HPASyncsAtOnce: true,
      },
      flags: {
        [`${name}SyncPeriod`]: PERIOD_MICROS * 4,
        [`${name}Tolerance`]: given.tolerance,
        [`${name}DownscaleStabilization`]: secondsToMicros(given.downscaleStabilizationSeconds),
        [`${name}CPUInitializationPeriod`]: secondsToMicros(given.cpuInitializationPeriodSeconds),
        [`${name}InitialReadinessDelay`]: secondsToMicros(given.initialReadinessDelaySeconds),
      },
    };
  }

  private load(): void {
    const { given, server } = this;
    const { podLabels = LABELS } = given;
    if (given.failures?.includes("getScale") !== true) this.createTarget();
    for (const sketch of given.pods) {
      server.load<"Pod">({
        kind: "Pod",
        ...newMeta("default", sketch.name),
        labels: podLabels,
        ...(sketch.deleting === true && { deletionTimeMicros: 1, deletionGracePeriodSeconds: 30 }),
        spec: specOf(sketch),
        nodeName: "node",
        nominatedNodeName: "",
        phase: sketch.phase,
        status: statusOf(sketch),
      });
    }
    this.loadAutoscaler();
    for (const [i, text] of (given.otherHpaSelectors ?? []).entries()) {
      const memory = { ...newScaleMemory(), selector: parseSelector(text) as Selector };
      this.memories.put("default", `other-${i}`, memory);
    }
  }

  /** The target is a valid one, for its size is written over. */
  private createTarget(): void {
    const { targetKind: kind, scaleSelector, specReplicas, statusReplicas } = this.given;
    const selector = selectorOf(kind, scaleSelector);
    const labels = scaleSelector === undefined ? LABELS : labelsOf(labelSelectorOf(scaleSelector));
    const template = {
      metadata: { labels },
      spec: { containers: [{ name: "c", image: "c" }] },
    };
    const spec = { replicas: specReplicas, selector, template, serviceName: "target" };
    const object = { kind, ...newMeta("default", "target"), spec: spec as never, status: {} };
    const made = this.server.execute({ verb: "create", object: object as never });
    if (!made.ok) throw new Error(made.message);
    const change = { status: { ...(made.object.status as object), replicas: statusReplicas } };
    this.server.execute({ verb: "patch", target: made.object, change });
  }

  private loadAutoscaler(): void {
    const { given } = this;
    const spec: SpecOf["HorizontalPodAutoscaler"] = {
      scaleTargetRef: {
        apiVersion: given.targetKind === "ReplicationController" ? "v1" : "apps/v1",
        kind: given.targetKind,
        name: "target",
      },
      minReplicas: given.minReplicas,
      maxReplicas: given.maxReplicas,
      metrics: [...given.metrics],
      ...(given.behavior && { behavior: given.behavior }),
    };
    this.server.load<"HorizontalPodAutoscaler">({
      kind: "HorizontalPodAutoscaler",
      ...newMeta("default", "hpa"),
      spec: defaultAutoscaler(spec),
      status: {
        currentReplicas: given.specReplicas,
        desiredReplicas: given.specReplicas,
        ...(given.lastScaleSecondsAgo !== null && {
          lastScaleTime: formatTimestamp(ago(given.lastScaleSecondsAgo), START_TIME_MS),
        }),
      },
    });
    const { recommendations } = given;
    const known = recommendations === null ? null : recommendationsOf(recommendations);
    this.memories.put("default", "hpa", { ...newScaleMemory(), recommendations: known });
  }

  private refuseUpdates(): void {
    const execute = this.server.execute.bind(this.server);
    this.server.execute = (request) =>
      request.verb === "update" && request.base.kind === this.given.targetKind
        ? refuse("InternalError", "the server is down")
        : execute(request);
  }
}

export const reconcile = suite<ReconcileCase>(
  (given) => {
    const run = new Reconciliation(given);
    const { status } = run.autoscaler;
    const conditions = (status.conditions ?? []).map(({ type, status: is, reason }) => {
      return { type, status: is, reason };
    });
    const gone = given.failures?.includes("getScale") === true;
    return {
      desiredReplicas: gone ? given.specReplicas : run.target.spec.replicas,
      action: run.action,
      error: run.error,
      conditions,
      metricActions: run.metricActions,
      metricErrors: run.metricErrors,
      cpuUtilization: status.currentMetrics?.[0]?.resource?.current.averageUtilization,
    };
  },
  { ordered: ["conditions"] },
);
