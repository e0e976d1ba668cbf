import { describe, expect, it } from "vitest";
import { durationText, numberText } from "../../src/cli/figure-text.js";
import { NO_EMPHASIS, type SummaryReport, summaryText } from "../../src/cli/summary-table.js";
import type { Concern } from "../../src/scenario/concerned-pods.js";
import { node, object, ownedBy, pod, readyStatus, spec } from "../record/objects.js";
import { SECOND, recorder } from "../record/recording.js";

const REFUSAL =
  "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: none.";

const concern = (fields: Partial<Concern>): Concern => ({
  kind: "Pod",
  field: "",
  effect: "placement",
  meant: "",
  objects: ["Deployment shop/web"],
  podsOf: new Set(["shop/Deployment/web"]),
  podsCount: 0,
  pods: [],
  ...fields,
});

function report(): SummaryReport {
  const r = recorder({ priceOf: () => ({ pool: "general", pricePerHourDollars: 0.192 }) });
  for (const i of [0, 1]) {
    r.objectChanged(null, node(`general-${i}`, { cpu: "4", memory: "16Gi" }), 0);
  }
  const web = { replicas: 2, selector: {}, template: {} };
  r.objectChanged(null, object("Deployment", { name: "web", uid: "d", spec: web }), 0);
  for (const i of [0, 1, 2]) {
    const created = pod({
      row: i,
      name: `web-${i}`,
      creationTimeMicros: i * SECOND,
      spec: spec({ cpu: "2", memory: "2Gi" }),
      ownerReferences: i < 2 ? ownedBy("Deployment", "web", "d") : [],
    });
    r.objectChanged(null, created, i * SECOND);
    if (i === 2) {
      r.schedulingAttempt(created, "unschedulable", i * SECOND, REFUSAL, [
        { plugin: "NodeResourcesFit", reason: "Insufficient cpu" },
      ]);
      r.event("Warning", "FailedScheduling", created, REFUSAL, i * SECOND);
      continue;
    }
    const bound = created.next({ nodeName: `general-${i}` });
    r.objectChanged(created, bound, i * SECOND + 5300);
    r.event("Normal", "Scheduled", created, "assigned", i * SECOND + 5300);
    const running = bound.next({ phase: "Running", status: readyStatus(true, 0) });
    r.objectChanged(bound, running, i * SECOND + 2_305_300);
  }
  r.timelineStep("drain", "Node/general-1", "cordoned", 600 * SECOND);
  const figures = r.finish(7200 * SECOND);
  return {
    scenario: "quickstart",
    variant: "default",
    seed: 1,
    endMicros: figures.endMicros,
    isStopped: false,
    claim: "unverified for Kubernetes 1.34",
    rows: figures.summary,
    steps: figures.steps,
    stepsCount: figures.stepsCount,
    unfinishedRollouts: figures.unfinishedRollouts,
    troubles: [],
    events: figures.events,
    refusals: figures.refusals,
    notModelled: [
      concern({ field: "spec.securityContext", effect: "none", podsCount: 1200 }),
      concern({ field: "spec.containers[].lifecycle", effect: "timing", podsCount: 2 }),
      concern({ kind: "Widget", objects: ["Widget a", "Widget b", "Widget c"], podsOf: new Set() }),
      concern({ kind: "Role", effect: "none", objects: ["Role shop/r"], podsOf: new Set() }),
    ],
    defaultContainers: 3,
    notes: [],
    path: "results/quickstart/default/seed-1",
  };
}

describe("the summary of a run", () => {
  it("reads like this", () => {
    expect(summaryText(report(), NO_EMPHASIS)).toMatchSnapshot();
  });

  it("has the same characters with emphasis, apart from the marks", () => {
    const mark = (text: string) => `<${text}>`;
    const marked = summaryText(report(), { bold: mark, dim: mark, warn: mark });
    expect(marked).toContain("<Why pods were refused>");
    expect(marked.replace(/[<>]/g, "")).toBe(summaryText(report(), NO_EMPHASIS));
  });

  it("breaks long texts between words, within their column", () => {
    const reason = Array.from({ length: 30 }, (_, i) => `word-${i}`).join(" ");
    const long = "a-long-name-of-an-app".repeat(2);
    const text = summaryText(
      {
        ...report(),
        refusals: [{ reason, pods: 3, unbound: 2 }],
        notModelled: [
          concern({ field: "spec.runtimeClassName", objects: [`Deployment shop/${long}`] }),
          concern({ field: "spec.nodeSelectr", meant: "nodeSelector" }),
        ],
        notes: [reason],
      },
      NO_EMPHASIS,
    );
    const sectionOf = (title: string) =>
      text.slice(text.indexOf(title)).split("\n\n")[0]!.split("\n");
    expect(sectionOf("Why pods were refused").slice(2)).toEqual([
      "  3 pods  word-0 word-1 word-2 word-3 word-4 word-5 word-6 word-7 word-8   2 of them never bound",
      "          word-9 word-10 word-11 word-12 word-13 word-14 word-15 word-16",
      "          word-17 word-18 word-19 word-20 word-21 word-22 word-23 word-24",
      "          word-25 word-26 word-27 word-28 word-29",
    ]);
    expect(sectionOf("Not modelled")).toEqual([
      "Not modelled",
      "  may change placement:",
      "    Pod spec.runtimeClassName                            0 pods of Deployment",
      `                                                         shop/${long}`,
      "    Pod spec.nodeSelectr (did you mean `nodeSelector`?)  0 pods of Deployment shop/web",
    ]);
    expect(sectionOf("Notes")[1]).toMatch(/^ {2}word-0 .* word-12$/);
    expect(sectionOf("Notes")[2]).toMatch(/^ {4}word-13 /);
  });

  it("leaves out what there is nothing to say about", () => {
    const empty = {
      ...report(),
      rows: recorder().finish(0).summary,
      steps: [],
      stepsCount: 0,
      events: [],
      refusals: [],
      notModelled: [],
      defaultContainers: 0,
    };
    const text = summaryText(empty, NO_EMPHASIS);
    for (const title of ["Workloads", "Timeline", "Events", "Why", "Not modelled", "Notes"]) {
      expect(text).not.toContain(`\n${title}`);
    }
    expect(text).toContain("0 created, 0 bound");
  });
});

describe("figures in words", () => {
  it.each([
    [0, "0 s"],
    [0.0053, "5.3 ms"],
    [0.9999, "1 s"],
    [1.25, "1.25 s"],
    [99.96, "1m 40s"],
    [3599.6, "1h"],
    [9000, "2h 30m"],
    [273_600, "3d 4h"],
    [Number.NaN, "–"],
  ])("a duration of %d seconds is %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it.each([
    [0, "0"],
    [0.0424, "0.042"],
    [4.6, "4.6"],
    [350.4, "350"],
    [1_234_567, "1,234,567"],
    [100, "100"],
  ])("the number %d is %s", (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});
