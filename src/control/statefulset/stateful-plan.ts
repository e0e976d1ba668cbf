import type { PodVersion } from "../../api/pod-version.js";
import { podName, type StatefulSet } from "./identity.js";
import type { Places } from "./places.js";
import {
  completionOf,
  creationOf,
  deletionOf,
  hasStaleClaim,
  identityOf,
  type PodTask,
  retentionTask,
  task,
} from "./pod-tasks.js";
import type { Revision } from "./stateful-pods.js";
import {
  isAvailable,
  isParallel,
  isRunningAndReady,
  isTerminating,
  isUnhealthy,
  ordinalsOf,
  type StatefulView,
} from "./stateful-view.js";
import { updateTasks } from "./update-plan.js";

/** A task with its place among all that its phase goes through. */
export interface PlacedTask {
  readonly place: number;
  readonly task: PodTask;
}

/** Tasks that belong together; the next phase begins when all of this one went well. */
export interface Phase {
  /** The update's deletions take their pods off the current ones in the status. */
  readonly name: "replicas" | "retention" | "condemned" | "update";
  /** By place; where there is none, nothing is to be done. */
  readonly tasks: readonly PlacedTask[];
  /** Places that it goes through. */
  readonly length: number;
  /** In batches that double; else one after the other. */
  readonly inBatches: boolean;
  /** Nothing comes after it in this sync. */
  readonly isLast: boolean;
}

/**
 * What a StatefulSet does next, as things stand; phases in which nothing is to be done are left out. Pods are made
 * in the order of their ordinals, each once all before it are there; then those beyond its ordinals go, the highest
 * first; then pods of old revisions. The policy Parallel waits for nothing.
 * Source: Kubernetes, "StatefulSets: Deployment and Scaling Guarantees, Update strategies".
 */
export function statefulPlan(view: StatefulView, places: Places): readonly Phase[] {
  const { set } = view;
  const isAsItShouldBe =
    places.open.length === 0 && places.condemned.length === 0 && !places.mayHaveOld;
  if (isAsItShouldBe || set.deletionTimeMicros !== null) return NO_PHASES;
  const phases: Phase[] = [];
  const strategy = set.spec.updateStrategy?.type ?? "RollingUpdate";
  const isWithin = places.condemned.length === 0;
  for (const phase of isWithin ? PHASES_WITHIN : PHASES) {
    const next = phase(view, places);
    if (next.tasks.length > 0) phases.push(next);
    if (next.isLast) return phases;
  }
  if (strategy === "RollingUpdate") {
    const tasks = updateTasks(view, places).map((task, place) => ({ place, task }));
    const { length } = tasks;
    if (length > 0) phases.push({ name: "update", tasks, length, inBatches: false, isLast: true });
  }
  return phases;
}

const NO_PHASES: readonly Phase[] = [];
const PHASES = [replicasPhase, retentionPhase, condemnedPhase] as const;
/** Of a set without pods beyond its ordinals. */
const PHASES_WITHIN = [replicasPhase] as const;

/** What is done for one pod; `waits`: a set that keeps the order goes no further. */
interface Step {
  readonly task: PodTask;
  readonly waits: boolean;
}

function replicasPhase(view: StatefulView, places: Places): Phase {
  const { first } = ordinalsOf(view.set, view.features);
  const { open, count } = places;
  return phaseOf(view, "replicas", { open, count }, (i) =>
    replicaStep(view, places.at(i), first + i),
  );
}

function retentionPhase(view: StatefulView, { condemned }: Places): Phase {
  const all = { open: [...condemned.keys()], count: condemned.length };
  return phaseOf(view, "retention", all, (i) => ({
    task: retentionTask(view, condemned[i]!),
    waits: false,
  }));
}

function condemnedPhase(view: StatefulView, places: Places): Phase {
  const { condemned } = places;
  const all = { open: [...condemned.keys()], count: condemned.length };
  const unhealthy = condemned.length === 0 ? null : firstUnhealthy(view, places);
  return phaseOf(view, "condemned", all, (i) => {
    const pod = condemned[i]!;
    if (isTerminating(pod)) return waiting(pod);
    const isHealthy = isRunningAndReady(pod) && isAvailable(view, pod);
    if (!isHealthy && !isParallel(view.set) && pod !== unhealthy) return waiting(pod);
    return { task: deletionOf(pod), waits: true };
  });
}

