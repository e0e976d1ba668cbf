import { chiSquare } from "../../../src/analysis/statistics/chi-square.js";
import { fDistribution } from "../../../src/analysis/statistics/f-distribution.js";
import { noncentralT } from "../../../src/analysis/statistics/noncentral-t.js";
import { normal } from "../../../src/analysis/statistics/normal.js";
import { studentT } from "../../../src/analysis/statistics/student-t.js";
import { studentizedRange } from "../../../src/analysis/statistics/studentized-range.js";

interface Asked {
  readonly fn: "cdf" | "sf" | "quantile";
  readonly x: number;
  readonly p: number;
}

type Functions = Partial<Record<Asked["fn"], (x: number) => number>>;

function asked<T extends Asked>(distribution: (given: T) => Functions) {
  return (given: T) => ({
    value: distribution(given)[given.fn]?.(given.fn === "quantile" ? given.p : given.x),
  });
}

type Df = Asked & { df: number };

export const distributionSuites = {
  "distributions.normal": asked(() => normal),
  "distributions.t": asked(({ df }: Df) => studentT(df)),
  "distributions.chiSquare": asked(({ df }: Df) => chiSquare(df)),
  "distributions.F": asked(({ df1, df2 }: Asked & { df1: number; df2: number }) =>
    fDistribution(df1, df2),
  ),
  "distributions.noncentralT": asked(({ df, ncp }: Df & { ncp: number }) => noncentralT(df, ncp)),
  "distributions.studentizedRange": asked(({ df, groups }: Df & { groups: number }) =>
    studentizedRange(groups, df),
  ),
};
