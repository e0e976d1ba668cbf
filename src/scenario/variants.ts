/** One item of an axis. */
export interface AxisItem {
  readonly name: string;
  /** `path=value` in JSON, as `--set` takes them. */
  readonly settings: readonly string[];
}

/** One combination of items. */
export interface VariantPlan {
  /** `axis=item` joined by `,`, in the order of the axes. */
  readonly name: string;
  readonly assignment: Readonly<Record<string, string>>;
  readonly settings: readonly string[];
}

type Items = Readonly<Record<string, unknown>>;

/**
 * Every combination of the axes' items, the last axis changing fastest, less those that match an entry of `exclude` and
 * none of `include`.
 */
export function expandVariants(
  axes: readonly { readonly name: string; readonly items: readonly AxisItem[] }[],
  choice: {
    readonly exclude?: readonly Items[] | undefined;
    readonly include?: readonly Items[] | undefined;
  },
): readonly VariantPlan[] {
  let variants: VariantPlan[] = [{ name: "", assignment: {}, settings: [] }];
  for (const { name: axis, items } of axes) {
    variants = variants.flatMap(({ name, assignment, settings }) =>
      items.map((item) => ({
        name: `${name === "" ? "" : `${name},`}${axis}=${item.name}`,
        assignment: { ...assignment, [axis]: item.name },
        settings: [...settings, ...item.settings],
      })),
    );
  }
  const { exclude = [], include = [] } = choice;
  return variants.filter(
    ({ assignment }) =>
      !exclude.some((items) => holds(assignment, items)) ||
      include.some((items) => holds(assignment, items)),
  );
}

function holds(assignment: Readonly<Record<string, string>>, items: Items): boolean {
  return Object.entries(items).every(([axis, item]) => assignment[axis] === String(item));
}
