import type { PodVersion } from "../../api/pod-version.js";
import type { ClusterFork } from "../../scheduler/framework/cluster-fork.js";
import { FitCheck } from "../../scheduler/framework/fit-check.js";
import type { NodeInfo } from "../../scheduler/framework/node-info.js";
import type { PodInfo } from "../../scheduler/framework/pod-info.js";
import type { PodTemplateInfo } from "../../scheduler/framework/pod-template-info.js";
import type { Status } from "../../scheduler/framework/status.js";

interface Change {
  readonly pod: PodInfo;
  readonly node: NodeInfo;
  readonly sign: 1 | -1;
}

interface Prepared {
  readonly check: FitCheck;
  /** How many forks were open when it was made or last followed a change. */
  depth: number;
  /** Changes of pods that it has followed, and of nodes. */
  changes: number;
  nodes: number;
}

/** Where a fork began. */
type Fork = Pick<Prepared, "changes" | "nodes">;

/** From so many changes on a check is sooner made anew than brought up to date. */
const MANY = 2000;

/**
 * The checks of pods of each template, brought up to date by what has changed since they were asked last;
 * those made before a fork hold again after it was taken back.
 */
export class PreparedChecks {
  /** Pods that came and went since it was begun anew, without what was taken back. */
  private changes: Change[] = [];
  private nodes = 0;
  private readonly forks: Fork[] = [];
  /** The deepest fork's last. */
  private readonly byTemplate = new Map<PodTemplateInfo, Prepared[]>();
  private isDeaf = true;

  constructor(private readonly cluster: ClusterFork) {
    const { state } = cluster;
    state.observePods((pod, sign) => {
      if (!this.isDeaf) this.changes.push({ pod, node: state.nodeInRow(pod.row), sign });
    });
    this.isDeaf = false;
  }

  of(pod: PodVersion): FitCheck | Status {
    const template = this.cluster.state.podInfos.podInfo(pod).template;
    const known = this.byTemplate.get(template);
    const last = known?.at(-1);
    if (last?.check.suits(pod) === true) {
      const current = this.isCurrent(last) ? last : this.followed(last);
      if (current !== null) {
        if (current.depth > last.depth) known!.push(current);
        return current.check;
      }
    }
    const check = this.cluster.fitCheck(pod);
    if (check instanceof FitCheck && check.isShared) this.keep(template, check);
    return check;
  }

  private isCurrent({ changes, nodes }: Prepared): boolean {
    return changes === this.changes.length && nodes === this.nodes;
  }

  private keep(template: PodTemplateInfo, check: FitCheck): void {
    const depth = this.forks.length;
    const known = (this.byTemplate.get(template) ?? []).filter((one) => one.depth < depth);
    known.push({ check, depth, changes: this.changes.length, nodes: this.nodes });
    this.byTemplate.set(template, known);
  }

  /** The check, or a copy where a fork has begun since, up to date; null where it cannot be. */
  private followed(last: Prepared): Prepared | null {
    const { changes, nodes } = this;
    if (changes.length - last.changes > MANY) return null;
    if (last.nodes !== nodes && last.check.readsNodes) return null;
    const depth = this.forks.length;
    const isOfFork = last.depth === depth;
    const prepared = isOfFork ? last : { ...last, check: last.check.clone(), depth };
    for (let i = last.changes; i < changes.length; i += 1) {
      const { pod, node, sign } = changes[i]!;
      if (!prepared.check.update(pod, node, sign)) return null;
    }
    prepared.changes = changes.length;
    prepared.nodes = nodes;
    return prepared;
  }

  /** A node without pods has come. */
  nodeAdded(): void {
    this.nodes += 1;
  }

  /** Nothing that is known may be relied on: nodes went or changed. */
  forget(): void {
    this.byTemplate.clear();
    this.nodes += 1;
  }

  fork(): void {
    this.forks.push({ changes: this.changes.length, nodes: this.nodes });
  }

  /** Takes back, by `undo`, what changed since the innermost fork. */
  revert(undo: () => void): void {
    const { changes, nodes } = this.forks.pop()!;
    this.isDeaf = true;
    undo();
    this.isDeaf = false;
    this.changes.length = changes;
    this.nodes = nodes;
    const depth = this.forks.length;
    for (const [template, known] of this.byTemplate) {
      while ((known.at(-1)?.depth ?? -1) > depth) known.pop();
      if (known.length === 0) this.byTemplate.delete(template);
    }
  }

  commit(): void {
    this.forks.pop();
    const depth = this.forks.length;
    for (const known of this.byTemplate.values()) {
      const last = known.at(-1)!;
      if (last.depth <= depth) continue;
      known.pop();
      while ((known.at(-1)?.depth ?? -1) >= depth) known.pop();
      known.push({ ...last, depth });
    }
  }

  /** Begins anew, without a fork. */
  settle(): void {
    this.changes = [];
    this.byTemplate.clear();
  }
}
