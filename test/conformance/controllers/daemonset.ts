import type { Kind } from "../../../src/api/kinds.js";
import type { PodSpec, Taint, Toleration } from "../../../src/api/kubernetes.js";
import { isPodReady, type PodCondition, type PodVersion } from "../../../src/api/pod-version.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { type DaemonSet, targetNodeOf } from "../../../src/control/daemonset/daemon-pods.js";
import type { Informers } from "../../../src/control/controller.js";
import { rolloutLimits } from "../../../src/control/daemonset/daemon-view.js";
import { type Node, NodeFitness } from "../../../src/control/daemonset/node-fitness.js";
import { Informer } from "../../../src/store/informer.js";
import { InformerFactory } from "../../../src/store/informer-factory.js";
import { only, podTemplate, TestCluster } from "../../control/cluster.js";
import { meta, object } from "./objects.js";
import { type Area, suite } from "./suite.js";

const CONTROLLERS = only("daemonset-controller");
const NAME = "agent";
const LABELS = { app: NAME };
const HASH = "controller-revision-hash";
/** So late that the controller never sees its own status, and so waits before it syncs again. */
const NEVER_SEEN_MICROS = secondsToMicros(86_400);
/** Time enough for one sync, and too short for anything to become available. */
const SYNC_SECONDS = 2;

interface RollingUpdate {
  readonly maxUnavailable?: number | string;
  readonly maxSurge?: number | string;
}

type Step =
  | "sync"
  | "allReady"
  | "changeTemplate"
  | {
      readonly changeTemplate?: { readonly tolerations?: readonly Toleration[] | null };
      readonly setMaxUnavailable?: number | string;
      readonly setMaxSurge?: number | string;
      readonly setMinReadySeconds?: number;
      readonly time?: number;
      readonly ready?: string;
      readonly unready?: string;
    };

interface RolloutCase {
  readonly nodes: number;
  readonly rollingUpdate: RollingUpdate;
  readonly steps: readonly Step[];
  readonly taints?: Readonly<Record<string, readonly Taint[]>>;
  readonly initialTolerations?: readonly Toleration[];
}

const WRONG_COUNT = 999;
const COUNTS: readonly string[] = "no one two three four five six seven eight nine ten".split(" ");

/**
 * A cluster as a case sees it: its pods are bound and do nothing by themselves, and at each `sync` a
 * controller that has just begun syncs once, and sees at once what pods it makes and deletes.
 */
class StillCluster {
  private version = 1;
  private tolerations: readonly Toleration[];
  private limits: RollingUpdate;
  private minReadySeconds = 0;
  private seconds = 0;
  private clusters = 0;
  private state = this.next();

  constructor(given: Omit<RolloutCase, "steps">) {
    this.tolerations = given.initialTolerations ?? [];
    this.limits = given.rollingUpdate;
    for (let i = 0; i < given.nodes; i++) {
      const name = `node-${i}`;
      const taints = given.taints?.[name] ?? [];
      this.state.apply({ apiVersion: "v1", kind: "Node", metadata: { name }, spec: { taints } });
    }
    this.applySet();
  }

  get pods(): PodVersion[] {
    return this.state.all("Pod");
  }

  /** The hash of the newest revision. */
  get hash(): string {
    const revisions = this.state.all("ControllerRevision");
    const newest = revisions.reduce((a, b) => (a.spec.revision > b.spec.revision ? a : b));
    return newest.labels[HASH] ?? "";
  }

  do(step: Exclude<Step, "sync">): void {
    if (step === "allReady") this.setReady(this.pods, true);
    else if (step === "changeTemplate") this.changeTemplate();
    else {
      if (step.time !== undefined) this.seconds = step.time;
      if (step.setMinReadySeconds !== undefined) this.minReadySeconds = step.setMinReadySeconds;
      if (step.setMaxUnavailable !== undefined) {
        this.limits = { ...this.limits, maxUnavailable: step.setMaxUnavailable };
      }
      if (step.setMaxSurge !== undefined) {
        this.limits = { ...this.limits, maxSurge: step.setMaxSurge };
      }
      if (step.ready !== undefined) this.setReady(this.chosen(step.ready, true), true);
      if (step.unready !== undefined) this.setReady(this.chosen(step.unready, false), false);
      if (step.changeTemplate !== undefined) {
        const { tolerations } = step.changeTemplate;
        if (tolerations !== undefined) this.tolerations = tolerations ?? [];
        this.changeTemplate();
      } else this.applySet();
    }
  }

