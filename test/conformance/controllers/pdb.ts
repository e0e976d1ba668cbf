import { secondsToMicros } from "../../../src/base/time.js";
import type { SpecOf } from "../../../src/api/kinds.js";
import type { LabelSelector, Labels, OwnerReference } from "../../../src/api/kubernetes.js";
import {
  EMPTY_POD_STATUS,
  type PodCondition,
  type PodPhase,
  type PodVersion,
} from "../../../src/api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../../src/api/timestamp.js";
import { BudgetPods } from "../../../src/control/disruption/budget-pods.js";
import { budgetOutcome } from "../../../src/control/disruption/budget-status.js";
import {
  deploymentScale,
  type FindScaled,
  type Scaled,
  scaleOf,
} from "../../../src/control/disruption/scales.js";
import { disruptionStandsMicros } from "../../../src/control/disruption/stale-disruption.js";
import { Selectors } from "../../../src/control/selectors.js";
import { Engine } from "../../../src/kernel/engine.js";
import { ApiServer } from "../../../src/store/api-server.js";
import { ObjectStore } from "../../../src/store/object-store.js";
import { type Outcome, REFUSAL_CODES } from "../../../src/store/outcome.js";
import { meta, object, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

const START_TIME_MS = Date.UTC(2026, 10, 21);
const NOW = secondsToMicros(1e6);
const LABELS: Labels = { app: "covered" };
const API_VERSIONS: Readonly<Record<string, string>> = {
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  Deployment: "apps/v1",
  ReplicationController: "v1",
};

const timestamp = (secondsAgo: number) =>
  formatTimestamp(NOW - secondsToMicros(secondsAgo), START_TIME_MS);

function condition(type: string, status: "True" | "False", sinceMicros: number): PodCondition {
  return { type, status, lastTransitionTimeMicros: sinceMicros, reason: "", message: "" };
}

function controlledBy(apiVersion: string, kind: string, name: string): OwnerReference {
  return { apiVersion, kind, name, uid: `uid-of-${name}`, controller: true };
}

interface StatusCase {
  readonly pdb: Pick<SpecOf["PodDisruptionBudget"], "minAvailable" | "maxUnavailable">;
  readonly controllers: readonly { kind: string; name: string; replicas: number }[];
  readonly pods: readonly {
    readonly name?: string;
    readonly ready: boolean;
    readonly owner: string | null | { readonly apiVersion: string; readonly kind: string };
    readonly deleting?: boolean;
  }[];
  readonly selector?: "all" | LabelSelector;
  readonly disruptedPods?: Readonly<Record<string, number>>;
}

function ownersOf({ controllers }: StatusCase, owner: StatusCase["pods"][number]["owner"]) {
  if (owner === null) return [];
  if (typeof owner !== "string") return [controlledBy(owner.apiVersion, owner.kind, "odd")];
  const { kind, name } = controllers.find((controller) => controller.name === owner)!;
  return [controlledBy(API_VERSIONS[kind] ?? "example.com/v1", kind, name)];
}

function podsOf(given: StatusCase): readonly PodVersion[] {
  return given.pods.map((sketch, row) => {
    const metadata = meta(row, sketch.name ?? `pod-${row}`, {
      labels: LABELS,
      deletionTimeMicros: sketch.deleting === true ? NOW : null,
      ownerReferences: ownersOf(given, sketch.owner),
    });
    const ready = condition("Ready", sketch.ready ? "True" : "False", 0);
    return pod(metadata, {
      phase: "Running",
      status: { ...EMPTY_POD_STATUS, conditions: [ready] },
    });
  });
}

const status = suite<StatusCase>((given) => {
  const { selector = { matchLabels: LABELS }, disruptedPods = {} } = given;
  const times = Object.entries(disruptedPods).map(([name, ago]) => [name, timestamp(ago)]);
  const spec = { ...given.pdb, selector: selector === "all" ? {} : selector };
  const before = { disruptedPods: Object.fromEntries(times) };
  const budget = object("PodDisruptionBudget", meta(0, "pdb"), spec, before as never);
  const find: FindScaled = ({ kind, name, uid }) => {
    const found = given.controllers.find((one) => one.kind === kind && one.name === name);
    return found && { uid, replicas: found.replicas, ownerReferences: [] };
  };
  const selected = new BudgetPods(new Selectors());
  selected.putBudget(budget, podsOf(given));
  const outcome = budgetOutcome(budget, selected.of(budget.row), find, {
    nowMicros: NOW,
    now: timestamp(0),
    microsOf: (text) => parseTimestamp(text, START_TIME_MS),
  });
  const allowed = outcome.status.conditions?.find(({ type }) => type === "DisruptionAllowed");
  return {
    disruptionsAllowed: outcome.status.disruptionsAllowed,
    currentHealthy: outcome.status.currentHealthy,
    desiredHealthy: outcome.status.desiredHealthy,
    expectedPods: outcome.status.expectedPods,
    conditionStatus: allowed?.status,
    disruptedPods: Object.keys(outcome.status.disruptedPods ?? {}),
    event: outcome.events.find(({ type }) => type === "Warning")?.reason,
    unmanaged: outcome.unmanaged.length,
    syncFailed: allowed?.reason === "SyncFailed",
  };
});

interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
}

