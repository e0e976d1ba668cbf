import type { Labels, PodSpec, Toleration } from "../../api/kubernetes.js";
import { SelectorError } from "../../api/label-selector.js";
import { PreferredNodeTerms, RequiredNodeAffinity } from "../../api/node-selector.js";
import {
  type AffinityTerm,
  type WeightedAffinityTerm,
  compileAffinityTerm,
} from "./affinity-term.js";
import type { Features } from "../../api/features.js";
import { type HostPort, hostPortsOf } from "./host-ports.js";
import type { PodResourcesInfo, PodResourcesInfos } from "./pod-resources-info.js";

/** All that the scheduler reads from a pod's spec alone. */
export interface PodSpecInfo {
  readonly spec: PodSpec;
  readonly priority: number;
  readonly resources: PodResourcesInfo;
  readonly hostPorts: readonly HostPort[];
  readonly requiredNodeAffinity: RequiredNodeAffinity;
  readonly preferredNodeAffinity: PreferredNodeTerms;
  readonly tolerations: readonly Toleration[];
  /** A volume that may bind the pod to nodes: a claim or a disk, not one that is made on the node. */
  readonly hasVolumes: boolean;
  /** It takes more of a node than what the numbers of all nodes tell: ports, volumes, scalar resources. */
  readonly takesMore: boolean;
}

/** Volumes that every node has, or that no rule of scheduling looks at. */
const FOUND_EVERYWHERE: ReadonlySet<string> = new Set([
  "name",
  "emptyDir",
  "configMap",
  "secret",
  "projected",
  "downwardAPI",
  "hostPath",
  "nfs",
  "gitRepo",
  "image",
]);

function isTied(volume: object): boolean {
  return Object.keys(volume).some((source) => !FOUND_EVERYWHERE.has(source));
}

const NO_TOLERATIONS: readonly Toleration[] = Object.freeze([]);

/** Compiles what depends on the spec alone. The spec must be defaulted and valid. */
export function compilePodSpec(
  spec: PodSpec,
  { features, resources }: { readonly features: Features; readonly resources: PodResourcesInfos },
): PodSpecInfo {
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const demands = new RequiredNodeAffinity(spec);
  const hostPorts = hostPortsOf(spec, { sidecars: features.HostPortsOfSidecars });
  const amounts = resources.of(spec);
  const hasVolumes = spec.volumes?.some(isTied) ?? false;
  return {
    spec,
    priority: spec.priority ?? 0,
    resources: amounts,
    hostPorts,
    requiredNodeAffinity: demands.isEmpty ? RequiredNodeAffinity.none : demands,
    preferredNodeAffinity:
      preferred === undefined ? PreferredNodeTerms.none : new PreferredNodeTerms(preferred),
    tolerations: spec.tolerations ?? NO_TOLERATIONS,
    hasVolumes,
    takesMore: hasVolumes || hostPorts.length > 0 || amounts.requests.scalars.length > 0,
  };
}

interface TemplateOwner {
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
}

const NO_TERMS: readonly never[] = Object.freeze([]);

/**
 * What the pods of one template have in common: spec, labels and namespace, compiled. One object
 * stands for all of them, so plugins may remember by its identity or by `id`.
 */
