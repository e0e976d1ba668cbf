import type { ServiceName } from "../../traffic/cluster/service-name.js";
import type { Operation } from "../../workload/timeline/operation.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { SetTraffic } from "../timeline/set-traffic.js";
import { withElse } from "./with-else.js";

/** The Services and single pods of Services that requests of a scenario go to, or a figure is of. */
export function askedServices(spec: ScenarioDocument["spec"]): readonly ServiceName[] {
  const { traffic = [], behavior = [], timeline = [] } = spec;
  const { externalMetrics = [], customMetrics = [] } = spec;
  return [
    ...traffic.map(({ to }) => to),
    ...behavior.flatMap(({ serving }) => serving?.stages.flat().map(({ to }) => to) ?? []),
    ...timeline.flatMap(({ operation }) => withElse(operation).flatMap(({ step }) => shares(step))),
    ...[...externalMetrics, ...customMetrics].flatMap(({ value }) =>
      value.type === "traffic" && value.to !== null ? [value.to] : [],
    ),
  ];
}

function shares(step: Operation): readonly ServiceName[] {
  if (step.type !== "setTraffic") return [];
  return (step as SetTraffic).backends?.map(({ to }) => to) ?? [];
}
