/** Of a PriorityClass that somebody may make. */
export const LOWEST_CLASS = -(2 ** 31);
export const HIGHEST_CLASS = 1_000_000_000;

const NAMES: ReadonlyMap<number, string> = new Map([
  [LOWEST_CLASS, "the lowest there is"],
  [2_000_000_000, "system-cluster-critical"],
  [2_000_001_000, "system-node-critical"],
]);

/** `500`, `2000001000 (system-node-critical)`. */
export function priorityText(priority: number): string {
  const name = NAMES.get(priority);
  return name === undefined ? String(priority) : `${priority} (${name})`;
}
