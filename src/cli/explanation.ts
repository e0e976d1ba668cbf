import type { PodVersion } from "../api/pod-version.js";
import type { World } from "../scenario/assemble/world.js";
import { type Explainer, type PodStory, podPattern } from "../scheduler/explain/explainer.js";
import { attemptLines } from "./attempt-lines.js";
import { countText, durationText } from "./figure-text.js";

/** A pod of the pattern, with what was decided about it; without attempts if nobody looked at it. */
interface Subject {
  readonly story: PodStory;
  /** As it is at the end; undefined once it is gone. */
  readonly pod: PodVersion | undefined;
}

/**
 * Why a pod waited and what would help, for people who do not know the scheduler. Of several pods that
 * match the one that waits at the end, or waited longest, is told.
 */
export function explanationText(world: World, explainer: Explainer): string {
  const subjects = subjectsOf(world, explainer);
  const endMicros = world.now;
  const waits = subjects.map((subject) => ({ subject, wait: waitOf(subject, endMicros) }));
  const [first] = waits.sort((a, b) => b.wait.seconds - a.wait.seconds);
  if (first === undefined) {
    return `No pod matched ${explainer.pattern} while the scheduler was at work.\n`;
  }
  const { subject, wait } = first;
  const { story } = subject;
  const lines = [
    `${story.pod}, priority ${story.priority}, created at ${durationText(story.createdMicros / 1e6)}: ${wait.text}`,
  ];
  if (subjects.length > 1) {
    lines.push(`(of ${countText(subjects.length, "pod")} that match, the one that waited longest)`);
  }
  lines.push(...bodyLines(world, subject));
  return `${lines.join("\n")}\n`;
}

function bodyLines(world: World, { story, pod }: Subject): readonly string[] {
  if (story.attempts.length === 0 && pod !== undefined) {
    return ["", "What would help", `  - ${whyUnseen(world, pod)}`];
  }
  const lines: string[] = [];
  for (const run of runsOf(story)) lines.push("", ...attemptLines(run, run.count));
  for (const { timeMicros, message } of story.failedBindings) {
    lines.push(
      "",
      `At ${durationText(timeMicros / 1e6)} the decision could not be kept: ${message}`,
    );
  }
  if (story.advice.length > 0) {
    const isBound = pod !== undefined && pod.nodeName !== "";
    lines.push("", isBound ? "What would have helped, when it last failed" : "What would help");
    lines.push(...story.advice.map((sentence) => `  - ${sentence}`));
  }
  return lines;
}

/** Attempts in a row that found the same are told once. */
function runsOf(story: PodStory) {
  type Attempt = PodStory["attempts"][number];
  const runs: { first: Attempt; last: Attempt; count: number }[] = [];
  let key = "";
  for (const attempt of story.attempts) {
    const { timeMicros: _, number: __, ...found } = attempt;
    const isSame = JSON.stringify(found) === key;
    const run = runs.at(-1);
    if (run !== undefined && isSame) {
      run.last = attempt;
      run.count += 1;
      continue;
    }
    key = JSON.stringify(found);
    runs.push({ first: attempt, last: attempt, count: 1 });
  }
  return runs;
}

function subjectsOf(world: World, explainer: Explainer): readonly Subject[] {
  const matches = podPattern(explainer.pattern);
  const alive = new Map<string, PodVersion>();
  for (const pod of world.ground.store.table("Pod")) {
    if (matches(pod.namespace, pod.name)) alive.set(`${pod.namespace}/${pod.name}`, pod);
  }
  const told = explainer.stories.map((story) => ({ story, pod: alive.get(story.pod) }));
  const seen = new Set(told.map(({ story }) => story.pod));
  const unseen = [...alive.values()]
    .filter((pod) => pod.nodeName === "" && !seen.has(`${pod.namespace}/${pod.name}`))
    .map((pod) => ({ story: emptyStory(pod), pod }));
  return [...told, ...unseen];
}

function emptyStory(pod: PodVersion): PodStory {
  return {
    pod: `${pod.namespace}/${pod.name}`,
    priority: pod.spec.priority ?? 0,
    createdMicros: pod.creationTimeMicros,
    attempts: [],
    failedBindings: [],
    advice: [],
  };
}

function waitOf({ story, pod }: Subject, endMicros: number) {
  const last = story.attempts.at(-1);
  const isPending = pod !== undefined && pod.nodeName === "";
  const until = isPending ? endMicros : (last?.timeMicros ?? endMicros);
  const seconds = (until - story.createdMicros) / 1e6;
  const time = durationText(seconds);
  if (isPending) return { seconds, text: `still pending at the end, after ${time}` };
  if (last?.result === "scheduled") {
    return { seconds, text: `placed on ${last.chosen} after ${time}, at attempt ${last.number}` };
  }
  return { seconds, text: `gone without a node; last tried after ${time}` };
}

/** Why the scheduler has not even looked at a pod that has no node. */
function whyUnseen(world: World, pod: PodVersion): string {
  const { schedulerName = "", schedulingGates = [] } = pod.spec;
  if (!world.scheduler.frameworks.has(schedulerName)) {
    const names = [...world.scheduler.frameworks.keys()].join(", ");
    return `No scheduler answers to its schedulerName "${schedulerName}"; there is ${names}.`;
  }
  if (schedulingGates.length > 0) {
    const names = schedulingGates.map(({ name }) => name).join(", ");
    return `Its scheduling gates (${names}) hold it back; whoever set them must remove them.`;
  }
  return "The scheduler has not come to it yet: other pods are before it in the queue.";
}
