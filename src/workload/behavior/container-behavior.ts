import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { parseBytes, parseCpuMillis } from "../../api/quantity.js";
import type { TimeMicros } from "../../base/time.js";
import type { Distribution } from "../../kernel/distribution.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import type { ObjectStore } from "../../store/object-store.js";
import type { BehaviorDefaults, BehaviorEntry } from "./behavior-entry.js";
import { type Behavior, BehaviorIndex } from "./behavior-index.js";
import { entityOrdinal } from "./entity-ordinal.js";
import { PodOrdinals } from "./pod-ordinals.js";
import type { PodRun, PodRunSource } from "./pod-run.js";
import { PodRunSources } from "./pod-run-sources.js";
import { type SteadyUsage, SteadyUsages } from "./steady-usage.js";
import type { UsageCurve, UsageOverTime } from "./usage-over-time.js";

export interface ContainerBehaviorOptions {
  readonly store: ObjectStore;
  readonly streams: RandomStreams;
  /** The first that matches a container decides. */
  readonly entries: readonly BehaviorEntry[];
  readonly defaults: BehaviorDefaults;
  /** How often what changes over time is told anew to those who measure. */
  readonly usageEveryMicros: TimeMicros;
}

interface Span {
  readonly fromMicros: TimeMicros;
  readonly toMicros: TimeMicros;
}

/** What one run of a container will do, told when it starts. */
interface ContainerRun {
  readonly startMicros: TimeMicros;
  readonly readyMicros: TimeMicros | null | undefined;
  readonly runMicros: TimeMicros | null;
  readonly exitCode: number;
  readonly reason: string | undefined;
  readonly unhealthy:
    | { readonly afterMicros: TimeMicros; readonly forMicros: TimeMicros | null }
    | undefined;
  readonly postStart: { readonly takesMicros: TimeMicros; readonly fails: boolean } | undefined;
  readonly assumed: boolean;
}

/** Whose run it is: the container of a pod, and how many it had before. */
interface RunKey {
  readonly pod: PodVersion;
  readonly container: Container;
  readonly ordinal: number;
}

const CRASH_EXIT_CODE = 1;

/**
 * What containers do, for the kubelets that ask: as whoever made the pod says (traces, generators),
 * else as the first matching entry, else by default. Draws are keyed by the pod's owner and its
 * number within it, the container and the number of the run: the same under every policy.
 */
export class ContainerBehavior {
  private readonly index: BehaviorIndex;
  private readonly ordinals: PodOrdinals;
  private readonly sources = new PodRunSources();
  /** By row: the pod there whose containers have been counted. */
  private readonly counted: string[] = [];
  private readonly steady = new SteadyUsages((pod, container) => this.steadyUsage(pod, container));
  private defaultContainers = 0;

  /** To be made before the first pod is stored: it counts the pods of each owner. */
  constructor(private readonly options: ContainerBehaviorOptions) {
    this.index = new BehaviorIndex(options.entries);
    this.ordinals = new PodOrdinals(options.store);
  }

  /** Adds a part of the workload that knows what its own pods do. */
  addSource(source: PodRunSource): void {
    this.sources.add(source);
  }

  /** Entries, by their index, whose match has decided for no container so far. */
  get unmatchedEntries(): readonly number[] {
    return this.index.unmatched();
  }

  /** Containers that were started and of which nobody says what they do. */
  get defaultContainersCount(): number {
    return this.defaultContainers;
  }

