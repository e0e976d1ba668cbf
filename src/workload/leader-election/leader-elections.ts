import { newMeta } from "../../api/new-object.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { formatTimestamp } from "../../api/timestamp.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { Engine, EventId, HandlerId } from "../../kernel/engine.js";
import { Phase } from "../../kernel/phase.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import type { AnswerId, Client } from "../../store/client.js";
import type { Informer } from "../../store/informer.js";
import type { Outcome } from "../../store/outcome.js";

/** How a container takes part in the election of a leader; times as client-go has them. */
export interface ElectionSpec {
  /** Name of the Lease, in the namespace of the pod. */
  readonly lease: string;
  readonly leaseDurationMicros: TimeMicros;
  readonly renewDeadlineMicros: TimeMicros;
  readonly retryPeriodMicros: TimeMicros;
  /** It gives the lease back when it is told to end. */
  readonly releases: boolean;
}

interface LeaderElectionsOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Pods as they are. */
  readonly pods: Informer<"Pod">;
  /** The container of a pod that takes part, and how; null: none. */
  readonly electionOf: (pod: PodVersion) => { container: string; spec: ElectionSpec } | null;
  /** Whether the node is heard of: what runs on it may reach the API server. */
  readonly isHeard: (node: string) => boolean;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/** A process that wants to lead. */
interface Candidate {
  readonly uid: string;
  readonly identity: string;
  readonly node: string;
  readonly spec: ElectionSpec;
  readonly lease: Lease;
  /** Its number under its Lease: what its draws belong to. */
  readonly number: number;
  tries: number;
  /** Of the Lease as it last saw it, and since when it has not changed. */
  seenVersion: number;
  seenMicros: TimeMicros;
  isLeader: boolean;
  renewedMicros: TimeMicros;
  isOver: boolean;
  next: EventId | null;
}

/** What is known of one Lease. */
interface Lease {
  readonly namespace: string;
  readonly name: string;
  candidates: number;
  leader: Candidate | null;
}

const JITTER = 1.2;

/**
 * Processes that elect a leader by a Lease, as client-go's leaderelection does. One that does not lead looks after
 * every retry period, lengthened by up to 1.2 of it at random, and takes the Lease when nobody holds it or when it has not
 * seen it change for a lease duration. The leader renews it every retry period, and leads no more when it
 * has not been able to for the renew deadline. A process that is started again is another candidate.
 *
 * Source: Kubernetes, "Leases: Leader election"; client-go's tools/leaderelection.
 */
export class LeaderElections {
  private readonly candidates: Candidate[] = [];
  /** By uid of the pod: its present process. */
  private readonly byPod = new Map<string, number>();
  private readonly restarts = new Map<string, number>();
  private readonly leases = new Map<string, Lease>();
  private readonly turn: HandlerId;
  private readonly read: AnswerId;
  private readonly written: AnswerId;

  constructor(private readonly options: LeaderElectionsOptions) {
    const { engine, client } = options;
    const background = { background: true };
    this.turn = engine.registerHandler("leader-election/turn", (n) => this.take(n), background);
    this.read = client.onAnswer((outcome, number) => this.decide(outcome, number));
    this.written = client.onAnswer((outcome, number) => this.answered(outcome, number));
  }

  start(): void {
    const { pods } = this.options;
    for (const pod of pods.values()) this.follow(pod);
    pods.addHandler({
      added: (pod) => this.follow(pod),
      updated: (_before, pod) => this.follow(pod),
      deleted: (pod) => this.end(pod.uid),
    });
  }

  /** The machine of a node goes down or comes up, or it is cut off or heard of again. */
  nodeChanged(node: string, isDown: boolean): void {
    if (!isDown) return;
    for (const [uid, number] of [...this.byPod]) {
      if (this.candidates[number]!.node === node) this.end(uid);
    }
  }

  private follow(pod: PodVersion): void {
    const election = this.options.electionOf(pod);
    if (election === null) return;
    const state = pod.status.containers.find(({ name }) => name === election.container);
    const isRunning = state?.state === "running";
    const restarts = state?.restartCount ?? 0;
    if (!isRunning || this.restarts.get(pod.uid) !== restarts) this.end(pod.uid);
    if (isRunning && !this.byPod.has(pod.uid) && this.restarts.get(pod.uid) !== restarts) {
      this.restarts.set(pod.uid, restarts);
      this.begin(pod, election.spec);
    }
    if (pod.deletionTimeMicros !== null && election.spec.releases) this.release(pod.uid);
  }

  private begin(pod: PodVersion, spec: ElectionSpec): void {
    const { engine, observer } = this.options;
    const key = `${pod.namespace}/${spec.lease}`;
    let lease = this.leases.get(key);
    if (lease === undefined) {
      lease = { namespace: pod.namespace, name: spec.lease, candidates: 0, leader: null };
      this.leases.set(key, lease);
      observer.leadership?.(referenceTo(lease), false, engine.now);
    }
    const candidate: Candidate = {
      ...{
        uid: pod.uid,
        identity: `${pod.name}_${lease.candidates}`,
        node: pod.nodeName,
        spec,
        lease,
      },
      ...{ number: lease.candidates, tries: 0, seenVersion: -1, seenMicros: engine.now },
      ...{ isLeader: false, renewedMicros: engine.now, isOver: false, next: null },
    };
    lease.candidates += 1;
    const number = this.candidates.push(candidate) - 1;
    this.byPod.set(pod.uid, number);
    this.take(number);
  }

