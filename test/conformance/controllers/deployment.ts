import type { IntOrPercent } from "../../../src/api/int-or-percent.js";
import type { PodPhase } from "../../../src/api/pod-version.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, secondsToMicros } from "../../../src/base/time.js";
import { rolloutStatus } from "../../../src/control/deployment/deployment-status.js";
import {
  maxUnavailable,
  minAvailable,
  resolveFenceposts,
} from "../../../src/control/deployment/fenceposts.js";
import { setsToCleanUp } from "../../../src/control/deployment/history.js";
import {
  findNewReplicaSet,
  newReplicaSetSize,
} from "../../../src/control/deployment/new-replica-set.js";
import {
  conditionOf,
  type DeploymentCondition,
  type DeploymentStatus,
  isComplete,
  isProgressing,
  isTimedOut,
  progressCheckAfter,
} from "../../../src/control/deployment/progress.js";
import { replicaSetFraction, scale } from "../../../src/control/deployment/proportional-scaling.js";
import { oldPodsRunning, scaleDownForRecreate } from "../../../src/control/deployment/recreate.js";
import {
  actualReplicaCount,
  type Deployment,
  type ReplicaSet,
  replicaCount,
  type ScaleStep,
  sizeOf,
  terminatingReplicaCount,
} from "../../../src/control/deployment/replica-sets.js";
import {
  cleanupUnhealthyReplicas,
  reconcileNewReplicaSet,
  reconcileOldReplicaSets,
  scaleDownOldReplicaSets,
} from "../../../src/control/deployment/rolling-update.js";
import { UnfinishedPods } from "../../../src/control/deployment/unfinished-pods.js";
import { TemplateContents } from "../../../src/control/template-contents.js";
import { type ApiClock, Timestamps } from "../../../src/control/timestamps.js";
import { annotations, meta, object, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

interface Limits {
  readonly replicas: number | null;
  readonly strategy?: string;
  readonly maxSurge?: IntOrPercent | null;
  readonly maxUnavailable?: IntOrPercent | null;
  readonly progressDeadlineSeconds?: number | null;
  readonly status?: DeploymentStatus;
}

function deployment(limits: Limits, conditions: DeploymentCondition[] = []): Deployment {
  const { replicas, strategy = "RollingUpdate", progressDeadlineSeconds, status = {} } = limits;
  const rollingUpdate = {
    maxSurge: limits.maxSurge ?? 0,
    maxUnavailable: limits.maxUnavailable ?? 0,
  };
  return object(
    "Deployment",
    meta(0, "web"),
    {
      selector: { matchLabels: { app: "web" } },
      template: {},
      strategy:
        strategy === "RollingUpdate" ? { type: strategy, rollingUpdate } : { type: strategy },
      ...(replicas !== null && { replicas }),
      ...(progressDeadlineSeconds != null && { progressDeadlineSeconds }),
    },
    { ...status, conditions },
  );
}

interface SetSketch {
  readonly name?: string;
  readonly replicas?: number;
  readonly specReplicas?: number;
  readonly statusReplicas?: number;
  readonly available?: number;
  readonly observedGeneration?: number;
  readonly terminatingReplicas?: number | null;
  readonly age?: number;
  readonly createdAtMinute?: number;
  readonly revision?: string | null;
  readonly desiredAnnotation?: number | string | null;
  readonly maxAnnotation?: number | string | null;
  readonly deleting?: boolean;
}

function replicaSet(sketch: SetSketch, row: number): ReplicaSet {
  const createdAt = (sketch.createdAtMinute ?? -(sketch.age ?? 0)) * MICROS_PER_MINUTE;
  const { observedGeneration, terminatingReplicas, available } = sketch;
  return object(
    "ReplicaSet",
    meta(row, sketch.name ?? `set-${row}`, {
      creationTimeMicros: createdAt,
      deletionTimeMicros: sketch.deleting === true ? 0 : null,
      annotations: annotations({
        "deployment.kubernetes.io/revision": sketch.revision,
        "deployment.kubernetes.io/desired-replicas": sketch.desiredAnnotation,
        "deployment.kubernetes.io/max-replicas": sketch.maxAnnotation,
      }),
    }),
    { replicas: sketch.specReplicas ?? sketch.replicas ?? 0, selector: {} },
    {
      replicas: sketch.statusReplicas ?? 0,
      ...(available !== undefined && { availableReplicas: available }),
      ...(observedGeneration !== undefined && { observedGeneration }),
      ...(terminatingReplicas != null && { terminatingReplicas }),
    },
  );
}

const replicaSets = (sketches: readonly SetSketch[]) => sketches.map(replicaSet);

/** The size of a set after the steps, and whether any was written. */
function after(set: ReplicaSet, steps: readonly ScaleStep[]): { scaled: boolean; size: number } {
  const last = steps.filter((step) => step.set.uid === set.uid).at(-1);
  return { scaled: last !== undefined, size: last?.replicas ?? sizeOf(set) };
}

interface ConditionSketch {
  readonly status: string;
  readonly reason?: string;
  readonly lastUpdateAgoSeconds?: number | null;
  readonly old?: boolean;
}

const timestamps = new Timestamps(Date.UTC(2026, 10, 21));
const NOW = secondsToMicros(100_000);
const clock: ApiClock = {
  now: timestamps.textOf(NOW),
  nowMicros: NOW,
  microsOf: (text) => timestamps.microsOf(text),
};

function progressing(sketch: ConditionSketch | null): DeploymentCondition[] {
  if (sketch === null) return [];
  const { status, reason = "", lastUpdateAgoSeconds, old } = sketch;
  const ago = (seconds: number) => timestamps.textOf(NOW - secondsToMicros(seconds));
  return [
    {
      type: "Progressing",
      status,
      reason,
      ...(lastUpdateAgoSeconds != null && { lastUpdateTime: ago(lastUpdateAgoSeconds) }),
      ...(old === true && { lastUpdateTime: ago(90_000), lastTransitionTime: ago(90_000) }),
    },
  ];
}

const limits: Area = {
  fenceposts: suite<Limits>((given) => {
    const posts = resolveFenceposts(given.maxSurge, given.maxUnavailable, given.replicas ?? 0);
    return posts === null ? { error: true } : { ...posts, error: null };
  }),
  maxUnavailable: suite<Limits>((given) => ({
    maxUnavailable: maxUnavailable(deployment(given).spec),
  })),
  minAvailable: suite<Limits>((given) => ({ minAvailable: minAvailable(deployment(given).spec) })),
  newReplicaSetSize: suite<Limits & { oldReplicas: number[]; newReplicas: number }>((given) => {
    const sizes = [...given.oldReplicas, given.newReplicas];
    const sets = replicaSets(sizes.map((replicas) => ({ replicas })));
    const { spec } = deployment(given);
    return { newReplicas: newReplicaSetSize(spec, sets, given.newReplicas) };
  }),
};

const progress: Area = {
  complete: suite<Limits & { status: DeploymentStatus }>((given) => ({
    complete: isComplete(deployment(given), given.status),
  })),
  progressing: suite<{ oldStatus: DeploymentStatus; newStatus: DeploymentStatus }>((given) => ({
    progressing: isProgressing(given.oldStatus, given.newStatus),
  })),
  timedOut: suite<{
    progressDeadlineSeconds: number | null;
    progressingCondition: ConditionSketch | null;
  }>(({ progressDeadlineSeconds, progressingCondition }) => {
    const conditions = progressing(progressingCondition);
    const subject = deployment({ replicas: 1, progressDeadlineSeconds }, conditions);
    return { timedOut: isTimedOut(subject, subject.status, clock) };
  }),
  requeueStuck: suite<
    Limits & { status: DeploymentStatus; progressingCondition: ConditionSketch | null }
  >((given) => {
    const subject = deployment(given, progressing(given.progressingCondition));
    const after = progressCheckAfter(subject, given.status, clock);
    return { afterSeconds: after === null ? null : after / MICROS_PER_SECOND };
  }),
  rolloutStatus: suite<
    Limits & {
      progressingCondition: ConditionSketch | null;
      otherReplicaSets: SetSketch[];
      newReplicaSet: SetSketch | null;
    }
  >((given) => {
    const subject = deployment(given, progressing(given.progressingCondition));
    const oldSets = replicaSets(given.otherReplicaSets);
    const newSet = given.newReplicaSet && replicaSet(given.newReplicaSet, oldSets.length);
    const before = conditionOf(subject.status, "Progressing");
    const now = conditionOf(
      rolloutStatus(subject, { newSet, oldSets }, clock, true),
      "Progressing",
    );
    return {
      progressing: now === undefined ? null : { status: now.status, reason: now.reason },
      lastTransitionUnchanged: before?.lastTransitionTime === now?.lastTransitionTime,
      lastUpdateUnchanged: before?.lastUpdateTime === now?.lastUpdateTime,
    };
  }),
};

type TwoSets = Limits & { old: SetSketch; new?: SetSketch; maxCleanup: number };

const rolling: Area = {
  "rolling.newReplicaSet": suite<Limits & { oldReplicas: number; newReplicas: number }>((given) => {
    const [oldSet, newSet] = replicaSets([
      { replicas: given.oldReplicas, age: 1 },
      { replicas: given.newReplicas },
    ]);
    const rollout = { newSet: newSet!, oldSets: [oldSet!] };
    const step = reconcileNewReplicaSet(deployment(given).spec, rollout);
    const { scaled, size } = after(newSet!, step === null ? [] : [step]);
    return { scaled, newReplicas: size };
  }),
  "rolling.oldReplicaSets": suite<TwoSets>((given) => {
    const [oldSet, newSet] = replicaSets([{ ...given.old, age: 1 }, given.new!]);
    const rollout = { newSet: newSet!, oldSets: [oldSet!] };
    const { scaled, size } = after(
      oldSet!,
      reconcileOldReplicaSets(deployment(given).spec, rollout),
    );
    return { scaled, oldReplicas: size };
  }),
  "rolling.cleanupUnhealthy": suite<TwoSets>((given) => {
    const set = replicaSet(given.old, 0);
    const { steps } = cleanupUnhealthyReplicas([set], given.maxCleanup);
    return { cleaned: sizeOf(set) - after(set, steps).size };
  }),
  "rolling.scaleDownOld": suite<TwoSets>((given) => {
    const set = replicaSet(given.old, 0);
    const steps = scaleDownOldReplicaSets(deployment(given).spec, [set], [set]);
    const { scaled, size } = after(set, steps);
    return { scaled, oldReplicas: size };
  }),
  "recreate.scaleDownOld": suite<{
    replicas?: number;
    oldReplicaSets?: SetSketch[];
    oldReplicas?: number[];
  }>((given) => {
    const ofSizes = (given.oldReplicas ?? []).map((replicas) => ({ replicas }));
    const sets = replicaSets(given.oldReplicaSets ?? ofSizes);
    const steps = scaleDownForRecreate(sets);
    const sizes = sets.map((set) => after(set, steps).size);
    return { scaled: steps.length > 0, sizes, oldReplicas: sizes };
  }),
  newReplicaSet: suite<{ replicaSets: (SetSketch & { templateMatches: boolean })[] }>((given) => {
    const sets = given.replicaSets.map((sketch, row): ReplicaSet => {
      const set = replicaSet(sketch, row);
      const template = sketch.templateMatches ? {} : { metadata: { labels: { app: "former" } } };
      return { ...set, spec: { ...set.spec, template } } as ReplicaSet;
    });
    const found = findNewReplicaSet(deployment({ replicas: 1 }), sets, new TemplateContents());
    const old = sets.filter(({ uid }) => uid !== found?.uid);
    const withReplicas = old.filter((set) => sizeOf(set) > 0);
    return {
      new: found?.name ?? null,
      old: old.map(({ name }) => name),
      oldWithReplicas: withReplicas.map(({ name }) => name),
    };
  }),
  "recreate.oldPodsRunning": suite<{
    oldReplicaSets: { statusReplicas: number; podPhases: PodPhase[] }[];
  }>((given) => {
    const sets = replicaSets(given.oldReplicaSets);
    const unfinished = new UnfinishedPods(() => {});
    let row = 0;
    given.oldReplicaSets.forEach(({ podPhases }, index) => {
      const { uid, name } = sets[index]!;
      const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
      for (const phase of podPhases) {
        const metadata = meta(row, `pod-${row}`, { ownerReferences: [owner] });
        unfinished.put(pod(metadata, { phase }));
        row += 1;
      }
    });
    return { running: oldPodsRunning(sets, (uid) => unfinished.of(uid)) };
  }),
};

const sizes: Area = {
  replicaSetFraction: suite<{
    deploymentReplicas: number;
    deploymentStatusReplicas: number;
    maxSurge: number;
    replicaSetReplicas: number;
    maxReplicasAnnotation: string | null;
  }>((given) => {
    const subject = deployment({
      replicas: given.deploymentReplicas,
      maxSurge: given.maxSurge,
      status: { replicas: given.deploymentStatusReplicas },
    });
    const { replicaSetReplicas: replicas, maxReplicasAnnotation: maxAnnotation } = given;
    const set = replicaSet({ replicas, maxAnnotation }, 0);
    return { delta: replicaSetFraction(subject, set) };
  }),
  scale: suite<{ deployment: Limits; replicaSets: (SetSketch & { isNew: boolean })[] }>((given) => {
    const sets = replicaSets(given.replicaSets);
    const newAt = given.replicaSets.findIndex(({ isNew }) => isNew);
    const newSet = sets[newAt] ?? null;
    const oldSets = sets.filter((set) => set !== newSet);
    const steps = scale(deployment(given.deployment), { newSet, oldSets });
    return { sizes: Object.fromEntries(sets.map((set) => [set.name, after(set, steps).size])) };
  }),
  counts: suite<{ replicaSets: SetSketch[] }>((given) => {
    const sets = replicaSets(given.replicaSets);
    return {
      spec: replicaCount(sets),
      actual: actualReplicaCount(sets),
      terminating: terminatingReplicaCount(sets),
    };
  }),
};

type History = { revisionHistoryLimit: number; oldReplicaSets: SetSketch[] };

const history: Area = {
  "history.count": suite<History>(({ revisionHistoryLimit, oldReplicaSets }) => ({
    deleted: setsToCleanUp(replicaSets(oldReplicaSets), revisionHistoryLimit).length,
  })),
  "history.order": suite<History>(({ revisionHistoryLimit, oldReplicaSets }) => ({
    deleted: setsToCleanUp(replicaSets(oldReplicaSets), revisionHistoryLimit).map(
      ({ name }) => name,
    ),
  })),
};

export const deploymentArea: Area = { ...limits, ...progress, ...rolling, ...sizes, ...history };
