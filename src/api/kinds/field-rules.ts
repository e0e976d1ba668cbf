/**
 * The effect of what is not modelled: `placement` (pods that do not exist, or run elsewhere), `timing` (the
 * same pods on the same nodes at other moments), `none`.
 */
export type Effect = "placement" | "timing" | "none";

/** A field: modelled with all below it, not modelled with an effect, or a map or list to look into. */
export type FieldRule = "modelled" | Effect | FieldRules | ValueRule;
export interface FieldRules {
  readonly [field: string]: FieldRule;
}
/** A field whose effect depends on its value. */
type ValueRule = (value: unknown) => "modelled" | Effect;

export const none = (...fields: readonly string[]): FieldRules =>
  Object.fromEntries(fields.map((field) => [field, "none"]));

export const modelled = (...fields: readonly string[]): FieldRules =>
  Object.fromEntries(fields.map((field) => [field, "modelled"]));

export const unless =
  (harmless: unknown, effect: Effect): ValueRule =>
  (value) =>
    value === harmless ? "none" : effect;
