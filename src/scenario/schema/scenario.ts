import type { GateValues } from "../../api/feature-gates/gate-settings.js";
import type { Labels, Manifest, ResourceList, Taint } from "../../api/kubernetes.js";
import type {
  AutoscalerOptions,
  NodeGroupOptions,
} from "../../autoscaling/cluster-autoscaler/options.js";
import type { TimeMicros } from "../../base/time.js";
import type { NodeFault } from "../../cluster/node-faults.js";
import type { ShutdownGracePeriod } from "../../cluster/node-shutdown.js";
import type { EvictionPolicy } from "../../cluster/pressure/eviction-policy.js";
import type { FlagValues } from "../../control/controller.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { CycleTime } from "../../scheduler/cycle-time.js";
import type { RatePhases } from "../../traffic/arrivals/arrival-process.js";
import type { RatePoint } from "../../traffic/arrivals/rate.js";
import type { ServingSpec, TrafficSpec } from "../../traffic/cluster/traffic-spec.js";
import type { RequestShape } from "../../traffic/routes/request-shape.js";
import type { ElectionSpec } from "../../workload/leader-election/leader-elections.js";
import type { StorageEntry } from "../../workload/storage/storage-times.js";
import type { TimelineEntry } from "../../workload/timeline/operation.js";
import type { KarpenterSection } from "./karpenter.js";

/**
 * A scenario after its files were read, checked and resolved: every duration is in microseconds,
 * every default is filled in, nothing is left to parse. Absent means `null` or an empty list.
 */
export interface Scenario {
  readonly name: string;
  /** `1.26`; decides between behaviours that differ by version. */
  readonly kubernetesVersion: string;
  readonly kubernetesMinor: number;
  /** Upstream's feature gates that are not as by default in the version. */
  readonly featureGates: GateValues;
  /** Virtual zero, in microseconds since 1970-01-01T00:00:00Z. */
  readonly startTimeEpochMicros: number;
  readonly seed: number;
  readonly end: RunEnd;
  readonly measure: { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros | null };
  readonly cluster: ClusterSection;
  readonly scheduler: SchedulerSection;
  readonly behaviors: readonly Behavior[];
  /** The first that matches a volume decides. */
  readonly storage: readonly StorageEntry[];
  readonly traces: readonly Trace[];
  readonly generators: readonly Generator[];
  readonly traffic: readonly Traffic[];
  readonly externalMetrics: readonly ServedMetric[];
  readonly customMetrics: readonly CustomMetric[];
  /** In the order of the file; not sorted by time. */
  readonly timeline: readonly TimelineEntry[];
  readonly controlPlane: ControlPlane;
  /** Null: not given, and how long the run takes is not known before its traces are read. */
  readonly metricsEveryMicros: TimeMicros | null;
  readonly applications: readonly ApplicationSection[];
  readonly expect: readonly Expectation[];
}

/** At least one of the two: a latest time, and whether the run ends when nothing is left to do. */
export interface RunEnd {
  readonly untilMicros: TimeMicros | null;
  readonly untilIdle: boolean;
}

interface ClusterSection {
  readonly nodePools: readonly NodePool[];
  /** Null: there is no Karpenter. */
  readonly karpenter: KarpenterSection | null;
  /** A trace's machines, to be read with the trace's reader. `file` is opened by its name. */
  readonly machines: readonly { readonly format: "openb"; readonly file: string }[];
}

/** A pool makes its own nodes (`nodes > 0`) or adopts others (`match`); more of those it makes only with `autoscaling`. */
export interface NodePool {
  readonly name: string;
  readonly nodes: number;
  /** Dealt to the nodes in turn; empty for no zone label. */
  readonly zones: readonly string[];
  readonly capacity: ResourceList;
  readonly reserved: ResourceList;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** A node that is added is Ready this much after it has registered. */
  readonly readyAfterMicros: TimeMicros;
  readonly pricePerHourDollars: number | null;
  readonly match: { readonly labels: Labels } | null;
  /** How its nodes fail and recover; null: they do not. */
  readonly failures: {
    readonly betweenMicros: DistributionSpec;
    readonly repairMicros: DistributionSpec;
    readonly scope: "node" | "zone";
    readonly fault: NodeFault;
  } | null;
  readonly images: {
    readonly pullBytesPerSecond: number;
    readonly parallelPulls: number;
  };
  /** Null: the number of its nodes is nobody's concern. */
  readonly autoscaling: PoolAutoscaling | null;
}

