import type { PodSpec, Toleration } from "../../api/kubernetes.js";
import { type NewPod, podWith } from "../../api/new-object.js";
import { plainWith } from "../../base/plain-copy.js";
import type { Admitted, PodAdmission } from "./admission.js";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";

/**
 * The DefaultTolerationSeconds admission plugin: a pod that does not say how long it tolerates a
 * node that is not ready or unreachable tolerates it for five minutes.
 */
export class DefaultTolerationSeconds implements PodAdmission {
  readonly name = "DefaultTolerationSeconds";
  private readonly computed = new WeakMap<PodSpec, PodSpec>();
  /** Of the many pods that tolerate nothing of their own, the same list. */
  private readonly both: Toleration[];

  constructor(notReadySeconds: number, unreachableSeconds: number) {
    this.both = [
      forSeconds(NOT_READY, notReadySeconds),
      forSeconds(UNREACHABLE, unreachableSeconds),
    ];
  }

  admit(pod: NewPod): Admitted<NewPod> {
    let spec = this.computed.get(pod.spec);
    if (spec === undefined) {
      spec = this.withTolerations(pod.spec);
      this.computed.set(pod.spec, spec);
      this.computed.set(spec, spec);
    }
    return spec === pod.spec ? pod : podWith(pod, { spec });
  }

  private withTolerations(spec: PodSpec): PodSpec {
    const tolerations = spec.tolerations ?? [];
    if (tolerations.length === 0) return plainWith(spec, { tolerations: this.both });
    const added = this.both.filter(({ key }) => !tolerations.some((t) => covers(t, key!)));
    if (added.length === 0) return spec;
    return plainWith(spec, { tolerations: [...tolerations, ...added] });
  }
}

/** Whether the toleration already speaks of that taint with the effect NoExecute. */
function covers(toleration: Toleration, key: string): boolean {
  const keyMatches = toleration.key === key || (toleration.key ?? "") === "";
  const effectMatches = toleration.effect === "NoExecute" || (toleration.effect ?? "") === "";
  return keyMatches && effectMatches;
}

function forSeconds(key: string, tolerationSeconds: number): Toleration {
  return { key, operator: "Exists", effect: "NoExecute", tolerationSeconds };
}
