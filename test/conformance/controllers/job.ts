import { MICROS_PER_MILLI, MICROS_PER_SECOND, secondsToMicros } from "../../../src/base/time.js";
import { featuresOf, NEWEST_MINOR } from "../../../src/api/features.js";
import {
  type ContainerState,
  type ConditionStatus,
  EMPTY_POD_STATUS,
  type PodPhase,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import type { JobSpec, JobStatus, PodFailurePolicyRule } from "../../../src/api/schemas/types.js";
import {
  COMPLETION_INDEX,
  failureCountOf,
  generateNameOf,
} from "../../../src/control/job/completion-index.js";
import { podFinishTime } from "../../../src/control/job/finish-time.js";
import { IndexIntervals } from "../../../src/control/job/index-intervals.js";
import {
  failedIndexes,
  failsItsIndex,
  nextIndexes,
  podsAwaitingSuccessors,
  succeededIndexes,
  successorFailures,
  surplusOfIndexes,
  verdictOn,
} from "../../../src/control/job/indexed-pods.js";
import { TRACKING_FINALIZER } from "../../../src/control/job/job-object.js";
import { recordEnds, remainingBackoff } from "../../../src/control/job/pod-backoff.js";
import { remainingBackoffOfIndex } from "../../../src/control/job/pod-plan.js";
import { annotations, meta, pod } from "./objects.js";
import { type PodCase, suspended, syncOnce } from "./job-sync.js";
import { type Area, suite } from "./suite.js";

const features = featuresOf(NEWEST_MINOR);

interface PodSketch {
  readonly name?: string;
  readonly index?: string | null;
  readonly phase?: PodPhase;
  readonly trackingFinalizer?: boolean;
  readonly indexFailureCount?: number | string | null;
  readonly indexIgnoredFailureCount?: number;
  readonly exitCode?: number | null;
  readonly deletedAtSecond?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: ConditionStatus }[];
}

function terminated(exitCode: number | null, finishedAtMicros: number | null): ContainerState {
  return {
    name: "main",
    ready: false,
    started: false,
    restartCount: 0,
    state: "terminated",
    reason: "",
    exitCode,
    startedAtMicros: null,
    finishedAtMicros,
    lastTermination: null,
  };
}

function conditionsOf(conditions: PodSketch["conditions"] = []) {
  const rest = { lastTransitionTimeMicros: 0, reason: "", message: "" };
  return conditions.map(({ type, status }) => ({ type, status, ...rest }));
}

function podOf(sketch: PodSketch, row = 0): PodVersion {
  const { index, phase = "Failed", trackingFinalizer = true, exitCode, deletedAtSecond } = sketch;
  const metadata = meta(row, sketch.name ?? `pod-${row}`, {
    finalizers: trackingFinalizer ? [TRACKING_FINALIZER] : [],
    annotations: annotations({
      [COMPLETION_INDEX]: index,
      "batch.kubernetes.io/job-index-failure-count": sketch.indexFailureCount,
      "batch.kubernetes.io/job-index-ignored-failure-count": sketch.indexIgnoredFailureCount,
    }),
    deletionTimeMicros: deletedAtSecond === undefined ? null : secondsToMicros(deletedAtSecond),
  });
  const containers = exitCode == null ? [] : [terminated(exitCode, null)];
  const status = { ...EMPTY_POD_STATUS, containers, conditions: conditionsOf(sketch.conditions) };
  return pod(metadata, { phase, status });
}

interface JobSketch {
  readonly completions?: number;
  readonly backoffLimitPerIndex?: number;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string | null;
  readonly rules?: readonly PodFailurePolicyRule[] | null;
}

function indexedJob(sketch: JobSketch) {
  const { completions = 1, backoffLimitPerIndex, completedIndexes, rules } = sketch;
  const spec: JobSpec = {
    template: {},
    completionMode: "Indexed",
    completions,
    ...(backoffLimitPerIndex !== undefined && { backoffLimitPerIndex }),
    ...(rules != null && { podFailurePolicy: { rules: [...rules] } }),
  };
  const status: JobStatus = {
    ...(completedIndexes !== undefined && { completedIndexes }),
    ...(sketch.failedIndexes != null && { failedIndexes: sketch.failedIndexes }),
  };
  return { spec, status, features };
}

