import { own } from "../../base/own.js";
import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { BehaviorEntry, BehaviorMatch } from "./behavior-entry.js";

const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

/** An entry that is ready to be drawn from. */
export interface Behavior {
  readonly match: BehaviorMatch;
  readonly imageBytes: number | null;
  readonly imageMissing: boolean;
  readonly startMicros: Distribution | null;
  readonly run: "forever" | Distribution | null;
  readonly exitCodes: readonly number[];
  readonly stopMicros: Distribution | null;
  readonly cpuMillis: Distribution | null;
  readonly memoryBytes: Distribution | null;
  readonly crashMicros: Distribution | null;
}

type Container = PodSpec["containers"][number];

/** What was found for pods of one template: they share spec and labels. */
interface Resolved {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly namespace: string;
  readonly byContainer: Map<string, Behavior | null>;
}

/** Finds the first entry that matches a container, once for all pods of a template. */
export class BehaviorIndex {
  private readonly behaviors: readonly Behavior[];
  private readonly resolved = new WeakMap<PodSpec, Resolved>();
  private readonly found = new Set<Behavior>();

  constructor(entries: readonly BehaviorEntry[]) {
    this.behaviors = entries.map(behaviorOf);
  }

  /** Entries that match some containers only, and have decided for none so far, by their index. */
  unmatched(): readonly number[] {
    return [...this.behaviors.entries()]
      .filter(([, behavior]) => matchesSome(behavior.match) && !this.found.has(behavior))
      .map(([index]) => index);
  }

  find(pod: PodVersion, container: Container): Behavior | null {
    if (this.behaviors.length === 0) return null;
    let found = this.resolved.get(pod.spec);
    const { labels, annotations, namespace } = pod;
    const isKnown = found?.labels === labels && found.annotations === annotations;
    if (found === undefined || !isKnown || found.namespace !== namespace) {
      found = { labels, annotations, namespace, byContainer: new Map() };
      this.resolved.set(pod.spec, found);
    }
    let behavior = found.byContainer.get(container.name);
    if (behavior === undefined) {
      const init = isPlainInit(pod.spec, container);
      behavior = this.behaviors.find((b) => matches(b.match, pod, { container, init })) ?? null;
      if (behavior !== null) this.found.add(behavior);
      found.byContainer.set(container.name, behavior);
    }
    return behavior;
  }
}

/** False for an entry that is for every container. */
function matchesSome({ namespace, labels, container, index }: BehaviorMatch): boolean {
  const namesOne = namespace !== null || container !== null || index !== null;
  return namesOne || Object.keys(labels).length > 0;
}

/** An init container that ends before the next one starts, as against a sidecar. */
function isPlainInit(spec: PodSpec, container: Container): boolean {
  if (container.restartPolicy === "Always") return false;
  return (spec.initContainers ?? []).some((init) => init.name === container.name);
}

function matches(
  match: BehaviorMatch,
  pod: PodVersion,
  of: { readonly container: Container; readonly init: boolean },
): boolean {
  if (match.namespace !== null && match.namespace !== pod.namespace) return false;
  if (match.container === null ? of.init : match.container !== of.container.name) return false;
  if (match.index !== null && own(pod.annotations, COMPLETION_INDEX) !== `${match.index}`) {
    return false;
  }
  return Object.entries(match.labels).every(([key, value]) => own(pod.labels, key) === value);
}

function behaviorOf(entry: BehaviorEntry): Behavior {
  const { match, imageBytes, imageMissing, run, exitCodes } = entry;
  return {
    match,
    imageBytes,
    imageMissing,
    exitCodes,
    run: run === "forever" ? run : distribution(run),
    startMicros: distribution(entry.startMicros),
    stopMicros: distribution(entry.stopMicros),
    cpuMillis: distribution(entry.cpuMillis),
    memoryBytes: distribution(entry.memoryBytes),
    crashMicros: distribution(entry.crashMicros),
  };
}

function distribution(spec: DistributionSpec | null): Distribution | null {
  return spec === null ? null : distributionOf(spec);
}
