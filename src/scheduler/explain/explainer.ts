import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { adviceFor } from "./advice.js";
import type { Attempt } from "./attempt.js";
import type { Decision, DecisionObserver, DecisionTrace } from "./decision-observer.js";
import { describeAttempt, ScoreColumns } from "./describe-attempt.js";
import { isPassing } from "./passing.js";

/** The first so many pods that match are followed: a pattern of more asks about none in particular. */
const MAX_PODS = 200;

/** Everything that the scheduler decided about one pod. */
export interface PodStory {
  readonly pod: string;
  readonly priority: number;
  readonly createdMicros: TimeMicros;
  readonly attempts: readonly Attempt[];
  /** Sentences about what would have helped at the last attempt that failed. */
  readonly advice: readonly string[];
}

/** A pod that its scheduling gates kept from the queue. */
export interface Gating {
  readonly pod: string;
  readonly createdMicros: TimeMicros;
  /** Their names, of those that it had at first. */
  readonly gates: readonly string[];
  /** Null while they hold. */
  untilMicros: TimeMicros | null;
}

interface OpenStory extends PodStory {
  readonly attempts: Attempt[];
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
  private readonly gatingByUid = new Map<string, Gating>();
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

  get gatings(): readonly Gating[] {
    return [...this.gatingByUid.values()];
  }

  atGate(pod: PodVersion, isHeld: boolean, timeMicros: TimeMicros): void {
    const known = this.gatingByUid.get(pod.uid);
    if (known !== undefined) {
      if (!isHeld) known.untilMicros ??= timeMicros;
      return;
    }
    if (!isHeld || this.gatingByUid.size >= MAX_PODS) return;
    if (!this.matches(pod.namespace, pod.name)) return;
    this.gatingByUid.set(pod.uid, {
      pod: `${pod.namespace}/${pod.name}`,
      createdMicros: pod.creationTimeMicros,
      gates: (pod.spec.schedulingGates ?? []).map(({ name }) => name),
      untilMicros: null,
    });
  }

  trace(pod: PodVersion): DecisionTrace | null {
    if (!this.matches(pod.namespace, pod.name)) return null;
    const story = this.byUid.get(pod.uid) ?? this.begin(pod);
    return story === null ? null : new Recording(story);
  }

  bindingFailed(pod: PodVersion, message: string, timeMicros: TimeMicros): void {
    const attempts = this.byUid.get(pod.uid)?.attempts;
    const last = attempts?.pop();
    if (last !== undefined) attempts?.push({ ...last, bindingFailure: { timeMicros, message } });
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
    if (decision.outcome.kind === "scheduled") {
      this.story.advice = this.story.advice.filter((sentence) => !isPassing(sentence));
    }
  }
}
