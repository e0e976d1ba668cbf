import { controllerOf, type ObjectVersion, objectKey } from "../../src/api/object-version.js";
import { isPodReady, isPodTerminal, type PodVersion } from "../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import type { World } from "../../src/scenario/assemble/world.js";

/** What scenarios with workloads of all kinds met; a test of invariants that met nothing proves nothing. */
export interface MixedMet {
  statefulPods: number;
  claimsBound: number;
  daemonPods: number;
  replicationPods: number;
  jobsCompleted: number;
  /** Jobs that a CronJob has started. */
  jobsOfCronJobs: number;
  /** New sizes that an autoscaler has set. */
  autoscaled: number;
  /** Pods that a quota has kept from being made. */
  quotaRefusals: number;
  /** Pods that were evicted since their node was short of something. */
  evictedByKubelet: number;
  /** Pods that were ended since their node was switched off. */
  shutDown: number;
  nodesSilent: number;
  crashLoops: number;
  /** Pods that were deleted since their node was not heard of. */
  taintEvictions: number;
  volumesAttached: number;
  volumesDetached: number;
  /** Claims that have got more than they had at first. */
  claimsGrown: number;
  /** Runs at whose end nobody had anything to write any more. */
  quietEnds: number;
}

export function nothingMixedMet(): MixedMet {
  return {
    statefulPods: 0,
    claimsBound: 0,
    daemonPods: 0,
    replicationPods: 0,
    jobsCompleted: 0,
    jobsOfCronJobs: 0,
    autoscaled: 0,
    quotaRefusals: 0,
    evictedByKubelet: 0,
    shutDown: 0,
    nodesSilent: 0,
    crashLoops: 0,
    taintEvictions: 0,
    volumesAttached: 0,
    volumesDetached: 0,
    claimsGrown: 0,
    quietEnds: 0,
  };
}

type Attachment = ObjectVersion<"VolumeAttachment">;
type Any<K extends "Job" | "Node" | "DaemonSet"> = ObjectVersion<K>;

/** Nobody has anything to do in the last so many seconds of a scenario, but for Jobs and for what crashes on and on. */
const QUIET_SECONDS = 80;
/** What crashes or hangs does so within two minutes, and is started anew five minutes later at the latest. */
const CRASH_LOOP_SECONDS = 430;
/** A node stays under pressure for five minutes after it was short of something; a pod takes a minute to start. */
const EVICTION_SECONDS = 360;
/** A pod that a controller made late, after its back-off, may be starting still. */
const START_MICROS = 60 * MICROS_PER_SECOND;

/**
 * Looks at StatefulSets, DaemonSets, Jobs and quotas after every write, and at the end at whether all has
 * settled. Everything is recomputed from the objects of the store.
 */
export class WorkloadChecker {
  /** UIDs of the pods of each Job that have succeeded, by the Job's UID. */
  private readonly succeeded = new Map<string, Set<string>>();
  private readonly lateWrites: string[] = [];
  /** Something was refused, or has failed: whoever backs off comes back until then. */
  private busyUntilMicros = 0;

  constructor(
    private readonly world: World,
    private readonly met: MixedMet,
    private readonly endMicros: number,
  ) {
    const { store, server } = world.ground;
    store.observe((before, after) => {
      const object = (after ?? before)!;
      const isOfJob = object.kind === "Job" || controllerOf(object)?.kind === "Job";
      const isLate = world.now > endMicros - QUIET_SECONDS * MICROS_PER_SECOND;
      if (isLate && !isOfJob) {
        this.lateWrites.push(`${object.kind} ${objectKey(object)}`);
      }
      if (object.kind === "Pod") this.podChanged(before as PodVersion | null, after as PodVersion);
      if (after?.kind === "Job") this.jobChanged(before as Any<"Job"> | null, after as Any<"Job">);
      if (after?.kind === "Node")
        this.nodeChanged(before as Any<"Node"> | null, after as Any<"Node">);
      if (after?.kind === "PersistentVolumeClaim" && before?.kind === after.kind) {
        const isBound = (phase: string | undefined) => phase === "Bound";
        if (isBound(after.status.phase) && !isBound(before.status.phase)) met.claimsBound += 1;
        const [was, is] = [before, after].map(({ status }) => status.capacity?.storage);
        if (was !== undefined && was !== is) met.claimsGrown += 1;
      }
      if (object.kind === "VolumeAttachment") {
        this.attachmentChanged(before as Attachment | null, after as Attachment | null);
      }
      if (after?.kind === "HorizontalPodAutoscaler" && before?.kind === after.kind) {
        if (after.status?.lastScaleTime !== before.status?.lastScaleTime) met.autoscaled += 1;
      }
      if (before === null && after?.kind === "Job") {
        if (controllerOf(after)?.kind === "CronJob") met.jobsOfCronJobs += 1;
      }
    });
    const execute = server.execute.bind(server);
    server.execute = (request) => {
      const outcome = execute(request);
      if (!outcome.ok && outcome.message.includes("exceeded quota")) {
        met.quotaRefusals += 1;
        // Each refusal doubles the time until the next, up to 1,000 s.
        this.busyUntilMicros = Infinity;
      }
      return outcome;
    };
  }