/** A pool whose number of nodes the Cluster Autoscaler sets. */
export interface PoolAutoscaling {
  readonly min: number;
  readonly max: number;
  /** From the request for a node until it registers. */
  readonly provisioningMicros: DistributionSpec;
  /** From the request to take one away until its object is gone. */
  readonly removalMicros: DistributionSpec;
  /** Nodes that the cloud has at all; null: as many as are asked for. */
  readonly stock: number | null;
  /** What differs from the autoscaler's own options. */
  readonly options: Partial<NodeGroupOptions>;
}

/** The Cluster Autoscaler. */
export interface ClusterAutoscalerSection extends Pick<Component, "client"> {
  readonly scanIntervalMicros: TimeMicros;
  readonly options: AutoscalerOptions;
  readonly nodeGroupOptions: NodeGroupOptions;
  /** Of the expander `priority`, as its ConfigMap has them. */
  readonly priorities: Readonly<Record<string, readonly string[]>> | null;
  /** Dollars an hour. */
  readonly resourcePrices: { readonly core: number; readonly gib: number } | null;
}

interface SchedulerSection {
  /** A KubeSchedulerConfiguration as read, or null for upstream's default. */
  readonly config: LoadedObject | null;
  readonly ties: "random" | "first";
  /** Plugins of one's own, by the names of their files; absent: none. */
  readonly modules?: readonly string[];
  /** Every so many fast decisions are compared with the plain rules; 0: none. */
  readonly verifyEvery: number;
}

/** A Kubernetes object with the place where it was written. */
export interface LoadedObject {
  readonly manifest: Manifest;
  readonly origin: Origin;
}

interface Origin {
  /** As the scenario names it. */
  readonly file: string;
  readonly line: number;
}

/** What the containers that it matches do. A null leaves the default. */
export interface Behavior {
  readonly match: BehaviorMatch;
  readonly imageBytes: number | null;
  /** There is no such image. */
  readonly imageMissing: boolean;
  /** From when a pod is on its node until its first container may start. */
  readonly sandboxMicros: DistributionSpec | null;
  /** The reason for which the container waits for ever; null where it starts. */
  readonly neverStarts: string | null;
  /** From when it has started up until it is ready; null: as its probes find. */
  readonly ready: "never" | DistributionSpec | null;
  /** Process start until it serves. */
  readonly startMicros: DistributionSpec | null;
  /** How long the container runs before it ends by itself; null for the default. */
  readonly run: "forever" | DistributionSpec | null;
  /** By the number of the start; none for the default. */
  readonly exitCodes: readonly number[];
  /** SIGTERM until it has ended. */
  readonly stopMicros: DistributionSpec | null;
  readonly cpuMillis: DistributionSpec | null;
  readonly memoryBytes: DistributionSpec | null;
  readonly diskBytes: DistributionSpec | null;
  readonly processes: DistributionSpec | null;
  /** In place of `cpuMillis` and `memoryBytes`. */
  readonly cpuOverTime: UsageSpec | null;
  readonly memoryOverTime: UsageSpec | null;
  /** Time in service until it crashes. */
  readonly crashMicros: DistributionSpec | null;
  /** From when on its probes fail, counted from when it serves, and for how long; null: to the end of the run. */
  readonly unhealthy: {
    readonly afterMicros: DistributionSpec;
    readonly forMicros: DistributionSpec | null;
  } | null;
  /** What its postStart hook takes, if it has one. */
  readonly postStart: {
    readonly takesMicros: DistributionSpec | null;
    readonly fails: boolean;
  } | null;
  /** How it serves requests; null where nothing says so. */
  readonly serving: ServingSpec | null;
  /** How it takes part in the election of a leader; null: it does not. */
  readonly election: ElectionSpec | null;
}

