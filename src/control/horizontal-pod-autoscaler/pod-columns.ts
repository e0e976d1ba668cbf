import type { PodVersion } from "../../api/pod-version.js";
import type { MetricsError } from "./metrics-client.js";
import { PodGroups } from "./pod-groups.js";
import { type RequestOptions, requestsOf } from "./pod-requests.js";
import { PodSamples } from "./pod-samples.js";

interface KnownRequests {
  readonly options: RequestOptions;
  readonly requests: Float64Array | MetricsError;
}

/**
 * Numbers of some pods, by their place: what is the same as long as they are the same versions is read once, and
 * what each look measures is written over.
 */
export class PodColumns {
  readonly samples: PodSamples;
  readonly groups: PodGroups;
  /** For the values that count. */
  readonly counted: Float64Array;
  readonly rows: Int32Array;
  private readonly known: KnownRequests[] = [];

  constructor(readonly pods: readonly PodVersion[]) {
    this.rows = Int32Array.from(pods, ({ row }) => row);
    this.samples = new PodSamples(pods);
    this.groups = new PodGroups(pods);
    this.counted = new Float64Array(pods.length);
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

/** The columns of lists of pods, as long as somebody holds the list. */
export class ColumnsOfLists {
  private readonly known = new WeakMap<readonly PodVersion[], PodColumns>();

  of(pods: readonly PodVersion[]): PodColumns {
    let columns = this.known.get(pods);
    if (columns === undefined) {
      columns = new PodColumns(pods);
      this.known.set(pods, columns);
    }
    return columns;
  }
}
