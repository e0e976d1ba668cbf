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

const NOBODY: readonly PodVersion[] = [];

/**
 * Pods by their labels: those of one template share them, so that a selector is asked once for all of
 * them, and not pod by pod; and once as long as no labels come or go.
 */
export class PodsByLabels {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly selections = new WeakMap<Selector, LabelledPods>();

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

  /** What a selector finds in a namespace: one object for all that ask for the same one. */
  labelled(name: string, selector: Selector): LabelledPods {
    let found = this.selections.get(selector);
    if (found?.name !== name) {
      found = new LabelledPods(name, selector, this.namespaces);
      this.selections.set(selector, found);
    }
    return found;
  }
}

/** The pods that a selector finds: it is asked about labels once, as long as none come or go. */
export class LabelledPods {
  private namespace: Namespace | null = null;
  private version = -1;
  private groups: readonly Group[] = [];
  /** The lists of the groups, and all of them as one. */
  private parts: readonly (readonly PodVersion[])[] = [];
  private all = NOBODY;

  constructor(
    readonly name: string,
    private readonly selector: Selector,
    private readonly namespaces: ReadonlyMap<string, Namespace>,
  ) {}

  /**
   * In the order in which templates, and the pods of each, were first seen; the same list as long as no
   * pod of it has changed.
   */
  get pods(): readonly PodVersion[] {
    this.namespace ??= this.namespaces.get(this.name) ?? null;
    if (this.namespace === null) return NOBODY;
    if (this.version !== this.namespace.version) this.findGroups(this.namespace);
    const { groups } = this;
    if (groups.length === 1) return listOf(groups[0]!);
    if (groups.some((group, i) => listOf(group) !== this.parts[i])) {
      this.parts = groups.map(listOf);
      this.all = this.parts.flat();
    }
    return this.all;
  }

  private findGroups(namespace: Namespace): void {
    this.version = namespace.version;
    this.groups = [...namespace.groups.values()].filter(({ labels }) =>
      this.selector.matches(labels),
    );
    this.parts = [];
    this.all = NOBODY;
  }
}

function listOf(group: Group): readonly PodVersion[] {
  group.listed ??= [...group.pods.values()];
  return group.listed;
}