/** Every field given must match; null matches all. */
interface BehaviorMatch {
  readonly namespace: string | null;
  readonly labels: Labels;
  readonly container: string | null;
  /** Completion indexes of pods of an Indexed Job. */
  readonly indexes: readonly number[] | null;
  /** Of the container, as its pod names it. */
  readonly image: string | null;
  /** The node that the pod is on. */
  readonly node: string | null;
  /** Of the pods. */
  readonly names: readonly string[] | null;
  /** Only the first so many pods of those that match, in the order in which they come to a node. */
  readonly first: number | null;
}

export type Trace = OpenbTrace | CsvTrace;

interface TraceOptions {
  /** The name to open it by, such as `data:openb/openb_pod_list_default.csv`. */
  readonly file: string;
  /** In the trace's own time. */
  readonly window: { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros | null };
  /** Share of the pods that is kept, in (0, 1]. */
  readonly sample: number;
  /** Demand over capacity to resample to; null keeps the trace as it is. */
  readonly load: number | null;
  readonly order: "trace" | "shuffled";
  readonly timeScale: number;
  readonly lifetime: "duration" | "absolute" | "none";
  readonly fractionalGpu: "exclude" | "roundUp";
}

export interface OpenbTrace extends TraceOptions {
  readonly format: "openb";
}

export interface CsvTrace extends TraceOptions {
  readonly format: "csv";
  readonly columns: TraceColumns;
}

/** Which column holds what; a null is not in the trace. Either `duration` or `end` or neither. */
export interface TraceColumns {
  readonly name: TraceColumn | null;
  readonly namespace: TraceColumn | null;
  readonly arrival: TraceColumn;
  readonly duration: TraceColumn | null;
  readonly end: TraceColumn | null;
  readonly cpu: TraceColumn | null;
  readonly memory: TraceColumn | null;
  readonly gpu: TraceColumn | null;
  readonly priority: TraceColumn | null;
}

export interface TraceColumn {
  readonly from: string;
  /** What one unit of the column is, in microseconds, cpu millis, bytes or GPUs; 1 for text. */
  readonly factor: number;
  /** Cells may be quantities: nobody has named a unit. */
  readonly isQuantity?: true;
}

export interface Generator {
  readonly name: string;
  readonly arrivals: Arrivals;
  readonly count: number | null;
  readonly fromMicros: TimeMicros;
  readonly untilMicros: TimeMicros | null;
  /** A workload object; `metadata.name` is absent unless it was given, and is then a prefix. */
  readonly template: Manifest;
  readonly vary: readonly Variation[];
}

export type Arrivals =
  | { readonly type: "poisson"; readonly ratePerSecond: number }
  | { readonly type: "at"; readonly timesMicros: readonly TimeMicros[] }
  | { readonly type: "every"; readonly everyMicros: TimeMicros }
  | { readonly type: "renewal"; readonly gapMicros: DistributionSpec };

/** What differs from one object of a generator to the next. Numbers are in the unit named. */
export type Variation =
  | {
      /** Of the first container. cpu in millis, all other resources in their base unit. */
      readonly field: "requests" | "limits";
      readonly resource: string;
      readonly distribution: DistributionSpec;
    }
  | {
      /** As in behaviour, for the containers of the object: micros, cpu millis, bytes. */
      readonly field: "run" | "start" | "stop" | "cpu" | "memory";
      readonly distribution: DistributionSpec;
    };

/** How many requests come, as it is written; the files are not read yet. Points rise in time. */
export type RateSpec =
  | { readonly type: "constant"; readonly perSecond: number }
  | { readonly type: "steps" | "linear"; readonly points: readonly RatePoint[] }
  | { readonly type: "expression"; readonly text: string }
  | RateSeries;

export interface RateSeries {
  readonly type: "series";
  readonly file: string;
  /** The column of times, and what one is in microseconds; null: rows follow at `everyMicros`. */
  readonly time: { readonly column: string; readonly micros: number } | null;
  readonly everyMicros: TimeMicros | null;
  readonly value: string;
  /** Each line is a series: its name, then its values; which one. Null: a series is a column. */
  readonly row: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly perMicros: TimeMicros;
  readonly gaps: "hold" | "linear" | "refuse";
  readonly scale: number;
}

