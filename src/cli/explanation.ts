import type { TimeMicros } from "../base/time.js";
import { keyOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { World } from "../scenario/assemble/world.js";
import type { Explainer, PodStory } from "../scheduler/explain/explainer.js";
import { priorityText } from "../scheduler/explain/priority-text.js";
import { attemptLines } from "./attempt-lines.js";
import { countText, durationText } from "./figure-text.js";
import { livesOf, nearestPods, type PodLife, waitMicros, wasThereBefore } from "./pod-lives.js";

/** More groups of attempts than this are cut in their middle: what matters is how it began and ended. */
const MAX_RUNS = 6;
const FIRST_RUNS = 2;

/** Who waits longer for the first attempt has a right to hear of it. */
const LONG_IN_QUEUE_SECONDS = 1;

/** What `--explain` tells of a run. */
export interface Explanation {
  readonly text: string;
  /** False when no pod of the run had such a name. */
  readonly isMatched: boolean;
}

/**
 * Why a pod waited and what would help, for people who do not know the scheduler. Of several pods that
 * match the one that waited longest is told.
 */
export function explain(
  world: World,
  explainer: Explainer,
  pods: () => Iterable<PodLife>,
): Explanation {
  const { pattern } = explainer;
  const endMicros = world.now;
  const lives = livesOf(pods(), pattern);
  const life = longest(lives, endMicros);
  if (life === null) return { text: unmatchedText(pods(), pattern), isMatched: false };
  const story = storyOf(explainer, life);
  const pod = world.ground.store.table("Pod").find(life.namespace, life.name);
  const lines = [
    `${keyOf(life.namespace, life.name)}${ofPriority(story, pod)}, ${createdText(life)}: ${fateText(life, endMicros)}`,
    ...(lives.length > 1 ? [othersText(lives, endMicros)] : []),
    ...(story === undefined
      ? ["", ...untoldLines(world, explainer, life, pod)]
      : storyLines(story, life)),
  ];
  return { text: `${lines.join("\n")}\n`, isMatched: true };
}

function longest(lives: readonly PodLife[], endMicros: TimeMicros): PodLife | null {
  let found: PodLife | null = null;
  for (const life of lives) {
    if (found === null || waitMicros(life, endMicros) > waitMicros(found, endMicros)) found = life;
  }
  return found;
}

/** Another pod may have had the name before, or after. */
function storyOf(explainer: Explainer, life: PodLife): PodStory | undefined {
  const key = keyOf(life.namespace, life.name);
  return explainer.stories.find(
    ({ pod, createdMicros }) => pod === key && createdMicros === life.createdMicros,
  );
}

function unmatchedText(pods: Iterable<PodLife>, pattern: string): string {
  const nearest = nearestPods(pods, pattern);
  if (nearest.length === 0) return `No pod is called ${pattern}: the run had no pods.\n`;
  const hint = nearest.join(", ");
  return `No pod of the run is called ${pattern}; the nearest ${nearest.length === 1 ? "name is" : "names are"} ${hint}.\n`;
}

function ofPriority(story: PodStory | undefined, pod: PodVersion | undefined): string {
  const priority = story?.priority ?? pod?.spec.priority;
  return priority === undefined ? "" : `, priority ${priorityText(priority)}`;
}

function createdText({ createdMicros }: PodLife): string {
  return createdMicros < 0
    ? `created ${durationText(-createdMicros / 1e6)} before the run began`
    : `created at ${durationText(createdMicros / 1e6)}`;
}

function fateText(life: PodLife, endMicros: TimeMicros): string {
  const { node, boundMicros, finishedMicros } = life;
  const time = durationText(waitMicros(life, endMicros) / 1e6);
  if (wasThereBefore(life)) return `was on ${node} when the run began`;
  if (!Number.isNaN(boundMicros)) return `placed on ${node} after ${time}`;
  if (Number.isNaN(finishedMicros)) return `still pending at the end of the run, after ${time}`;
  return `deleted at ${durationText(finishedMicros / 1e6)} without ever having had a node, after ${time}`;
}

function othersText(lives: readonly PodLife[], endMicros: TimeMicros): string {
  const pending = lives.filter(
    ({ node, finishedMicros }) => node === "" && Number.isNaN(finishedMicros),
  ).length;
  const waited = lives.some((life) => waitMicros(life, endMicros) >= 0);
  const still =
    pending === 0 ? "" : `, of which ${pending} still ${pending === 1 ? "waits" : "wait"}`;
  const which = waited ? "the one that waited longest" : "the first";
  return `(${countText(lives.length, "pod")} match${still}; this is ${which})`;
}

function storyLines(story: PodStory, { node, finishedMicros }: PodLife): readonly string[] {
  const lines: string[] = [];
  const queued = ((story.attempts[0]?.timeMicros ?? 0) - story.createdMicros) / 1e6;
  // Of a pod of a snapshot nobody knows how often it was tried before.
  if (queued > LONG_IN_QUEUE_SECONDS && story.createdMicros >= 0) {
    const time = durationText(queued);
    lines.push(
      "",
      `For the first ${time} it was in the queue: behind other pods, or held by its gates.`,
    );
  }
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
  for (const { timeMicros, message } of story.failedBindings) {
    const at = durationText(timeMicros / 1e6);
    lines.push("", `At ${at} the decision could not be carried out: ${message}`);
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

interface Run {
  readonly first: PodStory["attempts"][number];
  last: PodStory["attempts"][number];
  count: number;
}

/** Attempts in a row that found the same are told once. */
function runsOf(story: PodStory): readonly Run[] {
  const runs: Run[] = [];
  let key = "";
  for (const attempt of story.attempts) {
    const { timeMicros: _, number: __, ...found } = attempt;
    const next = JSON.stringify(found);
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

/** A pod about which the scheduler has decided nothing, or nothing that was followed. */
function untoldLines(
  world: World,
  explainer: Explainer,
  life: PodLife,
  pod: PodVersion | undefined,
): readonly string[] {
  if (wasThereBefore(life)) {
    return [
      "It is a pod of the state that the run started from: nothing was decided about it here.",
    ];
  }
  if (!Number.isNaN(life.boundMicros)) {
    if (explainer.isFull) {
      return [
        `More pods match ${explainer.pattern} than are followed: ask for this one by its name.`,
      ];
    }
    return [
      "The scheduler was not asked: whoever made the pod, or another scheduler, named its node.",
    ];
  }
  if (pod === undefined || pod.nodeName !== "") {
    return ["The scheduler had not come to it by then."];
  }
  return ["What would help", `  - ${whyUnseen(world, explainer, pod)}`];
}

/** Why the scheduler has not even looked at a pod that has no node. */
function whyUnseen(world: World, explainer: Explainer, pod: PodVersion): string {
  const { schedulerName = "", schedulingGates = [] } = pod.spec;
  if (!world.scheduler.frameworks.has(schedulerName)) {
    const names = [...world.scheduler.frameworks.keys()].join(", ");
    return `No scheduler answers to its schedulerName "${schedulerName}"; there is ${names}.`;
  }
  if (schedulingGates.length > 0) {
    const names = schedulingGates.map(({ name }) => name).join(", ");
    return `Its scheduling gates (${names}) hold it back: whoever set them must remove them.`;
  }
  return explainer.isFull
    ? `More pods match ${explainer.pattern} than are followed: ask for this one by its name.`
    : "The scheduler has not come to it yet: other pods are before it in the queue.";
}
