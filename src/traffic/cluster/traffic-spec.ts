import type { TimeMicros } from "../../base/time.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { ArrivalGaps, RatePhases } from "../arrivals/arrival-process.js";
import type { Rate } from "../arrivals/rate.js";
import type { Retry } from "../loop/call-policy.js";
import type { Routing } from "../loop/router.js";

/** A Service by its name. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** What whoever calls does when no answer comes; times as in the scenario. */
export interface PolicySpec {
  readonly timeout: {
    readonly of: "waiting" | "total";
    readonly afterMicros: DistributionSpec;
    readonly work: "continues" | "cancelled";
  } | null;
  readonly retry: Retry;
}

export interface CallsSpec {
  readonly to: ServiceName;
  /** How many such calls; those of one stage are made at once. */
  readonly times: number;
  readonly policy: PolicySpec;
}

/** How a container serves requests. Null takes none, or is without a limit. */
export interface ServingSpec {
  readonly cpuMicros: DistributionSpec | null;
  readonly serviceMicros: DistributionSpec | null;
  readonly concurrency: number | null;
  readonly queueLimit: number | null;
  readonly errorShare: number;
  readonly stages: readonly (readonly CallsSpec[])[];
  readonly holdsPlaceDuringCalls: boolean;
}

/** Where requests go: to one Service, or to several by weight. */
export type Backends = readonly { readonly to: ServiceName; readonly weight: number }[];

/** Requests of one kind, on their way into the cluster. */
export interface TrafficSpec {
  readonly name: string;
  readonly backends: Backends;
  readonly rate: Rate;
  readonly gaps: ArrivalGaps;
  readonly phases: RatePhases | null;
  readonly mode: "requests" | "fluid";
  readonly routing: Routing;
  readonly policy: PolicySpec;
  /** `quantile` of the requests are answered within `latencyMicros`. */
  readonly objective: { readonly latencyMicros: TimeMicros; readonly quantile: number } | null;
}