  /** What the run with that number (0: the first) of the container does. */
  containerRun(
    pod: PodVersion,
    container: Container,
    init: boolean,
    ordinal: number,
  ): ContainerRun {
    const behavior = this.index.find(pod, container);
    const made = init ? null : this.podRun(pod);
    this.countDefaults(pod);
    const of: RunKey = { pod, container, ordinal };
    const startMicros =
      made?.startMicros ??
      this.drawn(behavior?.startMicros, "start", of) ??
      this.options.defaults.startMicros;
    const runMicros = this.runMicros(pod, container, { init, ordinal, behavior, made });
    const codes = behavior?.exitCodes ?? [];
    const exitCode = codes[ordinal] ?? codes.at(-1) ?? this.options.defaults.exitCode;
    const crash = this.drawn(behavior?.crashMicros, "crash", of);
    const crashes = crash !== null && (runMicros === null || startMicros + crash < runMicros);
    return {
      startMicros,
      readyMicros: this.readyMicros(behavior, of),
      runMicros: crashes ? startMicros + crash : runMicros,
      exitCode: crashes ? CRASH_EXIT_CODE : exitCode,
      reason: crashes ? "Error" : undefined,
      unhealthy: this.unhealthy(behavior, of),
      postStart: this.postStart(behavior, of),
      assumed: !crashes && !saysHowItEnds(behavior, made),
    };
  }

  /** From SIGTERM until the container has ended. */
  stopMicros(pod: PodVersion, container: Container): TimeMicros {
    const behavior = this.index.find(pod, container);
    return (
      this.podRun(pod)?.stopMicros ??
      this.drawn(behavior?.stopMicros, "stop", { pod, container, ordinal: 0 }) ??
      this.options.defaults.stopMicros
    );
  }

  /** From when the pod is on its node until its first container may start. */
  sandboxMicros(pod: PodVersion): TimeMicros {
    const container = pod.spec.initContainers?.[0] ?? pod.spec.containers[0]!;
    const behavior = this.index.find(pod, container);
    return this.drawn(behavior?.sandboxMicros, "sandbox", { pod, container, ordinal: 0 }) ?? 0;
  }

  /** Why the container never starts; null where it does. */
  neverStarts(pod: PodVersion, container: Container): string | null {
    return this.index.find(pod, container)?.neverStarts ?? null;
  }

  imageBytes(pod: PodVersion, container: Container): number {
    return this.index.find(pod, container)?.imageBytes ?? this.options.defaults.imageBytes;
  }

  imageMissing(pod: PodVersion, container: Container): boolean {
    return this.index.find(pod, container)?.imageMissing ?? false;
  }

  /** Which entry, by its index, decides for the container; null: none. */
  entryOf(pod: PodVersion, container: Container): number | null {
    const behavior = this.index.find(pod, container);
    return behavior === null ? null : this.index.indexOf(behavior);
  }

  /**
   * What the container uses from an instant on: of what changes over time, the mean until the next multiple
   * of `usageEveryMicros`.
   */
  usage(
    pod: PodVersion,
    container: Container,
    fromMicros: TimeMicros,
  ): { readonly cpuMillis: number; readonly memoryBytes: number } {
    const every = this.usageEveryMicros ?? 1;
    const until = (Math.floor(fromMicros / every) + 1) * every;
    const span = { fromMicros, toMicros: until };
    return {
      cpuMillis: Math.round(this.meanCpuMillis(pod, container, span)),
      memoryBytes: Math.round(this.meanMemoryBytes(pod, container, span)),
    };
  }

  /** What the container takes of its node's disk and of its processes. */
  localUsage(
    pod: PodVersion,
    container: Container,
  ): { readonly diskBytes: number; readonly processes: number } {
    const behavior = this.index.find(pod, container);
    const of = { pod, container, ordinal: 0 };
    return {
      diskBytes: this.drawn(behavior?.diskBytes, "disk", of) ?? 0,
      processes: this.drawn(behavior?.processes, "processes", of) ?? 1,
    };
  }

  /** How often usage has to be asked for anew; null: it never changes. */
  get usageEveryMicros(): TimeMicros | null {
    return this.index.hasUsageOverTime ? this.options.usageEveryMicros : null;
  }

