import { z } from "zod";
import { kubernetesMinor, NEWEST_MINOR, OLDEST_MINOR } from "../../api/features.js";
import { DEFAULTS } from "../defaults.js";
import type { Parsed } from "../units.js";
import { application } from "./application.js";
import { behavior } from "./behavior.js";
import { cluster } from "./cluster.js";
import { controlPlane } from "./control-plane.js";
import { expectation } from "./expect.js";
import { generator } from "./generators.js";
import { described, leaf } from "./leaf.js";
import {
  dnsLabel,
  duration,
  filePath,
  instant,
  integer,
  positiveDuration,
  target,
  word,
} from "./scalars.js";
import { scheduler } from "./scheduler.js";
import { customMetric, externalMetric } from "./served-metrics.js";
import { storage } from "./storage.js";
import { timelineEntry } from "./timeline.js";
import { trace } from "./traces.js";
import { traffic } from "./traffic.js";

export const SCENARIO_API_VERSION = "seatrial.dev/v1alpha1";

/**
 * A version as a cluster says it of itself (`v1.30.4-gke.100`) counts as its minor. A number is taken
 * where it can mean one version only: 1.3 may be 1.30.
 */
function parseVersion(raw: unknown): Parsed<{ text: string; minor: number }> {
  const written = typeof raw === "string" || typeof raw === "number" ? String(raw) : "";
  const text = /^v?(1\.\d\d)(\.\d+([-+].+)?)?$/.exec(written)?.[1];
  const minor = text === undefined ? undefined : kubernetesMinor(text);
  if (text !== undefined && Number(text.slice(2)) > NEWEST_MINOR) {
    return { problem: `the newest version that is known is "1.${NEWEST_MINOR}"` };
  }
  if (text === undefined || minor === undefined) {
    const range = `"1.${OLDEST_MINOR}" to "1.${NEWEST_MINOR}"`;
    return { problem: `expected a version in quotes, ${range}` };
  }
  return { value: { text, minor } };
}

const patch = z.strictObject({
  name: described(dnsLabel, "For messages, and for `--set patches.<name>.patch.…`."),
  target: described(target, "An object of the manifests or the snapshot."),
  patch: described(z.record(z.string(), z.unknown()), "A strategic merge patch."),
});

const spec = z.strictObject({
  kubernetesVersion: described(
    leaf({ type: "string", pattern: "^v?1\\.\\d\\d(\\.\\d+([-+].+)?)?$" }, parseVersion).optional(),
    "Which version's behaviour, where versions differ. A patch release counts as its minor.",
    { default: DEFAULTS.kubernetesVersion },
  ),
  featureGates: described(
    z.record(z.string(), z.boolean()).optional(),
    "Upstream's feature gates, by name: what `--feature-gates` of the components sets.",
    { default: "as the version has them" },
  ),
  startTime: described(
    instant.optional(),
    "Virtual zero, for ages and dated input. Without it: that of the snapshot.",
    { default: DEFAULTS.startTime },
  ),
  seed: described(integer(0, Number.MAX_SAFE_INTEGER).optional(), "Of all random draws.", {
    default: DEFAULTS.seed,
  }),
  duration: described(positiveDuration.optional(), "How long the run lasts, at most."),
  until: described(
    word("idle").optional(),
    "`idle`: the run ends when no event is left that could change an object.",
  ),
  measure: described(
    z
      .strictObject({
        from: described(duration.optional(), "Start of what is measured.", { default: "0s" }),
        to: described(duration.optional(), "Its end; without it, the end of the run."),
      })
      .optional(),
    "The part of the run that summary.csv describes.",
  ),
  cluster: described(cluster.optional(), "The nodes, and the state to start from."),
  scheduler: described(scheduler.optional(), "The scheduler's configuration."),
  manifests: described(
    z.array(filePath).optional(),
    "Kubernetes YAML or JSON, applied at the start: files, folders, many documents, Lists.",
  ),
  patches: described(z.array(patch).optional(), "Changes to what was loaded."),
  behavior: described(
    z.array(behavior).optional(),
    "What containers do; the first entry that matches a container decides.",
  ),
  storage: described(
    z.array(storage).optional(),
    "How long operations on volumes take; the first entry that matches a volume decides.",
  ),
  traces: described(z.array(trace).optional(), "Recorded workloads that are replayed."),
  generators: described(z.array(generator).optional(), "Workloads that are drawn."),
  traffic: described(z.array(traffic).optional(), "Requests to the cluster's services."),
  externalMetrics: described(
    z.array(externalMetric).optional(),
    "What external.metrics.k8s.io tells autoscalers, and the triggers of KEDA find.",
  ),
  customMetrics: described(
    z.array(customMetric).optional(),
    "What custom.metrics.k8s.io tells autoscalers of pods (metrics of type Pods) and of objects (Object).",
  ),
  timeline: described(z.array(timelineEntry).optional(), "What happens at given times."),
  controlPlane: described(controlPlane.optional(), "Upstream's flags by component, and latencies."),
  metrics: described(
    z
      .strictObject({
        every: described(
          positiveDuration.optional(),
          "Interval of timeseries.csv; without it 15 s, or a thousandth of the duration if that is longer. Where nothing says how long the run takes, it doubles after each thousand intervals.",
          { default: "15s" },
        ),
      })
      .optional(),
    "What is recorded.",
  ),
  applications: described(
    z.array(application).optional(),
    "Workloads that are measured as one, such as the two sides of a canary: their pods against what the application is meant to have, and its changes of versions.",
  ),
  expect: described(
    z.array(expectation).optional(),
    "Makes the scenario a test: exit 1 when one does not hold.",
  ),
  requires: described(
    z.array(filePath).optional(),
    "Files that may be absent: then the scenario is skipped, with exit 0.",
  ),
});

/** The whole of a scenario file, every value parsed; files are not read yet. */
export const scenarioDocument = z.strictObject({
  apiVersion: z.literal(SCENARIO_API_VERSION, { error: `expected ${SCENARIO_API_VERSION}` }),
  kind: z.literal("Scenario", { error: "expected Scenario" }),
  metadata: z.strictObject({ name: described(dnsLabel, "Name of the scenario and its results.") }),
  spec,
});

export type ScenarioDocument = z.output<typeof scenarioDocument>;