  /** The process is over, and what it holds it holds on to. */
  private end(uid: string): void {
    const number = this.byPod.get(uid);
    if (number === undefined) return;
    const candidate = this.candidates[number]!;
    this.byPod.delete(uid);
    candidate.isOver = true;
    if (candidate.next !== null) this.options.engine.cancel(candidate.next);
    candidate.next = null;
    this.leadsNoMore(candidate);
  }

  private release(uid: string): void {
    const number = this.byPod.get(uid);
    if (number === undefined) return;
    const candidate = this.candidates[number]!;
    if (!candidate.isLeader) return;
    const patch = { spec: { holderIdentity: "", leaseDurationSeconds: 1 } };
    const target = { kind: "Lease", ...nameOf(candidate.lease) } as const;
    this.end(uid);
    this.options.client.submit({ verb: "merge", target, patch }, this.written, number);
  }

  private take(number: number): void {
    const candidate = this.candidates[number]!;
    const { client, engine, isHeard } = this.options;
    candidate.next = null;
    if (
      candidate.isLeader &&
      engine.now - candidate.renewedMicros >= candidate.spec.renewDeadlineMicros
    ) {
      this.leadsNoMore(candidate);
    }
    if (!isHeard(candidate.node)) {
      this.takeLater(number);
      return;
    }
    const target = { kind: "Lease", ...nameOf(candidate.lease) } as const;
    client.submit({ verb: "get", target }, this.read, number);
  }

  private takeLater(number: number): void {
    const candidate = this.candidates[number]!;
    const { engine } = this.options;
    const { retryPeriodMicros } = candidate.spec;
    const key = `leader-election/${candidate.lease.namespace}/${candidate.lease.name}/${candidate.number}`;
    const share = candidate.isLeader ? 0 : JITTER * engine.streams.draw(key, candidate.tries);
    candidate.tries += 1;
    const at = engine.now + Math.round(retryPeriodMicros * (1 + share));
    candidate.next = engine.scheduleAt(at, Phase.world, this.turn, number);
  }

  private decide(outcome: Outcome, number: number): void {
    const candidate = this.candidates[number]!;
    if (candidate.isOver) return;
    const { client, engine } = this.options;
    if (!outcome.ok) {
      client.submit({ verb: "create", object: this.first(candidate) }, this.written, number);
      return;
    }
    const lease = outcome.object as ObjectVersion<"Lease">;
    if (lease.resourceVersion !== candidate.seenVersion) {
      candidate.seenVersion = lease.resourceVersion;
      candidate.seenMicros = engine.now;
    }
    const { holderIdentity = "", leaseTransitions = 0, leaseDurationSeconds = 0 } = lease.spec;
    const isMine = holderIdentity === candidate.identity;
    const durationMicros = leaseDurationSeconds * MICROS_PER_SECOND;
    if (holderIdentity !== "" && !isMine && candidate.seenMicros + durationMicros > engine.now) {
      this.takeLater(number);
      return;
    }
    const spec = isMine
      ? { ...lease.spec, renewTime: this.time() }
      : { ...this.held(candidate), leaseTransitions: leaseTransitions + 1 };
    client.submit({ verb: "update", base: lease, change: { spec } }, this.written, number);
  }

  private answered(outcome: Outcome, number: number): void {
    const candidate = this.candidates[number]!;
    if (candidate.isOver) return;
    if (outcome.ok) this.renewed(candidate, outcome.object);
    this.takeLater(number);
  }

  private renewed(candidate: Candidate, lease: AnyVersion): void {
    const { engine, observer } = this.options;
    candidate.renewedMicros = engine.now;
    candidate.seenVersion = lease.resourceVersion;
    candidate.seenMicros = engine.now;
    if (candidate.isLeader) return;
    candidate.isLeader = true;
    candidate.lease.leader = candidate;
    observer.leadership?.(referenceTo(candidate.lease), true, engine.now);
  }

  private leadsNoMore(candidate: Candidate): void {
    if (!candidate.isLeader) return;
    const { engine, observer } = this.options;
    candidate.isLeader = false;
    if (candidate.lease.leader !== candidate) return;
    candidate.lease.leader = null;
    observer.leadership?.(referenceTo(candidate.lease), false, engine.now);
  }

  private first(candidate: Candidate) {
    const { namespace, name } = candidate.lease;
    const spec = { ...this.held(candidate), leaseTransitions: 0 };
    return { kind: "Lease", ...newMeta(namespace, name), spec, status: undefined } as const;
  }

  private held({ identity, spec }: Candidate) {
    const now = this.time();
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(spec.leaseDurationMicros / MICROS_PER_SECOND),
      acquireTime: now,
      renewTime: now,
    };
  }

  private time(): string {
    return formatTimestamp(this.options.engine.now, this.options.startTimeMs);
  }
}

function nameOf({ namespace, name }: Lease) {
  return { namespace, name };
}

function referenceTo(lease: Lease) {
  return { kind: "Lease", ...nameOf(lease) };
}