const scales: Area = {
  scaleOf: suite<{ objects: Readonly<Record<string, number>>; ref: Reference }>((given) => {
    const reference = controlledBy(given.ref.apiVersion, given.ref.kind, "owner");
    const find: FindScaled = ({ kind, uid }) => {
      const replicas = given.objects[kind];
      return replicas === undefined ? undefined : { uid, replicas, ownerReferences: [] };
    };
    return { scale: scaleOf(reference, "default", find)?.replicas };
  }),
  deploymentScaleOf: suite<{
    replicaSetReplicas: number;
    deploymentReplicas: number;
    podOwner: Reference;
    replicaSetOwner: Reference | null;
  }>((given) => {
    const { podOwner, replicaSetOwner } = given;
    const owner =
      replicaSetOwner && controlledBy(replicaSetOwner.apiVersion, replicaSetOwner.kind, "web");
    const objects: Readonly<Record<string, Omit<Scaled, "uid">>> = {
      ReplicaSet: {
        replicas: given.replicaSetReplicas,
        ownerReferences: owner === null ? [] : [owner],
      },
      Deployment: { replicas: given.deploymentReplicas, ownerReferences: [] },
    };
    const find: FindScaled = ({ kind, uid }) => objects[kind] && { uid, ...objects[kind] };
    const reference = controlledBy(podOwner.apiVersion, podOwner.kind, "web-1");
    return { scale: deploymentScale(reference, "default", find)?.replicas };
  }),
};

const staleCondition = suite<{
  podDeleting: boolean;
  disruptionTarget: "True" | "False" | null;
  secondsSince: number;
}>(({ podDeleting, disruptionTarget, secondsSince }) => {
  const since = NOW - secondsToMicros(secondsSince);
  const conditions =
    disruptionTarget === null ? [] : [condition("DisruptionTarget", disruptionTarget, since)];
  const metadata = meta(0, "pod", { deletionTimeMicros: podDeleting ? NOW : null });
  const fields = { phase: "Running", status: { ...EMPTY_POD_STATUS, conditions } } as const;
  const isStale = disruptionStandsMicros(pod(metadata, fields), NOW) === 0;
  return { disruptionTarget: isStale ? "False" : disruptionTarget };
});

interface EvictCase {
  readonly pod: {
    readonly labels?: Labels;
    readonly phase: PodPhase;
    readonly ready?: boolean | null;
    readonly deleting?: boolean;
  };
  readonly pdbs: readonly {
    readonly selector?: LabelSelector;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly unhealthyPodEvictionPolicy?: string | null;
    readonly disruptionsAllowed: number;
    readonly conditionReason?: string;
  }[];
  readonly urlName?: string;
}

const bare = (name: string) => ({
  namespace: "default",
  name,
  generateName: "",
  deletionTimeMicros: null,
  deletionGracePeriodSeconds: null,
  labels: LABELS,
  annotations: {},
  ownerReferences: [],
  finalizers: [],
});