  /** What a controller makes and deletes. */
  sync(): { readonly created: readonly PodVersion[]; readonly deleted: readonly PodVersion[] } {
    const before = new Map(this.pods.map((pod) => [pod.uid, pod]));
    this.moveTo(this.next(), () => true);
    this.state.advance(this.seconds);
    syncOnce(this.state);
    const stays = (pod: PodVersion) => pod.deletionTimeMicros === null;
    const after = new Set(this.pods.filter(stays).map(({ uid }) => uid));
    const created = this.pods.filter(({ uid }) => !before.has(uid));
    const deleted = [...before.values()].filter(({ uid }) => !after.has(uid));
    this.moveTo(this.next(), stays);
    return { created, deleted };
  }

  /** Lets pods be of the newest revision. */
  renew(pods: readonly PodVersion[]): void {
    for (const target of pods) {
      const labels = { ...target.labels, [HASH]: this.hash };
      this.state.execute({ verb: "patch", target, change: { labels } });
    }
  }

  setReady(pods: readonly PodVersion[], ready: boolean): void {
    const condition: PodCondition = {
      type: "Ready",
      status: ready ? "True" : "False",
      lastTransitionTimeMicros: secondsToMicros(this.seconds),
      reason: "",
      message: "",
    };
    for (const target of pods) {
      if (isPodReady(target) === ready) continue;
      const change = { phase: "Running", setConditions: [condition] } as const;
      this.state.execute({ verb: "patch", target, change });
    }
  }

  changeTemplate(): void {
    this.version += 1;
    this.applySet();
  }

  /** Makes the revision of a template known without anything that it could act on. */
  lookWithoutNodes(): void {
    const cluster = this.next();
    for (const kind of ["DaemonSet", "ControllerRevision"] as const) {
      for (const one of this.state.all(kind)) cluster.server.load(one);
    }
    cluster.run(CONTROLLERS, false).advance(5);
    for (const one of cluster.all("ControllerRevision")) {
      if (this.state.all("ControllerRevision").every(({ name }) => name !== one.name)) {
        this.state.server.load(one);
      }
    }
  }

  /** A cluster that gives names and UIDs of its own. */
  private next(): TestCluster {
    this.clusters += 1;
    return new TestCluster({ seed: this.clusters });
  }

  /** `two of the updated pods`, `one old pod on a node without an updated pod`. */
  private chosen(words: string, ready: boolean): PodVersion[] {
    const isNew = (pod: PodVersion) => pod.labels[HASH] === this.hash;
    const renewed = new Set(this.pods.filter(isNew).map(targetNodeOf));
    const count = COUNTS.findIndex((word) => words.split(" ").includes(word));
    const fitting = this.pods
      .filter((pod) => isPodReady(pod) !== ready)
      .filter((pod) => !words.includes("updated pods") || isNew(pod))
      .filter((pod) => !words.includes("old pod") || !isNew(pod))
      .filter((pod) => !words.includes("without an updated") || !renewed.has(targetNodeOf(pod)));
    return fitting.slice(0, count < 1 ? fitting.length : count);
  }

  private applySet(): void {
    const { maxSurge = 0, maxUnavailable = 0 } = this.limits;
    // Both at 0 are refused by the API server; the controller then lets one be unavailable.
    const none = maxSurge === 0 && maxUnavailable === 0;
    const admitted = none ? { maxUnavailable: 1, maxSurge } : { maxUnavailable, maxSurge };
    const manifest = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: NAME, namespace: "default" },
      spec: {
        selector: { matchLabels: LABELS },
        minReadySeconds: this.minReadySeconds,
        updateStrategy: { type: "RollingUpdate", rollingUpdate: admitted },
        template: withTolerations(podTemplate(LABELS, `agent:${this.version}`), this.tolerations),
      },
    };
    this.state.apply(manifest);
    const set = this.state.get("DaemonSet", NAME);
    const rollingUpdate = { maxSurge, maxUnavailable };
    const spec = { ...set.spec, updateStrategy: { type: "RollingUpdate", rollingUpdate } };
    const objects = this.state;
    this.state = this.next();
    copy(objects, this.state, () => true, { ...set, spec });
  }

  private moveTo(cluster: TestCluster, stays: (pod: PodVersion) => boolean): void {
    // A count that is wrong, so that each sync writes the status.
    const set = this.state.get("DaemonSet", NAME);
    const status = { ...set.status, numberMisscheduled: WRONG_COUNT };
    copy(this.state, cluster, stays, { ...set, status });
    this.state = cluster;
  }
}

