import type { Manifest, PodSpec } from "../../api/kubernetes.js";
import { distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { ArrivalGaps } from "../../traffic/arrivals/arrival-process.js";
import { constantRate, type Rate } from "../../traffic/arrivals/rate.js";
import type { TrafficSpec } from "../../traffic/cluster/traffic-spec.js";
import type { Operation } from "../../workload/timeline/operation.js";
import type { Issue } from "../issue.js";
import { fileIssue } from "../load/read-text.js";
import type { ScenarioSource } from "../load/scenario-file.js";
import type { Path } from "../load/yaml-source.js";
import type {
  RateSpec,
  Scenario,
  Traffic,
  TrafficArrivals,
  TrafficFigure,
  UsageSpec,
} from "../schema/scenario.js";
import type { SetTraffic } from "../timeline/set-traffic.js";
import { entryOf, routeNotes, serviceFlaw } from "./entry.js";
import { loadUsage } from "./load-usage.js";
import { makeRate, type RateContext } from "./make-rate.js";
import type { SeriesFlaw } from "./samples.js";
import { withElse } from "./with-else.js";

/** The traffic of a scenario, with its files read. */
export interface LoadedTraffic {
  readonly traffic: readonly TrafficSpec[];
  /** By what is written: of traffic, of the timeline's steps, and of external metrics. */
  readonly rates: ReadonlyMap<RateSpec, Rate>;
  /** What containers use over time. */
  readonly usages: ReadonlyMap<UsageSpec, readonly Rate[]>;
  /** What mode `fluid` does not solve of what it was asked. */
  readonly trafficNotes: readonly Issue[];
}

export interface TrafficContext {
  readonly source: ScenarioSource;
  readonly scenario: Scenario;
  /** As in the file. */
  readonly timeline: readonly { readonly operation: Operation }[];
  readonly manifests: readonly Manifest[];
  readonly textOf: RateContext["textOf"];
  /** How messages call a file. */
  readonly shownAs: (file: string) => string;
}

/** Reads what the traffic of a scenario names; or says what is wrong with it. */
export async function loadTraffic(
  context: TrafficContext,
): Promise<LoadedTraffic | readonly Issue[]> {
  const { scenario, source } = context;
  const issues: Issue[] = [];
  const rates = new Map<RateSpec, Rate>();
  const { startTimeEpochMicros, end } = scenario;
  const { textOf } = context;
  const reading = { startTimeEpochMicros, endMicros: end.untilMicros ?? 0, textOf };
  const read = async (spec: RateSpec, path: Path): Promise<void> => {
    const made = await makeRate(spec, reading);
    if ("message" in made) issues.push(flawIssue(context, spec, path, made));
    else rates.set(spec, made);
  };
  const all: TrafficSpec[] = [];
  for (const [i, one] of scenario.traffic.entries()) {
    const path: Path = ["spec", "traffic", i];
    await read(one.rate, [...path, "rate"]);
    const to = entryOf(one.to, one.request, context.manifests);
    if ("message" in to) issues.push(source.issue([...path, to.key ?? "to"], to.message));
    else all.push(specOf(one, rates.get(one.rate) ?? constantRate(0), to));
  }
  for (const [i, { operation }] of context.timeline.entries()) {
    for (const { step, at } of withElse(operation)) {
      if (step.type !== "setTraffic") continue;
      const { rate } = step as SetTraffic;
      const path = ["spec", "timeline", i, ...at, "setTraffic", "rate"];
      if (rate !== null) await read(rate, path);
    }
  }
  for (const key of ["externalMetrics", "customMetrics"] as const) {
    for (const [i, { value }] of scenario[key].entries()) {
      const path: Path = ["spec", key, i, "value"];
      if (value.type === "traffic") issues.push(...figureIssues(context, value, path));
      else await read(value, path);
    }
  }
  const usages = await readUsages(context, reading, issues);
  issues.push(...nameIssues(context));
  if (issues.length > 0) return issues;
  const trafficNotes = [...notesOfRoutes(context, all), ...fluidNotes(context)];
  return { traffic: all, rates, usages, trafficNotes };
}

function notesOfRoutes(
  { source, manifests }: TrafficContext,
  all: readonly TrafficSpec[],
): readonly Issue[] {
  return all.flatMap(({ to }, i) =>
    "kind" in to
      ? routeNotes(to, manifests).map((note) => source.issue(["spec", "traffic", i, "to"], note))
      : [],
  );
}

async function readUsages(
  context: TrafficContext,
  reading: RateContext,
  issues: Issue[],
): Promise<ReadonlyMap<UsageSpec, readonly Rate[]>> {
  const usages = new Map<UsageSpec, readonly Rate[]>();
  for (const [i, { cpuOverTime, memoryOverTime }] of context.scenario.behaviors.entries()) {
    for (const [resource, spec] of [
      ["cpu", cpuOverTime],
      ["memory", memoryOverTime],
    ] as const) {
      if (spec === null) continue;
      const path: Path = ["spec", "behavior", i, resource];
      const made = await loadUsage(resource, spec, reading);
      if ("message" in made) issues.push(flawIssue(context, spec.curve, path, made));
      else usages.set(spec, made);
    }
  }
  return usages;
}

/** What is wrong, at its place in a file of values or in the scenario. */
function flawIssue(
  { source, shownAs }: TrafficContext,
  spec: RateSpec,
  path: Path,
  { key, line, message }: SeriesFlaw & { readonly key: string | null },
): Issue {
  if (key !== null || spec.type !== "series") {
    return source.issue(key === null ? path : [...path, key], message);
  }
  return { ...fileIssue(shownAs(spec.file), message), line, column: line > 0 ? 1 : 0 };
}

function fluidNotes(context: TrafficContext): readonly Issue[] {
  const { source, scenario } = context;
  /** By what is said: of which traffics. */
  const told = new Map<string, number[]>();
  const tell = (message: string, traffic: number): void => {
    const known = told.get(message);
    if (known === undefined) told.set(message, [traffic]);
    else known.push(traffic);
  };
  const hasCalls = scenario.behaviors.some(({ serving }) => (serving?.stages.length ?? 0) > 0);
  const unheld = unheldBy(context);
  for (const [i, { mode, policy, routing, arrivals }] of scenario.traffic.entries()) {
    if (mode !== "fluid") continue;
    const unsolved = [
      ...(policy.retry.maxAttempts > 1 ? ["retries"] : []),
      ...(policy.timeout?.work === "cancelled" ? ["work that is cancelled"] : []),
      ...(routing === "random" ? [] : [`${routing} routing`]),
      ...(arrivals.type === "poisson" && arrivals.phases === null ? [] : ["arrivals but Poisson"]),
      ...(hasCalls ? ["calls of other services"] : []),
    ];
    if (unheld.length > 0) {
      const message = `\`fluid\` is not held to single requests for ${unheld.join(" and ")}: latencies may be further off`;
      tell(message, i);
    }
    if (unsolved.length === 0) continue;
    tell(`\`fluid\` does not solve ${unsolved.join(", ")}: its figures leave them out`, i);
  }
  return [...told].map(([message, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` (of ${others.length} more under spec.traffic, too)`;
    return source.issue(["spec", "traffic", first!, "mode"], message + more);
  });
}

const MAX_CV = 2;

/** What of the pods is beyond what mode `fluid` is compared with single requests for. */
function unheldBy({ scenario, manifests }: TrafficContext): readonly string[] {
  const servings = scenario.behaviors.flatMap(({ serving }) => (serving === null ? [] : [serving]));
  const laws = servings.flatMap(({ cpuMicros, serviceMicros }) => [cpuMicros, serviceMicros]);
  const takesCpu = servings.some(({ cpuMicros }) => cpuMicros !== null);
  return [
    ...(laws.every((law) => law === null || isHeldTo(law))
      ? []
      : ["service that is not exponential, constant or lognormal up to cv 2"]),
    ...(takesCpu && manifests.some(hasCpuLimit) ? ["CPU limits, which throttle"] : []),
  ];
}

function isHeldTo(law: DistributionSpec): boolean {
  if (law.type === "lognormal") return law.cv <= MAX_CV;
  return law.type === "exponential" || law.type === "constant";
}

function hasCpuLimit(manifest: Manifest): boolean {
  const { template } = (manifest as { spec?: { template?: { spec?: PodSpec } } }).spec ?? {};
  return (template?.spec?.containers ?? []).some(
    ({ resources }) => resources?.limits?.cpu !== undefined,
  );
}

function specOf(one: Traffic, rate: Rate, to: TrafficSpec["to"]): TrafficSpec {
  const { name, mode, routing, policy, objective, arrivals } = one;
  const { phases } = arrivals;
  const gaps = gapsOf(arrivals);
  return { name, to, rate, gaps, phases, mode, routing, policy, objective };
}

/** Gaps as if the rate were 1. */
function gapsOf(arrivals: TrafficArrivals): ArrivalGaps {
  if (arrivals.type !== "renewal") return { type: arrivals.type };
  const law = distributionOf(arrivals.gapMicros);
  const { mean } = law;
  return { type: "renewal", gap: { mean: 1, quantile: (u) => law.quantile(u) / mean } };
}

function nameIssues({ source, scenario, manifests }: TrafficContext): readonly Issue[] {
  const issues: Issue[] = [];
  const names = scenario.traffic.map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) === i) continue;
    const path: Path = ["spec", "traffic", i, "name"];
    issues.push(source.issue(path, `is the name of another traffic: expected one of its own`));
  }
  for (const [i, { serving }] of scenario.behaviors.entries()) {
    for (const [stage, calls] of (serving?.stages ?? []).entries()) {
      for (const [k, { to }] of calls.entries()) {
        const flaw = serviceFlaw({ kind: "Service", ...to }, manifests);
        if (flaw === null) continue;
        const path: Path = ["spec", "behavior", i, "calls", stage, k, "to"];
        issues.push(source.issue(path, flaw));
      }
    }
  }
  return issues;
}

/** A metric of requests needs these, and a Service that they go to. */
function figureIssues(
  { source, scenario, manifests }: TrafficContext,
  { to }: TrafficFigure,
  path: Path,
): readonly Issue[] {
  const place: Path = [...path, "traffic"];
  if (scenario.traffic.length === 0) {
    return [
      source.issue(place, "there is no `traffic` in the scenario whose requests it could be"),
    ];
  }
  const flaw = to === null ? null : serviceFlaw(to, manifests);
  return flaw === null ? [] : [source.issue([...place, "to"], flaw)];
}
