import { compileLabelSelector, type Selector } from "../../../src/api/label-selector.js";
import type { LabelSelector } from "../../../src/api/kubernetes.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { mustParseQuantity } from "../../../src/api/quantity.js";
import type {
  LimitRangeSpec,
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerStatus,
} from "../../../src/api/schemas/types.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import {
  cappedRecommendation,
  namespaceBounds,
} from "../../../src/control/vertical-pod-autoscaler/capped-recommendation.js";
import {
  controlledPods,
  controllingAutoscaler,
  type Owner,
  type OwnerOf,
  takesPartInAdmission,
  topmostOwner,
} from "../../../src/control/vertical-pod-autoscaler/controlling-autoscaler.js";
import { podPatch } from "../../../src/control/vertical-pod-autoscaler/pod-patch.js";
import type { AutoscalerObject } from "../../../src/control/vertical-pod-autoscaler/recommender.js";
import { BoostError } from "../../../src/control/vertical-pod-autoscaler/startup-boost.js";
import { updatePriority } from "../../../src/control/vertical-pod-autoscaler/update-priority.js";
import {
  type ActionEnd,
  type UpdateAction,
  UpdaterLoop,
} from "../../../src/control/vertical-pod-autoscaler/updater-loop.js";
import {
  DEFAULT_UPDATER,
  type UpdaterSettings,
} from "../../../src/control/vertical-pod-autoscaler/updater-settings.js";
import type { Area } from "../controllers/suite.js";
import { suite } from "./vpa-compare.js";
import { microsOf, type PodObject, podVersion, secondsText } from "./vpa-objects.js";

interface VpaObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: VerticalPodAutoscalerSpec;
  readonly status?: VerticalPodAutoscalerStatus;
}

interface SelectedVpa {
  readonly object: VpaObject;
  readonly selector: LabelSelector | null;
}

interface LimitRangeObject {
  readonly metadata: { readonly namespace: string };
  readonly spec: LimitRangeSpec;
}

interface ControllerObject extends Owner {
  readonly namespace: string;
  readonly replicas?: number;
  readonly owner?: Owner;
}

type Autoscaler = AutoscalerObject & { readonly creationTimeMicros: number };

function autoscaler({ metadata, spec, status = {} }: VpaObject): Autoscaler {
  const { name, namespace, annotations = {}, creationTimestamp } = metadata;
  const creationTimeMicros = microsOf(creationTimestamp) ?? Number.NEGATIVE_INFINITY;
  return { name, namespace, annotations, generation: 1, spec, status, creationTimeMicros };
}

const selecting = (vpas: readonly SelectedVpa[]) =>
  vpas.flatMap(({ object, selector }) => {
    if (selector === null) return [];
    return [
      { autoscaler: autoscaler(object), selector: compileLabelSelector(selector) as Selector },
    ];
  });

const boundsIn = (ranges: readonly LimitRangeObject[] | undefined, namespace: string) =>
  namespaceBounds(
    (ranges ?? []).flatMap(({ metadata, spec }) =>
      metadata.namespace === namespace ? [spec] : [],
    ),
  );

/** The owners that a case tells of; every target with a selector exists, too. */
function ownersOf(
  controllers: readonly ControllerObject[] | undefined,
  vpas: readonly SelectedVpa[],
): OwnerOf {
  return ({ kind, name }, namespace) => {
    const found = controllers?.find(
      (one) => one.kind === kind && one.name === name && one.namespace === namespace,
    );
    if (found !== undefined) return found.owner ?? null;
    const isTarget = vpas.some(({ object: { metadata, spec }, selector }) => {
      const { targetRef } = spec;
      if (selector === null || metadata.namespace !== namespace) return false;
      return targetRef.kind === kind && targetRef.name === name;
    });
    return isTarget ? null : undefined;
  };
}

interface Flags {
  readonly minReplicas?: number;
  readonly evictionToleranceFraction?: number;
  readonly updateThreshold?: number;
  readonly podLifetimeUpdateThresholdSeconds?: number;
  readonly evictAfterOOMThresholdSeconds?: number;
  readonly inPlaceSkipDisruptionBudget?: boolean;
  readonly ignoredNamespaces?: readonly string[];
}