/** What autoscalers are told under a name. */
export interface ServedMetric {
  readonly name: string;
  /** Of the autoscalers that see it; null: all. */
  readonly namespace: string | null;
  readonly labels: Labels;
  readonly value: RateSpec | TrafficFigure;
}

/** A number of the requests of a Service, or of a pod. */
export interface TrafficFigure {
  readonly type: "traffic";
  readonly of: "requestsPerSecond" | "queueLength" | "inFlight";
  /** The Service; null: the pod or the object that is asked for. */
  readonly to: Target | null;
  readonly windowMicros: TimeMicros;
}

/** A metric of custom.metrics.k8s.io: one value for each pod, or that of an object. */
export interface CustomMetric extends ServedMetric {
  readonly of:
    | { readonly type: "pods"; readonly labels: Labels }
    | { readonly type: "object"; readonly target: Target };
}

/** What a container uses over time: cores or bytes, or shares of what it requests or may use at most. */
export interface UsageSpec {
  readonly curve: Extract<RateSpec, { readonly type: "expression" | "series" }>;
  readonly of: "amount" | "request" | "limit";
  /** Each line of the file is a series; the pods of a workload take them in turn. */
  readonly isByPod: boolean;
}

/** Poisson arrivals may have phases that multiply the rate. */
export type TrafficArrivals =
  | { readonly type: "poisson" | "deterministic"; readonly phases: RatePhases | null }
  | { readonly type: "renewal"; readonly gapMicros: DistributionSpec; readonly phases: null };

export interface Traffic
  extends Pick<TrafficSpec, "name" | "mode" | "routing" | "policy" | "objective"> {
  /** A Service, an Ingress or an HTTPRoute. */
  readonly to: Target;
  /** What they say, where a route asks for it; null: nothing. */
  readonly request: RequestShape | null;
  readonly rate: RateSpec;
  readonly arrivals: TrafficArrivals;
}

/** `namespace/Kind/name`; the namespace of a cluster-scoped object is empty. */
export interface Target {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

interface ClientRate {
  readonly qps: number;
  readonly burst: number;
}

interface Component {
  readonly client: ClientRate;
  readonly watchLatencyMicros: TimeMicros;
}

export interface ControlPlane {
  readonly controllerManager: Component & {
    /** Of each flag of its controllers, by name. */
    readonly flags: FlagValues;
  };
  readonly kubelet: Pick<Component, "watchLatencyMicros"> & {
    readonly nodeStatusUpdateFrequencyMicros: TimeMicros;
    readonly serializeImagePulls: boolean;
    readonly maxParallelImagePulls: number | null;
    /** How often the usage of a container is read on its node. */
    readonly housekeepingIntervalMicros: TimeMicros;
    /** When a node's disk is so full of images that some go. */
    readonly imageGc: {
      readonly highThresholdPercent: number;
      readonly lowThresholdPercent: number;
      readonly minAgeMicros: TimeMicros;
    };
    readonly eviction: EvictionPolicy;
    /** None: nobody waits for the pods of a machine that is switched off. */
    readonly shutdownGracePeriods: readonly ShutdownGracePeriod[];
  };
  readonly scheduler: Component & {
    readonly cycle: CycleTime;
  };
  readonly clusterAutoscaler: ClusterAutoscalerSection;
  /** Null: there is none. */
  readonly metricsServer: { readonly resolutionMicros: TimeMicros } | null;
  readonly latency: {
    /** How long the API server is at one object, in microseconds; null: no time. */
    readonly serviceMicros: DistributionSpec | null;
    /** A request until the API server has committed it. */
    readonly apiMicros: TimeMicros;
    readonly watchMicros: TimeMicros;
    readonly bindMicros: TimeMicros;
  };
}

/** Workloads that are measured as one. */
export interface ApplicationSection {
  readonly name: string;
  readonly workloads: readonly Target[];
  readonly replicas: number;
}

export interface Expectation {
  readonly metric: string;
  /** Null holds for every row of the metric. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
  readonly value: number;
  /** `<= 0.25`, as written. */
  readonly is: string;
}
