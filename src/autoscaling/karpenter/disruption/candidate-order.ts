import { type Candidate, savingsRatio } from "./candidate.js";

/** By what a disruption saves for what it costs, descending; equal ones by name. */
export function bySavingsRatio(a: Candidate, b: Candidate): number {
  return savingsRatio(b) - savingsRatio(a) || byName(a, b);
}

export function byName(a: Candidate, b: Candidate): number {
  return a.node.name < b.node.name ? -1 : a.node.name > b.node.name ? 1 : 0;
}

/** One of each pool in turn, in the order in which they appear, so that no pool waits for the end of another. */
export function alternatingPools(candidates: readonly Candidate[]): readonly Candidate[] {
  const byPool = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const own = byPool.get(candidate.pool.name);
    if (own === undefined) byPool.set(candidate.pool.name, [candidate]);
    else own.push(candidate);
  }
  const queues = [...byPool.values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    queues.flatMap((queue) => queue.slice(at, at + 1)),
  ).flat();
}
