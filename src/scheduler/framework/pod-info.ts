import type { Features } from "../../api/features.js";
import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { type PodResourcesInfo, PodResourcesInfos } from "./pod-resources-info.js";
import { compilePodSpec, type PodSpecInfo, PodTemplateInfo } from "./pod-template-info.js";
import type { ScalarResources } from "./resources.js";

/** A pod as the scheduler sees it: the object, and what was compiled from its template. */
export class PodInfo {
  constructor(
    /** The newest version that counts the same; only the cluster state puts in another. */
    public pod: PodVersion,
    readonly template: PodTemplateInfo,
    /** What it counts for on its node: differs from its template's where it is resized in place. */
    readonly placed: PodResourcesInfo = template.resources,
  ) {}

  /** Row of the node that it counts on, and its place there; -1: none. Only the cluster state sets them. */
  row = -1;
  slot = -1;
  /** It was placed by a cycle whose binding no watch has shown yet; only the scheduler's cache sets it. */
  isAssumed = false;

  get priority(): number {
    return this.template.priority;
  }
}

/** So many specs are known at least, and as many as there are pods with a node; twice as many at most. */
const MIN_KNOWN_SPECS = 4096;

/**
 * Makes {@link PodInfo}s and compiles each template once: by the identity of `spec` and `labels`,
 * which the pods of one template share, and the namespace. Specs that nobody asked for in a long
 * time are forgotten: one that comes again is a template of its own. Belongs to one run.
 */
export class PodInfoFactory {
  private specs = new Map<PodSpec, CompiledSpec>();
  /** Known before `specs` was begun anew. */
  private formerSpecs = new Map<PodSpec, CompiledSpec>();
  private readonly compiling: {
    readonly features: Features;
    readonly resources: PodResourcesInfos;
  };
  private nextId = 0;

  constructor(
    private readonly features: Features,
    scalars: ScalarResources,
    /** Each pod of a StatefulSet has a spec of its own, which its successor shares. */
    private readonly placedPods: () => number = () => 0,
  ) {
    this.compiling = { features, resources: new PodResourcesInfos({ features, scalars }) };
  }

  podInfo(pod: PodVersion): PodInfo {
    const template = this.template(pod);
    return new PodInfo(pod, template, this.compiling.resources.ofPlaced(pod) ?? template.resources);
  }

  private template(pod: PodVersion): PodTemplateInfo {
    const spec = this.specs.get(pod.spec) ?? this.compiled(pod.spec);
    const { first } = spec;
    if (first !== null && isTemplateOf(first, pod)) return first;
    return this.oneOfMany(spec, pod);
  }

  private compiled(spec: PodSpec): CompiledSpec {
    const known = this.formerSpecs.get(spec) ?? {
      info: compilePodSpec(spec, this.compiling),
      first: null,
      others: null,
    };
    if (this.specs.size >= MIN_KNOWN_SPECS && this.specs.size >= this.placedPods()) {
      this.formerSpecs = this.specs;
      this.specs = new Map();
    }
    this.specs.set(spec, known);
    return known;
  }

  private oneOfMany(spec: CompiledSpec, pod: PodVersion): PodTemplateInfo {
    let known = spec.others?.get(pod.labels) ?? NONE;
    for (const template of known) if (isTemplateOf(template, pod)) return template;
    const owner = { id: this.nextId, namespace: pod.namespace, labels: pod.labels };
    this.nextId += 1;
    const template = new PodTemplateInfo(spec.info, owner, this.features);
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
