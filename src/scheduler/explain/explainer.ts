import { assert } from "../../base/assert.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { adviceFor } from "./advice.js";
import type { Attempt } from "./attempt.js";
import type { Decision, DecisionObserver, DecisionTrace } from "./decision-observer.js";
import { describeAttempt, ScoreColumns } from "./describe-attempt.js";
import { isPassing } from "./passing.js";
import { PodQuery } from "./pod-query.js";

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

/** What is wrong with what is asked for; null for a good {@link PodQuery}. */
export function podPatternProblem(text: string): string | null {
  const query = PodQuery.parse(text);
  return typeof query === "string" ? query : null;
}

/** Records each decision about the pods that are asked about. */
export class Explainer implements DecisionObserver {
  private readonly byUid = new Map<string, OpenStory>();
  private readonly gatingByUid = new Map<string, Gating>();
  private hasLeftOut = false;
  readonly query: PodQuery;

  /** `pattern`: the text of a good query. */
  constructor(readonly pattern: string) {
    const query = PodQuery.parse(pattern);
    assert(typeof query !== "string", () => `${pattern} asks about no pods`);
    this.query = query;
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
    // What holds back a pod that was tried already is its own preemption.
    if (!isHeld || this.byUid.has(pod.uid) || this.gatingByUid.size >= MAX_PODS) return;
    if (!this.query.matchesPod(pod)) return;
    this.gatingByUid.set(pod.uid, {
      pod: `${pod.namespace}/${pod.name}`,
      createdMicros: pod.creationTimeMicros,
      gates: (pod.spec.schedulingGates ?? []).map(({ name }) => name),
      untilMicros: null,
    });
  }

  trace(pod: PodVersion): DecisionTrace | null {
    if (!this.query.matchesPod(pod)) return null;
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
