import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";

interface Group {
  readonly labels: Labels;
  readonly pods: Map<number, PodVersion>;
  /** The same pods as a list; null: since the last list one of them has changed. */
  listed: readonly PodVersion[] | null;
}

interface Namespace {
  readonly groups: Map<Labels, Group>;
  /** Goes up when labels come or go. */
  version: number;
}

/** What a selector has found. */
interface Found {
  readonly namespace: Namespace;
  readonly version: number;
  readonly groups: readonly Group[];
  /** The lists of the groups, and all of them as one. */
  parts: readonly (readonly PodVersion[])[];
  pods: readonly PodVersion[];
}

const NOBODY: readonly PodVersion[] = [];

/**
 * Pods by their labels: those of one template share them, so that a selector is asked once for all of
 * them, and not pod by pod; and once as long as no labels come or go.
 */
export class PodsByLabels {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly found = new WeakMap<Selector, Found>();

  /** Those that a watch shows, now and from now on. */
  static following(informer: Informer<"Pod">): PodsByLabels {
    const pods = new PodsByLabels();
    informer.addHandler({
      added: (pod) => pods.put(undefined, pod),
      updated: (before, pod) => pods.put(before, pod),
      deleted: (pod) => pods.remove(pod),
    });
    return pods;
  }

  put(before: PodVersion | undefined, pod: PodVersion): void {
    if (before !== undefined && before.labels !== pod.labels) this.remove(before);
    let namespace = this.namespaces.get(pod.namespace);
    if (namespace === undefined) {
      namespace = { groups: new Map(), version: 0 };
      this.namespaces.set(pod.namespace, namespace);
    }
    let group = namespace.groups.get(pod.labels);
    if (group === undefined) {
      group = { labels: pod.labels, pods: new Map(), listed: null };
      namespace.groups.set(pod.labels, group);
      namespace.version += 1;
    }
    group.pods.set(pod.row, pod);
    group.listed = null;
  }

  remove({ namespace: name, labels, row }: PodVersion): void {
    const namespace = this.namespaces.get(name);
    const group = namespace?.groups.get(labels);
    if (namespace === undefined || group === undefined) return;
    group.pods.delete(row);
    group.listed = null;
    if (group.pods.size > 0) return;
    namespace.groups.delete(labels);
    namespace.version += 1;
  }

  /**
   * In the order in which templates, and the pods of each, were first seen; the same list as long as no
   * pod of it has changed.
   */
  matching(name: string, selector: Selector): readonly PodVersion[] {
    const namespace = this.namespaces.get(name);
    if (namespace === undefined) return NOBODY;
    let found = this.found.get(selector);
    if (found?.namespace !== namespace || found.version !== namespace.version) {
      const groups = [...namespace.groups.values()].filter((one) => selector.matches(one.labels));
      found = { namespace, version: namespace.version, groups, parts: [], pods: NOBODY };
      this.found.set(selector, found);
    }
    const { groups } = found;
    if (groups.length === 1) return listOf(groups[0]!);
    if (groups.some((group, i) => listOf(group) !== found.parts[i])) {
      found.parts = groups.map(listOf);
      found.pods = found.parts.flat();
    }
    return found.pods;
  }
}

function listOf(group: Group): readonly PodVersion[] {
  group.listed ??= [...group.pods.values()];
  return group.listed;
}
