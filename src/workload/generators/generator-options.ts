import type { TimeMicros } from "../../base/time.js";
import type { Manifest } from "../../api/kubernetes.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";

/** When objects are created. Numbers of distributions are microseconds. */
type Arrivals =
  | { readonly type: "poisson"; readonly ratePerSecond: number }
  /** In order of time. */
  | { readonly type: "at"; readonly timesMicros: readonly TimeMicros[] }
  | { readonly type: "every"; readonly everyMicros: TimeMicros }
  | { readonly type: "renewal"; readonly gapMicros: DistributionSpec };

export type VariedBehavior = "run" | "start" | "stop" | "cpu" | "memory";

/** What differs from one object to the next. */
type Variation =
  | {
      /** Of the first container: cpu in thousandths of a core, other resources in whole units. */
      readonly field: "requests" | "limits";
      readonly resource: string;
      readonly distribution: DistributionSpec;
    }
  | {
      /** Of the object's containers: microseconds, thousandths of a core, bytes. */
      readonly field: VariedBehavior;
      readonly distribution: DistributionSpec;
    };

/** Objects that keep coming. */
export interface Generator {
  /** Key of all its draws. */
  readonly name: string;
  readonly arrivals: Arrivals;
  /** At most so many; null: no limit. */
  readonly count: number | null;
  readonly fromMicros: TimeMicros;
  /** No arrival from here on; null: to the end of the run. */
  readonly untilMicros: TimeMicros | null;
  /** A Pod or a workload object; its name, or else the generator's, is put before `-<n>`. */
  readonly template: Manifest;
  readonly vary: readonly Variation[];
}