  /** A disk for one node is attached to one at most. */
  private attachmentChanged(before: Attachment | null, after: Attachment | null): void {
    if (after === null) this.met.volumesDetached += 1;
    if (after?.status.attached !== true || before?.status.attached === true) return;
    this.met.volumesAttached += 1;
    const { persistentVolumeName: name } = after.spec.source;
    const nodes = [...this.world.ground.store.table("VolumeAttachment")]
      .filter(({ spec, status }) => spec.source.persistentVolumeName === name && status.attached)
      .map(({ spec }) => spec.nodeName);
    this.demand(nodes.length <= 1, () => `${name} is attached to ${nodes}`);
  }

  /** What must hold at the end: all is settled, and nobody writes any more. */
  settled(): void {
    const { store } = this.world.ground;
    for (const pod of store.table("Pod")) {
      const late = this.world.now - (pod.deletionTimeMicros ?? this.world.now);
      this.demand(late <= 60 * MICROS_PER_SECOND, () => `${objectKey(pod)} does not go`);
    }
    for (const set of store.table("DaemonSet")) this.checkDaemons(set);
    for (const kind of ["StatefulSet", "ReplicationController"] as const) {
      for (const set of store.table(kind)) {
        const active = this.podsOf(set.uid).filter((pod) => !isPodTerminal(pod));
        this.demand(active.length <= (set.spec.replicas ?? 1), () => {
          return `${kind} ${set.name} has ${active.length} pods of ${set.spec.replicas}`;
        });
      }
    }
    if (this.busyUntilMicros > this.endMicros - QUIET_SECONDS * MICROS_PER_SECOND) return;
    this.met.quietEnds += 1;
    this.demand(this.lateWrites.length === 0, () => {
      return `${this.lateWrites.length} late writes, such as ${this.lateWrites.slice(0, 3)}`;
    });
  }

  private podsOf(uid: string): readonly PodVersion[] {
    return [...this.world.ground.store.table("Pod")].filter(
      (pod) => controllerOf(pod)?.uid === uid,
    );
  }

  private podChanged(before: PodVersion | null, after: PodVersion | null): void {
    if (after === null) return;
    const owner = controllerOf(after);
    if (before === null) {
      if (owner?.kind === "StatefulSet") {
        this.met.statefulPods += 1;
        this.checkOrdinal(after, owner.uid);
      }
      if (owner?.kind === "DaemonSet") this.met.daemonPods += 1;
      if (owner?.kind === "ReplicationController") this.met.replicationPods += 1;
      this.checkQuotas(after.namespace);
      return;
    }
    if (owner?.kind === "Job" && after.phase === "Succeeded") {
      const known = this.succeeded.get(owner.uid) ?? new Set();
      this.succeeded.set(owner.uid, known.add(after.uid));
    }
    this.count(before, after);
  }

  private count(before: PodVersion, after: PodVersion): void {
    const { met } = this;
    if (restartsOf(after) > restartsOf(before)) this.busyFor(CRASH_LOOP_SECONDS);
    if (before.phase !== "Failed" && after.phase === "Failed") {
      const { reason, message } = after.status;
      // A DaemonSet comes back after up to a quarter of an hour.
      const isDaemon = controllerOf(after)?.kind === "DaemonSet";
      this.busyFor(isDaemon ? Infinity : EVICTION_SECONDS);
      if (reason === "Evicted" && message.startsWith("The node was low")) met.evictedByKubelet += 1;
      if (reason === "Terminated") met.shutDown += 1;
    }
    const isLooping = (pod: PodVersion) =>
      pod.status.containers.some(({ reason }) => reason === "CrashLoopBackOff");
    if (isLooping(after) && !isLooping(before)) met.crashLoops += 1;
    if (before.deletionTimeMicros === null && after.deletionTimeMicros !== null) {
      const why = after.status.conditions.find(({ type }) => type === "DisruptionTarget");
      if (why?.reason === "DeletionByTaintManager") met.taintEvictions += 1;
    }
  }

