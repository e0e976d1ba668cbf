import type { Labels } from "../../api/kubernetes.js";
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

function requirementsOf(
  selector: Parameters<typeof compileLabelSelector>[0],
): readonly Requirement[] {
  const compiled = compileLabelSelector(selector);
  return compiled instanceof SelectorError ? [] : compiled.requirements;
}

/**
 * The selector that stands for a pod's application: of the Services that select it, and of its
 * controller. Matches everything when there is neither. Source: kube-scheduler plugins,
 * `helper.DefaultSelector`.
 */
export function defaultSelector(pod: PodVersion, listers: Listers): Selector {
  const labels = serviceLabels(pod, listers);
  const owner = controllerOf(pod);
  switch (`${owner?.apiVersion} ${owner?.kind}`) {
    case "v1 ReplicationController": {
      const controller = listers.replicationControllers.get(pod.namespace, owner!.name);
      return selectorFromLabels({ ...labels, ...controller?.spec.selector });
    }
    case "apps/v1 ReplicaSet": {
      const controller = listers.replicaSets.get(pod.namespace, owner!.name);
      return both(labels, controller === undefined ? [] : requirementsOf(controller.spec.selector));
    }
    case "apps/v1 StatefulSet": {
      const controller = listers.statefulSets.get(pod.namespace, owner!.name);
      return both(labels, controller === undefined ? [] : requirementsOf(controller.spec.selector));
    }
    default:
      return selectorFromLabels(labels);
  }
}

function both(labels: Labels, more: readonly Requirement[]): Selector {
  return Selector.of([...selectorFromLabels(labels).requirements, ...more]);
}
