import type { PodVersion } from "../../../src/api/pod-version.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import type { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import type { Diagnosis } from "../../../src/scheduler/framework/fit-error.js";
import {
  BindClaim,
  ProvisionClaim,
} from "../../../src/scheduler/plugins/volume-binding/volume-steps.js";
import type { NodeInfo } from "../../../src/scheduler/framework/node-info.js";
import type { Framework } from "../../../src/scheduler/framework/runtime.js";
import type {
  CycleOutcome,
  Unschedulable,
} from "../../../src/scheduler/framework/scheduling-algorithm.js";
import { Status } from "../../../src/scheduler/framework/status.js";
import { bindOutcome, provisionOutcome, ZONE } from "../../../src/api/volumes/binding-outcome.js";
import {
  type Claim,
  type PersistentVolume,
  type StorageClass,
  className,
} from "../../../src/api/volumes/claims.js";
import { allocationsOn, applyAllocations } from "./devices.js";
import { ScoreRecorder } from "./score-recorder.js";
import type { Preemption, RecordedDecision, Rejection, SchedulerVector } from "./vector.js";
import { buildWorld, type World } from "./world.js";

type Decision = { -readonly [K in keyof RecordedDecision]: RecordedDecision[K] };

interface Cycle {
  readonly decision: Decision;
  readonly framework: Framework;
  readonly state: CycleState | null;
}

/** Replays a vector decision by decision; each is taken in the state that was recorded before it. */
export class Replay {
  readonly world: World;
  private bound = 0;
  /** Pods whose turn is still to come: all in their order, then those that preempted once more. */
  private readonly turns: { readonly key: string; readonly attempt: number }[];

  constructor(private readonly vector: SchedulerVector) {
    this.world = buildWorld(vector);
    this.turns = [...this.world.pending.keys()].map((key) => ({ key, attempt: 1 }));
  }

  get isOver(): boolean {
    return this.turns.length === 0;
  }

  /** Takes the next decision, then goes on from what was recorded of it. */
  step(recorded: RecordedDecision): RecordedDecision {
    const turn = this.turns.shift();
    if (turn === undefined) throw new Error("there is no pod left to decide on");
    const pod = this.world.pending.get(turn.key)!;
    if (pod.nodeName !== "") return this.bypass(turn.key, pod);
    const cycle = this.cycle(pod, turn.attempt);
    this.apply(recorded, pod, cycle);
    return cycle.decision;
  }

  /** A pod that names its node does not go through the scheduler. */
  private bypass(key: string, pod: PodVersion): RecordedDecision {
    this.place(pod, pod.nodeName);
    return {
      pod: key,
      attempt: 1,
      bypass: true,
      node: pod.nodeName,
      ties: [],
      feasible: [],
      rejected: [],
      scores: {},
    };
  }

  private cycle(pod: PodVersion, attempt: number): Cycle {
    const { frameworks, algorithm, state } = this.world;
    const profile = pod.spec.schedulerName ?? "default-scheduler";
    const framework = frameworks.get(profile);
    if (framework === undefined) throw new Error(`no profile is named ${profile}`);
    const info = state.podInfos.podInfo(pod);
    const { nextStartNodeIndex: start } = algorithm;
    const batch = algorithm.batch?.copy() ?? null;
    // Scores are told by the plain form only; the decision is taken as scenarios take it.
    const recorder = new ScoreRecorder();
    algorithm.schedule(framework, info, recorder);
    algorithm.nextStartNodeIndex = start;
    algorithm.batch = batch;
    const outcome = algorithm.schedule(framework, info);
    const decision: Decision = {
      pod: `${pod.namespace}/${pod.name}`,
      attempt,
      node: null,
      ties: [],
      feasible: [],
      rejected: [],
      scores: recorder.scores,
    };
    if (profile !== "default-scheduler") decision.profile = profile;
    if (pod.nominatedNodeName !== "") decision.nominatedNodeBefore = pod.nominatedNodeName;
    describe(decision, outcome, recorder, this.world);
    const moves = start !== 0 || algorithm.nextStartNodeIndex !== 0;
    if (this.isSampled() || (moves && !framework.features.SamplingStartOverNodesLeft)) {
      decision.evaluatedNodes = outcome.evaluatedNodes;
      decision.nextStartNodeIndex = algorithm.nextStartNodeIndex;
    }
    const cycleState = outcome.kind === "error" ? null : outcome.state;
    if (decision.node !== null && cycleState !== null) {
      const provisioned = provisionedNames(framework, cycleState, pod, decision.node, this.world);
      if (provisioned.length > 0) decision.provisioned = provisioned;
      const at = decision.node;
      const allocations = allocationsOn(framework, cycleState, pod, at, this.world);
      if (allocations.length > 0) decision.allocations = allocations;
    }
    return { decision, framework, state: cycleState };
  }

