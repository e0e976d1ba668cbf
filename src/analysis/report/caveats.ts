import { counted } from "../../base/counted.js";
import type { RunResult } from "../results/read-results.js";

const FEW_SEEDS = 10;

interface NotModelled {
  readonly kind: string;
  readonly field: string;
  readonly effect: string;
  readonly podsCount: number;
}

/** Everything that limits what the runs may be taken for, each once, in sentences. */
export function caveats(runs: readonly RunResult[]): readonly string[] {
  const found = new Set<string>();
  const seeds = new Map<string, number>();
  for (const run of runs) {
    const key = `${run.scenario} ${run.variant}`;
    seeds.set(key, (seeds.get(key) ?? 0) + 1);
    for (const text of ofRun(run)) found.add(text);
  }
  const fewest = Math.min(...seeds.values());
  if (fewest === 1) found.add("One seed: nothing is known about how much chance changes it.");
  else if (fewest < FEW_SEEDS) {
    found.add(
      `${fewest} seeds: intervals rely on differences that are close to normal, and so do bands over time.`,
    );
  }
  return [...found];
}

function ofRun({ record, scenario, figures }: RunResult): string[] {
  const texts: string[] = [];
  const claim = record.claim as
    | { status?: string; nearest?: string; gates?: number; withoutRecordings?: string[] }
    | undefined;
  const version = String(record.kubernetesVersion);
  if (claim?.status === "unverified") {
    texts.push(
      `${scenario}: Kubernetes ${version} was not compared with recordings; the nearest version that was is ${claim.nearest}, with ${claim.gates} gates between.`,
    );
  }
  if (claim?.withoutRecordings !== undefined) {
    texts.push(`${scenario}: no recording has the plugins ${claim.withoutRecordings.join(", ")}.`);
  }
  for (const one of listOf<NotModelled>(record.notModelled)) {
    texts.push(
      `${scenario}: ${one.kind} ${one.field} is not modelled (effect: ${one.effect}; ${counted(one.podsCount, "pod")}).`,
    );
  }
  for (const note of listOf<string>(record.notes)) texts.push(`${scenario}: ${note}`);
  if (record.stopped === true) texts.push(`${scenario}: a run was stopped before its end.`);
  const censored = figures.get("pod_wait_censored_count")?.value ?? 0;
  if (censored > 0) {
    texts.push(
      `${scenario}: some pods were never bound; they count in mean waits with the age that they reached, so true waits are longer.`,
    );
  }
  return texts;
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
