import type { PodVersion } from "../../api/pod-version.js";
import type { MetricsError } from "./metrics-client.js";
import { PodGroups } from "./pod-groups.js";
import { type RequestOptions, requestsOf } from "./pod-requests.js";
import { PodSamples } from "./pod-samples.js";

interface KnownRequests {
  readonly options: RequestOptions;
  readonly requests: Float64Array | MetricsError;
}

/** Numbers of some pods, by their place, which are the same as long as they are the same versions. */
export class PodColumns {
  readonly groups: PodGroups;
  readonly rows: Int32Array;
  private readonly known: KnownRequests[] = [];

  /** @param samples what each look measures is written there. */
  constructor(
    readonly pods: readonly PodVersion[],
    readonly samples = new PodSamples(),
  ) {
    this.rows = Int32Array.from(pods, ({ row }) => row);
    this.groups = new PodGroups(pods);
  }

  /** As {@link requestsOf}. */
  requests(options: RequestOptions): Float64Array | MetricsError {
    for (const one of this.known) if (isSame(one.options, options)) return one.requests;
    const requests = requestsOf(this.pods, options);
    this.known.push({ options, requests });
    return requests;
  }
}

function isSame(a: RequestOptions, b: RequestOptions): boolean {
  return (
    a.resource === b.resource &&
    a.container === b.container &&
    a.podLevel === b.podLevel &&
    a.sidecars === b.sidecars &&
    a.missingIsError === b.missingIsError
  );
}
