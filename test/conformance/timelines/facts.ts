import { PodLives, type StepFunction } from "./pod-lives.js";
import type { EvictionRecord } from "./recording.js";
import type { RecordedChange } from "./timeline-file.js";

/** What a record says, by the names that recordings give to facts. */
export type Facts = ReadonlyMap<string, unknown>;

type State = Record<string, unknown>;

/** Reads the facts of a record. */
export class FactReader {
  private readonly facts = new Map<string, unknown>();
  private readonly states = new Map<string, State>();
  private readonly counts = new Map<string, number>();
  private readonly tops = new Map<string, string>();
  readonly pods: PodLives;

  constructor(
    changes: readonly RecordedChange[],
    evictions: readonly EvictionRecord[],
    private readonly stepOfDrain: ReadonlyMap<string, number>,
  ) {
    this.pods = new PodLives(changes);
    for (const change of changes) this.take(change);
    this.takePods();
    this.takeEvictions(evictions);
  }

  read(): Facts {
    return this.facts;
  }

  /** `Deployment`: the kind of a workload of that name. */
  kindOf(top: string): string | undefined {
    return this.tops.get(top);
  }

  private take([t, verb, kind, name, delta]: RecordedChange): void {
    if (verb === "event") {
      const owner = kind === "Pod" ? podEventName(name) : name;
      const fact = `events ${String(delta.type)} ${String(delta.reason)} on ${kind}/${owner}`;
      // An Event that is told again counts one more.
      this.facts.set(fact, ((this.facts.get(fact) as number | undefined) ?? 0) + 1);
      return;
    }
    if (kind === "Pod") return;
    const label = `${kind}/${name}`;
    if (verb === "del") {
      this.facts.set(`${label}: gone`, t);
      return;
    }
    const before: State = this.states.get(label) ?? {};
    const now: State = { ...before, ...delta };
    this.states.set(label, now);
    if (verb === "add") {
      if (WORKLOADS.has(kind) && !name.includes("/")) this.tops.set(name, kind);
      if (kind === "Job") this.facts.set(`${label}: created`, t);
    }
    if (now.deleting === true && before.deleting !== true) {
      this.facts.set(`${label}: deletion asked`, t);
    }
    this.takeConditions(label, t, { before, delta });
    this.takeOfKind(kind, label, { t, before, now, verb });
  }

  private takeConditions(
    label: string,
    t: number,
    { before, delta }: { readonly before: State; readonly delta: State },
  ): void {
    for (const [field, value] of Object.entries(delta)) {
      if (!field.startsWith("cond.") || before[field] === value || value === null) continue;
      this.numbered(`${label}: ${field.slice("cond.".length)}=${String(value)}`, t);
    }
  }

  private takeOfKind(
    kind: string,
    label: string,
    { t, before, now, verb }: { t: number; before: State; now: State; verb: "add" | "mod" },
  ): void {
    const turned = (test: (state: State) => boolean) =>
      test(now) && (verb === "add" || !test(before));
    const changed = (field: string) => verb === "add" || differs(before[field], now[field]);
    switch (kind) {
      case "Deployment":
        if (turned(isComplete)) this.counted(`${label}: complete`, t);
        return;
      case "DaemonSet":
        if (turned(isDaemonComplete)) this.counted(`${label}: complete`, t);
        return;
      case "StatefulSet":
        if (turned(isAllReady)) this.counted(`${label}: all ready`, t);
        if (verb === "mod" && before.rolledOut === false && now.rolledOut === true) {
          this.numbered(`${label}: current revision is the updated one`, t);
        }
        return;
      case "ReplicaSet":
        if (changed("spec.replicas")) this.listed(`${label}: sizes`, now["spec.replicas"]);
        return;
      case "HorizontalPodAutoscaler":
        if (changed("desired")) {
          const desired = now.desired ?? 0;
          this.listed(`${label}: desired`, desired);
          const change = this.count(`${label}: desired`);
          this.facts.set(`${label}: desired ${String(desired)} (change ${change})`, t);
        }
        return;
      case "PodDisruptionBudget":
        if (changed("disruptionsAllowed")) {
          this.listed(`${label}: disruptionsAllowed`, now.disruptionsAllowed ?? 0);
        }
        return;
      case "CronJob":
        if (changed("active")) this.listed(`${label}: active`, now.active);
        return;
      case "Job":
        for (const field of ["succeeded", "failed", "completedIndexes", "failedIndexes"]) {
          if (now[field] ?? null) this.facts.set(`${label}: ${field} at last`, now[field]);
        }
        return;
      case "Namespace":
        if (changed("phase") && now.phase === "Terminating") {
          this.facts.set(`${label}: Terminating`, t);
        }
        return;
      case "ResourceQuota":
        if (now.used) {
          const { pods } = now.used as { readonly pods?: string };
          this.facts.set(`${label}: used at last`, pods);
        }
        return;
      case "Node":
        if (verb === "mod") this.takeNode(label, t, before, now);
    }
  }

  private takeNode(label: string, t: number, before: State, now: State): void {
    if (differs(before.taints, now.taints)) {
      const taints = [...((now.taints as readonly string[]) ?? [])].sort();
      const text = taints.length === 0 ? "none" : taints.join(",");
      this.facts.set(`${label}: taints ${text} (${this.count(`${label}: taints`)})`, t);
      const had = (before.taints as readonly string[] | undefined) ?? [];
      const UNREACHABLE = "unreachable:NoExecute";
      if (taints.includes(UNREACHABLE) && !had.includes(UNREACHABLE)) {
        this.facts.set(`node ${this.count("any tainted")} (any) gets ${UNREACHABLE}`, t);
      }
    }
    if (differs(before.ready, now.ready)) {
      this.facts.set(`${label}: Ready=${String(now.ready)} (${this.count(`${label}: Ready`)})`, t);
    }
  }

