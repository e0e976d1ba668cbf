import type { ContainerState, PodPhase } from "../../../src/api/pod-version.js";
import { EMPTY_POD_STATUS } from "../../../src/api/pod-version.js";
import { newMeta } from "../../../src/api/new-object.js";
import type { JobSpec, JobStatus } from "../../../src/api/schemas/types.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { JobController } from "../../../src/control/job/job-controller.js";
import { refuse } from "../../../src/store/outcome.js";
import { only, START_TIME_MS, TestCluster } from "../../control/cluster.js";
import { COMPLETION_INDEX } from "../../../src/control/job/completion-index.js";
import { TRACKING_FINALIZER } from "../../../src/control/job/job-object.js";
import { formatTimestamp } from "../../../src/api/timestamp.js";

/** Before the next sync, which gathers what happens for a second. */
const ONE_SYNC_SECONDS = 0.9;
/** When the pods that a case gives came to be: long before any back-off matters. */
const CREATED_SECONDS = -86_400;

export interface PodCase {
  readonly phase: PodPhase;
  readonly index?: string | null;
  readonly isReady?: boolean;
  readonly isTerminating?: boolean;
  readonly restarts?: number;
}

export interface SyncCase {
  readonly spec: Omit<JobSpec, "template"> & { readonly restartPolicy?: string };
  readonly status?: JobStatus;
  readonly pods: readonly PodCase[];
  readonly isDeleting?: boolean;
  readonly createLimit?: number;
  readonly podReplacementGate?: boolean;
  readonly backoff?: {
    readonly failuresAfterLastSuccess: number;
    readonly secondsSinceLastFailure: number;
  };
}

const JOB_UID = "11111111-0000-4000-8000-000000000000";
const OWNER = {
  apiVersion: "batch/v1",
  kind: "Job",
  name: "work",
  uid: JOB_UID,
  controller: true,
  blockOwnerDeletion: true,
};

/** A Job and its pods in a cluster with the controller alone, after one sync. */
export function syncOnce(given: SyncCase): Readonly<Record<string, unknown>> {
  let creations = 0;
  const indexes: number[] = [];
  const cluster = new TestCluster({
    gates: {
      JobPodReplacementPolicy: given.podReplacementGate ?? true,
      // The recorded tests are of before a completion had a reason, and of Jobs that nobody else manages.
      JobManagedBy: false,
      JobSuccessPolicy: false,
    },
    refuse: (request) => {
      if (request.verb !== "create" || request.object.kind !== "Pod") return null;
      if (creations >= (given.createLimit ?? Number.POSITIVE_INFINITY)) {
        return refuse("InternalError", "no more pods");
      }
      creations += 1;
      const index = request.object.annotations[COMPLETION_INDEX];
      if (index !== undefined) indexes.push(Number(index));
      return null;
    },
  });
  load(cluster, given);
  const controller = new JobController(cluster.controllerOptions(only("job-controller")[0]!));
  const { row } = cluster.get("Job", "work");
  if (given.backoff !== undefined) {
    const { failuresAfterLastSuccess, secondsSinceLastFailure } = given.backoff;
    const lastFailureMicros = -secondsToMicros(secondsSinceLastFailure);
    controller.memory.setBackoff(row, { failuresAfterLastSuccess, lastFailureMicros });
  }
  controller.start();
  cluster.advance(ONE_SYNC_SECONDS);
  const { status } = cluster.get("Job", "work");
  return {
    creations,
    deletions: cluster.writes.filter(({ verb }) => verb === "delete").length,
    active: status.active ?? 0,
    ready: status.ready ?? null,
    succeeded: status.succeeded ?? 0,
    failed: status.failed ?? 0,
    terminating: status.terminating ?? null,
    conditions: (status.conditions ?? []).map(({ type, status: value, reason = "" }) => ({
      type,
      status: value,
      reason,
    })),
    completedIndexes: status.completedIndexes ?? "",
    failedIndexes: status.failedIndexes ?? null,
    createdIndexes: indexes,
  };
}

function load(cluster: TestCluster, given: SyncCase): void {
  const { restartPolicy = "Never", ...rest } = given.spec;
  const labels = { app: "work" };
  const containers = [{ name: "main", image: "work:1" }];
  const spec: JobSpec = {
    ...rest,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { restartPolicy, containers } },
  };
  cluster.server.load({
    kind: "Job",
    ...newMeta("default", "work"),
    uid: JOB_UID,
    ...(given.isDeleting === true && {
      deletionTimeMicros: 0,
      deletionGracePeriodSeconds: 0,
      finalizers: ["foregroundDeletion"],
    }),
    spec,
    status: given.status ?? {},
  });
  given.pods.forEach((pod, at) => {
    const { phase, index, isReady = false, isTerminating = false, restarts = 0 } = pod;
    const ready = {
      type: "Ready",
      status: isReady ? "True" : "False",
      lastTransitionTimeMicros: secondsToMicros(CREATED_SECONDS),
      reason: "",
      message: "",
    } as const;
    cluster.server.load({
      kind: "Pod",
      ...newMeta("default", `work-${at}`),
      creationTimeMicros: secondsToMicros(CREATED_SECONDS),
      labels,
      annotations: index == null ? {} : { [COMPLETION_INDEX]: index },
      ownerReferences: [OWNER],
      finalizers: [TRACKING_FINALIZER],
      ...(isTerminating && { deletionTimeMicros: 0, deletionGracePeriodSeconds: 0 }),
      spec: { restartPolicy, containers },
      nodeName: "node",
      nominatedNodeName: "",
      phase,
      status: {
        ...EMPTY_POD_STATUS,
        conditions: isReady ? [ready] : [],
        containers: restarts > 0 ? [restarted(restarts)] : [],
      },
    });
  });
}

function restarted(restartCount: number): ContainerState {
  return {
    name: "main",
    ready: false,
    started: true,
    restartCount,
    state: "running",
    reason: "",
    exitCode: null,
    startedAtMicros: 0,
    finishedAtMicros: null,
    lastTermination: null,
  };
}

/** A Job that was suspended before. */
export function suspended(): JobStatus {
  const time = formatTimestamp(secondsToMicros(CREATED_SECONDS), START_TIME_MS);
  return {
    conditions: [
      { type: "Suspended", status: "True", lastProbeTime: time, lastTransitionTime: time },
    ],
  };
}
