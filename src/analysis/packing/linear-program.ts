import * as highsModule from "highs";
import { assert } from "../../base/assert.js";

/** minimize cost · x, subject to rows and bounds. */
export interface LinearProgram {
  /** By column. */
  readonly cost: readonly number[];
  /** Largest value by column; infinite where absent. All are 0 or more. */
  readonly upper?: readonly number[];
  readonly rows: readonly Row[];
  readonly integer?: boolean;
}

export interface Row {
  /** Column and coefficient. */
  readonly terms: readonly (readonly [number, number])[];
  readonly sense: ">=" | "<=" | "=";
  readonly bound: number;
}

interface Optimum {
  readonly objective: number;
  readonly columns: readonly number[];
  /** Dual value by row; of linear programs only. */
  readonly duals: readonly number[];
}

/** Solves linear and integer programs. */
export interface Solver {
  /** Null where no x meets all rows. */
  solve(program: LinearProgram): Optimum | null;
}

const OPTIONS = {
  output_flag: false,
  random_seed: 0,
  primal_feasibility_tolerance: 1e-9,
  dual_feasibility_tolerance: 1e-9,
  mip_feasibility_tolerance: 1e-9,
  mip_rel_gap: 0,
  mip_abs_gap: 1e-7,
} as const;

/** Its types describe the CommonJS form, in which the function itself is the module. */
const loadHighs = highsModule.default as unknown as typeof highsModule.default.default;

/** Loads HiGHS (Huangfu and Hall 2018), compiled to WebAssembly: the same answers on every machine. */
export async function loadSolver(): Promise<Solver> {
  const highs = await loadHighs();
  return {
    solve(program) {
      const answer = highs.solve(textOf(program), OPTIONS);
      if (answer.Status === "Infeasible") return null;
      assert(answer.Status === "Optimal", () => `the solver ended with ${answer.Status}`);
      const columns = answer.Columns as Record<string, { Primal: number }>;
      return {
        objective: answer.ObjectiveValue,
        columns: program.cost.map((_, j) => columns[`x${j}`]?.Primal ?? 0),
        duals: program.integer
          ? []
          : (answer.Rows as { Dual?: number }[]).map((row) => row.Dual ?? 0),
      };
    },
  };
}

/** The program in the LP format of CPLEX. */
function textOf({ cost, upper, rows, integer }: LinearProgram): string {
  const sum = (terms: readonly (readonly [number, number])[]) =>
    terms.map(([j, a]) => `${a < 0 ? "-" : "+"} ${Math.abs(a)} x${j}`).join("\n ");
  const lines = ["Minimize", ` obj: ${sum(cost.map((c, j) => [j, c] as const))}`, "Subject To"];
  for (const [i, row] of rows.entries())
    lines.push(` r${i}: ${sum(row.terms)} ${row.sense} ${row.bound}`);
  lines.push("Bounds");
  for (const j of cost.keys()) {
    const most = upper?.[j];
    lines.push(most === undefined ? ` x${j} >= 0` : ` 0 <= x${j} <= ${most}`);
  }
  if (integer) lines.push("General", ` ${cost.map((_, j) => `x${j}`).join("\n ")}`);
  return `${lines.join("\n")}\nEnd\n`;
}
