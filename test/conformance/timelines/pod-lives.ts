import type { RecordedChange } from "./timeline-file.js";

export type Moment =
  | "created"
  | "unschedulable"
  | "nominated"
  | "bound"
  | "running"
  | "ready"
  | "finished"
  | "deleting"
  | "gone";

/** The life of one pod: when what happened to it, and whom it belongs to. */
export interface PodLife {
  readonly name: string;
  /** `web/r1`, `db`, `agent`, `work`: its direct owner. */
  readonly owner: string;
  /** `web`: the first owner of all. */
  readonly top: string;
  /** `r1`; null where its workload has none. */
  readonly revision: string | null;
  readonly times: Partial<Record<Moment, number>>;
}

export type StepFunction = readonly (readonly [number, number])[];

interface Now {
  phase: unknown;
  ready: unknown;
  node: unknown;
  deleting: unknown;
}

/** The pods of a record: their lives, and how many of each workload were what at each time. */
export class PodLives {
  readonly lives: PodLife[] = [];
  private readonly now = new Map<string, { readonly life: PodLife; readonly now: Now }>();
  /** By `<top> <series>`. */
  private readonly counts = new Map<string, number>();
  private readonly steps = new Map<string, [number, number][]>();

  constructor(changes: readonly RecordedChange[]) {
    for (const change of changes) if (change[2] === "Pod") this.take(change);
  }

  /** How many of the workload's pods are so, from when on; 0 before. */
  series(top: string, name: string): StepFunction {
    return this.steps.get(`${top} ${name}`) ?? [];
  }

  /** `pods` and `terminating` together. */
  withTerminating(top: string): StepFunction {
    return this.series(top, "all");
  }

  private take([t, verb, , name, delta]: RecordedChange): void {
    if (verb === "event") return;
    if (verb === "add") {
      const life = lifeOf(name, delta);
      life.times.created = t;
      this.lives.push(life);
      this.now.set(name, { life, now: { phase: "", ready: false, node: null, deleting: false } });
    }
    const pod = this.now.get(name);
    if (pod === undefined) return;
    this.count(pod.life, pod.now, -1);
    if (verb === "del") {
      pod.life.times.gone = t;
      this.now.delete(name);
    } else {
      Object.assign(pod.now, delta);
      mark(pod.life.times, t, pod.now, delta);
      this.count(pod.life, pod.now, 1);
    }
    this.settle(pod.life.top, t);
  }

  private count({ top, revision }: PodLife, now: Now, by: 1 | -1): void {
    if (now.phase === "") return;
    for (const name of seriesOf(now, revision)) {
      const key = `${top} ${name}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + by);
    }
  }

  private settle(top: string, t: number): void {
    for (const [key, count] of this.counts) {
      if (!key.startsWith(`${top} `)) continue;
      const steps = this.steps.get(key) ?? [];
      if (steps.length === 0) this.steps.set(key, steps);
      if ((steps.at(-1)?.[1] ?? 0) !== count) steps.push([t, count]);
    }
  }
}

function seriesOf(now: Now, revision: string | null): readonly string[] {
  const finished = now.phase === "Succeeded" || now.phase === "Failed";
  if (now.deleting === true) return ["terminating", "all"];
  if (finished) return [now.phase === "Failed" ? "failed" : "succeeded"];
  return [
    "pods",
    "all",
    ...(now.ready === true ? ["ready"] : []),
    ...(now.node === null ? ["unbound"] : []),
    ...(revision === null ? [] : [`pods of ${revision}`]),
  ];
}

function mark(
  times: PodLife["times"],
  t: number,
  now: Now,
  delta: Readonly<Record<string, unknown>>,
): void {
  if (delta.unscheduled) times.unschedulable ??= t;
  if (delta.nominated) times.nominated ??= t;
  if (delta.node) times.bound ??= t;
  if (delta.phase === "Running") times.running ??= t;
  if (delta.ready === true) times.ready ??= t;
  if (delta.phase === "Succeeded" || delta.phase === "Failed") times.finished ??= t;
  if (now.deleting === true) times.deleting ??= t;
}

function lifeOf(name: string, delta: Readonly<Record<string, unknown>>): PodLife {
  const plain = name.replace(/#\d+$/, "");
  const owner = ownerOf(plain);
  const [top = owner, part = ""] = owner.split("/");
  const revision = /^r\d+$/.test(part) ? part : ((delta.revision as string | null) ?? null);
  return { name, owner, top, revision, times: {} };
}

function ownerOf(name: string): string {
  if (name.includes("@")) return name.slice(0, name.indexOf("@"));
  if (name.includes("[")) return name.slice(0, name.indexOf("["));
  if (/\/p\d+$/.test(name)) return name.replace(/\/p\d+$/, "");
  return name.replace(/-\d+$/, "");
}