function syncOnce(cluster: TestCluster): void {
  const late = new InformerFactory(cluster.store, "late", NEVER_SEEN_MICROS);
  const pods = new Informer(cluster.store, "prompt", "Pod", 0);
  const informers = {
    informer: (kind: Kind) => (kind === "Pod" ? pods : late.informer(kind)),
  } as Informers;
  const [entry] = CONTROLLERS;
  const controller = new entry!.controller({ ...cluster.controllerOptions(entry!), informers });
  const execute = cluster.server.execute.bind(cluster.server);
  cluster.server.execute = (request) => {
    const outcome = execute(request);
    // biome-ignore lint/complexity/useLiteralKeys: what is due is delivered before the answer.
    pods["drain"]();
    return outcome;
  };
  controller.start();
  cluster.advance(SYNC_SECONDS);
}

function copy(
  from: TestCluster,
  to: TestCluster,
  stays: (pod: PodVersion) => boolean,
  set: DaemonSet,
): void {
  to.store.avoidUids(from.all("Pod").map(({ uid }) => uid));
  for (const node of from.all("Node")) to.server.load(node);
  for (const revision of from.all("ControllerRevision")) to.server.load(revision);
  to.server.load(set);
  for (const pod of from.all("Pod").filter(stays)) {
    to.server.load({ ...pod, nodeName: targetNodeOf(pod) ?? "" });
  }
}

function withTolerations(
  template: ReturnType<typeof podTemplate>,
  tolerations: readonly Toleration[],
) {
  return { ...template, spec: { ...template.spec, tolerations } };
}

interface NodeSketch {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
}

const nodeOf = ({ name, labels = {}, unschedulable, taints }: NodeSketch): Node =>
  object(
    "Node",
    meta(0, name, { labels }),
    {
      ...(unschedulable !== undefined && { unschedulable }),
      ...(taints !== undefined && { taints: [...taints] as never }),
    },
    {},
  );

const setWith = (template: { spec: PodSpec }, rollingUpdate: RollingUpdate = {}) => ({
  spec: {
    selector: {},
    template,
    updateStrategy: { type: "RollingUpdate", rollingUpdate },
  } as DaemonSet["spec"],
});

export const daemonSetArea: Area = {
  shouldRun: suite<{ node: NodeSketch; templateSpec: PodSpec }>(({ node, templateSpec }) => {
    const fitness = new NodeFitness().of(setWith({ spec: templateSpec }), nodeOf(node));
    return { shouldRun: fitness.shouldRun, shouldContinueRunning: fitness.mayStay };
  }),
  rolloutLimits: suite<{ nodes: number; rollingUpdate: RollingUpdate }>((given) => {
    const set = setWith({ spec: { containers: [] } }, given.rollingUpdate);
    const fitness = new NodeFitness();
    const wanted = Array.from({ length: given.nodes }, (_, i) =>
      fitness.of(set, { ...nodeOf({ name: `node-${i}` }), row: i }),
    ).filter(({ shouldRun }) => shouldRun);
    return { ...rolloutLimits(set, wanted.length) };
  }),
  rollout: suite<RolloutCase>(
    (given) => {
      const cluster = new StillCluster(given);
      const syncs: { creates: number; deletes: number }[] = [];
      for (const step of given.steps) {
        if (step !== "sync") {
          cluster.do(step);
          continue;
        }
        const { created, deleted } = cluster.sync();
        syncs.push({ creates: created.length, deletes: deleted.length });
      }
      return { syncs };
    },
    { ordered: ["syncs"] },
  ),
  "rollout.oldUnready": suite<
    RolloutCase & { oldReady: number; oldUnready: number; newUnready: number }
  >(
    (given) => {
      const cluster = new StillCluster(given);
      cluster.sync();
      cluster.changeTemplate();
      cluster.lookWithoutNodes();
      cluster.renew(cluster.pods.slice(0, given.newUnready));
      const old = cluster.pods.slice(given.newUnready);
      cluster.setReady(old.slice(0, given.oldReady), true);
      const broken = new Set(old.slice(given.oldReady).map(({ uid }) => uid));
      const syncs: { creates: number; deletes: number }[] = [];
      const gone: string[] = [];
      for (const _ of given.steps) {
        const { created, deleted } = cluster.sync();
        syncs.push({ creates: created.length, deletes: deleted.length });
        gone.push(...deleted.map(({ uid }) => uid));
      }
      const asExpected = gone.length === broken.size && gone.every((uid) => broken.has(uid));
      const count = COUNTS[broken.size] ?? String(broken.size);
      return {
        syncs,
        replaced: asExpected ? `the ${count} unready old pods` : `${gone.length} pods`,
      };
    },
    { ordered: ["syncs"] },
  ),
};
