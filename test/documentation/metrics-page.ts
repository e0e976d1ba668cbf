import { QUALITY_METRICS } from "../../src/analysis/quality/registry.js";
import type { MetricDefinition } from "../../src/record/metrics/metric-group.js";
import { METRICS } from "../../src/record/metrics/registry.js";

/** `docs/metrics.md`: every metric there is, from their definitions. */
export function metricsPage(): string {
  const recorded = Object.entries<MetricDefinition>(METRICS).map(
    ([name, { where, labels, meaning }]) =>
      `| \`${name}\` | ${FILES[where]} | ${coded(labels)} | ${meaning} |`,
  );
  const computed = QUALITY_METRICS.map(
    ({ name, labels, better, meaning, source }) =>
      `| \`${name}\` | ${coded(labels)} | ${better} | ${meaning} | ${source} |`,
  );
  return `${INTRODUCTION}
## Recorded by each run

| metric | in | labels | meaning |
| --- | --- | --- | --- |
${recorded.join("\n")}

## Computed from a run's files when named

| metric | labels | better | meaning | source |
| --- | --- | --- | --- | --- |
${computed.join("\n")}
`;
}

const FILES = {
  summary: "`summary.csv`",
  timeseries: "`timeseries.csv`",
  both: "both",
} as const;

const coded = (labels: readonly string[]) => labels.map((label) => `\`${label}\``).join(", ");

const INTRODUCTION = `# Metrics

This page is generated from the definitions (\`npm run schema\`). Names end in their unit. Rules of the recorded ones: [record](model/record.md).

\`compare\`, \`gate\`, \`plot\`, \`report\` and the expectations of scenarios know both kinds by name, as \`metric\` or \`metric{labels}\` (\`expect\` gives labels by themselves).
What is computed is read from \`pods.csv\`, \`nodes.csv\` and \`summary.csv\` of a run, over the part that it measures.
`;
