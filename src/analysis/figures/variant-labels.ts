import type { Variant } from "../results/variants.js";

/**
 * Short names of variants for legends, as long as they have to be: axes on which all agree are left out; of a single axis the item
 * alone stands; the scenario stands where there are several.
 */
export function variantLabels(
  variants: readonly Variant[],
  without: string | null = null,
): ReadonlyMap<Variant, string> {
  const axes = [...new Set(variants.flatMap(({ assignment }) => [...assignment.keys()]))].filter(
    (axis) =>
      axis !== without &&
      new Set(variants.map(({ assignment }) => assignment.get(axis) ?? "")).size > 1,
  );
  const withScenario =
    without !== "scenario" && new Set(variants.map(({ scenario }) => scenario)).size > 1;
  return new Map(
    variants.map((variant) => {
      const items = axes
        .filter((axis) => variant.assignment.has(axis))
        .map((axis) =>
          axes.length === 1
            ? variant.assignment.get(axis)!
            : `${shortAxis(axis)}=${variant.assignment.get(axis)}`,
        );
      const own = variant.assignment.size === 0 ? variant.name : items.join(", ");
      const parts = withScenario && own === "default" ? [variant.scenario] : [own];
      if (withScenario && own !== "default") parts.unshift(variant.scenario);
      return [variant, parts.filter((part) => part !== "").join(", ") || variant.name];
    }),
  );
}

/** The last part of a path that is an axis: `cluster.nodePools.n.nodes` is `nodes`. */
function shortAxis(axis: string): string {
  return axis.slice(axis.lastIndexOf(".") + 1);
}

/** The variants that one of the names means: a variant's own, or items of some axes. */
export function variantsNamed(
  variants: readonly Variant[],
  names: readonly string[],
): readonly Variant[] {
  return variants.filter((variant) => names.some((name) => isMeant(variant, name)));
}

function isMeant(variant: Variant, name: string): boolean {
  if (variant.name === name || variant.scenario === name) return true;
  const items = name.split(",").map((part) => part.split("="));
  return items.every(
    ([axis = "", item]) => item !== undefined && variant.assignment.get(axis) === item,
  );
}

/** Which panel a variant belongs to: its item of that axis, or its scenario. */
export function panelOf(variant: Variant, panel: string | undefined): string {
  if (panel === undefined) return "";
  if (panel === "scenario") return variant.scenario;
  return variant.assignment.get(panel) ?? "";
}