function settingsOf(flags: Flags = {}, gates: readonly string[] | undefined): UpdaterSettings {
  const d = DEFAULT_UPDATER;
  const { podLifetimeUpdateThresholdSeconds: life, evictAfterOOMThresholdSeconds: oom } = flags;
  return {
    minReplicas: flags.minReplicas ?? d.minReplicas,
    evictionToleranceFraction: flags.evictionToleranceFraction ?? d.evictionToleranceFraction,
    updateThreshold: flags.updateThreshold ?? d.updateThreshold,
    podLifetimeMicros: life === undefined ? d.podLifetimeMicros : life * MICROS_PER_SECOND,
    evictAfterOomMicros: oom === undefined ? d.evictAfterOomMicros : oom * MICROS_PER_SECOND,
    inPlaceSkipDisruptionBudget: flags.inPlaceSkipDisruptionBudget ?? false,
    ignoredNamespaces: flags.ignoredNamespaces ?? [],
    perVpaConfig: gates?.includes("PerVPAConfig") === true,
    inPlace: gates?.includes("InPlace") === true,
  };
}

const priority = suite<{
  readonly flags: Flags;
  readonly featureGates?: readonly string[];
  readonly now: string;
  readonly vpa: VpaObject;
  readonly pods: readonly PodObject[];
  readonly limitRanges?: readonly LimitRangeObject[];
}>(({ flags, featureGates, now, vpa, pods: objects, limitRanges }) => {
  const pods = objects.map(podVersion);
  const of = autoscaler(vpa);
  const boundsOf = (namespace: string) => boundsIn(limitRanges, namespace);
  const priorities = pods.map((pod) => {
    const { recommendation } = cappedRecommendation(
      of.status.recommendation,
      of.spec.resourcePolicy,
      pod,
      boundsOf(pod.namespace),
    );
    return [pod.name, updatePriority(pod, recommendation)];
  });
  const loop = new UpdaterLoop<Autoscaler>(settingsOf(flags, featureGates));
  const order = loop.orderOf(pods, of, { nowMicros: microsOf(now)!, boundsOf });
  return { priorities: Object.fromEntries(priorities) as object, order: order.map((p) => p.name) };
});

interface RunGiven {
  readonly flags: Flags;
  readonly featureGates?: readonly string[];
  readonly now: string;
  readonly vpas: readonly SelectedVpa[];
  readonly pods: readonly PodObject[];
  readonly controllers?: readonly ControllerObject[];
  readonly limitRanges?: readonly LimitRangeObject[];
  readonly failEvict?: readonly string[];
  readonly failResize?: readonly string[];
  readonly infeasibleResize?: readonly string[];
  readonly steps?: readonly {
    readonly after: number;
    readonly removePods?: readonly string[];
    readonly replacePods?: readonly PodObject[];
    readonly replaceVpas?: readonly SelectedVpa[];
  }[];
}

function endOf({ verb, pod }: UpdateAction<Autoscaler>, given: RunGiven): ActionEnd {
  if (verb === "evict") return given.failEvict?.includes(pod.name) ? "failed" : "done";
  if (given.infeasibleResize?.includes(pod.name)) return "infeasible";
  return given.failResize?.includes(pod.name) ? "failed" : "done";
}

function shownAction(action: UpdateAction<Autoscaler>, end: ActionEnd): object {
  const failed = end === "done" ? {} : { failed: true };
  if (action.verb === "evict") return { evict: action.pod.name, ...failed };
  const containers = action.containers.map(({ name, resources = {} }) => {
    const { requests = {}, limits = {} } = resources;
    return { name, requests, limits };
  });
  return { resize: action.pod.name, containers, ...failed };
}