  private takePods(): void {
    for (const [top, kind] of this.tops) {
      const label = `${kind}/${top}`;
      const lives = this.pods.lives.filter((life) => life.top === top);
      const number = (test: (life: (typeof lives)[number]) => boolean) => lives.filter(test).length;
      this.facts.set(`${label}: pods created`, lives.length);
      this.facts.set(
        `${label}: pods that became ready`,
        number(({ times }) => times.ready !== undefined),
      );
      this.facts.set(
        `${label}: pods deleted`,
        number(({ times }) => times.deleting !== undefined || times.gone !== undefined),
      );
      for (const revision of new Set(lives.map((life) => life.revision))) {
        if (revision === null) continue;
        this.facts.set(
          `${label}: pods created of ${revision}`,
          number((life) => life.revision === revision),
        );
      }
      this.facts.set(`${label}: most pods`, most(this.pods.series(top, "pods")));
      this.facts.set(`${label}: most terminating`, most(this.pods.series(top, "terminating")));
      this.facts.set(
        `${label}: most pods, terminating included`,
        most(this.pods.withTerminating(top)),
      );
      this.takeFewest(label, top);
    }
  }

  /** From each time that the workload was complete until it is deleted. */
  private takeFewest(label: string, top: string): void {
    const end = this.facts.get(`${label}: deletion asked`) ?? this.facts.get(`${label}: gone`);
    for (let k = 1; ; k++) {
      const from = this.facts.get(`${label}: complete #${k}`) as number | undefined;
      if (from === undefined) return;
      const steps = this.pods.series(top, "ready");
      const until = (end as number | undefined) ?? Number.POSITIVE_INFINITY;
      const during = steps.filter(([t]) => t > from && t < until).map(([, count]) => count);
      const fewest = Math.min(valueAt(steps, from), ...during);
      this.facts.set(`${label}: fewest ready after complete #${k}`, fewest);
    }
  }

  private takeEvictions(evictions: readonly EvictionRecord[]): void {
    const groups = new Map<string, EvictionRecord[]>();
    const add = (name: string, record: EvictionRecord) =>
      groups.set(name, [...(groups.get(name) ?? []), record]);
    for (const record of evictions) {
      add(record.by === null ? "evict" : `drain ${record.by}`, record);
      add("", record);
    }
    for (const [group, records] of groups) {
      const isAny = group === "";
      const before = isAny ? "" : `${group}: `;
      const after = isAny ? ", by any" : "";
      const of = (what: EvictionRecord["what"]) => records.filter((one) => one.what === what);
      this.facts.set(`${before}evictions granted${after}`, of("granted").length);
      this.facts.set(`${before}evictions refused${after}`, of("refused").length);
      for (const [n, { t }] of of("granted").entries()) {
        this.facts.set(`${before}eviction ${n + 1} granted${after}`, t);
      }
      if (isAny) continue;
      for (const [n, { t }] of of("noticed").entries()) {
        this.facts.set(`${before}pod ${n + 1} gone`, t);
      }
    }
    for (const { t, by, what } of evictions) {
      if (what !== "done" && what !== "given up") continue;
      this.facts.set(`step ${this.stepOfDrain.get(by ?? "")} (drain): ${what}`, t);
    }
  }

  private numbered(name: string, t: number): void {
    const k = this.count(name);
    this.facts.set(k === 1 ? name : `${name} #${k}`, t);
  }

  private counted(name: string, t: number): void {
    this.facts.set(`${name} #${this.count(name)}`, t);
  }

  private listed(name: string, value: unknown): void {
    this.facts.set(name, [...((this.facts.get(name) as unknown[] | undefined) ?? []), value]);
  }

  private count(name: string): number {
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    return count;
  }
}

const WORKLOADS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "ReplicationController",
]);

function isComplete(state: State): boolean {
  const wanted = state["spec.replicas"] ?? 0;
  return (
    state.observed === state.generation &&
    [state.replicas, state.updatedReplicas, state.availableReplicas].every(
      (count) => (count ?? 0) === wanted,
    )
  );
}

function isDaemonComplete(state: State): boolean {
  const wanted = state.desiredNumberScheduled ?? 0;
  return (
    state.observed === state.generation &&
    [state.updatedNumberScheduled, state.numberAvailable].every((count) => (count ?? 0) === wanted)
  );
}

function isAllReady(state: State): boolean {
  const wanted = state["spec.replicas"] ?? 0;
  return (
    state.observed === state.generation &&
    [state.replicas, state.readyReplicas].every((count) => (count ?? 0) === wanted)
  );
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);
}

function most(steps: StepFunction): number {
  return Math.max(0, ...steps.map(([, count]) => count));
}

export function valueAt(steps: StepFunction, t: number): number {
  let value = 0;
  for (const [at, count] of steps) {
    if (at > t) break;
    value = count;
  }
  return value;
}

/** Events of pods count by owner, save those of a StatefulSet's pods, whose names stay. */
function podEventName(name: string): string {
  const plain = name.replace(/#\d+$/, "");
  if (plain.includes("@")) return plain.slice(0, plain.indexOf("@"));
  if (plain.includes("[")) return plain.slice(0, plain.indexOf("["));
  return plain.replace(/\/p\d+$/, "");
}