const pairs = ({ intervals }: IndexIntervals) => intervals.map(({ first, last }) => [first, last]);
type Pairs = readonly (readonly [number, number])[];

function intervalsOf(pairs: Pairs): IndexIntervals {
  const text = pairs.map(([first, last]) => `${first}-${last}`).join(",");
  return IndexIntervals.parse(text, Number.MAX_SAFE_INTEGER);
}

const indexed: Area = {
  "indexed.succeeded": suite<JobSketch & { pods: PodSketch[] }>((given) => {
    const { before, now } = succeededIndexes(indexedJob(given), given.pods.map(podOf));
    return { fromStatus: pairs(before), intervals: pairs(now) };
  }),
  "indexed.failed": suite<JobSketch & { pods: PodSketch[] }>((given) => ({
    intervals: pairs(failedIndexes(indexedJob(given), given.pods.map(podOf))),
  })),
  "indexed.isIndexFailed": suite<JobSketch & { pod: PodSketch }>((given) => ({
    failed: failsItsIndex(indexedJob(given), podOf({ index: "0", ...given.pod })),
  })),
  "indexed.nextIndexes": suite<{
    count: number;
    completions: number;
    activePods: PodSketch[];
    succeeded: Pairs;
    failed: Pairs | null;
  }>(({ count, completions, activePods, succeeded, failed }) => {
    const state = {
      active: activePods.map(podOf),
      terminating: [],
      succeeded: intervalsOf(succeeded),
      failed: failed && intervalsOf(failed),
    };
    return { indexes: nextIndexes(indexedJob({ completions }), state, count) };
  }),
  "indexed.duplicates": suite<{ completions: number; pods: PodSketch[] }>((given) => {
    const sketchOf = (one: PodVersion) => given.pods[one.row];
    const { remove, keep } = surplusOfIndexes(given.pods.map(podOf), given.completions);
    return { remove: remove.map(sketchOf), keep: keep.map(sketchOf) };
  }),
  "indexed.delayedDeletion": suite<
    JobSketch & { pods: PodSketch[]; finalizerBeingRemoved: string[] }
  >((given) => {
    const job = indexedJob(given);
    const pods = given.pods.map(podOf);
    const state = {
      active: pods.filter(({ phase }) => phase !== "Failed" && phase !== "Succeeded"),
      succeeded: succeededIndexes(job, pods).now,
      failed: failedIndexes(job, pods),
    };
    const uids = pods.filter(({ name }) => given.finalizerBeingRemoved.includes(name));
    const removed = new Set(uids.map(({ uid }) => uid));
    const kept = podsAwaitingSuccessors(job, pods, state, removed);
    return { kept: [...kept.values()].map(({ name }) => name) };
  }),
  "indexed.newFailureCount": suite<JobSketch & { replacedPod: PodSketch | null }>((given) => {
    const replaced = given.replacedPod === null ? undefined : podOf(given.replacedPod);
    const { failures, ignored } = successorFailures(indexedJob(given), replaced);
    return { failureCount: failures, ignoredFailureCount: ignored };
  }),
  "indexed.failureCountAnnotation": suite<{ annotation: string | null }>(({ annotation }) => ({
    count: failureCountOf(podOf({ indexFailureCount: annotation })),
  })),
  "indexed.generateName": suite<{ jobName: string; index: number }>(({ jobName, index }) => ({
    generateName: generateNameOf(jobName, index),
  })),
};

interface Limits {
  readonly baseSeconds: number;
  readonly maxSeconds: number;
}

const limitsOf = ({ baseSeconds, maxSeconds }: Limits) => ({
  baseMicros: secondsToMicros(baseSeconds),
  maxMicros: secondsToMicros(maxSeconds),
});

interface ContainerCase {
  readonly terminatedAt?: number | null;
  readonly running?: boolean;
  readonly restartPolicy?: string;
}

