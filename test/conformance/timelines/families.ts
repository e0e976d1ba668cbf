import { passedOf, type TimelineResult } from "./run.js";
import type { TimelineFile } from "./timeline-file.js";

/** What a recording is about, by the first word of its name. */
const FAMILIES: Readonly<Record<string, string>> = {
  burst: "rollouts",
  crash: "rollouts",
  recreate: "rollouts",
  rollout: "rollouts",
  spread: "rollouts",
  drain: "drains",
  evict: "drains",
  node: "failures of nodes and zones",
  taint: "failures of nodes and zones",
  zone: "failures of nodes and zones",
  sts: "StatefulSets",
  ds: "DaemonSets",
  job: "Jobs",
  cron: "CronJobs",
  preemption: "preemption",
  unschedulable: "preemption",
  hpa: "HPA",
  quota: "quota",
  namespace: "namespaces",
  cascade: "cascades",
};

export interface FamilyFigures {
  readonly family: string;
  readonly files: number;
  /** Files without a failing fact. */
  readonly cleanFiles: number;
  readonly passed: number;
  readonly facts: number;
  /** Of the milestones' times: how far they are from the recorded medians, in seconds. */
  readonly medianErrorSeconds: number;
  readonly largestErrorSeconds: number;
  /** Share of the milestones' times that lie where the repetitions lie. */
  readonly withinSpread: number;
}

export function familyOf({ name }: Pick<TimelineFile, "name">): string {
  const [first = name] = name.split("-");
  return FAMILIES[first] ?? first;
}

/** The figures of each family, and those of all that is not the HPA's together. */
export function figuresByFamily(
  results: readonly (readonly [Pick<TimelineFile, "name">, TimelineResult])[],
): readonly FamilyFigures[] {
  const families = [
    ...new Set([...Object.values(FAMILIES), ...results.map(([file]) => familyOf(file))]),
  ];
  const rows = families.flatMap((family) => {
    const own = results.filter(([file]) => familyOf(file) === family).map(([, result]) => result);
    return own.length === 0 ? [] : [figuresOf(family, own)];
  });
  const others = results.filter(([file]) => familyOf(file) !== "HPA").map(([, result]) => result);
  return others.length === 0 ? rows : [...rows, figuresOf("all but HPA", others)];
}

function figuresOf(family: string, results: readonly TimelineResult[]): FamilyFigures {
  const facts = results.flatMap((result) => result.facts);
  const timed = facts.filter(({ errorSeconds }) => errorSeconds !== undefined);
  const errors = timed.map(({ errorSeconds = 0 }) => Math.abs(errorSeconds)).sort((a, b) => a - b);
  const within = timed.filter(({ isWithinSpread }) => isWithinSpread === true).length;
  return {
    family,
    files: results.length,
    cleanFiles: results.filter((result) => passedOf(result) === result.facts.length).length,
    passed: facts.filter(({ passed }) => passed).length,
    facts: facts.length,
    medianErrorSeconds: errors[Math.floor(errors.length / 2)] ?? 0,
    largestErrorSeconds: errors.at(-1) ?? 0,
    withinSpread: timed.length === 0 ? 1 : within / timed.length,
  };
}

/** `Jobs: 201 of 206 facts (97.6 %), 9 of 11 files without a failing one; …`. */
export function figuresText(figures: FamilyFigures): string {
  const { family, passed, facts, cleanFiles, files } = figures;
  const share = (part: number, whole: number) =>
    `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  return (
    `${family}: ${passed} of ${facts} facts (${share(passed, facts)}), ` +
    `${cleanFiles} of ${files} files without a failing one; times off by ` +
    `${figures.medianErrorSeconds.toFixed(3)} s (median), ` +
    `${figures.largestErrorSeconds.toFixed(3)} s (largest), ` +
    `${share(figures.withinSpread, 1)} where the repetitions lie`
  );
}
