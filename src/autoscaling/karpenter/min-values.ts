import type { InstanceType } from "./instance-type.js";
import type { Requirements } from "./requirements.js";

interface MinValues {
  readonly isMet: boolean;
  /** How many types from the front it takes to meet every minimum; all of them where that is not enough. */
  readonly needed: number;
  /** By key whose minimum is not met, the number of values that the types come to. */
  readonly unsatisfied: ReadonlyMap<string, number>;
}

const NOTHING_ASKED: MinValues = { isMet: true, needed: 0, unsatisfied: new Map() };

/**
 * Whether the types leave as many different values open as the requirements ask for. Only values count that a
 * requirement allows; no types at all break no minimum.
 *
 * Source: karpenter 1.15, `InstanceTypes.SatisfiesMinValues`.
 */
export function minValuesOf(types: readonly InstanceType[], requirements: Requirements): MinValues {
  const asked = [...requirements].filter(({ minValues }) => minValues !== null);
  if (asked.length === 0) return NOTHING_ASKED;
  const reached = asked.map(() => new Set<string>());
  let missing = asked.length;
  for (const [at, type] of types.entries()) {
    for (const [i, requirement] of asked.entries()) {
      const values = reached[i]!;
      const wasMet = values.size >= requirement.minValues!;
      for (const value of type.requirements.find(requirement.key)?.values ?? []) {
        if (requirement.has(value)) values.add(value);
      }
      if (!wasMet && values.size >= requirement.minValues!) missing -= 1;
    }
    if (missing === 0) return { isMet: true, needed: at + 1, unsatisfied: new Map() };
  }
  const unsatisfied = new Map<string, number>();
  if (types.length > 0) {
    for (const [i, { key, minValues }] of asked.entries()) {
      if (reached[i]!.size < minValues!) unsatisfied.set(key, reached[i]!.size);
    }
  }
  return { isMet: unsatisfied.size === 0, needed: types.length, unsatisfied };
}