  usageVaries(pod: PodVersion, container: Container): boolean {
    const made = this.podRun(pod);
    const behavior = this.index.find(pod, container);
    const cpu = made?.cpuMillis === undefined && (behavior?.cpuOverTime ?? null) !== null;
    return cpu || this.memoryCurve(pod, container) !== null;
  }

  /** What the container of a pod in that row uses all the time; NaN: it changes. */
  steadyCpuMillisOf(pod: PodVersion, row: number, container: Container): number {
    return this.steady.cpuMillisOf(pod, row, container);
  }

  meanCpuMillis(pod: PodVersion, container: Container, { fromMicros, toMicros }: Span): number {
    const cpuMillis = this.steady.cpuMillisOf(pod, pod.row, container);
    if (!Number.isNaN(cpuMillis)) return cpuMillis;
    const overTime = this.index.find(pod, container)!.cpuOverTime!;
    const mean = this.curveOf(pod, overTime).meanBetween(fromMicros, toMicros);
    if (overTime.of === "amount") return mean * 1_000;
    const { requests, limits } = container.resources ?? {};
    return mean * parseCpuMillis((overTime.of === "request" ? requests : limits)?.cpu ?? 0);
  }

  memoryBytesAt(pod: PodVersion, container: Container, atMicros: TimeMicros): number {
    const span = { fromMicros: atMicros, toMicros: atMicros };
    return this.meanMemoryBytes(pod, container, span);
  }

  /** From when on the container uses more memory than that; null: never, or not because it changes. */
  memoryAbove(
    pod: PodVersion,
    container: Container,
    limit: { readonly bytes: number; readonly fromMicros: TimeMicros },
  ): TimeMicros | null {
    const curve = this.memoryCurve(pod, container);
    if (curve === null) return null;
    const { unit } = curve;
    return unit === 0 ? null : curve.of.firstAbove(limit.bytes / unit, limit.fromMicros);
  }

  private meanMemoryBytes(
    pod: PodVersion,
    container: Container,
    { fromMicros, toMicros }: Span,
  ): number {
    const memoryBytes = this.steady.memoryBytesOf(pod, container);
    if (!Number.isNaN(memoryBytes)) return memoryBytes;
    const curve = this.memoryCurve(pod, container)!;
    return curve.of.meanBetween(fromMicros, toMicros) * curve.unit;
  }

  private steadyUsage(pod: PodVersion, container: Container): SteadyUsage {
    return {
      cpuMillis: this.steadyCpuMillis(pod, container),
      memoryBytes: this.steadyMemoryBytes(pod, container),
    };
  }

  private steadyCpuMillis(pod: PodVersion, container: Container): number | null {
    const behavior = this.index.find(pod, container);
    const made = this.podRun(pod)?.cpuMillis;
    if (made !== undefined) return made;
    if ((behavior?.cpuOverTime ?? null) !== null) return null;
    const drawn = this.drawn(behavior?.cpuMillis, "cpu", { pod, container, ordinal: 0 });
    const { cpuShareOfRequest } = this.options.defaults;
    const request = container.resources?.requests?.cpu ?? 0;
    return drawn ?? Math.round(parseCpuMillis(request) * cpuShareOfRequest);
  }

  private steadyMemoryBytes(pod: PodVersion, container: Container): number | null {
    const made = this.podRun(pod)?.memoryBytes;
    if (made !== undefined) return made;
    if (this.memoryCurve(pod, container) !== null) return null;
    const behavior = this.index.find(pod, container);
    const drawn = this.drawn(behavior?.memoryBytes, "memory", { pod, container, ordinal: 0 });
    const { memoryShareOfRequest } = this.options.defaults;
    const request = container.resources?.requests?.["memory"] ?? 0;
    return drawn ?? Math.round(parseBytes(request) * memoryShareOfRequest);
  }

