import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";

interface Group {
  readonly labels: Labels;
  readonly pods: Map<number, PodVersion>;
}

/**
 * Pods by their labels: those of one template share them, so that a selector is asked once for all of
 * them, and not pod by pod.
 */
export class PodsByLabels {
  private readonly groups = new Map<string, Map<Labels, Group>>();

  put(before: PodVersion | undefined, pod: PodVersion): void {
    if (before !== undefined && before.labels !== pod.labels) this.remove(before);
    let inNamespace = this.groups.get(pod.namespace);
    if (inNamespace === undefined) {
      inNamespace = new Map();
      this.groups.set(pod.namespace, inNamespace);
    }
    let group = inNamespace.get(pod.labels);
    if (group === undefined) {
      group = { labels: pod.labels, pods: new Map() };
      inNamespace.set(pod.labels, group);
    }
    group.pods.set(pod.row, pod);
  }

  remove({ namespace, labels, row }: PodVersion): void {
    const inNamespace = this.groups.get(namespace);
    const group = inNamespace?.get(labels);
    group?.pods.delete(row);
    if (group?.pods.size === 0) inNamespace!.delete(labels);
  }

  /** In the order in which templates, and the pods of each, were first seen. */
  matching(namespace: string, selector: Selector): PodVersion[] {
    const found: PodVersion[] = [];
    for (const { labels, pods } of this.groups.get(namespace)?.values() ?? []) {
      if (selector.matches(labels)) for (const pod of pods.values()) found.push(pod);
    }
    return found;
  }
}
