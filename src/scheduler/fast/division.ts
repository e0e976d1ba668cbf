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
  const add = (key: string): void => {
    if (!keys.includes(key)) keys.push(key);
  };
  const divide = ({ key, kind }: DomainTally): void => {
    if (kind === "shared") add(key);
    else if (kind === "mixed") isTellable = false;
  };
  tally.forEach(divide);
  // These ask whether the node has the label at all.
  const ask = ({ key, kind }: DomainTally): void => {
    if (kind === "host") add(`?${key}`);
  };
  for (const one of tally.hard) ask(one);
  for (const one of tally.affinity) ask(one);
  for (const one of tally.softHost) if (one !== null) ask(one);
  for (const one of tally.softZonal) if (one.kind !== "shared") isTellable = false;
  if (keys.length > 1) keys.sort();
  return { generation: tally.generation, isTellable, keys, keysText: keys.join("\n") };
}
