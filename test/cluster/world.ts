import type { Manifest } from "../../src/api/kubernetes.js";
import { fromManifest } from "../../src/api/manifest.js";
import type { NewObject } from "../../src/api/new-object.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../../src/base/time.js";
import {
  type BehaviorSource,
  type ContainerRun,
  DefaultBehavior,
} from "../../src/cluster/container-behavior.js";
import { Kubelets } from "../../src/cluster/kubelets.js";
import type { KubeletsOptions } from "../../src/cluster/kubelets-options.js";
import { poolNode } from "../../src/cluster/node-object.js";
import { evictionPolicy } from "../../src/cluster/pressure/eviction-policy.js";
import { Engine } from "../../src/kernel/engine.js";
import { type ClusterObserver, UNOBSERVED } from "../../src/record/cluster-observer.js";
import { ApiServer } from "../../src/store/api-server.js";
import { Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import { ObjectStore } from "../../src/store/object-store.js";
import type { WriteRequest } from "../../src/store/request.js";

export const START_MS = Date.UTC(2026, 0, 1);
/** A request's way to the API server, and the lag of a watch, in the tests. */
export const LATENCY_MICROS = MICROS_PER_MILLI;

/** What a test says of a container, by its name; seconds. */
export interface Script {
  readonly start?: number;
  readonly run?: number | null;
  /** One a run; the last one holds for all further runs. */
  readonly exit?: number | readonly number[];
  readonly stop?: number;
  readonly image?: number;
}

export function scripted(scripts: Readonly<Record<string, Script>>): BehaviorSource {
  const fallback = new DefaultBehavior();
  return {
    containerRun(pod, container, init, ordinal): ContainerRun {
      const script = scripts[container.name];
      const run = fallback.containerRun(pod, container, init, ordinal);
      if (script === undefined) return run;
      const exits = typeof script.exit === "number" ? [script.exit] : (script.exit ?? [0]);
      return {
        startMicros: (script.start ?? 1) * MICROS_PER_SECOND,
        runMicros:
          script.run === undefined
            ? run.runMicros
            : script.run === null
              ? null
              : script.run * MICROS_PER_SECOND,
        exitCode: exits[Math.min(ordinal, exits.length - 1)] ?? 0,
        assumed: false,
      };
    },
    stopMicros: (_pod, container) => (scripts[container.name]?.stop ?? 1) * MICROS_PER_SECOND,
    imageBytes: (_pod, container) => scripts[container.name]?.image ?? 0,
  };
}

export interface WorldOptions {
  readonly scripts?: Readonly<Record<string, Script>>;
  readonly behavior?: BehaviorSource;
  readonly kubelets?: Partial<KubeletsOptions>;
  /** Objects of a snapshot, loaded before anything starts. */
  readonly loaded?: readonly object[];
  readonly nodes?: number;
  /** Whether the server knows resizes in place; true. */
  readonly resizes?: boolean;
  /** Whether new nodes are tainted as not ready; false. */
  readonly taintsNewNodes?: boolean;
  /** False where `loaded` brings its own namespaces. */
  readonly bootstrap?: boolean;
  readonly capacity?: Readonly<Record<string, string>>;
}

const POOL = {
  name: "node",
  zones: ["a", "b"],
  capacity: { cpu: "4", memory: "8Gi", pods: "10" },
  reserved: {},
  labels: {},
  taints: [],
};

/** An API server with nodes and kubelets, and a record of what was written and said. */
export function newWorld(options: WorldOptions = {}) {
  const engine = new Engine({ seed: 1 });
  const store = new ObjectStore(engine);
  const server = new ApiServer(store, {
    startTimeMs: START_MS,
    defaultNotReadyTolerationSeconds: 300,
    defaultUnreachableTolerationSeconds: 300,
    resizes: options.resizes ?? true,
    taintsNewNodes: options.taintsNewNodes ?? false,
  });
  if (options.bootstrap !== false) server.bootstrap();
  const shape = { ...POOL, capacity: { ...POOL.capacity, ...options.capacity } };
  for (let i = 0; i < (options.nodes ?? 1); i++) {
    server.load(poolNode(shape, i, { startTimeMs: START_MS, nowMicros: 0 }));
  }
  for (const manifest of options.loaded ?? []) server.load(objectOf(manifest));
  const history: {
    readonly timeMicros: number;
    readonly pod: PodVersion | null;
    readonly name: string;
  }[] = [];
  store.observe((before, after) => {
    const subject = after ?? before;
    if (subject?.kind !== "Pod") return;
    const pod = after as PodVersion | null;
    history.push({ timeMicros: engine.now, pod, name: subject.name });
  });
  const events: string[] = [];
  const evictions: string[] = [];
  const observer: ClusterObserver = {
    ...UNOBSERVED,
    podEvicted: (pod, reason) => evictions.push(`${pod.name} ${reason}`),
    event: (_type, reason, object, message) => events.push(`${object.name} ${reason}: ${message}`),
  };
  const client = new Client(server, "kubelet", { latencyMicros: LATENCY_MICROS, qps: 0, burst: 0 });
  const informers = new InformerFactory(store, "kubelet", LATENCY_MICROS);
  const kubelets = new Kubelets({
    engine,
    informers,
    client,
    observer,
    behavior: options.behavior ?? scripted(options.scripts ?? {}),
    features: {
      podReadyToStartContainers: true,
      podDisruptionConditions: true,
      terminalPhaseOnDeletion: true,
      restartsAllContainers: true,
    },
    imagePulling: () => ({ pullBytesPerSecond: 100, parallelPulls: 1 }),
    imagePolicy: {
      highThresholdPercent: 85,
      lowThresholdPercent: 80,
      minAgeMicros: 120 * MICROS_PER_SECOND,
    },
    evictionPolicy: evictionPolicy(),
    shutdownGracePeriods: [],
    startTimeMs: START_MS,
    nodeStatusUpdateFrequencyMicros: 10 * MICROS_PER_SECOND,
    ...options.kubelets,
  });
  kubelets.start();
  return new World({ engine, store, server, kubelets, history, events, evictions });
}

interface WorldParts {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly server: ApiServer;
  readonly kubelets: Kubelets;
  readonly history: {
    readonly timeMicros: number;
    readonly pod: PodVersion | null;
    readonly name: string;
  }[];
  readonly events: string[];
  /** Pods that were told to have been evicted, with the reason. */
  readonly evictions: string[];
}

export class World {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly server: ApiServer;
  readonly kubelets: Kubelets;
  readonly history: WorldParts["history"];
  readonly events: string[];
  /** Pods that were told to have been evicted, with the reason. */
  readonly evictions: string[];

  constructor(parts: WorldParts) {
    this.engine = parts.engine;
    this.store = parts.store;
    this.server = parts.server;
    this.kubelets = parts.kubelets;
    this.history = parts.history;
    this.events = parts.events;
    this.evictions = parts.evictions;
  }

  do(request: WriteRequest): void {
    const outcome = this.server.execute(request);
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** Creates a pod and binds it, past any scheduler. */
  bind(name: string, spec: object = {}, nodeName = "node-0", metadata: object = {}): void {
    this.do({ verb: "create", object: objectOf(podManifest(name, spec, metadata)) });
    this.do({ verb: "bind", target: this.target(name), nodeName });
  }

  /** What a pod's spec says to have that priority; a class of it is made. */
  priority(value: number): { readonly priorityClassName: string } {
    if (value === 2_000_000_000) return { priorityClassName: "system-cluster-critical" };
    const name = `priority-${value}`.replace("--", "-below-");
    const metadata = { name };
    if (this.store.table("PriorityClass").find("", name) === undefined) {
      const manifest = {
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata,
        value,
      };
      this.do({ verb: "create", object: objectOf(manifest) });
    }
    return { priorityClassName: name };
  }

  delete(name: string, gracePeriodSeconds?: number): void {
    const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    this.do({ verb: "delete", target: this.target(name), ...grace });
  }

  target(name: string) {
    return { kind: "Pod", namespace: "default", name } as const;
  }

  pod(name: string): PodVersion | undefined {
    return this.store.table("Pod").find("default", name);
  }

  /** Runs until `seconds` after the start. */
  until(seconds: number): this {
    this.engine.run({ untilMicros: Math.round(seconds * MICROS_PER_SECOND) });
    return this;
  }

  /** The pod as one line: phase, then each container's state, restarts and readiness. */
  line(name: string): string {
    const pod = this.pod(name);
    return pod === undefined ? "gone" : lineOf(pod);
  }

  /** What was written about the pod, and when: whole seconds, one line a change that shows. */
  story(name: string): readonly string[] {
    const lines: string[] = [];
    let last = "";
    for (const { timeMicros, pod, name: subject } of this.history) {
      if (subject !== name) continue;
      const line = pod === null ? "gone" : lineOf(pod);
      if (line !== last) lines.push(`${Math.floor(timeMicros / MICROS_PER_SECOND)} ${line}`);
      last = line;
    }
    return lines;
  }
}

export function lineOf(pod: PodVersion): string {
  const states = [...pod.status.initContainers, ...pod.status.containers].map((c) => {
    const exit = c.state === "terminated" ? ` ${c.exitCode}` : "";
    const restarts = c.restartCount > 0 ? ` x${c.restartCount}` : "";
    const ready = c.ready && c.state === "running" ? " ready" : "";
    return `${c.name}=${c.state === "running" ? "running" : c.reason}${exit}${restarts}${ready}`;
  });
  const ready = pod.status.conditions.find((c) => c.type === "Ready");
  const mark = ready?.status === "True" ? " Ready" : "";
  const deleted = pod.deletionTimeMicros !== null ? " deleted" : "";
  const reason = pod.status.reason === "" ? "" : `(${pod.status.reason})`;
  return [`${pod.phase}${reason}${mark}${deleted}`, ...states].join(" ");
}

export function podManifest(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...metadata },
    spec: { containers: [{ name: "main", image: "app:1" }], ...spec },
  };
}

export function objectOf(manifest: object): NewObject {
  const found = fromManifest(manifest as Manifest, START_MS);
  if (found === null) throw new Error("the test's manifest is of a kind that is not kept");
  return found;
}
