import type { Manifest } from "../../src/api/kubernetes.js";
import { fromManifest } from "../../src/api/manifest.js";
import type { NewObject } from "../../src/api/new-object.js";
import { type Kind, KINDS } from "../../src/api/kinds.js";
import { type PodVersion, podCondition } from "../../src/api/pod-version.js";
import { MICROS_PER_MILLI, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../src/base/time.js";
import { PersistentVolumeController } from "../../src/control/persistentvolume/persistent-volume-controller.js";
import { Engine } from "../../src/kernel/engine.js";
import { Phase } from "../../src/kernel/phase.js";
import { type ClusterObserver, UNOBSERVED } from "../../src/record/cluster-observer.js";
import type { DecisionObserver } from "../../src/scheduler/explain/decision-observer.js";
import { loadConfiguration } from "../../src/scheduler/framework/configuration/load-configuration.js";
import type { PluginDescriptor } from "../../src/scheduler/framework/configuration/plugin-catalogue.js";
import { featuresOf } from "../../src/api/features.js";
import { PLUGIN_CATALOGUE, factoriesOf } from "../../src/scheduler/plugins/registry.js";
import { Scheduler } from "../../src/scheduler/scheduler.js";
import type { SchedulerOptions } from "../../src/scheduler/scheduler-options.js";
import { ApiServer } from "../../src/store/api-server.js";
import { Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import { ObjectStore } from "../../src/store/object-store.js";
import type { WriteRequest } from "../../src/store/request.js";

const START_MS = Date.UTC(2026, 0, 1);
/** A request's way to the API server, the lag of a watch, and a scheduling cycle, in the tests. */
const LATENCY_MICROS = MICROS_PER_MILLI;

function objectOf(manifest: object): NewObject {
  const object = fromManifest(manifest as Manifest, START_MS);
  if (object === null) throw new Error("not a kind that is modelled");
  return object;
}

export function nodeManifest(name: string, shape: { cpu?: string; labels?: object } = {}): object {
  const resources = { cpu: shape.cpu ?? "2", memory: "8Gi", pods: "10" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...shape.labels } },
    status: { capacity: resources, allocatable: resources },
  };
}

interface PodSketch {
  readonly cpu?: string;
  /** One of {@link PRIORITIES}. */
  readonly priority?: number;
  readonly [field: string]: unknown;
}

const PRIORITIES = [0, 1, 2, 5, 100];

function priorityClass(value: number): object {
  const metadata = { name: `priority-${value}` };
  return { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata, value };
}

export function podManifest(
  name: string,
  { cpu = "1", priority = 0, ...spec }: PodSketch = {},
): object {
  const container = { name: "main", image: "app:1", resources: { requests: { cpu } } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [container], priorityClassName: `priority-${priority}`, ...spec },
  };
}

export interface SchedulerWorldOptions {
  readonly minor?: number;
  readonly profiles?: readonly object[];
  readonly cycle?: SchedulerOptions["cycle"];
  readonly percentageOfNodesToScore?: number;
  readonly decisions?: DecisionObserver;
  /** Beside those that kube-scheduler comes with. */
  readonly plugins?: readonly PluginDescriptor[];
  /** False: nobody binds what the scheduler has chosen. Default: true. */
  readonly volumeController?: boolean;
}

/** An API server, a scheduler and the controller of volumes, without kubelets and other controllers. */
export class SchedulerWorld {
  readonly engine = new Engine({ seed: 1 });
  readonly scheduler: Scheduler;
  /** `seconds pod result` of each attempt. */
  readonly attempts: string[] = [];
  readonly events: string[] = [];
  onAttempt: (name: string, result: string, timeMicros: number) => void = () => undefined;
  private handlers = 0;
  private readonly server: ApiServer;
  private readonly store: ObjectStore;

