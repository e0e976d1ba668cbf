import type { ClassTally } from "./class-tally.js";
import type { DomainTally } from "./domain-tally.js";

/** How the rules of a class divide the nodes, as long as its tally has this generation. */
export interface Division {
  readonly generation: number;
  /** False where a rule needs what is not kept. */
  readonly isTellable: boolean;
  /** Keys whose values divide the nodes; `?key` where only its presence matters. Sorted. */
  readonly keys: readonly string[];
  readonly keysText: string;
}

export function divisionOf(tally: ClassTally): Division {
  const keys: string[] = [];
  let isTellable = true;
  for (const { key, kind } of tally.byKey) {
    if (kind === "shared") add(keys, key);
    else if (kind === "mixed") isTellable = false;
  }
  askForLabels(tally.hard, keys);
  askForLabels(tally.affinity, keys);
  askForLabels(tally.softHost, keys);
  for (const { kind } of tally.softZonal) if (kind !== "shared") isTellable = false;
  if (keys.length > 1) keys.sort();
  return { generation: tally.generation, isTellable, keys, keysText: textOf(keys) };
}

/** Rules whose domains are single nodes ask whether the node has the label at all. */
function askForLabels(tallies: readonly (DomainTally | null)[], keys: string[]): void {
  for (const one of tallies) if (one !== null && one.kind === "host") add(keys, `?${one.key}`);
}

function add(keys: string[], key: string): void {
  if (!keys.includes(key)) keys.push(key);
}

function textOf(keys: readonly string[]): string {
  return keys.length === 1 ? keys[0]! : keys.join("\n");
}
