import type { Labels } from "../../../src/api/kubernetes.js";
import { Selector } from "../../../src/api/label-selector.js";
import {
  type ContainerState,
  EMPTY_POD_STATUS,
  isPodActive,
  type PodPhase,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import { secondsToMicros } from "../../../src/base/time.js";
import {
  compareForDeletion,
  type DeletionCandidate,
  type DeletionOrderOptions,
  deletionCandidate,
} from "../../../src/control/replicaset/deletion-order.js";
import { isPodTerminating, PodTally } from "../../../src/control/replicaset/pod-tally.js";
import { inDeletionOrder } from "../../../src/control/replicaset/pods-to-delete.js";
import { replicaSetStatus } from "../../../src/control/replicaset/replica-set-status.js";
import { SlowStart } from "../../../src/control/slow-start.js";
import { annotations, meta, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

const NOW = secondsToMicros(1e8);

interface PodSketch {
  readonly name?: string;
  readonly node?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly readyAgo?: number | null;
  readonly createdAgo?: number | null;
  readonly deletionCost?: number | string;
  readonly deleting?: boolean;
  readonly labels?: Labels;
  readonly rank?: number;
}

function podOf(sketch: PodSketch, row: number): PodVersion {
  const { name = `pod-${row}`, node = "", phase, ready = false, restarts = 0 } = sketch;
  const metadata = meta(row, name, {
    labels: sketch.labels ?? {},
    creationTimeMicros: NOW - secondsToMicros(sketch.createdAgo ?? 0),
    deletionTimeMicros: sketch.deleting === true ? NOW : null,
    annotations: annotations({
      "controller.kubernetes.io/pod-deletion-cost": sketch.deletionCost,
    }),
  });
  const container: ContainerState = {
    name: "main",
    ready,
    started: true,
    restartCount: restarts,
    state: "running",
    reason: "",
    exitCode: null,
    startedAtMicros: null,
    finishedAtMicros: null,
    lastTermination: null,
  };
  const condition = {
    type: "Ready",
    status: ready ? "True" : "False",
    lastTransitionTimeMicros: NOW - secondsToMicros(sketch.readyAgo ?? 0),
    reason: "",
    message: "",
  } as const;
  return pod(metadata, {
    nodeName: node,
    phase: (phase === undefined || phase === "" ? "Pending" : phase) as PodPhase,
    status: { ...EMPTY_POD_STATUS, conditions: [condition], containers: [container] },
  });
}

/** What decides about a pod; a time that the case leaves unset is not known. */
function candidateOf(sketch: PodSketch, row: number, rank: number): DeletionCandidate {
  const candidate = deletionCandidate(podOf(sketch, row), rank);
  return {
    ...candidate,
    ...(sketch.readyAgo == null && { readyAtMicros: null }),
    ...(sketch.createdAgo == null && { createdAtMicros: null }),
  };
}

interface Gates {
  readonly podDeletionCost?: boolean;
  readonly logarithmicScaleDown?: boolean;
}

function orderOptions(gates: Gates): DeletionOrderOptions {
  const { podDeletionCost = false, logarithmicScaleDown = false } = gates;
  return { podDeletionCost, logarithmicScaleDown, nowMicros: NOW };
}

const deletion: Area = {
  "deletion.compare": suite<Gates & { a: PodSketch; b: PodSketch; rankA: number; rankB: number }>(
    (given) => {
      const a = candidateOf(given.a, 0, given.rankA);
      const b = candidateOf(given.b, 1, given.rankB);
      const order = compareForDeletion(a, b, orderOptions(given));
      return { order: order < 0 ? "aFirst" : order > 0 ? "bFirst" : "equal" };
    },
  ),
  "deletion.order": suite<Gates & { pods: PodSketch[]; ranks?: number[] }>((given) => {
    const ranked = given.pods.map((sketch, row) => ({
      name: sketch.name,
      candidate: candidateOf(sketch, row, sketch.rank ?? given.ranks?.[row] ?? 0),
      tie: row,
    }));
    const order = inDeletionOrder(ranked, orderOptions(given)).map(({ name }) => name);
    return { order, names: order };
  }),
  "pods.active": suite<{ pods: PodSketch[] }>(({ pods }) => ({
    active: pods
      .map(podOf)
      .filter(isPodActive)
      .map(({ name }) => name),
  })),
  // Of pods without names their number is recorded.
  "pods.terminating": suite<{ pods: PodSketch[] }>(({ pods }) => {
    const terminating = pods.map(podOf).filter(isPodTerminating);
    const areNamed = pods.every(({ name }) => name !== undefined);
    return { terminating: areNamed ? terminating.map(({ name }) => name) : terminating.length };
  }),
};

interface StatusCase {
  readonly replicas: number;
  readonly templateLabels: Labels;
  readonly minReadySeconds: number;
  readonly pods: PodSketch[];
}

function tallyOf(pods: readonly PodSketch[], templateLabels: Labels): PodTally {
  const tally = new PodTally("uid");
  tally.follow(templateLabels, Selector.everything);
  pods.forEach((sketch, row) => {
    tally.put(podOf(sketch, row));
  });
  return tally;
}

const TELLING = { tellsTerminating: true, now: () => "2026-11-21T00:00:00Z" };

const status: Area = {
  status: suite<StatusCase>((given) => {
    const counts = tallyOf(given.pods, given.templateLabels).counts(given.minReadySeconds, NOW);
    const computed = replicaSetStatus(
      { status: { replicas: 0 }, generation: 1, spec: { replicas: given.replicas } },
      { counts, manageError: null },
      TELLING,
    );
    return {
      replicas: computed.replicas,
      fullyLabeledReplicas: computed.fullyLabeledReplicas ?? 0,
      readyReplicas: computed.readyReplicas ?? 0,
      availableReplicas: computed.availableReplicas ?? 0,
    };
  }),
  "status.failureCondition": suite<{
    replicas: number;
    pods: number;
    manageError: boolean;
    existingCondition: boolean;
  }>((given) => {
    const existing = { type: "ReplicaFailure", status: "True" };
    const pods = Array.from({ length: given.pods }, () => ({ phase: "Running" }));
    const conditions = given.existingCondition ? [existing] : undefined;
    const computed = replicaSetStatus(
      {
        status: { replicas: 0, ...(conditions && { conditions }) },
        generation: 1,
        spec: { replicas: given.replicas },
      },
      {
        counts: tallyOf(pods, {}).counts(0, NOW),
        manageError: given.manageError ? "it went wrong" : null,
      },
      TELLING,
    );
    const failure = computed.conditions?.find(({ type }) => type === "ReplicaFailure");
    const found = failure && { status: failure.status, reason: failure.reason ?? "" };
    return { replicaFailure: found ?? null };
  }),
  slowStart: suite<{ count: number; initialBatchSize: number; callsThatSucceed: number }>(
    (given) => {
      const slowStart = new SlowStart(given.count, given.initialBatchSize);
      let calls = 0;
      for (let size = slowStart.nextBatch(); size > 0; size = slowStart.nextBatch()) {
        for (let i = 0; i < size; i++) {
          calls += 1;
          slowStart.answered(calls <= given.callsThatSucceed);
        }
      }
      const { successes, failed } = slowStart;
      return { successes, calls, error: failed };
    },
  ),
};

export const replicaSetArea: Area = { ...deletion, ...status };
