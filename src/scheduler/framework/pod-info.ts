import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Features } from "./features.js";
import {
  type PodSpecInfo,
  type PodTemplateInfo,
  compilePodSpec,
  compilePodTemplate,
} from "./pod-template-info.js";
import type { ScalarResources } from "./resources.js";

/** A pod as the scheduler sees it: the object, and what was compiled from its template. */
export class PodInfo {
  constructor(
    /** The newest version that counts the same; only the cluster state puts in another. */
    public pod: PodVersion,
    readonly template: PodTemplateInfo,
  ) {}

  get priority(): number {
    return this.template.priority;
  }
}

/**
 * Makes {@link PodInfo}s and compiles each template once: by the identity of `spec` and `labels`,
 * which the pods of one template share, and the namespace. Belongs to one run.
 */
export class PodInfoFactory {
  private readonly specs = new WeakMap<PodSpec, PodSpecInfo>();
  private readonly templates = new WeakMap<PodSpec, WeakMap<Labels, PodTemplateInfo[]>>();
  private nextId = 0;

  constructor(
    readonly features: Features,
    readonly scalars: ScalarResources,
  ) {}

  podInfo(pod: PodVersion): PodInfo {
    return new PodInfo(pod, this.template(pod));
  }

  private template(pod: PodVersion): PodTemplateInfo {
    let byLabels = this.templates.get(pod.spec);
    if (byLabels === undefined) {
      byLabels = new WeakMap();
      this.templates.set(pod.spec, byLabels);
    }
    let known = byLabels.get(pod.labels);
    if (known === undefined) {
      known = [];
      byLabels.set(pod.labels, known);
    }
    for (const template of known) {
      if (template.namespace === pod.namespace) return template;
    }
    const owner = { id: this.nextId, namespace: pod.namespace, labels: pod.labels };
    this.nextId += 1;
    const template = compilePodTemplate(this.specInfo(pod.spec), owner, this.features);
    known.push(template);
    return template;
  }

  private specInfo(spec: PodSpec): PodSpecInfo {
    const known = this.specs.get(spec);
    if (known !== undefined) return known;
    const info = compilePodSpec(spec, this);
    this.specs.set(spec, info);
    return info;
  }
}
