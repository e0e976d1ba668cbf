import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { own } from "../../base/own.js";
import { type Distribution, distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { BehaviorEntry, BehaviorMatch } from "./behavior-entry.js";
import type { UsageOverTime } from "./usage-over-time.js";

const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

/** An entry that is ready to be drawn from. */
export interface Behavior {
  readonly match: BehaviorMatch;
  readonly imageBytes: number | null;
  readonly imageMissing: boolean;
  readonly sandboxMicros: Distribution | null;
  readonly neverStarts: string | null;
  readonly ready: "never" | Distribution | null;
  readonly startMicros: Distribution | null;
  readonly run: "forever" | Distribution | null;
  readonly exitCodes: readonly number[];
  readonly stopMicros: Distribution | null;
  readonly cpuMillis: Distribution | null;
  readonly memoryBytes: Distribution | null;
  readonly diskBytes: Distribution | null;
  readonly processes: Distribution | null;
  readonly cpuOverTime: UsageOverTime | null;
  readonly memoryOverTime: UsageOverTime | null;
  readonly crashMicros: Distribution | null;
  readonly unhealthy: {
    readonly afterMicros: Distribution | null;
    readonly forMicros: Distribution | null;
  } | null;
  readonly postStart: {
    readonly takesMicros: Distribution | null;
    readonly fails: boolean;
  } | null;
}

type Container = PodSpec["containers"][number];

/** What was found for pods of one template: they share spec and labels. */
interface Resolved {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly namespace: string;
  /** The entries that may decide: those before the last one ask for more than the template tells. */
  readonly byContainer: Map<string, readonly Behavior[]>;
}

/** Finds the first entry that matches a container, once for all pods of a template. */
export class BehaviorIndex {
  private readonly behaviors: readonly Behavior[];
  private readonly resolved = new WeakMap<PodSpec, Resolved>();
  private readonly found = new Set<Behavior>();
  /** Of an entry that is for the first pods only: their UIDs. */
  private readonly firstPods = new Map<Behavior, Set<string>>();

  constructor(entries: readonly BehaviorEntry[]) {
    this.behaviors = entries.map(behaviorOf);
  }

  /** Whether any entry has containers use what changes over time. */
  get hasUsageOverTime(): boolean {
    return this.behaviors.some((one) => one.cpuOverTime !== null || one.memoryOverTime !== null);
  }

  /** Entries that match some containers only, and have decided for none so far, by their index. */
  unmatched(): readonly number[] {
    return [...this.behaviors.entries()]
      .filter(([, behavior]) => matchesSome(behavior.match) && !this.found.has(behavior))
      .map(([index]) => index);
  }

  indexOf(behavior: Behavior): number {
    return this.behaviors.indexOf(behavior);
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
    let candidates = found.byContainer.get(container.name);
    if (candidates === undefined) {
      candidates = this.candidates(pod, container);
      found.byContainer.set(container.name, candidates);
    }
    const behavior = candidates.find((one) => this.isFor(one, pod)) ?? null;
    if (behavior !== null) this.found.add(behavior);
    return behavior;
  }

  private candidates(pod: PodVersion, container: Container): readonly Behavior[] {
    const init = isPlainInit(pod.spec, container);
    const fitting = this.behaviors.filter((b) => matches(b.match, pod, { container, init }));
    const last = fitting.findIndex(({ match }) => !asksMore(match));
    return last < 0 ? fitting : fitting.slice(0, last + 1);
  }

  /** What an entry asks beyond the template: of the pod itself. */
  private isFor(behavior: Behavior, pod: PodVersion): boolean {
    const { node, names, first } = behavior.match;
    if (node !== null && node !== pod.nodeName) return false;
    if (names !== null && !names.includes(pod.name)) return false;
    if (first === null) return true;
    const pods = this.firstPods.get(behavior) ?? new Set();
    this.firstPods.set(behavior, pods);
    if (pods.has(pod.uid)) return true;
    if (pods.size >= first || pod.nodeName === "") return false;
    pods.add(pod.uid);
    return true;
  }
}

/** False for an entry that is for every container. */
function matchesSome(match: BehaviorMatch): boolean {
  const { labels, ...others } = match;
  return Object.keys(labels).length > 0 || Object.values(others).some((one) => one !== null);
}

function asksMore({ node, names, first }: BehaviorMatch): boolean {
  return node !== null || names !== null || first !== null;
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
  const index = own(pod.annotations, COMPLETION_INDEX);
  if (match.indexes !== null && !match.indexes.some((one) => index === `${one}`)) return false;
  if (match.image !== null && match.image !== of.container.image) return false;
  return Object.entries(match.labels).every(([key, value]) => own(pod.labels, key) === value);
}

function behaviorOf(entry: BehaviorEntry): Behavior {
  const { match, imageBytes, imageMissing, neverStarts, ready, run, exitCodes } = entry;
  return {
    match,
    imageBytes,
    imageMissing,
    exitCodes,
    neverStarts,
    sandboxMicros: distribution(entry.sandboxMicros),
    ready: ready === "never" ? ready : distribution(ready),
    run: run === "forever" ? run : distribution(run),
    startMicros: distribution(entry.startMicros),
    stopMicros: distribution(entry.stopMicros),
    cpuMillis: distribution(entry.cpuMillis),
    memoryBytes: distribution(entry.memoryBytes),
    diskBytes: distribution(entry.diskBytes),
    processes: distribution(entry.processes),
    cpuOverTime: entry.cpuOverTime,
    memoryOverTime: entry.memoryOverTime,
    crashMicros: distribution(entry.crashMicros),
    unhealthy: entry.unhealthy && {
      afterMicros: distribution(entry.unhealthy.afterMicros),
      forMicros: distribution(entry.unhealthy.forMicros),
    },
    postStart: entry.postStart && {
      takesMicros: distribution(entry.postStart.takesMicros),
      fails: entry.postStart.fails,
    },
  };
}

function distribution(spec: DistributionSpec | null): Distribution | null {
  return spec === null ? null : distributionOf(spec);
}