const backoff: Area = {
  "backoff.record": suite<{
    failuresSoFar: number;
    succeededAtMs: number[];
    failedAtMs: number[];
  }>(({ failuresSoFar, succeededAtMs, failedAtMs }) => {
    const micros = (times: readonly number[]) => times.map((ms) => ms * MICROS_PER_MILLI);
    const before = { failuresAfterLastSuccess: failuresSoFar, lastFailureMicros: null };
    const record = recordEnds(before, micros(succeededAtMs), micros(failedAtMs));
    const { failuresAfterLastSuccess, lastFailureMicros: last } = record;
    return {
      failuresAfterLastSuccess,
      lastFailureAtMs: last === null ? null : last / MICROS_PER_MILLI,
    };
  }),
  "backoff.remaining": suite<
    Limits & { failuresAfterLastSuccess: number; secondsSinceLastFailure: number | null }
  >(({ failuresAfterLastSuccess, secondsSinceLastFailure: since, ...limits }) => {
    const lastFailureMicros = since === null ? null : -secondsToMicros(since);
    const record = { failuresAfterLastSuccess, lastFailureMicros };
    return { remainingSeconds: remainingBackoff(record, 0, limitsOf(limits)) / MICROS_PER_SECOND };
  }),
  "backoff.remainingPerIndex": suite<
    Limits & { lastFailedPod: PodSketch | null; secondsSinceFailure: number | null }
  >(({ lastFailedPod, secondsSinceFailure, ...limits }) => {
    const deletedAtSecond = -(secondsSinceFailure ?? 0);
    const last = lastFailedPod === null ? undefined : podOf({ ...lastFailedPod, deletedAtSecond });
    const left = remainingBackoffOfIndex(last, 0, (time) => time, limitsOf(limits));
    return { remainingSeconds: left / MICROS_PER_SECOND };
  }),
  "pod.finishTime": suite<{
    pod: {
      containers?: ContainerCase[];
      initContainers?: ContainerCase[];
      deletionTimestamp?: number;
      deletionGracePeriodSeconds?: number;
      creationTimestamp?: number;
      readyCondition?: { status: ConditionStatus; at: number };
    };
  }>(({ pod: sketch }) => {
    const { containers = [], initContainers = [], deletionTimestamp, readyCondition } = sketch;
    const stateOf = (one: ContainerCase, at: number): ContainerState => ({
      ...terminated(0, one.terminatedAt == null ? null : secondsToMicros(one.terminatedAt)),
      name: `c${at}`,
      ...(one.running === true && { state: "running", exitCode: null }),
    });
    const metadata = meta(0, "pod", {
      creationTimeMicros: secondsToMicros(sketch.creationTimestamp ?? -1_000),
      deletionTimeMicros: deletionTimestamp == null ? null : secondsToMicros(deletionTimestamp),
      deletionGracePeriodSeconds: sketch.deletionGracePeriodSeconds ?? null,
    });
    // Init containers matter where they are sidecars, which is what the recorded tests made them.
    const sidecars = initContainers.map(({ restartPolicy = "Always" }, at) => ({
      name: `c${at}`,
      image: "sidecar:1",
      restartPolicy,
    }));
    const ready = readyCondition && {
      type: "Ready",
      status: readyCondition.status,
      lastTransitionTimeMicros: secondsToMicros(readyCondition.at),
      reason: "",
      message: "",
    };
    const status = {
      ...EMPTY_POD_STATUS,
      containers: containers.map(stateOf),
      initContainers: initContainers.map(stateOf),
      conditions: ready === undefined ? [] : [ready],
    };
    const subject = pod(metadata, { spec: { containers: [], initContainers: sidecars }, status });
    return { finishedAtSecond: podFinishTime(subject) / MICROS_PER_SECOND };
  }),
};

