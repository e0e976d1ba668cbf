import { describe, expect, it } from "vitest";
import { formatIssue, formatNote } from "../../src/scenario/issue.js";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import type { LoadOutcome } from "../../src/scenario/load/loaded-scenario.js";
import { memoryFiles } from "./memory-files.js";

const POD = "{ kind: Pod, spec: { containers: [{ name: main, image: i }] } }";

function load(spec: string, until?: string): Promise<LoadOutcome> {
  const text = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: ends }
spec:
  cluster: { nodePools: [{ name: general, nodes: 2, capacity: { cpu: "4", memory: 8Gi } }] }
${spec}`;
  const files = memoryFiles({ "s.yaml": text });
  return loadScenario("s.yaml", {
    files,
    dataFolder: "d",
    ...(until === undefined ? {} : { until }),
  });
}

const generator = (more: string): string =>
  `  generators: [{ name: web, ${more}, template: ${POD} }]\n`;
const COMING = generator("arrivals: { at: [1m] }");
const drainAt = (at: string): string => `  timeline: [{ at: ${at}, drain: { node: general-1 } }]\n`;

describe("what is planned for after the end of the run is noted", () => {
  it.each([
    {
      what: "a step of the timeline",
      spec: `  duration: 1h\n${COMING}${drainAt("2h")}`,
      notes: [
        's.yaml:8:20: note: spec.timeline[0].at: the run ends at 1h: this step, drain of Node/general-1, never happens (found "2h")',
      ],
    },
    {
      what: "no step at the very end",
      spec: `  duration: 1h\n${COMING}${drainAt("1h")}`,
      notes: [],
    },
    {
      what: "a step that a shorter --until cuts off",
      spec: `  duration: 1h\n${COMING}${drainAt("50m")}`,
      until: "2m30s",
      notes: [expect.stringContaining("the run ends at 2m30s: this step")],
    },
    {
      what: "no step of a run until idle",
      spec: `  until: idle\n${COMING}${drainAt("2h")}`,
      notes: [],
    },
    {
      what: "a step after the latest end of a run until idle",
      spec: `  until: idle\n  duration: 1h\n${COMING}${drainAt("2h")}`,
      notes: [expect.stringContaining("the run ends at 1h")],
    },
    {
      what: "steps on a target, on a pool, on neither",
      spec: `  duration: 1h\n${COMING}  timeline:
    - { at: 2h, label: { target: Node/general-0, labels: { a: b } } }
    - { at: 2h, addNodes: { pool: general, count: 1 } }
    - { at: 2h, apply: { apiVersion: v1, kind: Namespace, metadata: { name: x } } }\n`,
      notes: [
        expect.stringContaining("this step, label of Node/general-0, never"),
        expect.stringContaining("this step, addNodes of general, never"),
        expect.stringContaining("this step, apply, never"),
      ],
    },
    {
      what: "arrivals of a generator",
      spec: `  duration: 1h\n${generator("arrivals: { at: [1m, 2h, 3h] }")}`,
      notes: [
        's.yaml:7:45: note: spec.generators[0].arrivals.at: the run ends at 1h: 2 of the 3 arrivals of the generator web come later, and never happen (found ["1m","2h","3h"])',
      ],
    },
    {
      what: "a generator that begins later",
      spec: `  duration: 1h\n${generator("from: 2h, arrivals: { every: 1m }")}`,
      notes: [
        's.yaml:7:35: note: spec.generators[0].from: the run ends at 1h: the generator web makes nothing (found "2h")',
      ],
    },
    {
      what: "and so is an expectation of a metric that there is not",
      spec: `  duration: 1h\n  expect: [{ metric: pods_creatd_count, is: "== 1" }]\n${COMING}`,
      notes: [
        's.yaml:7:22: note: spec.expect[0].metric: no metric has that name; the nearest is pods_created_count: it cannot hold (found "pods_creatd_count")',
      ],
    },
    {
      what: "the end of what is measured",
      spec: `  duration: 1h\n  measure: { to: 2h }\n${COMING}`,
      notes: [
        's.yaml:7:18: note: spec.measure.to: the run ends at 1h, and what is measured ends there too (found "2h")',
      ],
    },
  ])("$what", async ({ spec, until, notes }) => {
    const outcome = await load(spec, until);
    if (outcome.outcome !== "loaded") throw new Error(JSON.stringify(outcome));
    expect(outcome.loaded.notes.map(formatNote)).toEqual(notes);
  });
});

describe("an end that cannot be is refused", () => {
  it.each([
    {
      what: "--until 0s",
      spec: `  duration: 1h\n${COMING}`,
      until: "0s",
      issue: "--until 0s: expected a duration longer than 0",
    },
    {
      what: "--until before what is measured",
      spec: `  duration: 1h\n  measure: { from: 10m }\n${COMING}`,
      until: "5m",
      issue:
        's.yaml:7:20: spec.measure.from: must be earlier than the end of the run, which is 5m by --until (found "10m")',
    },
    {
      what: "a step that repeats for ever in a run until idle",
      spec: `  until: idle\n${COMING}  timeline: [{ at: 1h, every: 1h, cordon: { node: general-0 } }]\n`,
      issue:
        's.yaml:8:31: spec.timeline[0].every: never ends: expected `until` here, or a `duration` of the run (found "1h")',
    },
    {
      what: "a step that repeats more often than can be told",
      spec: `  duration: 1h\n${COMING}  timeline: [{ at: 30m, every: 1us, cordon: { node: general-0 } }]\n`,
      issue:
        's.yaml:8:32: spec.timeline[0].every: repeats this step 1800000001 times, at most 100000 are taken: expected a longer one (found "1us")',
    },
    {
      what: "a time series of more rows than anybody can hold",
      spec: `  duration: 365d\n  metrics: { every: 1s }\n${COMING}`,
      issue:
        's.yaml:7:21: spec.metrics.every: cuts 365d into 31536000 intervals, at most 1000000 are taken: expected a longer one (found "1s")',
    },
  ])("$what", async ({ spec, until, issue }) => {
    const outcome = await load(spec, until);
    const issues = outcome.outcome === "refused" ? outcome.issues.map(formatIssue) : [];
    expect(issues).toEqual([issue]);
  });
});