/** An API server that holds the pod and its budgets as the case has them. */
function serverOf(given: EvictCase): ApiServer {
  const server = new ApiServer(new ObjectStore(new Engine({ seed: 1 })), {
    startTimeMs: START_TIME_MS,
    defaultNotReadyTolerationSeconds: 300,
    defaultUnreachableTolerationSeconds: 300,
  });
  const { phase, labels = LABELS, ready = null, deleting = false } = given.pod;
  const conditions = ready === null ? [] : [condition("Ready", ready ? "True" : "False", 0)];
  server.load<"Pod">({
    kind: "Pod",
    ...bare("pod"),
    labels,
    ...(deleting && { deletionTimeMicros: 1, deletionGracePeriodSeconds: 30 }),
    spec: { containers: [] },
    nodeName: "node",
    nominatedNodeName: "",
    phase,
    status: { ...EMPTY_POD_STATUS, conditions },
  });
  given.pdbs.forEach((sketch, i) => {
    const { selector = { matchLabels: LABELS }, unhealthyPodEvictionPolicy: policy } = sketch;
    const spec = { selector, ...(policy != null && { unhealthyPodEvictionPolicy: policy }) };
    const reason = sketch.conditionReason ?? "";
    const allowed = {
      type: "DisruptionAllowed",
      status: sketch.disruptionsAllowed > 0 ? "True" : "False",
      reason,
      message: "",
      lastTransitionTime: timestamp(0),
    };
    server.load<"PodDisruptionBudget">({
      kind: "PodDisruptionBudget",
      ...bare(`pdb-${i}`),
      spec,
      status: {
        currentHealthy: sketch.currentHealthy ?? 0,
        desiredHealthy: sketch.desiredHealthy ?? 0,
        disruptionsAllowed: sketch.disruptionsAllowed,
        expectedPods: 0,
        observedGeneration: 1,
        conditions: [allowed],
      },
    });
  });
  return server;
}

function evict(server: ApiServer, given: { urlName?: string; dryRun?: boolean }): Outcome {
  const { urlName = "pod", dryRun = false } = given;
  const target = { kind: "Pod", namespace: "default", name: urlName } as const;
  return server.execute({ verb: "evict", target, evictionName: "pod", dryRun });
}

const evictionOf = suite<EvictCase>((given) => {
  const outcome = evict(serverOf(given), given);
  return { evicted: outcome.ok, code: outcome.ok ? null : REFUSAL_CODES[outcome.reason] };
});

const evictions: Area = {
  evict: evictionOf,
  "evict.multiple": evictionOf,
  "evict.status": suite<{ pod: EvictCase["pod"]; pdb: EvictCase["pdbs"][number] }>((given) => {
    const server = serverOf({ pod: given.pod, pdbs: [given.pdb] });
    evict(server, {});
    const { status: after } = server.store.table("PodDisruptionBudget").at(0)!;
    return {
      disruptionsAllowed: after.disruptionsAllowed,
      conditionReason: after.conditions?.find(({ type }) => type === "DisruptionAllowed")?.reason,
    };
  }),
  "evict.dryRun": suite<{
    requestDryRun: boolean;
    evictionDryRun: boolean;
    pdb: EvictCase["pdbs"][number] | null;
  }>(({ requestDryRun, evictionDryRun, pdb }) => {
    const server = serverOf({
      pod: { phase: "Running", ready: true },
      pdbs: [pdb ?? { disruptionsAllowed: 1 }],
    });
    const before = server.store.resourceVersion;
    const outcome = evict(server, { dryRun: requestDryRun || evictionDryRun });
    const remaining = server.store.table("Pod").find("default", "pod");
    return {
      error: !outcome.ok,
      podRemains: remaining !== undefined && remaining.deletionTimeMicros === null,
      budgetUnchanged: server.store.kindRevision("PodDisruptionBudget") <= before,
    };
  }),
};

export const disruptionArea: Area = { status, ...scales, staleCondition, ...evictions };
