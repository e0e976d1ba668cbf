import type { PodSpec } from "../api/kubernetes.js";
import { podRequests, scaledAmounts } from "../api/pod-resources.js";
import { CPU, MEMORY, measuredAmounts, type ResourceIndex } from "./resource-amounts.js";

/** What a pod requests of each resource. Shared between the pods that request the same. */
export interface RequestShape {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Resource and amount, cpu and memory included; zeros left out. */
  readonly amounts: readonly { readonly resource: ResourceIndex; readonly amount: number }[];
}

/**
 * The request shapes of a run: pods of one template share their spec, so that its sums are computed
 * once. Specs are not kept alive.
 */
export class RequestShapes {
  private readonly bySpec = new WeakMap<PodSpec, RequestShape>();
  private readonly byKey = new Map<string, RequestShape>();

  constructor(private readonly resourceIndex: (name: string) => ResourceIndex) {}

  of(spec: PodSpec): RequestShape {
    const known = this.bySpec.get(spec);
    if (known !== undefined) return known;
    const shape = this.compute(spec);
    this.bySpec.set(spec, shape);
    return shape;
  }

  private compute(spec: PodSpec): RequestShape {
    const requests = measuredAmounts(scaledAmounts(podRequests({ spec })));
    const amounts = [...requests]
      .filter(([, amount]) => amount !== 0)
      .map(([name, amount]) => ({ resource: this.resourceIndex(name), amount }))
      .sort((a, b) => a.resource - b.resource);
    const key = amounts.map(({ resource, amount }) => `${resource},${amount}`).join(" ");
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const of = (index: ResourceIndex) =>
      amounts.find(({ resource }) => resource === index)?.amount ?? 0;
    const shape = { cpuMillis: of(CPU), memoryBytes: of(MEMORY), amounts };
    this.byKey.set(key, shape);
    return shape;
  }
}
