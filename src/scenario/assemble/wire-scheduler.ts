import { MICROS_PER_MINUTE } from "../../base/time.js";
import type { DecisionObserver } from "../../scheduler/explain/decision-observer.js";
import type { PluginCatalogue } from "../../scheduler/framework/configuration/plugin-catalogue.js";
import type { SchedulerConfiguration } from "../../scheduler/framework/configuration/load-configuration.js";
import { EventSeries } from "../../record/event-series.js";
import { tellingEvents } from "../../record/telling-events.js";
import { featuresOf } from "../../api/features.js";
import { factoriesOf } from "../../scheduler/plugins/registry.js";
import { Scheduler } from "../../scheduler/scheduler.js";
import type { SchedulerOptions } from "../../scheduler/scheduler-options.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** Upstream's `--pod-max-in-unschedulable-pods-duration`. */
const MAX_UNSCHEDULABLE_MICROS = 5 * MICROS_PER_MINUTE;

/** Builds the scheduler with its own watches and clients. */
export function wireScheduler(
  ground: Ground,
  scenario: Scenario,
  {
    configuration,
    catalogue,
    decisions,
    expectedRunMicros,
  }: {
    readonly configuration: SchedulerConfiguration;
    readonly catalogue: PluginCatalogue;
    readonly decisions: DecisionObserver | undefined;
    readonly expectedRunMicros: NonNullable<SchedulerOptions["expectedRunMicros"]>;
  },
): Scheduler {
  const { scheduler, latency } = scenario.controlPlane;
  const series = new EventSeries();
  return new Scheduler({
    engine: ground.engine,
    informers: ground.informers("kube-scheduler", scheduler.watchLatencyMicros),
    bindingClient: ground.client("kube-scheduler/binding", {
      latencyMicros: latency.bindMicros,
      ...scheduler.client,
    }),
    client: ground.client("kube-scheduler", {
      latencyMicros: latency.apiMicros,
      ...scheduler.client,
    }),
    observer: tellingEvents(ground.observer, (type, reason, object, message, time) =>
      series.isWritten(type, reason, object, time) ? message : null,
    ),
    features: featuresOf(scenario.kubernetesMinor, scenario.featureGates),
    profiles: configuration.profiles,
    factoryOf: factoriesOf(catalogue),
    percentageOfNodesToScore: configuration.percentageOfNodesToScore,
    podInitialBackoffSeconds: configuration.podInitialBackoffSeconds,
    podMaxBackoffSeconds: configuration.podMaxBackoffSeconds,
    maxUnschedulableMicros: MAX_UNSCHEDULABLE_MICROS,
    ties: scenario.scheduler.ties,
    verifyEvery: scenario.scheduler.verifyEvery,
    cycle: scheduler.cycle,
    expectedRunMicros,
    ...(decisions === undefined ? {} : { decisions }),
  });
}