  private busyFor(seconds: number): void {
    const until = this.world.now + seconds * MICROS_PER_SECOND;
    this.busyUntilMicros = Math.max(this.busyUntilMicros, until);
  }

  private checkOrdinal(pod: PodVersion, owner: string): void {
    const index = pod.labels["apps.kubernetes.io/pod-index"];
    const same = this.podsOf(owner).filter((one) => {
      return one.labels["apps.kubernetes.io/pod-index"] === index && !isPodTerminal(one);
    });
    this.demand(same.length <= 1, () => `there are two pods ${pod.name}`);
  }

  private jobChanged(before: Any<"Job"> | null, job: Any<"Job">): void {
    const count = job.status.succeeded ?? 0;
    const seen = this.succeeded.get(job.uid)?.size ?? 0;
    this.demand(count <= seen, () => {
      return `Job ${job.name} counts ${count} completions, and ${seen} pods have succeeded`;
    });
    const isDone = (one: Any<"Job"> | null) =>
      one?.status.conditions?.some(({ type, status }) => type === "Complete" && status === "True");
    if (isDone(job) !== true || isDone(before) === true) return;
    this.met.jobsCompleted += 1;
    this.demand(count === (job.spec.completions ?? 1), () => {
      return `Job ${job.name} is complete after ${count} of ${job.spec.completions}`;
    });
  }

  private nodeChanged(before: Any<"Node"> | null, after: Any<"Node">): void {
    const isUnknown = (node: Any<"Node"> | null) =>
      node?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "Unknown");
    if (isUnknown(after) === true && isUnknown(before) !== true) this.met.nodesSilent += 1;
  }

  private checkQuotas(namespace: string): void {
    const { store } = this.world.ground;
    for (const { namespace: where, spec, name } of store.table("ResourceQuota")) {
      if (where !== namespace) continue;
      const pods = [...store.table("Pod")].filter(
        (pod) => pod.namespace === namespace && !isPodTerminal(pod) && !this.isOverdue(pod),
      );
      const millis = pods.flatMap((pod) =>
        pod.spec.containers.map(({ resources }) => millisOf(resources?.requests?.["cpu"] ?? 0)),
      );
      const sum = millis.reduce((all, one) => all + one, 0);
      const { pods: most = 0, "requests.cpu": cpu = 0 } = spec.hard ?? {};
      this.demand(pods.length <= Number(most) && sum <= millisOf(cpu), () => {
        return `quota ${name} allows ${most} pods and ${cpu}; ${pods.length} ask for ${sum} m`;
      });
    }
  }

  /** A pod that should be gone for longer than its grace period counts no more. */
  private isOverdue({ deletionTimeMicros, deletionGracePeriodSeconds }: PodVersion): boolean {
    if (deletionTimeMicros === null) return false;
    const graceMicros = (deletionGracePeriodSeconds ?? 0) * MICROS_PER_SECOND;
    return this.world.now > deletionTimeMicros + graceMicros;
  }

  /** One pod on each node that is as it should be, and none twice. */
  private checkDaemons(set: Any<"DaemonSet">): void {
    const onNode = new Map<string, number>();
    for (const pod of this.podsOf(set.uid)) {
      if (isPodTerminal(pod) || pod.deletionTimeMicros !== null) continue;
      onNode.set(pod.nodeName, (onNode.get(pod.nodeName) ?? 0) + 1);
      this.demand(onNode.get(pod.nodeName) === 1 || pod.nodeName === "", () => {
        return `DaemonSet ${set.name} has two pods on ${pod.nodeName}`;
      });
      const isYoung = this.world.now - pod.creationTimeMicros < START_MICROS;
      const ready = pod.nodeName === "" || isPodReady(pod) || isYoung;
      this.demand(ready, () => `${objectKey(pod)} is not ready at the end`);
    }
  }

  private demand(holds: boolean, message: () => string): void {
    if (!holds) throw new Error(`${this.world.now / MICROS_PER_SECOND} s: ${message()}`);
  }
}

function millisOf(quantity: string | number): number {
  const text = String(quantity);
  return text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1_000;
}

function restartsOf({ status }: PodVersion): number {
  return status.containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
}