export class PodTemplateInfo implements PodSpecInfo {
  readonly spec: PodSpec;
  readonly priority: number;
  readonly resources: PodResourcesInfo;
  readonly hostPorts: readonly HostPort[];
  readonly requiredNodeAffinity: RequiredNodeAffinity;
  readonly preferredNodeAffinity: PreferredNodeTerms;
  readonly tolerations: readonly Toleration[];
  readonly hasVolumes: boolean;
  readonly takesMore: boolean;
  /** Dense from 0 in the order of first use within a run. */
  readonly id: number;
  readonly namespace: string;
  readonly labels: Labels;
  /** Any pod affinity or anti-affinity at all. */
  readonly hasAffinity: boolean;
  readonly requiredAffinityTerms: readonly AffinityTerm[] = NO_TERMS;
  readonly requiredAntiAffinityTerms: readonly AffinityTerm[] = NO_TERMS;
  readonly preferredAffinityTerms: readonly WeightedAffinityTerm[] = NO_TERMS;
  readonly preferredAntiAffinityTerms: readonly WeightedAffinityTerm[] = NO_TERMS;
  /** All terms by which a placed pod has a say about others, of the four lists above. */
  readonly terms: readonly AffinityTerm[] = NO_TERMS;
  /** A term depends on the labels of namespaces, which may change. */
  readonly readsNamespaces: boolean = false;
  /** Why an affinity term cannot be used; empty if all can. */
  readonly parseError: string = "";

  /** Adds what depends on labels and namespace to what is known of the spec. */
  constructor(specInfo: PodSpecInfo, { id, namespace, labels }: TemplateOwner, features: Features) {
    this.spec = specInfo.spec;
    this.priority = specInfo.priority;
    this.resources = specInfo.resources;
    this.hostPorts = specInfo.hostPorts;
    this.requiredNodeAffinity = specInfo.requiredNodeAffinity;
    this.preferredNodeAffinity = specInfo.preferredNodeAffinity;
    this.tolerations = specInfo.tolerations;
    this.hasVolumes = specInfo.hasVolumes;
    this.takesMore = specInfo.takesMore;
    this.id = id;
    this.namespace = namespace;
    this.labels = labels;
    const { podAffinity, podAntiAffinity } = specInfo.spec.affinity ?? {};
    this.hasAffinity = podAffinity !== undefined || podAntiAffinity !== undefined;
    if (!this.hasAffinity) return;
    const compiler = new TermCompiler(this, features);
    this.requiredAffinityTerms = compiler.required(podAffinity);
    this.requiredAntiAffinityTerms = compiler.required(podAntiAffinity);
    this.preferredAffinityTerms = compiler.preferred(podAffinity);
    this.preferredAntiAffinityTerms = compiler.preferred(podAntiAffinity);
    this.terms = compiler.terms;
    this.readsNamespaces = compiler.terms.some(
      ({ namespaceSelector }) => !namespaceSelector.matchesNothing,
    );
    this.parseError = compiler.errors.join("; ");
  }
}

type Side = NonNullable<PodSpec["affinity"]>["podAffinity"];

/** Compiles the terms of a template, and keeps what is wrong with them. */
class TermCompiler {
  readonly terms: AffinityTerm[] = [];
  readonly errors: string[] = [];
  private readonly options: { readonly matchLabelKeys: boolean };

  constructor(
    private readonly owner: TemplateOwner,
    features: Features,
  ) {
    this.options = { matchLabelKeys: features.MatchLabelKeysInPodAffinity };
  }

  private compile(raw: Parameters<typeof compileAffinityTerm>[0]): AffinityTerm | null {
    const term = compileAffinityTerm(raw, this.owner, this.options);
    if (term instanceof SelectorError) {
      this.errors.push(term.message);
      return null;
    }
    this.terms.push(term);
    return term;
  }

  required(side: Side): readonly AffinityTerm[] {
    const raw = side?.requiredDuringSchedulingIgnoredDuringExecution ?? NO_TERMS;
    return raw.length === 0
      ? NO_TERMS
      : raw.map((term) => this.compile(term)).filter((term) => term !== null);
  }

  preferred(side: Side): readonly WeightedAffinityTerm[] {
    const raw = side?.preferredDuringSchedulingIgnoredDuringExecution ?? NO_TERMS;
    if (raw.length === 0) return NO_TERMS;
    const compiled: WeightedAffinityTerm[] = [];
    for (const { podAffinityTerm, weight } of raw) {
      const term = this.compile(podAffinityTerm);
      if (term !== null) compiled.push({ term, weight });
    }
    return compiled;
  }
}