  private isSampled(): boolean {
    const config = this.vector.config as {
      percentageOfNodesToScore?: number;
      profiles?: readonly { percentageOfNodesToScore?: number }[];
    } | null;
    if (config === null) return false;
    if (config.percentageOfNodesToScore !== undefined) return true;
    return (config.profiles ?? []).some((p) => p.percentageOfNodesToScore !== undefined);
  }

  /** Brings the cluster to the state after the recorded decision. */
  private apply(recorded: RecordedDecision, pod: PodVersion, cycle: Cycle): void {
    const { algorithm } = this.world;
    algorithm.nextStartNodeIndex = recorded.nextStartNodeIndex ?? 0;
    if (recorded.node !== null) {
      this.writeVolumes(pod, recorded.node, cycle);
      applyAllocations(recorded.allocations ?? [], pod, recorded.node, this.world);
      this.place(pod, recorded.node);
      return;
    }
    const { preemption } = recorded;
    const { pod: key, attempt } = cycle.decision;
    for (const victim of preemption?.victims ?? []) this.delete(victim);
    for (const cleared of preemption?.clearedNominations ?? []) this.nominate(cleared, "");
    const nominated = preemption?.nominatedNode ?? null;
    if (nominated !== null) {
      this.nominate(key, nominated);
      if (attempt === 1) this.turns.push({ key, attempt: 2 });
    } else if (recorded.error === true || losesNomination(preemption)) {
      this.nominate(key, "");
    }
  }

  private nominate(key: string, node: string): void {
    const { pending, nominator, state } = this.world;
    const pod = pending.get(key);
    if (pod === undefined) throw new Error(`pod ${key} is not pending`);
    const updated = pod.next({ nominatedNodeName: node });
    pending.set(key, updated);
    if (node === "") nominator.delete(pod.uid);
    else nominator.add(state.podInfos.podInfo(updated), node);
  }

  private place(pod: PodVersion, nodeName: string): void {
    const { state, nominator } = this.world;
    nominator.delete(pod.uid);
    const status = { ...pod.status, startTimeMicros: this.bound * MICROS_PER_SECOND };
    state.addPod(pod.next({ nodeName, nominatedNodeName: "", phase: "Running", status }));
    this.bound += 1;
  }

  private delete(key: string): void {
    const { state } = this.world;
    for (const node of state.nodes) {
      const info = node.pods.find(({ pod }) => `${pod.namespace}/${pod.name}` === key);
      if (info !== undefined) {
        state.removePod(info.pod.uid);
        return;
      }
    }
    throw new Error(`victim ${key} is on no node`);
  }

  private writeVolumes(pod: PodVersion, nodeName: string, { framework, state }: Cycle): void {
    if (state === null) return;
    const { tables } = this.world;
    for (const step of volumeSteps(framework, state, pod, nodeName, this.world)) {
      const [namespace, name] = step.claim.split("/") as [string, string];
      const claim = tables.persistentVolumeClaims.get(namespace, name)!;
      const base = step instanceof BindClaim ? tables.persistentVolumes.get(step.volume)! : null;
      const node = this.world.state.get(nodeName)!;
      const storageClass = tables.storageClasses.get(className(claim));
      const made = base ?? recordedVolume(claim, storageClass!, node.labels[ZONE]);
      const outcome = bindOutcome(claim, made);
      const next = claim.resourceVersion + 1;
      tables.persistentVolumeClaims.set({ ...claim, ...outcome.claim, resourceVersion: next });
      tables.persistentVolumes.set({
        ...claim,
        ...(base ?? { namespace: "", labels: {}, ownerReferences: [], uid: made.name }),
        ...outcome.volume,
        kind: "PersistentVolume",
        namespace: "",
        name: made.name,
        resourceVersion: (base?.resourceVersion ?? 0) + 1,
      });
    }
  }
}

/**
 * A pod that finds no candidate loses its nomination; one that may not preempt keeps it, and so does
 * one whose search failed.
 */
function losesNomination(preemption: Preemption | undefined): boolean {
  return preemption?.status?.includes("preemption: 0/") === true;
}

