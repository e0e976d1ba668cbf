import { parseCpuMillis } from "../../api/quantity.js";
import { assert } from "../../base/assert.js";
import type { Rate } from "../../traffic/arrivals/rate.js";
import { TrafficSimulation } from "../../traffic/cluster/traffic-simulation.js";
import type { ContainerBehavior } from "../../workload/behavior/container-behavior.js";
import { DEFAULTS } from "../defaults.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import type { Scenario, Target } from "../schema/scenario.js";
import type { OperationContext } from "../timeline/timeline-operation.js";
import { BaseUsages } from "./base-usages.js";
import type { Ground } from "./ground.js";

/** What simulates the requests of a scenario; null where it has no traffic. */
export function wireTraffic(
  ground: Ground,
  { scenario, traffic }: LoadedScenario,
  behavior: ContainerBehavior,
): TrafficSimulation | null {
  const endMicros = scenario.end.untilMicros;
  if (traffic.length === 0 || endMicros === null) return null;
  const { kubelet, latency } = scenario.controlPlane;
  const { fromMicros, toMicros } = scenario.measure;
  const baseUsages = new BaseUsages(behavior);
  return new TrafficSimulation({
    ...{ engine: ground.engine, observer: ground.observer, traffic, endMicros },
    proxyInformers: ground.informers("kube-proxy", latency.watchMicros),
    routeInformers: () => ground.informers("gateway", latency.watchMicros),
    informers: ground.informers("traffic", 0),
    minSyncPeriodMicros: DEFAULTS.traffic.minSyncPeriodMicros,
    dnsTtlMicros: DEFAULTS.traffic.dnsTtlMicros,
    isHeadless: ({ namespace, name }) =>
      ground.store.table("Service").find(namespace, name)?.spec.clusterIP === "None",
    kubeletLagMicros: kubelet.watchLatencyMicros,
    defaultServiceMicros: DEFAULTS.traffic.serviceMicros,
    servingOf: (pod, container) => {
      const entry = behavior.entryOf(pod, container);
      return entry === null ? null : scenario.behaviors[entry]!.serving;
    },
    nodeCores: nodeCoresOf(ground),
    baseUsage: (pod) => baseUsages.of(pod, ground.engine.now),
    ...measuredOf(scenario),
    everyMicros: scenario.metricsEveryMicros ?? DEFAULTS.metricsEveryMicros,
    // What happens at an edge belongs to what ends there.
    edgesMicros: [fromMicros - 1, ...(toMicros === null ? [] : [toMicros])],
  });
}

/** What autoscalers ask of the requests. */
function measuredOf({ externalMetrics, customMetrics }: Scenario) {
  const measured: Target[] = [];
  let measuresPods = false;
  for (const { value } of externalMetrics) {
    if (value.type === "traffic" && value.to !== null) measured.push(value.to);
  }
  for (const { value, of } of customMetrics) {
    if (value.type !== "traffic") continue;
    if (value.to !== null) measured.push(value.to);
    else if (of.type === "object") measured.push(of.target);
    else measuresPods = true;
  }
  return { measured, measuresPods };
}

/** What a node has for pods, in cores. */
function nodeCoresOf(ground: Ground): (nodeName: string) => number {
  const informer = ground.informers("traffic/nodes", 0).informer("Node");
  return (nodeName) => {
    const node = informer.find("", nodeName);
    const cpu = node?.status.allocatable?.cpu ?? node?.status.capacity?.cpu;
    return cpu === undefined ? 1 : parseCpuMillis(cpu) / 1000;
  };
}

/** What the timeline changes of the traffic. */
export function trafficControl(
  traffic: TrafficSimulation | null,
  rates: LoadedScenario["rates"],
): OperationContext["traffic"] {
  const there = (): TrafficSimulation => {
    assert(traffic !== null, "a step changes traffic where there is none");
    return traffic;
  };
  return {
    changeRate: (name, rate) => there().changeRate(name, rates.get(rate) as Rate),
    redirect: (name, backends) => there().redirect(name, backends),
  };
}
