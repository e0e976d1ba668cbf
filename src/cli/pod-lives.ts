import { keyOf } from "../api/object-version.js";
import { lettersApart } from "../base/near-name.js";
import type { TimeMicros } from "../base/time.js";
import type { PodQuery } from "../scheduler/explain/pod-query.js";

/** What became of a pod of a run; times are NaN where that did not happen. */
export interface PodLife {
  readonly namespace: string;
  readonly name: string;
  /** `Kind/name` of its controller; empty for none. */
  readonly owner: string;
  /** Its node; empty if it never had one. */
  readonly node: string;
  readonly createdMicros: TimeMicros;
  readonly boundMicros: TimeMicros;
  /** Its first container began. */
  readonly startedMicros: TimeMicros;
  /** Ended, or was gone. */
  readonly finishedMicros: TimeMicros;
  readonly phase: string;
  /** Of its end, in a word; empty if nobody gave one. */
  readonly reason: string;
  /** How often the scheduler tried to place it. */
  readonly attempts: number;
}

export function livesOf(pods: Iterable<PodLife>, query: PodQuery): readonly PodLife[] {
  const lives: PodLife[] = [];
  for (const life of pods) if (query.matches(life)) lives.push(life);
  return lives;
}

/** How long it waited for its node, or waits; of one that had its node before the run, nothing. */
export function waitMicros(life: PodLife, endMicros: TimeMicros): TimeMicros {
  const { createdMicros, boundMicros, finishedMicros, node } = life;
  if (wasThereBefore(life)) return -1;
  if (!Number.isNaN(boundMicros)) return boundMicros - createdMicros;
  if (node !== "") return 0;
  return (Number.isNaN(finishedMicros) ? endMicros : finishedMicros) - createdMicros;
}

/** Whether it had its node when the run began. */
export function wasThereBefore({ createdMicros, boundMicros, node }: PodLife): boolean {
  return node !== "" && createdMicros < 0 && !(boundMicros >= 0);
}

const MAX_NEAREST = 3;

/** Patterns of pods that there were and whose names come nearest to one that matched none. */
export function nearestPods(
  pods: Iterable<PodLife>,
  { text: asked, kind, name, hasNamespace }: PodQuery,
): readonly string[] {
  const patterns = new Set<string>();
  for (const life of pods) patterns.add(keyOf(hasNamespace ? life.namespace : "", patternOf(life)));
  const wanted = (kind === "Pod" ? asked : name).replaceAll("*", "");
  const near = [...patterns].map((text) => ({
    text,
    apart: lettersApart(wanted, text.replace(/\*$/, "")),
  }));
  return near
    .sort((a, b) => a.apart - b.apart || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_NEAREST)
    .map(({ text }) => text);
}

/** `web-*` for pods that have a Deployment's name before their own words. */
function patternOf({ name, owner }: PodLife): string {
  const [kind, maker = ""] = owner.split("/");
  if (kind === undefined || maker === "" || !name.startsWith(`${maker}-`)) return name;
  const end = kind === "ReplicaSet" ? maker.lastIndexOf("-") : -1;
  return `${end > 0 ? maker.slice(0, end) : maker}-*`;
}
