import type { VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import type { NodeWithPods } from "./cluster-snapshot.js";
import type { NodeGroups } from "./node-group.js";
import { isNodeReady, lastTransition } from "./node-readiness.js";
import { type TemplateContext, templateFromCloud, templateFromNode } from "./node-template.js";
import { TO_BE_DELETED } from "./taints.js";

type Node = VersionOf<"Node">;

/** So long must a node have been ready to stand for its group. */
const STABLE_MICROS = MICROS_PER_MINUTE;

/** What a new node would be like, by the group's id; groups of which nobody knows are absent. */
export type Templates = ReadonlyMap<string, NodeWithPods>;

export interface ListedCluster {
  readonly nodes: readonly Node[];
  /** By the name of their node. */
  readonly podsByNode: ReadonlyMap<string, readonly PodVersion[]>;
}

/**
 * The template of each group: after a node of it that works, or the last that did, or what the cloud says,
 * or any node of it. Source: cluster-autoscaler, `MixedTemplateNodeInfoProvider`.
 */
export class GroupTemplates {
  private readonly known = new Map<string, NodeWithPods>();

  constructor(
    private readonly groups: NodeGroups,
    /** Virtual zero as milliseconds since 1970. */
    private readonly startTimeMs: number,
  ) {}

  of(cluster: ListedCluster, context: TemplateContext, now: TimeMicros): Templates {
    const good = new Map<string, Node>();
    const any = new Map<string, Node>();
    for (const node of cluster.nodes) {
      const id = this.groups.groupOf(node.name)?.id;
      if (id === undefined) continue;
      if (!any.has(id)) any.set(id, node);
      if (!good.has(id) && this.isGood(node, context, now)) good.set(id, node);
    }
    const templates = new Map<string, NodeWithPods>();
    for (const group of this.groups.list()) {
      const { id } = group;
      const from = (node: Node): NodeWithPods => {
        const pods = cluster.podsByNode.get(node.name) ?? [];
        return templateFromNode(id, { node, pods }, context);
      };
      const example = good.get(id);
      if (example !== undefined) this.known.set(id, from(example));
      const cloud = group.template();
      const last = any.get(id);
      const template =
        this.known.get(id) ??
        (cloud === null ? undefined : templateFromCloud(id, cloud, context)) ??
        (last === undefined ? undefined : from(last));
      if (template !== undefined) templates.set(id, template);
    }
    return templates;
  }

  private isGood(node: Node, { options }: TemplateContext, now: TimeMicros): boolean {
    return (
      node.spec.unschedulable !== true &&
      isNodeReady(node, options) &&
      lastTransition(node, this.startTimeMs) + STABLE_MICROS < now &&
      node.spec.taints?.some(({ key }) => key === TO_BE_DELETED) !== true
    );
  }
}
