import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { adviceFor } from "./advice.js";
import type { Attempt } from "./attempt.js";
import type { Decision, DecisionObserver, DecisionTrace } from "./decision-observer.js";
import { describeAttempt, ScoreColumns } from "./describe-attempt.js";

/** The first so many pods that match are followed: a pattern of more asks about none in particular. */
const MAX_PODS = 200;

/** Everything that the scheduler decided about one pod. */
export interface PodStory {
  readonly pod: string;
  readonly priority: number;
  readonly createdMicros: TimeMicros;
  readonly attempts: readonly Attempt[];
  /** Decisions that could not be carried out. */
  readonly failedBindings: readonly {
    readonly timeMicros: TimeMicros;
    readonly message: string;
  }[];
  /** Sentences about what would have helped at the last attempt that failed. */
  readonly advice: readonly string[];
}

interface OpenStory extends PodStory {
  readonly attempts: Attempt[];
  readonly failedBindings: { timeMicros: TimeMicros; message: string }[];
  advice: readonly string[];
}

const PATTERN = /^(?:([a-z0-9.*-]+)\/)?([a-z0-9.*-]+)$/;

/** What is wrong with a pattern of pods; null for a good one. */
export function podPatternProblem(pattern: string): string | null {
  if (PATTERN.test(pattern)) return null;
  const name = pattern.split("/").at(-1);
  const ofKind = /^(?:[^/]+\/)?[A-Z][A-Za-z]*\/[^/]+$/.test(pattern);
  return ofKind && name !== undefined
    ? `expected a pod: those of an object have names that begin with its own, so write ${name}-*`
    : "expected the name of a pod, or namespace/name; a * stands for any characters, as in shop/web-*";
}

/** A test of names: `namespace/name` or a name, where `*` stands for any characters. */
export function podPattern(pattern: string): (namespace: string, name: string) => boolean {
  const slash = pattern.indexOf("/");
  const isNamespace = slash < 0 ? () => true : glob(pattern.slice(0, slash));
  const isName = glob(pattern.slice(slash + 1));
  return (namespace, name) => isNamespace(namespace) && isName(name);
}

/** The parts between the stars have to be there in their order, the outer ones at the ends. */
function glob(pattern: string): (text: string) => boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Records each decision about the pods whose name matches. */
export class Explainer implements DecisionObserver {
  private readonly byUid = new Map<string, OpenStory>();
  private hasLeftOut = false;
  private readonly matches: (namespace: string, name: string) => boolean;

  constructor(readonly pattern: string) {
    this.matches = podPattern(pattern);
  }

  /** Whether more pods matched than are followed. */
  get isFull(): boolean {
    return this.hasLeftOut;
  }

  /** In the order of the pods' first attempts. */
  get stories(): readonly PodStory[] {
    return [...this.byUid.values()];
  }

  trace(pod: PodVersion): DecisionTrace | null {
    if (!this.matches(pod.namespace, pod.name)) return null;
    const story = this.byUid.get(pod.uid) ?? this.begin(pod);
    return story === null ? null : new Recording(story);
  }

  bindingFailed(pod: PodVersion, message: string, timeMicros: TimeMicros): void {
    this.byUid.get(pod.uid)?.failedBindings.push({ timeMicros, message });
  }

  private begin(pod: PodVersion): OpenStory | null {
    if (this.byUid.size >= MAX_PODS) {
      this.hasLeftOut = true;
      return null;
    }
    const story: OpenStory = {
      pod: `${pod.namespace}/${pod.name}`,
      priority: pod.spec.priority ?? 0,
      createdMicros: pod.creationTimeMicros,
      attempts: [],
      failedBindings: [],
      advice: [],
    };
    this.byUid.set(pod.uid, story);
    return story;
  }
}

class Recording extends ScoreColumns implements DecisionTrace {
  constructor(private readonly story: OpenStory) {
    super();
  }

  decided(decision: Decision): void {
    this.story.attempts.push(describeAttempt(decision, this));
    if (decision.outcome.kind === "unschedulable") this.story.advice = adviceFor(decision);
  }
}