  constructor(objects: readonly object[], options: SchedulerWorldOptions = {}) {
    const { engine } = this;
    const minor = options.minor ?? 26;
    const features = featuresOf(minor);
    this.store = new ObjectStore(engine);
    this.server = new ApiServer(this.store, {
      startTimeMs: START_MS,
      defaultNotReadyTolerationSeconds: 300,
      defaultUnreachableTolerationSeconds: 300,
    });
    this.server.bootstrap();
    for (const manifest of [...PRIORITIES.map(priorityClass), ...objects])
      this.server.load(objectOf(manifest));
    const document = {
      apiVersion: "kubescheduler.config.k8s.io/v1",
      kind: "KubeSchedulerConfiguration",
      profiles: options.profiles ?? [{}],
    };
    const added = (options.plugins ?? []).map((plugin) => [plugin.name, plugin] as const);
    const catalogue = new Map([...PLUGIN_CATALOGUE, ...added]);
    const loaded = loadConfiguration(document, { minor, features, catalogue });
    if (loaded.configuration === null) throw new Error(JSON.stringify(loaded.issues));
    const unlimited = { latencyMicros: LATENCY_MICROS, qps: 0, burst: 0 };
    this.scheduler = new Scheduler({
      engine,
      informers: new InformerFactory(this.store, "kube-scheduler", LATENCY_MICROS),
      bindingClient: new Client(this.server, "kube-scheduler/binding", unlimited),
      client: new Client(this.server, "kube-scheduler", unlimited),
      observer: this.observer(),
      features,
      profiles: loaded.configuration.profiles,
      factoryOf: factoriesOf(catalogue),
      percentageOfNodesToScore: options.percentageOfNodesToScore ?? 0,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      maxUnschedulableMicros: 5 * MICROS_PER_MINUTE,
      ties: "first",
      ...(options.decisions === undefined ? {} : { decisions: options.decisions }),
      cycle: options.cycle ?? { baseMicros: LATENCY_MICROS, perNodeMicros: 0 },
    });
    const volumeController = new PersistentVolumeController({
      engine,
      informers: new InformerFactory(this.store, "kube-controller-manager", LATENCY_MICROS),
      client: new Client(this.server, "persistentvolume-binder", unlimited),
      observer: UNOBSERVED,
      startTimeMs: START_MS,
    });
    if (options.volumeController !== false) volumeController.start();
    this.scheduler.start();
  }

  private observer(): ClusterObserver {
    return {
      ...UNOBSERVED,
      schedulingAttempt: (pod, result) => {
        const seconds = Math.round(this.engine.now / 1e4) / 100;
        this.onAttempt(pod.name, result, this.engine.now);
        this.attempts.push(`${seconds} ${pod.name} ${result}`);
      },
      event: (_type, reason, object, message) =>
        this.events.push(`${object.name} ${reason}: ${message}`),
    };
  }

  /** Runs until `seconds` after the start. */
  until(seconds: number): this {
    this.engine.run({ untilMicros: Math.round(seconds * MICROS_PER_SECOND) });
    return this;
  }

  /** Does something `seconds` after the start, when the run gets there. */
  at(seconds: number, action: () => void): this {
    const handler = this.engine.registerHandler(`test/${this.handlers++}`, action);
    this.engine.scheduleAt(Math.round(seconds * MICROS_PER_SECOND), Phase.commit, handler);
    return this;
  }

  do(request: WriteRequest): this {
    const outcome = this.server.execute(request);
    if (!outcome.ok) throw new Error(outcome.message);
    return this;
  }

  create(...manifests: readonly object[]): this {
    for (const manifest of manifests) this.do({ verb: "create", object: objectOf(manifest) });
    return this;
  }

  target(name: string, kind: Kind = "Pod") {
    return { kind, namespace: kind === "Node" ? "" : "default", name } as const;
  }

  /** Deletes at once, as a kubelet does at the end of the grace period. */
  remove(name: string, kind: Kind = "Pod"): this {
    return this.do({ verb: "delete", target: this.target(name, kind), gracePeriodSeconds: 0 });
  }

  merge(name: string, patch: object, kind: Kind = "Pod"): this {
    return this.do({ verb: "merge", target: this.target(name, kind), patch });
  }

  bind(name: string, nodeName: string): this {
    return this.do({ verb: "bind", target: this.target(name), nodeName });
  }

  /** The seconds at which the pod was tried. */
  triedAt(name: string): readonly number[] {
    return this.attempts
      .map((attempt) => attempt.split(" "))
      .filter(([, pod]) => pod === name)
      .map(([seconds]) => Number(seconds));
  }

  pod(name: string): PodVersion {
    const pod = this.store.table("Pod").find("default", name);
    if (pod === undefined) throw new Error(`no pod ${name}`);
    return pod;
  }

  find<K extends Exclude<Kind, "Pod">>(kind: K, name: string) {
    return this.store.table(kind).find(KINDS[kind].namespaced ? "default" : "", name);
  }

  all<K extends Kind>(kind: K) {
    return [...this.store.table(kind)];
  }

  /** The node of each pod, "" while it has none. */
  nodes(...names: readonly string[]): readonly string[] {
    return names.map((name) => this.pod(name).nodeName);
  }

  /** What the condition PodScheduled says of the pod. */
  why(name: string): string {
    return podCondition(this.pod(name), "PodScheduled")?.message ?? "";
  }
}
