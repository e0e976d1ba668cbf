import type { Labels } from "../../api/kubernetes.js";
import { type Selector, selectorFromLabels } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Service } from "./endpoints.js";

interface Entry {
  readonly row: number;
  readonly selectorLabels: Labels;
  readonly selector: Selector;
  readonly pods: Map<number, PodVersion>;
}

/** Which pods each Service selects, kept pod by pod. */
export class ServicePods {
  private readonly entries = new Map<number, Entry>();
  private readonly byNamespace = new Map<string, Set<Entry>>();
  /** Entries that match, by the labels object, which pods of one template share. */
  private matching = new WeakMap<Labels, Map<string, readonly Entry[]>>();

  of(serviceRow: number): Iterable<PodVersion> {
    return this.entries.get(serviceRow)?.pods.values() ?? [];
  }

  /** Takes a Service; `podsIn` are all pods, which are looked at if its selector is a new one. */
  putService(service: Service, allPods: Iterable<PodVersion>): void {
    const selectorLabels = service.spec.selector;
    const known = this.entries.get(service.row);
    if (known !== undefined && known.selectorLabels === selectorLabels) return;
    this.removeService(service);
    if (!selectsPods(service) || selectorLabels === undefined) return;
    const selector = selectorFromLabels(selectorLabels);
    const entry: Entry = { row: service.row, selectorLabels, selector, pods: new Map() };
    this.entries.set(service.row, entry);
    this.namespace(service.namespace).add(entry);
    for (const pod of allPods) {
      if (pod.namespace === service.namespace && selector.matches(pod.labels)) {
        entry.pods.set(pod.row, pod);
      }
    }
  }

  removeService(service: Service): void {
    const entry = this.entries.get(service.row);
    if (entry === undefined) return;
    this.entries.delete(service.row);
    this.namespace(service.namespace).delete(entry);
    this.matching = new WeakMap();
  }

  /** Takes a pod and calls `concerned` for the row of each Service that selects it. */
  putPod(pod: PodVersion, concerned: (serviceRow: number) => void): void {
    for (const entry of this.matches(pod)) {
      entry.pods.set(pod.row, pod);
      concerned(entry.row);
    }
  }

  removePod(pod: PodVersion, concerned: (serviceRow: number) => void): void {
    for (const entry of this.matches(pod)) {
      entry.pods.delete(pod.row);
      concerned(entry.row);
    }
  }

  private matches(pod: PodVersion): readonly Entry[] {
    const entries = this.byNamespace.get(pod.namespace);
    if (entries === undefined || entries.size === 0) return [];
    let known = this.matching.get(pod.labels);
    if (known === undefined) {
      known = new Map();
      this.matching.set(pod.labels, known);
    }
    let found = known.get(pod.namespace);
    if (found === undefined) {
      found = [...entries].filter((entry) => entry.selector.matches(pod.labels));
      known.set(pod.namespace, found);
    }
    return found;
  }

  private namespace(name: string): Set<Entry> {
    this.matching = new WeakMap();
    let entries = this.byNamespace.get(name);
    if (entries === undefined) {
      entries = new Set();
      this.byNamespace.set(name, entries);
    }
    return entries;
  }
}

/** A Service without a selector, or with an external name, has endpoints that others write. */
export function selectsPods(service: Service): boolean {
  return service.spec.type !== "ExternalName" && service.spec.selector !== undefined;
}
