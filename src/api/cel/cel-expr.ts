import type { CelValue } from "./cel-value.js";

/** An expression with its macros expanded, as cel-go has it. `at` is an offset in its text. */
export type CelExpr = { readonly id: number; readonly at: number } & (
  | { readonly kind: "const"; readonly value: CelValue }
  | { readonly kind: "ident"; readonly name: string }
  | {
      readonly kind: "select";
      readonly operand: CelExpr;
      readonly field: string;
      /** `has(operand.field)` rather than its value. */
      readonly testOnly: boolean;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly target: CelExpr | null;
      readonly args: readonly CelExpr[];
    }
  | { readonly kind: "list"; readonly elements: readonly CelExpr[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [CelExpr, CelExpr])[] }
  | Comprehension
);

/** Goes through a list, or the keys of a map, and carries a result along. */
export interface Comprehension {
  readonly kind: "comprehension";
  readonly range: CelExpr;
  readonly variable: string;
  /** For the value beside an index or key; null where there is but one variable. */
  readonly variable2: string | null;
  readonly accumulator: string;
  readonly initial: CelExpr;
  readonly condition: CelExpr;
  readonly step: CelExpr;
  readonly result: CelExpr;
}

/** The name that macros give what they carry along; no expression can write it. */
export const ACCUMULATOR = "@result";

export type CallExpr = CelExpr & { readonly kind: "call" };
