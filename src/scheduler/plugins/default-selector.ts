import type { LabelSelector, Labels } from "../../api/kubernetes.js";
import {
  type Requirement,
  Selector,
  SelectorError,
  compileLabelSelector,
  selectorFromLabels,
} from "../../api/label-selector.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Listers } from "../framework/listers.js";

/** Every label that a Service of the pod's namespace selects the pod by, merged. */
function serviceLabels(pod: PodVersion, listers: Listers): Labels {
  const merged: Record<string, string> = {};
  for (const service of listers.services.inNamespace(pod.namespace)) {
    const selector = service.spec.selector;
    if (selector === undefined || selector === null) continue;
    const entries = Object.entries(selector);
    if (entries.every(([key, value]) => pod.labels[key] === value)) {
      for (const [key, value] of entries) merged[key] = value;
    }
  }
  return merged;
}

function requirementsOf(selector: LabelSelector): readonly Requirement[] {
  const compiled = compileLabelSelector(selector);
  return compiled instanceof SelectorError ? [] : compiled.requirements;
}

const REPLICATION_CONTROLLER = "v1 ReplicationController";

/** The kind of the pod's controller with its API version; empty without one. */
function controllerKind(pod: PodVersion): string {
  const owner = controllerOf(pod);
  return owner === undefined ? "" : `${owner.apiVersion} ${owner.kind}`;
}

/** The selector of the pod's controller as the object has it; undefined where none is known. */
function controllerSelector(pod: PodVersion, listers: Listers): object | undefined {
  const name = controllerOf(pod)?.name ?? "";
  switch (controllerKind(pod)) {
    case REPLICATION_CONTROLLER:
      return listers.replicationControllers.get(pod.namespace, name)?.spec.selector;
    case "apps/v1 ReplicaSet":
      return listers.replicaSets.get(pod.namespace, name)?.spec.selector;
    case "apps/v1 StatefulSet":
      return listers.statefulSets.get(pod.namespace, name)?.spec.selector;
    default:
      return undefined;
  }
}

/**
 * The selector that stands for a pod's application: of the Services that select it, and of its
 * controller. Matches everything when there is neither. Source: kube-scheduler plugins,
 * `helper.DefaultSelector`.
 */
function defaultSelector(pod: PodVersion, listers: Listers): Selector {
  const labels = serviceLabels(pod, listers);
  const selector = controllerSelector(pod, listers);
  if (controllerKind(pod) === REPLICATION_CONTROLLER) {
    return selectorFromLabels({ ...labels, ...selector });
  }
  const ofServices = selectorFromLabels(labels);
  if (selector === undefined) return ofServices;
  return Selector.of([...ofServices.requirements, ...requirementsOf(selector)]);
}

interface Remembered {
  readonly namespace: string;
  readonly kind: string;
  readonly controllerSelector: object | undefined;
  readonly services: number;
  readonly selector: Selector;
}

/** Default selectors, remembered until what they were made of changes. */
export class DefaultSelectors {
  private readonly remembered = new WeakMap<Labels, Remembered>();

  constructor(private readonly listers: Listers) {}

  /** {@link defaultSelector}; the same object as long as nothing has changed. */
  of(pod: PodVersion): Selector {
    const { listers } = this;
    const kind = controllerKind(pod);
    const source = kind === "" ? undefined : controllerSelector(pod, listers);
    const services = listers.services.version;
    if (source === undefined && listers.services.countIn(pod.namespace) === 0) {
      return Selector.everything;
    }
    const known = this.remembered.get(pod.labels);
    if (
      known !== undefined &&
      known.services === services &&
      known.controllerSelector === source &&
      known.kind === kind &&
      known.namespace === pod.namespace
    ) {
      return known.selector;
    }
    const selector = defaultSelector(pod, listers);
    const { namespace } = pod;
    this.remembered.set(pod.labels, {
      namespace,
      kind,
      controllerSelector: source,
      services,
      selector,
    });
    return selector;
  }
}
