import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { adviceFor } from "./advice.js";
import type { Attempt } from "./attempt.js";
import type { Decision, DecisionObserver, DecisionTrace } from "./decision-observer.js";
import { describeAttempt, ScoreColumns } from "./describe-attempt.js";

/** More pods than this are not followed; a pattern that matches more asks about no pod in particular. */
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

/** A test of names: `namespace/name` or a name, either with a `*` at its end for any rest. */
export function podPattern(pattern: string): (namespace: string, name: string) => boolean {
  const slash = pattern.indexOf("/");
  const wantedNamespace = slash < 0 ? null : pattern.slice(0, slash);
  const wantedName = pattern.slice(slash + 1);
  const isPrefix = wantedName.endsWith("*");
  const prefix = isPrefix ? wantedName.slice(0, -1) : wantedName;
  return (namespace, name) =>
    (wantedNamespace === null || namespace === wantedNamespace) &&
    (isPrefix ? name.startsWith(prefix) : name === prefix);
}

/** Records each decision about the pods whose name matches. */
export class Explainer implements DecisionObserver {
  private readonly byUid = new Map<string, OpenStory>();
  private readonly matches: (namespace: string, name: string) => boolean;

  constructor(readonly pattern: string) {
    this.matches = podPattern(pattern);
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
    if (this.byUid.size >= MAX_PODS) return null;
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