/** One step a place: up to the first that has to be waited for, or all at once. */
function phaseOf(
  view: StatefulView,
  name: Phase["name"],
  { open, count }: Pick<Places, "open" | "count">,
  stepOf: (place: number) => Step,
): Phase {
  const parallel = isParallel(view.set);
  const tasks: PlacedTask[] = [];
  for (const place of open) {
    const step = stepOf(place);
    if (!isNothing(step.task)) tasks.push({ place, task: step.task });
    if (step.waits && !parallel) {
      return { name, tasks, length: place + 1, inBatches: false, isLast: true };
    }
  }
  const inBatches = parallel && view.features.StatefulSetBatches;
  return { name, tasks, length: count, inBatches, isLast: false };
}

function isNothing({ writes, told, failure }: PodTask): boolean {
  return writes.length === 0 && told.length === 0 && failure === null;
}

function waiting(pod: PodVersion): Step {
  return { task: task(pod.name, []), waits: true };
}

function replicaStep(view: StatefulView, pod: PodVersion | undefined, ordinal: number): Step {
  const { features, set } = view;
  if (pod === undefined) return creation(view, ordinal);
  if (
    pod.phase === "Failed" ||
    (pod.phase === "Succeeded" && features.StatefulSetRestartsSucceeded)
  ) {
    return features.StatefulSetWaitsForEnded ? removal(pod) : renewal(view, pod, ordinal);
  }
  if (pod.phase === "Pending" && features.StatefulSetBatches) {
    return { task: completionOf(view, pod), waits: true };
  }
  const isThere = !isTerminating(pod) && isRunningAndReady(pod) && isAvailable(view, pod);
  if (!isThere && !isParallel(set)) return waiting(pod);
  return { task: identityOf(view, pod), waits: false };
}

function creation(view: StatefulView, ordinal: number): Step {
  const name = podName(view.set, ordinal);
  if (hasStaleClaim(view, name, ordinal)) return { task: task(name, []), waits: true };
  return { task: creationOf(view, ordinal, revisionFor(view, ordinal)), waits: true };
}

/** A pod that has ended goes; its successor is made once it is gone. */
function removal(pod: PodVersion): Step {
  return isTerminating(pod) ? waiting(pod) : { task: deletionOf(pod), waits: true };
}

/** A pod that has ended goes, and its successor is asked for at once. */
function renewal(view: StatefulView, pod: PodVersion, ordinal: number): Step {
  const { namespace, name } = view.set;
  const failed = pod.phase === "Failed";
  const what = failed ? "failed" : "terminated";
  const successor = creation(view, ordinal).task;
  return {
    task: {
      ...successor,
      writes: [...deletionOf(pod).writes, ...successor.writes],
      told: [
        {
          type: failed ? "Warning" : "Normal",
          reason: failed ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
          message: `StatefulSet ${namespace}/${name} is recreating ${what} Pod ${pod.name}`,
        },
        ...successor.told,
      ],
    },
    waits: true,
  };
}

/** New pods below the partition, or below the ones that are current, are of the current revision. */
function revisionFor({ set, current, update, features }: StatefulView, ordinal: number): Revision {
  const { first } = ordinalsOf(set, features);
  return ordinal < first + currentCount(set) ? current : update;
}

function currentCount({ spec, status }: StatefulSet): number {
  const strategy = spec.updateStrategy;
  const rolling = strategy?.rollingUpdate;
  if (rolling !== undefined) return rolling.partition ?? 0;
  return (strategy?.type ?? "RollingUpdate") === "RollingUpdate"
    ? (status.currentReplicas ?? 0)
    : 0;
}

/** The pod that may go first although it is not healthy. */
function firstUnhealthy(view: StatefulView, { count, at, condemned }: Places): PodVersion | null {
  for (let place = 0; place < count; place++) {
    const pod = at(place);
    if (isUnhealthy(view, pod)) return pod ?? null;
  }
  return condemned.findLast((pod) => isUnhealthy(view, pod)) ?? null;
}
