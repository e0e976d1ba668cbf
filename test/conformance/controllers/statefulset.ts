import { type NewObject, newMeta } from "../../../src/api/new-object.js";
import type { PodPhase, PodVersion } from "../../../src/api/pod-version.js";
import { EMPTY_POD_STATUS } from "../../../src/api/pod-version.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { only, podTemplate, TestCluster } from "../../control/cluster.js";
import { type Area, suite } from "./suite.js";

const CONTROLLERS = only("statefulset-controller");
const NAME = "web";
const LABELS = { app: NAME };
/** Longer than any rollout of a case takes. */
const SETTLED_SECONDS = 600;
/** So late that a controller sees nothing but what was there when it began: it syncs once. */
const NEVER_SEEN_MICROS = secondsToMicros(86_400);

interface Strategy {
  readonly type?: string;
  readonly partition?: number;
  readonly maxUnavailable?: number | string;
}

interface SetSketch {
  readonly replicas: number;
  readonly podManagementPolicy?: string;
  readonly startOrdinal?: number;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly updateStrategy?: Strategy;
  readonly partition?: number;
}

function statefulSet(sketch: SetSketch, image: string) {
  const { type = "RollingUpdate", ...rolling } = sketch.updateStrategy ?? {
    partition: sketch.partition ?? 0,
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: NAME, namespace: "default" },
    spec: {
      replicas: sketch.replicas,
      serviceName: NAME,
      selector: { matchLabels: LABELS },
      template: podTemplate(LABELS, image),
      podManagementPolicy: sketch.podManagementPolicy ?? "OrderedReady",
      updateStrategy: {
        type,
        ...(type === "RollingUpdate" && { rollingUpdate: rolling }),
      },
      ...(sketch.startOrdinal !== undefined && { ordinals: { start: sketch.startOrdinal } }),
      ...(sketch.minReadySeconds !== undefined && { minReadySeconds: sketch.minReadySeconds }),
    },
  };
}

const revisionOf = (pod: PodVersion) => pod.labels["controller-revision-hash"] ?? "";
const ordinalOf = (pod: { readonly name: string }) => Number(pod.name.split("-").at(-1));

/** Pods' revisions by ordinal: `old` is the one that the set began with. */
function revisions(cluster: TestCluster, old: string): string[] {
  return cluster
    .all("Pod")
    .sort((a, b) => ordinalOf(a) - ordinalOf(b))
    .map((pod) => (revisionOf(pod) === old ? "old" : "new"));
}

/** A set that has settled, and the name of its revision. */
function settled(sketch: SetSketch): { readonly cluster: TestCluster; readonly old: string } {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply(statefulSet(sketch, "web:1"));
  cluster.advance(SETTLED_SECONDS);
  return { cluster, old: cluster.get("StatefulSet", NAME).status.updateRevision ?? "" };
}

interface RolloutCase extends SetSketch {
  readonly initialReplicas: number;
  readonly templateChanged?: boolean;
  readonly steps?: readonly ("update" | "rollback")[];
}

const rollouts: Area = {
  "rollingUpdate.final": suite<RolloutCase>(
    (given) => {
      const { cluster, old } = settled({ ...given, replicas: given.initialReplicas, partition: 0 });
      const image = given.templateChanged === false ? "web:1" : "web:2";
      cluster.apply(statefulSet(given, image));
      cluster.advance(SETTLED_SECONDS);
      return { revisions: revisions(cluster, old) };
    },
    { ordered: ["revisions"] },
  ),
  "rollback.final": suite<RolloutCase>(
    (given) => {
      const { cluster, old } = settled({ ...given, replicas: given.initialReplicas });
      const after: Record<string, string[]> = {};
      for (const step of given.steps ?? []) {
        const isUpdate = step === "update";
        cluster.apply(statefulSet(given, isUpdate ? "web:2" : "web:1"));
        cluster.advance(SETTLED_SECONDS);
        after[isUpdate ? "afterUpdate" : "afterRollback"] = revisions(cluster, old);
      }
      return after;
    },
    { ordered: ["afterUpdate", "afterRollback"] },
  ),
  history: suite<SetSketch & { templateChanges: number }>((given) => {
    const { cluster } = settled(given);
    for (let i = 0; i < given.templateChanges; i++) {
      cluster.apply(statefulSet(given, `web:${i + 2}`));
      cluster.advance(SETTLED_SECONDS);
    }
    const limit = cluster.get("StatefulSet", NAME).spec.revisionHistoryLimit ?? 0;
    const count = cluster.all("ControllerRevision").length;
    const bound = "revisionHistoryLimit + 2";
    return { revisionsAtMost: count <= limit + 2 ? bound : `${count} of limit ${limit}` };
  }),
};