const run = suite<RunGiven>((given) => {
  const settings = settingsOf(given.flags, given.featureGates);
  const loop = new UpdaterLoop<Autoscaler>(settings);
  let nowMicros = microsOf(given.now)!;
  let { vpas } = given;
  let pods: readonly PodVersion[] = given.pods.map(podVersion);
  const loops: object[] = [];
  const step = () => {
    const ownerOf = ownersOf(given.controllers, vpas);
    const actions: Record<string, object[]> = {};
    const work = loop.run({
      nowMicros,
      controlled: controlledPods(selecting(vpas), pods, ownerOf, settings.ignoredNamespaces),
      isAlive: (uid) => pods.some((pod) => pod.uid === uid),
      boundsOf: (namespace) => boundsIn(given.limitRanges, namespace),
      replicasOf: ({ kind, name }, namespace) => {
        if (kind === "Job") return "as many";
        const found = given.controllers?.find(
          (one) => one.kind === kind && one.name === name && one.namespace === namespace,
        );
        return found?.replicas || null;
      },
    });
    for (let next = work.next(); next.done !== true; ) {
      const action = next.value;
      const end = endOf(action, given);
      const { namespace, name } = action.autoscaler;
      const key = `${namespace}/${name}`;
      actions[key] = [...(actions[key] ?? []), shownAction(action, end)];
      next = work.next(end);
    }
    loops.push({ at: secondsText(nowMicros), actions });
  };
  step();
  for (const { after, removePods = [], replacePods = [], replaceVpas = [] } of given.steps ?? []) {
    nowMicros += after * MICROS_PER_SECOND;
    const replaced = replacePods.map(podVersion);
    const kept = pods.map((pod) => replaced.find(({ name }) => name === pod.name) ?? pod);
    const appended = replaced.filter(({ name }) => pods.every((pod) => pod.name !== name));
    pods = [...kept, ...appended].filter(({ name }) => !removePods.includes(name));
    const nameOf = ({ object }: SelectedVpa) => object.metadata.name;
    vpas = vpas.map((vpa) => replaceVpas.find((one) => nameOf(one) === nameOf(vpa)) ?? vpa);
    step();
  }
  return { loops };
});

const patch = suite<{
  readonly pod: PodObject;
  readonly vpas: readonly SelectedVpa[];
  readonly controllers?: readonly ControllerObject[];
  readonly limitRanges?: readonly LimitRangeObject[];
  readonly featureGates?: readonly string[];
  readonly maxAllowedCPUBoost?: string;
}>(({ pod: object, vpas, controllers, limitRanges, featureGates, maxAllowedCPUBoost }) => {
  const pod = podVersion(object);
  const admitting = selecting(vpas).filter((one) => takesPartInAdmission(one.autoscaler.spec));
  const found = controllingAutoscaler(
    pod,
    topmostOwner(pod, ownersOf(controllers, vpas)),
    admitting,
  );
  const shown = (spec: PodVersion["spec"]) =>
    spec.containers.map(({ name, resources = {} }) => {
      const { requests = {}, limits = {} } = resources;
      return { name, requests, limits };
    });
  if (found === null) return { vpa: null, containers: shown(pod.spec), annotationsAdded: {} };
  const patched = podPatch(pod, found, boundsIn(limitRanges, pod.namespace), {
    startsBoosted: featureGates?.includes("CPUStartupBoost") === true,
    maxAllowedCpuBoost:
      maxAllowedCPUBoost === undefined ? null : mustParseQuantity(maxAllowedCPUBoost),
  });
  const vpa = `${found.namespace}/${found.name}`;
  if (patched instanceof BoostError) return { vpa, error: patched.message };
  const { vpaUpdates, ...added } = patched.annotations;
  const annotationsAdded = Object.fromEntries(
    Object.entries(added).filter(([key]) => !(key in pod.annotations)),
  );
  const updates = vpaUpdates === undefined ? undefined : updatesOf(vpaUpdates);
  return { vpa, containers: shown(patched.spec), annotationsAdded, updates };
});

/** `Pod resources updated by x: container 0: a, b; container 1: c` by container, sorted. */
function updatesOf(text: string): object {
  const parts = text.slice(text.indexOf(": ") + 2).split(/; (?=container \d+: )/);
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf(": ");
      const notes = part.slice(at + 2);
      return [part.slice(0, at), notes === "" ? [] : notes.split(", ").sort()];
    }),
  );
}

const cap = suite<{
  readonly vpa: VpaObject;
  readonly pod: PodObject;
  readonly limitRanges?: readonly LimitRangeObject[];
}>(({ vpa, pod: object, limitRanges }) => {
  const pod = podVersion(object);
  const bounds = boundsIn(limitRanges, pod.namespace);
  const { spec, status = {} } = vpa;
  const capped = cappedRecommendation(status.recommendation, spec.resourcePolicy, pod, bounds);
  const notes = [...capped.notes].map(([name, list]) => [name, [...list].sort()]);
  return {
    recommendation: capped.recommendation?.containerRecommendations ?? null,
    notes: Object.fromEntries(notes) as object,
  };
});

export const updaterSuites: Area = {
  "updater.priority": priority,
  "updater.run": run,
  "admission.patch": patch,
  "recommendation.cap": cap,
};
