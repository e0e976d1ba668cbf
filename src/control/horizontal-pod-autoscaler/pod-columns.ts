import type { PodVersion } from "../../api/pod-version.js";
import type { MetricFeatures } from "./metric-outcome.js";
import type { MeasuredResource, MetricsError } from "./metrics-client.js";
import { PodGroups } from "./pod-groups.js";
import { requestsOf } from "./pod-requests.js";
import { PodSamples } from "./pod-samples.js";

interface KnownRequests extends MeasuredResource {
  readonly features: MetricFeatures;
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

  /** As {@link requestsOf}; the features are those of the whole run. */
  requests(
    { name, container }: MeasuredResource,
    features: MetricFeatures,
  ): Float64Array | MetricsError {
    for (const one of this.known) {
      const isSame = one.name === name && one.container === container && one.features === features;
      if (isSame) return one.requests;
    }
    const requests = requestsOf(this.pods, {
      ...{ resource: name, container },
      podLevel: features.PodLevelResources,
      sidecars: features.HPASidecarRequests,
      missingIsError: features.HPAMissingContainerIsError,
    });
    this.known.push({ name, container, features, requests });
    return requests;
  }
}
