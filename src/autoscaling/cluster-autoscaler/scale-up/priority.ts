import type { ExpansionOption } from "./expansion-option.js";

/** Regular expressions of group ids, by how much such groups are wanted. */
export type Priorities = ReadonlyMap<number, readonly RegExp[]>;

/** Lower ones count as none. Source: cluster-autoscaler, `expander/priority`. */
const LOWEST = -1;

/**
 * Reads what the ConfigMap `cluster-autoscaler-priority-expander` holds under `priorities`, as YAML made an
 * object of it; null where it is none such.
 */
export function readPriorities(parsed: unknown): Priorities | null {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  const priorities = new Map<number, readonly RegExp[]>();
  for (const [level, patterns] of Object.entries(parsed)) {
    if (!/^[+-]?\d+$/.test(level)) return null;
    const list = patterns ?? [];
    if (!Array.isArray(list)) return null;
    const read = list.map(readPattern);
    if (read.includes(null)) return null;
    priorities.set(Number(level), read as RegExp[]);
  }
  return priorities;
}

function readPattern(pattern: unknown): RegExp | null {
  if (typeof pattern !== "string" && typeof pattern !== "number") return null;
  try {
    return new RegExp(String(pattern));
  } catch {
    return null;
  }
}

/** The options whose group a pattern of the highest level matches; all, where none does. */
export function highestPriority(
  options: readonly ExpansionOption[],
  priorities: Priorities | null,
): readonly ExpansionOption[] {
  if (priorities === null) return options;
  const levels = options.map(({ group }) => levelOf(group.id, priorities));
  const highest = Math.max(...levels);
  if (highest < LOWEST) return options;
  return options.filter((_, i) => levels[i] === highest);
}

function levelOf(id: string, priorities: Priorities): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const [level, patterns] of priorities) {
    if (level > highest && patterns.some((pattern) => pattern.test(id))) highest = level;
  }
  return highest;
}
