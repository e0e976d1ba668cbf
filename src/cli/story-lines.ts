import type { Gating, PodStory } from "../scheduler/explain/explainer.js";
import { attemptLines } from "./attempt-lines.js";
import { countText, durationText } from "./figure-text.js";
import type { PodLife } from "./pod-lives.js";

/** More groups of attempts than this are cut in their middle: what matters is how it began and ended. */
const MAX_RUNS = 6;
const FIRST_RUNS = 2;

/** Who waits longer for the first attempt has a right to hear of it. */
const LONG_IN_QUEUE_SECONDS = 1;

/** What the scheduler decided about a pod, in the order of time, and what would help. */
export function storyLines(
  story: PodStory,
  gating: Gating | undefined,
  { node, finishedMicros }: PodLife,
): readonly string[] {
  const lines: string[] = queueLines(story, gating).flatMap((line) => ["", line]);
  const runs = runsOf(story);
  const isCut = runs.length > MAX_RUNS;
  for (const [index, run] of runs.entries()) {
    const fromEnd = runs.length - index;
    if (isCut && index >= FIRST_RUNS && fromEnd > MAX_RUNS - FIRST_RUNS) {
      if (index === FIRST_RUNS) lines.push("", leftOutText(runs));
      continue;
    }
    lines.push("", ...attemptLines(run, { count: run.count, priority: story.priority }));
  }
  if (node === "" && Number.isNaN(finishedMicros)) {
    lines.push(
      "",
      "It is tried again when something changes that may help it, or after 5 minutes.",
    );
  }
  if (story.advice.length === 0) return lines;
  const isPlaced = node !== "";
  lines.push("", isPlaced ? "What would have helped, when it last failed" : "What would help");
  lines.push(...story.advice.map((sentence) => `  - ${sentence}`));
  return lines;
}

/** What it did before its first attempt, where that took long. */
function queueLines(
  { attempts, createdMicros }: PodStory,
  gating: Gating | undefined,
): readonly string[] {
  const firstMicros = attempts[0]?.timeMicros ?? createdMicros;
  const lines = gating === undefined ? [] : [gatingText(gating)];
  // Of a pod of a snapshot nobody knows how often it was tried before.
  if (gating === undefined && createdMicros < 0) return lines;
  const seconds = (firstMicros - (gating?.untilMicros ?? createdMicros)) / 1e6;
  if (seconds > LONG_IN_QUEUE_SECONDS) {
    const when = gating === undefined ? "For the first" : "For the next";
    lines.push(`${when} ${durationText(seconds)} it was in the queue, behind other pods.`);
  }
  return lines;
}

/** How long its gates, or claims that are not made yet, held it. */
export function gatingText({ gates, untilMicros }: Gating): string {
  if (gates.length === 0) {
    return untilMicros === null
      ? "A claim of devices that it names (a ResourceClaim, or one made from its template) is not there, and the scheduler does not look at it before."
      : `Its claims of devices were there ${durationText(untilMicros / 1e6)} after the start; the scheduler does not look at it before.`;
  }
  const one = gates.length === 1;
  const held = `Its scheduling gate${one ? "" : "s"} (${gates.join(", ")}) held it back`;
  return untilMicros === null
    ? `${held}, and nobody took ${one ? "it" : "them"} away.`
    : `${held} until ${durationText(untilMicros / 1e6)}; the scheduler does not look at a pod that has one.`;
}

interface Run {
  readonly first: PodStory["attempts"][number];
  last: PodStory["attempts"][number];
  count: number;
}

/** Attempts in a row that found the same, and came to the same, are told once. */
function runsOf(story: PodStory): readonly Run[] {
  const runs: Run[] = [];
  let key = "";
  for (const attempt of story.attempts) {
    const { timeMicros: _, number: __, bindingFailure, ...found } = attempt;
    const next = JSON.stringify([found, bindingFailure?.message]);
    const run = runs.at(-1);
    if (run !== undefined && next === key) {
      run.last = attempt;
      run.count += 1;
      continue;
    }
    key = next;
    runs.push({ first: attempt, last: attempt, count: 1 });
  }
  return runs;
}

function leftOutText(runs: readonly Run[]): string {
  const left = runs.slice(FIRST_RUNS, runs.length - (MAX_RUNS - FIRST_RUNS));
  const attempts = left.reduce((sum, { count }) => sum + count, 0);
  const from = durationText(left[0]!.first.timeMicros / 1e6);
  const to = durationText(left.at(-1)!.last.timeMicros / 1e6);
  return `(${countText(attempts, "attempt")} from ${from} to ${to} left out)`;
}
