import { dominantShare } from "./dominant-share.js";

/** Dominant resource fairness (Ghodsi and others, NSDI 2011): who gets how many tasks. */
export interface DrfOptions {
  /** By resource. */
  readonly capacity: readonly number[];
  /** By user, by resource. */
  readonly demandPerTask: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

export interface DrfResult {
  readonly tasks: readonly number[];
  readonly dominantShares: readonly number[];
  /** Users in the order in which they got their tasks; for whole tasks. */
  readonly order?: readonly number[];
}

/** What rounding may leave of a resource that is used up. */
const SLACK = 1e-9;

/** Tasks of any size: all shares grow alike by weight; a user stops when a resource that it needs is used up. */
export function drfDivisible({ capacity, demandPerTask, weights }: DrfOptions): DrfResult {
  const perTask = demandPerTask.map((demand) => dominantShare(demand, capacity).share);
  const tasks = demandPerTask.map(() => 0);
  const left = [...capacity];
  let growing = demandPerTask.map((_, i) => i).filter((i) => perTask[i]! > 0);
  while (growing.length > 0) {
    const rate = (i: number) => weights[i]! / perTask[i]!;
    const drain = capacity.map((_, r) =>
      growing.reduce((sum, i) => sum + rate(i) * demandPerTask[i]![r]!, 0),
    );
    const step = Math.min(
      ...drain.map((d, r) => (d > 0 ? left[r]! / d : Number.POSITIVE_INFINITY)),
    );
    for (const i of growing) tasks[i]! += step * rate(i);
    for (const r of left.keys()) left[r]! -= step * drain[r]!;
    growing = growing.filter((i) =>
      demandPerTask[i]!.every((need, r) => need === 0 || left[r]! > SLACK * capacity[r]!),
    );
  }
  return { tasks, dominantShares: tasks.map((count, i) => count * perTask[i]!) };
}

/**
 * Whole tasks: the next goes to the lowest share by weight, the first of equals. Where it does not fit, all stops,
 * or that user is left out from then on.
 */
export function drfWholeTasks(options: DrfOptions, whenFull: "stop" | "skip"): DrfResult {
  const { capacity, demandPerTask, weights } = options;
  const perTask = demandPerTask.map((demand) => dominantShare(demand, capacity).share);
  const tasks = demandPerTask.map(() => 0);
  const left = [...capacity];
  const order: number[] = [];
  const waiting = new Set(demandPerTask.keys());
  while (waiting.size > 0) {
    const next = lowest(waiting, (i) => (tasks[i]! * perTask[i]!) / weights[i]!);
    const need = demandPerTask[next]!;
    if (
      need.every((amount, r) => amount <= left[r]! + SLACK * capacity[r]!) &&
      perTask[next]! > 0
    ) {
      for (const [r, amount] of need.entries()) left[r]! -= amount;
      tasks[next]!++;
      order.push(next);
    } else if (whenFull === "stop") break;
    else waiting.delete(next);
  }
  return { tasks, dominantShares: tasks.map((count, i) => count * perTask[i]!), order };
}

function lowest(users: Iterable<number>, share: (user: number) => number): number {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (const user of users) {
    const value = share(user);
    if (best < 0 || value < least - SLACK * Math.abs(least)) [best, least] = [user, value];
  }
  return best;
}
