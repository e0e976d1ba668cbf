import type { PodRecords } from "./pod-records.js";

/** How many pods were last refused for a reason; a pod refused for several counts for each. */
export interface RefusalTally {
  readonly reason: string;
  readonly pods: number;
  /** Of those, the pods that were never bound. */
  readonly unbound: number;
}

/**
 * Counts the reasons in the last refusal of each pod, the most frequent first. Reasons that differ only
 * by what they name in quotes count as one, with `"…"` for the names.
 */
export function tallyRefusals(records: PodRecords): readonly RefusalTally[] {
  const tallies = new Map<string, { reason: string; pods: number; unbound: number }>();
  for (let record = 0; record < records.count; record += 1) {
    const refusal = records.refusalOf(record);
    if (refusal === "") continue;
    const unbound = records.isBound(record) ? 0 : 1;
    for (const reason of refusalReasons(refusal)) {
      const alike = withoutNames(reason);
      const tally = tallies.get(alike) ?? { reason, pods: 0, unbound: 0 };
      if (tally.reason !== reason) tally.reason = alike;
      tally.pods += 1;
      tally.unbound += unbound;
      tallies.set(alike, tally);
    }
  }
  return [...tallies.values()].sort((a, b) => b.pods - a.pods || (a.reason < b.reason ? -1 : 1));
}

/**
 * The reasons in a scheduler's message without their numbers of nodes: `0/3 nodes are available:
 * 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …` gives the two before the full stop.
 * A message of another form is its own reason.
 */
export function refusalReasons(refusal: string): readonly string[] {
  const match = /^0\/\d+ nodes are available: (.*)$/s.exec(refusal);
  if (match === null) return [refusal];
  const reasons = match[1]!.replace(/\.? preemption: .*$/s, "").replace(/\.$/, "");
  const parts = reasons.split(/, (?=\d+ )/).map((part) => part.replace(/^\d+ /, ""));
  return [...new Set(parts)];
}

/** The reason without what it names in quotes. */
export function withoutNames(reason: string): string {
  return reason.replaceAll(/"[^"]*"/g, '"…"');
}