const policy: Area = {
  podFailurePolicy: suite<{
    backoffLimitPerIndexEnabled: boolean;
    rules: PodFailurePolicyRule[];
    failedPod: {
      containers?: { exitCode: number; name?: string; running?: boolean }[];
      initContainers?: { exitCode: number; name?: string; running?: boolean }[];
      conditions?: PodSketch["conditions"];
    };
  }>(({ backoffLimitPerIndexEnabled, rules, failedPod }) => {
    const { containers = [], initContainers = [], conditions } = failedPod;
    const stateOf = (one: (typeof containers)[number]): ContainerState => ({
      ...terminated(one.exitCode ?? null, null),
      name: one.name ?? "main",
      ...(one.running === true && { state: "running", exitCode: null }),
    });
    const status = {
      ...EMPTY_POD_STATUS,
      containers: containers.map(stateOf),
      initContainers: initContainers.map(stateOf),
      conditions: conditionsOf(conditions),
    };
    const gates = featuresOf(NEWEST_MINOR, {
      JobBackoffLimitPerIndex: backoffLimitPerIndexEnabled,
    });
    const { spec } = indexedJob({ rules });
    const subject = pod(meta(0, "pod"), { phase: "Failed", status });
    const { action, counts, failsJob } = verdictOn(spec, gates, subject);
    const rule = failsJob === null ? null : Number(/at index (\d+)$/.exec(failsJob)?.[1]);
    return { action, countFailed: counts, jobFailedByRule: rule };
  }),
};

interface SyncSketch {
  readonly parallelism: number;
  readonly completions: number | null;
  readonly backoffLimit: number;
  readonly completionMode?: string;
  readonly podReplacementGate?: boolean;
  readonly suspend?: boolean;
}

function specOf(sketch: SyncSketch) {
  const { parallelism, completions, backoffLimit, completionMode, suspend } = sketch;
  return {
    parallelism,
    backoffLimit,
    ...(completions !== null && { completions }),
    ...(completionMode !== undefined && { completionMode }),
    ...(suspend !== undefined && { suspend }),
  };
}

const times = (count: number, one: PodCase): PodCase[] => Array.from({ length: count }, () => one);

const syncs: Area = {
  sync: suite<
    SyncSketch & {
      pods: Record<
        "running" | "ready" | "pending" | "succeeded" | "failed" | "terminating",
        number
      >;
      indexedPods?: { index: string | null; phase: PodPhase }[];
      podReplacementPolicy?: string;
      podFailurePolicy?: JobSpec["podFailurePolicy"];
      status?: JobStatus;
      deleting?: boolean;
      wasSuspended?: boolean;
      createLimit?: number;
      backoff?: { failuresAfterLastSuccess: number; secondsSinceLastFailure: number };
    }
  >((given) => {
    const { running, ready, pending, succeeded, failed, terminating } = given.pods;
    const { podReplacementPolicy, podFailurePolicy, backoff: record, createLimit } = given;
    return syncOnce({
      spec: {
        ...specOf(given),
        ...(podReplacementPolicy !== undefined && { podReplacementPolicy }),
        ...(podFailurePolicy !== undefined && { podFailurePolicy }),
      },
      pods: [
        ...times(pending, { phase: "Pending" }),
        ...times(ready, { phase: "Running", isReady: true }),
        ...times(running - ready, { phase: "Running" }),
        ...times(succeeded, { phase: "Succeeded" }),
        ...times(failed, { phase: "Failed" }),
        ...times(terminating, { phase: "Running", isTerminating: true }),
        ...(given.indexedPods ?? []),
      ],
      status: given.wasSuspended === true ? suspended() : (given.status ?? {}),
      isDeleting: given.deleting ?? false,
      ...(given.podReplacementGate !== undefined && {
        podReplacementGate: given.podReplacementGate,
      }),
      ...(createLimit !== undefined && { createLimit }),
      ...(record !== undefined && { backoff: record }),
    });
  }),
  "backoffLimit.onFailure": suite<SyncSketch & { restartCounts: number[]; podPhase: PodPhase }>(
    (given) =>
      syncOnce({
        spec: { ...specOf(given), restartPolicy: "OnFailure" },
        pods: given.restartCounts.map((restarts) => ({ phase: given.podPhase, restarts })),
        podReplacementGate: given.podReplacementGate ?? true,
      }),
  ),
  "backoffLimit.never": suite<SyncSketch & { runningPods: number; failedPods: number }>((given) =>
    syncOnce({
      spec: specOf(given),
      pods: [
        ...times(given.runningPods, { phase: "Running" }),
        ...times(given.failedPods, { phase: "Failed" }),
      ],
      podReplacementGate: given.podReplacementGate ?? true,
    }),
  ),
};

export const jobArea: Area = { ...indexed, ...backoff, ...policy, ...syncs };
