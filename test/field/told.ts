import { reportOf } from "../../src/cli/run-report.js";
import { NO_EMPHASIS, summaryText } from "../../src/cli/summary-table.js";
import { concernedPods } from "../../src/scenario/concerned-pods.js";
import type { LoadedScenario } from "../../src/scenario/load/loaded-scenario.js";
import { worldOf } from "../runs/built-world.js";

/** Runs to the end: what the terminal would show, with single blanks for all white space. */
export async function summaryOf(loaded: LoadedScenario) {
  const world = await worldOf(loaded);
  world.run();
  const { figures, facts } = world.finish();
  const notModelled = concernedPods(loaded.notModelled, figures.pods());
  const run = { loaded, path: "results", digest: "", endMicros: world.now, figures, facts };
  const text = summaryText(reportOf({ ...run, notes: [], notModelled }), NO_EMPHASIS);
  const figureOf = (metric: string, labels = "") =>
    figures.summary.find((row) => row.metric === metric && row.labels === labels)?.value;
  return { text: text.replaceAll(/\s+/g, " "), figureOf, figures, notModelled };
}

/** A scenario of 30 minutes on nodes of 4 cores, with its timeline and manifests. */
export function scenarioOf(
  timeline: readonly string[],
  { nodes = 2, more = "", manifests = "app.yaml", version = "1.26" } = {},
): string {
  const steps = timeline.map((step) => `    - ${step}`).join("\n");
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: field }
spec:
  kubernetesVersion: "${version}"
  duration: 30m
  cluster:
    nodePools: [{ name: n, nodes: ${nodes}, capacity: { cpu: "4", memory: 16Gi } }]
  manifests: [${manifests}]
${more}${timeline.length === 0 ? "" : `  timeline:\n${steps}\n`}`;
}

export function deploymentOf(
  name: string,
  { replicas = 2, cpu = "500m", metadata = "", spec = "", pod = "" } = {},
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${metadata} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
${spec}  template:
    metadata: { labels: { app: ${name} } }
    spec:
${pod}      containers:
        - { name: c, image: "app:v1", resources: { requests: { cpu: ${cpu} } } }
`;
}
