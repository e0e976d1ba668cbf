import { type GateSettings, gateSettings } from "../../api/feature-gates/gate-settings.js";
import { flagsOf, flagValue } from "../../control/controller.js";
import { CONTROLLERS } from "../../control/registry.js";
import { DEFAULTS } from "../defaults.js";
import { controlPlane } from "../schema/control-plane.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { ControlPlane, LoadedObject, RunEnd, Scenario } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { parseDuration, parseInstant } from "../units.js";

/** What the command line says in place of the file. */
export interface RunOverrides {
  readonly seed?: number;
  /** A duration, or `idle`. */
  readonly until?: string;
}

/** What was read from the files that the document names. */
export interface FileParts {
  readonly schedulerConfig: LoadedObject | null;
  readonly snapshotTimeMicros: number | null;
  /** By index of the timeline: the objects that a step brings. */
  readonly applied: ReadonlyMap<number, readonly LoadedObject[]>;
}

/** When the run ends; null when nothing says so. `until` must be a duration or `idle`. */
export function runEnd(document: ScenarioDocument, overrides: RunOverrides): RunEnd | null {
  const { duration, until } = document.spec;
  if (overrides.until === "idle") return { untilMicros: duration ?? null, untilIdle: true };
  if (overrides.until !== undefined) {
    const parsed = parseDuration(overrides.until);
    return "value" in parsed ? { untilMicros: parsed.value, untilIdle: false } : null;
  }
  if (duration === undefined && until === undefined) return null;
  return { untilMicros: duration ?? null, untilIdle: until === "idle" };
}

/** The document with every default filled in and its files in their places. */
export function resolveScenario(
  document: ScenarioDocument,
  parts: FileParts,
  overrides: RunOverrides,
): Scenario {
  const { metadata, spec } = document;
  const end = runEnd(document, overrides) ?? { untilMicros: null, untilIdle: true };
  const version = spec.kubernetesVersion;
  const { modules = [] } = spec.scheduler ?? {};
  return {
    name: metadata.name,
    kubernetesVersion: version?.text ?? DEFAULTS.kubernetesVersion,
    kubernetesMinor: minorOf(document),
    featureGates: gatesOf(document).changed,
    startTimeEpochMicros: spec.startTime ?? parts.snapshotTimeMicros ?? defaultStartMicros(),
    seed: overrides.seed ?? spec.seed ?? DEFAULTS.seed,
    end,
    measure: { fromMicros: spec.measure?.from ?? 0, toMicros: spec.measure?.to ?? null },
    cluster: {
      nodePools: spec.cluster?.nodePools ?? [],
      karpenter: spec.cluster?.karpenter ?? null,
      machines: (spec.cluster?.nodes ?? []).flatMap((nodes) =>
        typeof nodes === "string" ? [] : [{ format: nodes.format, file: nodes.path }],
      ),
    },
    scheduler: {
      config: parts.schedulerConfig,
      ties: spec.scheduler?.ties ?? DEFAULTS.ties,
      ...(modules.length === 0 ? {} : { modules }),
      verifyEvery:
        spec.scheduler?.verifyEvery ?? (modules.length === 0 ? 0 : VERIFY_EVERY_WITH_MODULES),
    },
    behaviors: spec.behavior ?? [],
    storage: spec.storage ?? [],
    traces: spec.traces ?? [],
    generators: spec.generators ?? [],
    traffic: spec.traffic ?? [],
    externalMetrics: spec.externalMetrics ?? [],
    customMetrics: spec.customMetrics ?? [],
    timeline: timeline(document, parts),
    controlPlane: withDefaultFlags(spec.controlPlane ?? controlPlane.parse({}), minorOf(document)),
    metricsEveryMicros: spec.metrics?.every ?? metricsEvery(end),
    applications: spec.applications ?? [],
    expect: spec.expect ?? [],
  };
}

/** What plugins of one's own declare is not known to hold. */
const VERIFY_EVERY_WITH_MODULES = 100;

/** Fills in the flags of the controllers that nothing says: their defaults differ between versions. */
function withDefaultFlags(given: ControlPlane, minor: number): ControlPlane {
  const { controllerManager } = given;
  const flags = flagsOf(CONTROLLERS).map((flag) => [
    flag.name,
    flagValue(flag, controllerManager.flags, minor),
  ]);
  return {
    ...given,
    controllerManager: { ...controllerManager, flags: Object.fromEntries(flags) },
  };
}

/** The minor version of Kubernetes that behaves where nothing says so. */
const DEFAULT_MINOR = Number(DEFAULTS.kubernetesVersion.split(".")[1]);

/** The minor version of Kubernetes that behaves. */
export function minorOf({ spec }: ScenarioDocument): number {
  return spec.kubernetesVersion?.minor ?? DEFAULT_MINOR;
}

/** The feature gates that the document sets, for its version. */
export function gatesOf(document: ScenarioDocument): GateSettings {
  return gateSettings(document.spec.featureGates ?? {}, minorOf(document));
}

function defaultStartMicros(): number {
  const start = parseInstant(DEFAULTS.startTime);
  return "value" in start ? start.value : 0;
}

function metricsEvery(end: RunEnd): number | null {
  if (end.untilMicros === null) return null;
  const share = Math.ceil(end.untilMicros / DEFAULTS.metricsIntervals);
  return Math.max(DEFAULTS.metricsEveryMicros, share);
}

/** The steps with what they bring, and behind each that lasts for a time the one that takes it back. */
function timeline(document: ScenarioDocument, parts: FileParts): Scenario["timeline"] {
  return (document.spec.timeline ?? []).flatMap(({ forMicros, ...entry }, i) => {
    const { operation } = entry;
    const { withObjects, undo } = operationOf(operation);
    if (withObjects !== undefined) {
      return { ...entry, operation: withObjects(operation, parts.applied.get(i) ?? []) };
    }
    if (forMicros === null || undo === undefined) return entry;
    const { atMicros, untilMicros } = entry;
    const back = {
      ...entry,
      atMicros: atMicros + forMicros,
      untilMicros: untilMicros === null ? null : untilMicros + forMicros,
      operation: undo(operation),
    };
    return [entry, back];
  });
}
