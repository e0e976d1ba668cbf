import type { PodSpec } from "../../api/kubernetes.js";
import { placedRequests, podRequests, scaledAmounts } from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { ResourceAmounts } from "./resource-amounts.js";

/** What pods ask for, one of `pods` included; remembered by the spec that siblings share. */
export class PodRequestAmounts {
  private readonly bySpec = new WeakMap<PodSpec, ResourceAmounts>();

  of(pod: PodVersion): ResourceAmounts {
    if (pod.status.resources === null) return this.ofSpec(pod.spec);
    return new Map([...scaledAmounts(placedRequests(pod)), ["pods", 1]]);
  }

  ofSpec(spec: PodSpec): ResourceAmounts {
    let amounts = this.bySpec.get(spec);
    if (amounts === undefined) {
      amounts = new Map([...scaledAmounts(podRequests({ spec })), ["pods", 1]]);
      this.bySpec.set(spec, amounts);
    }
    return amounts;
  }
}
