import { keyOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import { printable } from "../base/printable.js";
import type { TimeMicros } from "../base/time.js";
import type { Explanation } from "../experiment/run-scenario.js";
import type { World } from "../scenario/assemble/world.js";
import type { Explainer, Gating, PodStory } from "../scheduler/explain/explainer.js";
import type { PodQuery } from "../scheduler/explain/pod-query.js";
import { priorityText } from "../scheduler/explain/priority-text.js";
import { countText, durationText } from "./figure-text.js";
import { fateText, neverRanLines, unaskedLines } from "./pod-fate.js";
import { livesOf, nearestPods, type PodLife, waitMicros, wasThereBefore } from "./pod-lives.js";
import { gatingText, storyLines } from "./story-lines.js";

/**
 * Why a pod waited and what would help, for people who do not know the scheduler. Of several pods that
 * match the one that waited longest is told.
 */
export function explain(
  world: World,
  explainer: Explainer,
  pods: () => Iterable<PodLife>,
): Explanation {
  const { query } = explainer;
  const endMicros = world.now;
  const lives = livesOf(pods(), query);
  const life = longest(lives, endMicros);
  if (life === null) return { text: unmatchedText(pods(), query), isMatched: false };
  const story = ofLife(explainer.stories, life);
  const gating = ofLife(explainer.gatings, life);
  const named = world.ground.store.table("Pod").find(life.namespace, life.name);
  const pod = named?.creationTimeMicros === life.createdMicros ? named : undefined;
  const lines = [
    `${keyOf(life.namespace, life.name)}${ofPriority(story, pod)}, ${createdText(life)}: ${fateText(life, endMicros)}`,
    ...(lives.length > 1 ? [othersText(lives, endMicros)] : []),
    ...(story === undefined
      ? ["", ...untoldLines(world, explainer, { life, pod, gating })]
      : storyLines(story, gating, life)),
    ...endLines(world, { life, pod, isTold: story !== undefined }),
  ];
  return { text: `${lines.map(printable).join("\n")}\n`, isMatched: true };
}

function longest(lives: readonly PodLife[], endMicros: TimeMicros): PodLife | null {
  let found: PodLife | null = null;
  for (const life of lives) {
    if (found === null || waitMicros(life, endMicros) > waitMicros(found, endMicros)) found = life;
  }
  return found;
}

/** What is about this very pod: another may have had the name before, or after. */
function ofLife<T extends { readonly pod: string; readonly createdMicros: TimeMicros }>(
  told: readonly T[],
  life: PodLife,
): T | undefined {
  const key = keyOf(life.namespace, life.name);
  return told.find(({ pod, createdMicros }) => pod === key && createdMicros === life.createdMicros);
}

function unmatchedText(pods: Iterable<PodLife>, query: PodQuery): string {
  const nearest = nearestPods(pods, query);
  const is = query.kind === "Pod" ? "is called" : "belongs to";
  if (nearest.length === 0) return `No pod ${is} ${query.text}: the run had no pods.\n`;
  const hint = nearest.join(", ");
  return `No pod of the run ${is} ${query.text}; the nearest ${nearest.length === 1 ? "name is" : "names are"} ${hint}.\n`;
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

/** Why it never ran, of a pod that had a node in this run. */
function endLines(
  world: World,
  about: { readonly life: PodLife; readonly pod: PodVersion | undefined; readonly isTold: boolean },
): readonly string[] {
  const { life, pod, isTold } = about;
  if (wasThereBefore(life)) return [];
  const isNodeThere = world.ground.store.table("Node").find("", life.node) !== undefined;
  const lines = neverRanLines(life, { pod, isNodeThere });
  return isTold ? lines.flatMap((line) => ["", line]) : lines;
}

interface Untold {
  readonly life: PodLife;
  readonly pod: PodVersion | undefined;
  readonly gating: Gating | undefined;
}

/** A pod about which the scheduler has decided nothing, or nothing that was followed. */
function untoldLines(
  world: World,
  explainer: Explainer,
  { life, pod, gating }: Untold,
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
    return unaskedLines(life);
  }
  if (pod === undefined || pod.nodeName !== "") {
    return [
      gating === undefined ? "The scheduler had not come to it by then." : gatingText(gating),
    ];
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