/** What PreBind would write if the pod went to that node. */
function volumeSteps(
  framework: Framework,
  state: CycleState,
  pod: PodVersion,
  nodeName: string,
  world: World,
): readonly (BindClaim | ProvisionClaim)[] {
  const plans = framework.runPreBindPlugins(state, world.state.podInfos.podInfo(pod), nodeName);
  if (plans instanceof Status) return [];
  return plans.flatMap(({ plan }) =>
    plan.steps.filter((step) => step instanceof BindClaim || step instanceof ProvisionClaim),
  );
}

function provisionedNames(
  framework: Framework,
  state: CycleState,
  pod: PodVersion,
  nodeName: string,
  world: World,
): readonly string[] {
  return volumeSteps(framework, state, pod, nodeName, world).flatMap((step) => {
    if (step instanceof BindClaim) return [];
    const [namespace, name] = step.claim.split("/") as [string, string];
    const claim = world.tables.persistentVolumeClaims.get(namespace, name);
    return claim === undefined ? [] : [provisionedVolumeName(claim)];
  });
}

const provisionedVolumeName = ({ namespace, name }: Claim) => `pvc-${namespace}-${name}`;

/** The volume that was provisioned in the recordings: called after its claim, always of a CSI driver. */
function recordedVolume(claim: Claim, storageClass: StorageClass, zone: string | undefined) {
  const { annotations, spec } = provisionOutcome(claim, storageClass, zone);
  const name = provisionedVolumeName(claim);
  const { capacity, accessModes, volumeMode, storageClassName, nodeAffinity } = spec;
  const csi = { driver: storageClass.spec.provisioner, volumeHandle: name };
  const kept = { capacity, accessModes, volumeMode, storageClassName, nodeAffinity, csi };
  return { name, annotations, spec: kept as PersistentVolume["spec"] };
}

const names = (nodes: readonly NodeInfo[]): readonly string[] => nodes.map(({ name }) => name);
const keys = (infos: readonly { readonly pod: PodVersion }[]): readonly string[] =>
  infos.map(({ pod }) => `${pod.namespace}/${pod.name}`);

function describe(
  decision: Decision,
  outcome: CycleOutcome,
  recorder: ScoreRecorder,
  world: World,
): void {
  if (outcome.kind === "error") {
    decision.error = true;
    decision.message = outcome.message;
    return;
  }
  decision.rejected = rejections(outcome.diagnosis, world.state.nodes);
  if (outcome.nodeHint !== null) decision.nodeHint = outcome.nodeHint;
  if (outcome.kind === "unschedulable") {
    describeRefusal(decision, outcome);
    return;
  }
  decision.node = outcome.node.name;
  decision.feasible = names(outcome.feasible);
  decision.ties = names(recorder.best(outcome.feasible));
  if (outcome.nominatedNodeFit) decision.nominatedNodeFit = true;
}

function describeRefusal(decision: Decision, outcome: Unschedulable): void {
  decision.message = outcome.message();
  const { preFilter } = outcome.diagnosis;
  if (preFilter !== null) decision.preFilter = { ...rejection(preFilter), nodes: null };
  if (outcome.postFilter !== null) decision.preemption = preemptionOf(outcome.postFilter);
}

function preemptionOf(result: NonNullable<Unschedulable["postFilter"]>): Preemption {
  const nominated = result.nominatedNodeName;
  const cleared = keys(result.clearedNominations);
  return {
    nominatedNode: nominated === "" ? null : nominated,
    victims: keys(result.victims),
    candidates: result.candidates.map(({ node, victims, pdbViolations }) => ({
      node: node.name,
      victims: keys(victims),
      pdbViolations,
    })),
    ...(cleared.length > 0 ? { clearedNominations: cleared } : {}),
    ...(result.status.message === "" || (nominated ?? "") !== ""
      ? {}
      : { status: result.status.message }),
  };
}

function rejection({ plugin, code, reasons }: Status): Omit<Rejection, "nodes"> {
  return { plugin, code, reasons };
}

/** Groups of nodes refused for the same reasons, in the order of the nodes. */
function rejections(diagnosis: Diagnosis, nodes: readonly NodeInfo[]): readonly Rejection[] {
  const groups = new Map<string, Rejection & { nodes: string[] }>();
  const refused = new Map([...diagnosis.entries()]);
  for (const node of nodes) {
    const status = refused.get(node);
    if (status === undefined) continue;
    const key = JSON.stringify([status.plugin, status.code, status.reasons]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...rejection(status), nodes: [node.name] });
    else group.nodes.push(node.name);
  }
  return [...groups.values()];
}