interface PodSketch {
  readonly revision: "old" | "new";
  readonly phase: PodPhase;
  readonly ready: boolean;
  readonly readyAgoSeconds?: number;
  readonly deleting?: boolean;
  readonly terminating?: boolean;
}

interface StepCase extends SetSketch {
  readonly pods: Readonly<Record<string, PodSketch>>;
}

/** A set without pods that was changed once, and the names of its two revisions. */
function changed(given: SetSketch) {
  const cluster = new TestCluster().run(CONTROLLERS, false);
  cluster.apply(statefulSet({ ...given, replicas: 0 }, "web:1"));
  cluster.advance(1);
  cluster.apply(statefulSet({ ...given, replicas: 0 }, "web:2"));
  cluster.advance(1);
  const names = cluster
    .all("ControllerRevision")
    .sort((a, b) => a.spec.revision - b.spec.revision)
    .map(({ name }) => name);
  return { cluster, names: { old: names[0]!, new: names[1]! } };
}

/** The set of a case with its pods, looked at once by a controller that has just begun. */
function lookedAtOnce(given: StepCase): TestCluster {
  const before = changed(given);
  const { names } = before;
  const cluster = new TestCluster({ watchLagMicros: NEVER_SEEN_MICROS });
  for (const revision of before.cluster.all("ControllerRevision")) cluster.server.load(revision);
  const set = before.cluster.get("StatefulSet", NAME);
  cluster.server.load({
    ...set,
    spec: { ...set.spec, replicas: given.replicas },
    status: { replicas: 0, currentRevision: names.old, updateRevision: names.new },
  });
  for (const [ordinal, sketch] of Object.entries(given.pods)) {
    cluster.server.load(podOf(ordinal, sketch, { revision: names[sketch.revision], set }));
  }
  return cluster.run(CONTROLLERS, false).advance(60);
}

interface Belongs {
  readonly revision: string;
  readonly set: { readonly uid: string };
}

function podOf(ordinal: string, sketch: PodSketch, { revision, set }: Belongs): NewObject<"Pod"> {
  const name = `${NAME}-${ordinal}`;
  const isDeleting = sketch.deleting === true || sketch.terminating === true;
  const condition = {
    type: "Ready",
    status: sketch.ready ? "True" : "False",
    lastTransitionTimeMicros: -secondsToMicros(sketch.readyAgoSeconds ?? 0),
    reason: "",
    message: "",
  } as const;
  return {
    kind: "Pod",
    ...newMeta("default", name),
    labels: {
      ...LABELS,
      "statefulset.kubernetes.io/pod-name": name,
      "apps.kubernetes.io/pod-index": ordinal,
      "controller-revision-hash": revision,
    },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "StatefulSet", name: NAME, uid: set.uid, controller: true },
    ],
    deletionTimeMicros: isDeleting ? 0 : null,
    deletionGracePeriodSeconds: isDeleting ? 30 : null,
    spec: { containers: [{ name: "main" }] },
    nodeName: "node-0",
    nominatedNodeName: "",
    phase: sketch.phase,
    status: { ...EMPTY_POD_STATUS, conditions: [condition] },
  };
}

const looks: Area = {
  step: suite<StepCase>((given) => {
    const { writes } = lookedAtOnce(given);
    const ordinals = (verb: "create" | "delete") =>
      writes.flatMap((request) => {
        if (request.verb !== verb) return [];
        const named = request.verb === "create" ? request.object : request.target;
        return named.kind === "Pod" ? [ordinalOf(named)] : [];
      });
    return { create: ordinals("create"), delete: ordinals("delete") };
  }),
  available: suite<SetSketch & { readyAgoSeconds: number }>((given) => {
    const ready = { revision: "new", phase: "Running", ready: true } as const;
    const pods = Object.fromEntries(
      Array.from({ length: given.replicas }, (_, i) => [
        i,
        { ...ready, readyAgoSeconds: given.readyAgoSeconds },
      ]),
    );
    const cluster = lookedAtOnce({ ...given, pods });
    return { availableReplicas: cluster.get("StatefulSet", NAME).status.availableReplicas ?? 0 };
  }),
};

export const statefulSetArea: Area = { ...rollouts, ...looks };
