import type { TimeMicros } from "../../base/time.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { ArrivalGaps, RatePhases } from "../arrivals/arrival-process.js";
import type { Rate } from "../arrivals/rate.js";
import type { Retry } from "../loop/call-policy.js";
import type { Routing } from "../loop/router.js";
import type { RequestShape } from "../routes/request-shape.js";
import type { ServiceName } from "./service-name.js";

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

/** A Service that gets a share of requests, or a share that nobody answers. */
export interface Backend {
  /** Null: no Service is meant. */
  readonly to: ServiceName | null;
  readonly weight: number;
  /** Why nobody answers: no rule is for such requests, or what they are meant for is not there. */
  readonly lacks?: "noRoute" | "noBackend";
}

/** Where requests go: to one Service, or to several by weight, which are not all 0. */
export type Backends = readonly Backend[];

/** An Ingress or an HTTPRoute through which requests come. */
export interface RouteEntry {
  readonly kind: "Ingress" | "HTTPRoute";
  readonly namespace: string;
  readonly name: string;
  readonly request: RequestShape;
}

/** Requests of one kind, on their way into the cluster. */
export interface TrafficSpec {
  readonly name: string;
  /** Where the requests come in. */
  readonly to: ServiceName | RouteEntry;
  readonly rate: Rate;
  readonly gaps: ArrivalGaps;
  readonly phases: RatePhases | null;
  readonly mode: "requests" | "fluid";
  readonly routing: Routing;
  readonly policy: PolicySpec;
  /** `quantile` of the requests are answered within `latencyMicros`. */
  readonly objective: { readonly latencyMicros: TimeMicros; readonly quantile: number } | null;
}
