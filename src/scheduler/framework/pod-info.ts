import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Features } from "./features.js";
import type { NodeInfo } from "./node-info.js";
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

  /** The node that it counts on; only the cluster state sets it. */
  node: NodeInfo | null = null;

  get priority(): number {
    return this.template.priority;
  }
}

/**
 * Makes {@link PodInfo}s and compiles each template once: by the identity of `spec` and `labels`,
 * which the pods of one template share, and the namespace. Belongs to one run.
 */
export class PodInfoFactory {
  private readonly specs = new WeakMap<PodSpec, CompiledSpec>();
  private nextId = 0;

  constructor(
    readonly features: Features,
    readonly scalars: ScalarResources,
  ) {}

  podInfo(pod: PodVersion): PodInfo {
    return new PodInfo(pod, this.template(pod));
  }

  private template(pod: PodVersion): PodTemplateInfo {
    const spec = this.specs.get(pod.spec) ?? this.compile(pod.spec);
    const { first } = spec;
    if (first !== null && isTemplateOf(first, pod)) return first;
    return this.oneOfMany(spec, pod);
  }

  private compile(spec: PodSpec): CompiledSpec {
    const compiled = { info: compilePodSpec(spec, this), first: null, others: null };
    this.specs.set(spec, compiled);
    return compiled;
  }

  private oneOfMany(spec: CompiledSpec, pod: PodVersion): PodTemplateInfo {
    let known = spec.others?.get(pod.labels) ?? NONE;
    for (const template of known) if (isTemplateOf(template, pod)) return template;
    const owner = { id: this.nextId, namespace: pod.namespace, labels: pod.labels };
    this.nextId += 1;
    const template = compilePodTemplate(spec.info, owner, this.features);
    if (spec.first === null) {
      spec.first = template;
      return template;
    }
    spec.others ??= new WeakMap();
    known = [...known, template];
    spec.others.set(pod.labels, known);
    return template;
  }
}

/** A spec's templates: most specs have one, so that it is found without another table. */
interface CompiledSpec {
  readonly info: PodSpecInfo;
  first: PodTemplateInfo | null;
  others: WeakMap<Labels, readonly PodTemplateInfo[]> | null;
}

const NONE: readonly PodTemplateInfo[] = [];

function isTemplateOf(template: PodTemplateInfo, pod: PodVersion): boolean {
  return template.labels === pod.labels && template.namespace === pod.namespace;
}
