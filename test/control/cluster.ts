import { featuresOf, NEWEST_MINOR } from "../../src/api/features.js";
import type { Kind } from "../../src/api/kinds.js";
import type { Manifest } from "../../src/api/kubernetes.js";
import type { VersionOf } from "../../src/api/object-version.js";
import type { PodCondition, PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../src/base/time.js";
import type { ControllerEntry, ControllerOptions } from "../../src/control/controller.js";
import { targetNodeOf } from "../../src/control/daemonset/daemon-pods.js";
import type { ExternalMetricsServer } from "../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { Engine, type HandlerId } from "../../src/kernel/engine.js";
import { Phase } from "../../src/kernel/phase.js";
import { type ClusterObserver, UNOBSERVED } from "../../src/record/cluster-observer.js";
import { watchedBy } from "../../src/scenario/assemble/wire-control.js";
import { ApiServer } from "../../src/store/api-server.js";
import { type AnswerId, Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import { ObjectStore } from "../../src/store/object-store.js";
import type { Outcome, Refusal } from "../../src/store/outcome.js";
import type { WriteRequest } from "../../src/store/request.js";

export const START_TIME_MS = Date.UTC(2026, 10, 21);
const NODES = 4;
/** The exit code of a container that SIGTERM has ended. */
const SIGTERMED = 143;

export interface TestEvent {
  readonly type: string;
  readonly reason: string;
  readonly object: string;
  readonly message: string;
  readonly timeMicros: number;
}

interface PodEnd {
  readonly micros: number;
  readonly exitCode: number;
}

export interface ClusterOptions {
  readonly seed?: number;
  readonly watchLagMicros?: number;
  readonly latencyMicros?: number;
  /** From a pod's creation to its readiness; null: it never becomes ready. */
  readonly readyAfter?: (pod: PodVersion) => number | null;
  /** How a pod ends that runs: that long after it became ready; null: not by itself. */
  readonly endsAfter?: (pod: PodVersion) => PodEnd | null;
  /** From a pod's deletion to its end. */
  readonly stopAfterMicros?: number;
  readonly kubernetesMinor?: number;
  /** Gates that are on or off whatever the version. */
  readonly gates?: Parameters<typeof featuresOf>[1];
  /** Who serves the APIs of metrics; default: nobody. */
  readonly metrics?: ControllerOptions["metrics"];
  /** Why a request is refused before the API server looks at it; null: it is not. */
  readonly refuse?: (request: WriteRequest) => Refusal | null;
}

/** A cluster of an API server and the controllers that are asked for, with kubelets that only pretend. */
export class TestCluster {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly server: ApiServer;
  readonly informers: InformerFactory;
  readonly events: TestEvent[] = [];
  readonly writes: WriteRequest[] = [];
  private readonly metricServers: ExternalMetricsServer[] = [];
  readonly client: Client;
  private readonly observer: ClusterObserver;
  private readonly becomeReady: HandlerId;
  private readonly stopPod: HandlerId;
  private readonly endPod: HandlerId;
  private readonly ignore: AnswerId;
  private placed = 0;

  constructor(private readonly options: ClusterOptions = {}) {
    this.engine = new Engine({ seed: options.seed ?? 1 });
    this.store = new ObjectStore(this.engine);
    this.server = new ApiServer(this.store, {
      startTimeMs: START_TIME_MS,
      defaultNotReadyTolerationSeconds: 300,
      defaultUnreachableTolerationSeconds: 300,
      validation: { scalesToZero: true },
    });
    this.server.bootstrap();
    const execute = this.server.execute.bind(this.server);
    this.server.execute = (request) => options.refuse?.(request) ?? execute(request);
    this.informers = new InformerFactory(
      this.store,
      "kube-controller-manager",
      options.watchLagMicros ?? 10 * MICROS_PER_MILLI,
    );
    this.observer = {
      ...UNOBSERVED,
      event: (type, reason, object, message, timeMicros) =>
        this.events.push({ type, reason, object: object.name, message, timeMicros }),
    };
    this.client = this.newClient("test");
    this.ignore = this.client.onAnswer((outcome) => {
      if (!outcome.ok) throw new Error(outcome.message);
    });
    this.becomeReady = this.engine.registerHandler("test/ready", (row, uid) =>
      this.setReady(row, uid),
    );
    this.endPod = this.engine.registerHandler("test/end", (row, uid) => this.exit(row, uid));
    this.stopPod = this.engine.registerHandler("test/stop", (row, uid) => this.end(row, uid));
  }

  newClient(name: string): Client {
    return new Client(this.server, name, {
      latencyMicros: this.options.latencyMicros ?? 5 * MICROS_PER_MILLI,
      qps: 0,
      burst: 0,
    });
  }

  /** What a controller is built from; all that its client sends is kept in `writes`. */
  controllerOptions(entry: ControllerEntry): ControllerOptions {
    const { name } = entry;
    const client = this.newClient(name);
    const submit = client.submit.bind(client);
    client.submit = (request, answer, a, b) => {
      this.writes.push(request);
      submit(request, answer, a, b);
    };
    return {
      engine: this.engine,
      informers: watchedBy(entry, this.informers),
      client,
      observer: this.observer,
      startTimeMs: START_TIME_MS,
      features: featuresOf(this.options.kubernetesMinor ?? NEWEST_MINOR, this.options.gates),
      kubernetesMinor: this.options.kubernetesMinor,
      metrics: this.options.metrics,
      serveExternalMetrics: (server) => this.metricServers.push(server),
      admitPods: (webhook) => this.server.admitPodsBy(webhook),
    };
  }

  run(controllers: readonly ControllerEntry[], withKubelets = true): this {
    const built = controllers.map((entry) => new entry.controller(this.controllerOptions(entry)));
    if (withKubelets) this.startKubelets();
    for (const controller of built) controller.start();
    return this;
  }

  advance(seconds: number): this {
    this.engine.run({ untilMicros: this.engine.now + Math.round(seconds * MICROS_PER_SECOND) });
    return this;
  }

  apply(manifest: Manifest): void {
    this.expectOk(this.server.execute({ verb: "apply", manifest }));
  }

  execute(request: WriteRequest): Outcome {
    return this.server.execute(request);
  }

  /** What the controllers serve of external metrics; null for one that is none of theirs. */
  externalMetrics(...asked: Parameters<ExternalMetricsServer>): ReturnType<ExternalMetricsServer> {
    for (const server of this.metricServers) {
      const values = server(...asked);
      if (values !== null) return values;
    }
    return null;
  }

  submit(request: WriteRequest): void {
    this.client.submit(request, this.ignore);
  }

  get<K extends Kind>(kind: K, name: string, namespace = "default"): VersionOf<K> {
    const found = this.store.table(kind).find(namespace, name);
    if (found === undefined) throw new Error(`there is no ${kind} ${namespace}/${name}`);
    return found;
  }

  all<K extends Kind>(kind: K): VersionOf<K>[] {
    return [...this.store.table(kind)];
  }

  reasons(): string[] {
    return this.events.map((event) => event.reason);
  }

  private expectOk(outcome: Outcome): void {
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** Binds each pod at once, makes it ready after a while, and ends it when it is deleted. */
  private startKubelets(): void {
    for (let number = 0; number < NODES; number++) {
      this.apply({ apiVersion: "v1", kind: "Node", metadata: { name: `node-${number}` } });
    }
    this.informers.informer("Pod").addHandler({
      added: (pod) => {
        if (pod.nodeName !== "" || pod.deletionTimeMicros !== null) return;
        const nodeName = targetNodeOf(pod) ?? `node-${this.placed++ % NODES}`;
        this.submit({ verb: "bind", target: pod, nodeName });
        const after = this.options.readyAfter?.(pod) ?? MICROS_PER_SECOND;
        if (this.options.readyAfter !== undefined && this.options.readyAfter(pod) === null) return;
        this.engine.scheduleAfter(after, Phase.world, this.becomeReady, pod.row, uidNumber(pod));
      },
      updated: (before, pod) => {
        if (before.deletionTimeMicros !== null || pod.deletionTimeMicros === null) return;
        const after = this.options.stopAfterMicros ?? MICROS_PER_SECOND;
        this.engine.scheduleAfter(after, Phase.world, this.stopPod, pod.row, uidNumber(pod));
      },
    });
  }

  private setReady(row: number, uid: number): void {
    const pod = this.store.table("Pod").at(row);
    if (pod === undefined || uidNumber(pod) !== uid || pod.deletionTimeMicros !== null) return;
    const condition: PodCondition = {
      type: "Ready",
      status: "True",
      lastTransitionTimeMicros: this.engine.now,
      reason: "",
      message: "",
    };
    const podIP = `10.0.${row >> 8}.${row & 255}`;
    const status = { podIP, startTimeMicros: this.engine.now };
    const change = { phase: "Running", setConditions: [condition], status } as const;
    this.expectOk(this.execute({ verb: "patch", target: pod, change }));
    const end = this.options.endsAfter?.(pod) ?? null;
    if (end === null) return;
    this.engine.scheduleAfter(end.micros, Phase.world, this.endPod, row, uid);
  }

  private exit(row: number, uid: number): void {
    const pod = this.store.table("Pod").at(row);
    if (pod === undefined || uidNumber(pod) !== uid || pod.deletionTimeMicros !== null) return;
    const { exitCode } = this.options.endsAfter?.(pod) ?? { exitCode: 0 };
    this.finish(pod, exitCode);
  }

  /** Says that the pod's container has ended. */
  private finish(pod: PodVersion, exitCode: number): void {
    const now = this.engine.now;
    const container = {
      name: "main",
      ready: false,
      started: false,
      restartCount: 0,
      state: "terminated",
      reason: exitCode === 0 ? "Completed" : "Error",
      exitCode,
      startedAtMicros: null,
      finishedAtMicros: now,
      lastTermination: null,
    } as const;
    const condition = { type: "Ready", status: "False", lastTransitionTimeMicros: now } as const;
    const change = {
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      setConditions: [{ ...condition, reason: "", message: "" }],
      status: { containers: [container] },
    } as const;
    this.expectOk(this.execute({ verb: "patch", target: pod, change }));
  }

  private end(row: number, uid: number): void {
    const pod = this.store.table("Pod").at(row);
    if (pod === undefined || uidNumber(pod) !== uid) return;
    const isJobPod = pod.ownerReferences.some(({ kind }) => kind === "Job");
    if (isJobPod && pod.phase === "Running") this.finish(pod, SIGTERMED);
    this.expectOk(this.execute({ verb: "delete", target: pod, gracePeriodSeconds: 0 }));
  }
}

function uidNumber(pod: PodVersion): number {
  return Number.parseInt(pod.uid.slice(-8), 16);
}

export interface DeploymentSketch {
  readonly replicas?: number;
  readonly image?: string;
  readonly strategy?: object;
  readonly [field: string]: unknown;
}

/** A Deployment's manifest with the selector `app: <name>`. */
export function deployment(name: string, sketch: DeploymentSketch = {}): Manifest {
  const { image = "web:1", replicas = 3, ...rest } = sketch;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate({ app: name }, image),
      ...rest,
    },
  };
}

export function podTemplate(labels: Record<string, string>, image = "web:1") {
  return {
    metadata: { labels },
    spec: { containers: [{ name: "main", image, ports: [{ name: "http", containerPort: 80 }] }] },
  };
}

export function replicaSet(name: string, replicas: number, rest: object = {}): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate({ app: name }),
      ...rest,
    },
  };
}

/** The entries of those controllers, by upstream's names. */
export function only(...names: readonly string[]): readonly ControllerEntry[] {
  return names.map((name) => {
    const entry = CONTROLLERS.find((one) => one.name === name);
    if (entry === undefined) throw new Error(`there is no ${name}`);
    return entry;
  });
}
