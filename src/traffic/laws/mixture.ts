import { log1p } from "../../kernel/math.js";
import type { Law } from "./law.js";

/**
 * Exponential with one mean or another (hyperexponential). The uniform chooses between the two and
 * is then stretched over what it chose, so that one is enough; larger ones do not give larger values.
 */
export function hyperexponential(
  probabilityFirst: number,
  meanFirst: number,
  meanSecond: number,
): Law {
  return {
    mean: probabilityFirst * meanFirst + (1 - probabilityFirst) * meanSecond,
    quantile: (u) =>
      u < probabilityFirst
        ? -meanFirst * log1p(-u / probabilityFirst)
        : -meanSecond * log1p(-(u - probabilityFirst) / (1 - probabilityFirst)),
  };
}