  /** The memory over time, and how many bytes one of it is. */
  private memoryCurve(
    pod: PodVersion,
    container: Container,
  ): { readonly of: UsageCurve; readonly unit: number } | null {
    const overTime = this.index.find(pod, container)?.memoryOverTime ?? null;
    if (overTime === null || this.podRun(pod)?.memoryBytes !== undefined) return null;
    const { requests, limits } = container.resources ?? {};
    const whole = overTime.of === "request" ? requests : limits;
    const unit = overTime.of === "amount" ? 1 : parseBytes(whole?.["memory"] ?? 0);
    return { of: this.curveOf(pod, overTime), unit };
  }

  private curveOf(pod: PodVersion, { curves }: UsageOverTime): UsageCurve {
    return curves[this.ordinals.ordinalOf(pod) % curves.length]!;
  }

  private readyMicros(behavior: Behavior | null, of: RunKey): TimeMicros | null | undefined {
    const ready = behavior?.ready ?? null;
    if (ready === null) return undefined;
    return ready === "never" ? null : this.drawn(ready, "ready", of);
  }

  private unhealthy(behavior: Behavior | null, of: RunKey): ContainerRun["unhealthy"] {
    const afterMicros = this.drawn(behavior?.unhealthy?.afterMicros, "unhealthy", of);
    if (afterMicros === null) return undefined;
    return {
      afterMicros,
      forMicros: this.drawn(behavior?.unhealthy?.forMicros, "unhealthy-for", of),
    };
  }

  private postStart(behavior: Behavior | null, of: RunKey): ContainerRun["postStart"] {
    const takesMicros = this.drawn(behavior?.postStart?.takesMicros, "post-start", of);
    const fails = behavior?.postStart?.fails === true;
    return takesMicros === null && !fails ? undefined : { takesMicros: takesMicros ?? 0, fails };
  }

  private runMicros(
    pod: PodVersion,
    container: Container,
    of: {
      readonly init: boolean;
      readonly ordinal: number;
      readonly behavior: Behavior | null;
      readonly made: PodRun | null;
    },
  ): TimeMicros | null {
    if (of.made?.runMicros !== undefined) return of.made.runMicros;
    const run = of.behavior?.run ?? null;
    if (run === "forever") return null;
    if (run !== null) return this.drawn(run, "run", { pod, container, ordinal: of.ordinal });
    const { runMicros, initRunMicros } = this.options.defaults;
    if (container.restartPolicy === "Always") return null;
    if (of.init) return initRunMicros;
    return (pod.spec.restartPolicy ?? "Always") === "Always" ? null : runMicros;
  }

  /** What whoever made the pod says of it; null where nobody does. */
  podRun(pod: PodVersion): PodRun | null {
    return this.sources.runOf(pod);
  }

  private drawn(
    distribution: Distribution | null | undefined,
    field: string,
    of: RunKey,
  ): number | null {
    if (distribution === null || distribution === undefined) return null;
    const entity = `${this.ordinals.keyOf(of.pod)}/${of.container.name}/${of.ordinal}`;
    const u = this.options.streams.draw(`workload/behavior/${field}`, entityOrdinal(entity));
    return Math.min(Math.max(0, Math.round(distribution.quantile(u))), Number.MAX_SAFE_INTEGER);
  }

  private countDefaults(pod: PodVersion): void {
    if (this.counted[pod.row] === pod.uid) return;
    this.counted[pod.row] = pod.uid;
    const made = this.podRun(pod)?.runMicros !== undefined;
    for (const container of pod.spec.initContainers ?? []) {
      if (this.index.find(pod, container) === null) this.defaultContainers += 1;
    }
    for (const container of pod.spec.containers) {
      if (!made && this.index.find(pod, container) === null) this.defaultContainers += 1;
    }
  }
}

function saysHowItEnds(behavior: Behavior | null, made: PodRun | null): boolean {
  if (made?.runMicros !== undefined) return true;
  if (behavior === null) return false;
  const { run, exitCodes, crashMicros } = behavior;
  return run !== null || exitCodes.length > 0 || crashMicros !== null;
}
