import { CycleState } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { FastProfile, WeightedStaticScore } from "./fast-profile.js";
import type { NodeTable } from "./node-table.js";
import { ShapeJudge } from "./shape-judge.js";
import { type JudgedNodes, ShapeRows } from "./shape-rows.js";
import type { Groupings } from "./groupings.js";
import type { StaticGroups } from "./static-groups.js";

/** What all shapes of a profile use. */
export interface SharedByShapes {
  readonly groupings: Groupings;
  readonly nodes: JudgedNodes;
}

/**
 * What the pods of one request shape ask of a single node, remembered for every node: whether it fits
 * and its weighted local scores, and the groups into which the static scores and topology keys divide
 * the nodes. Shared by all templates of the shape, whatever their labels.
 */
export class RequestShape {
  readonly rows: ShapeRows;
  readonly staticScores: readonly WeightedStaticScore[];
  private readonly judge: ShapeJudge;
  readonly state = new CycleState();
  private hasPlainAnswers = true;
  private images = -1;

  constructor(
    private readonly profile: FastProfile,
    private readonly table: NodeTable,
    /** Any pod of the shape: the rules read nothing of it that others do not share. */
    readonly pod: PodInfo,
    private readonly shared: SharedByShapes,
  ) {
    this.rows = new ShapeRows(table, shared.nodes);
    const idle = this.idlePlugins();
    this.staticScores = profile.staticScores.filter(({ plugin }) => !idle.score.has(plugin.name));
    this.judge = new ShapeJudge(profile, table, this.rows, this, {
      filters: profile.localFilters.filter(({ name }) => !idle.filter.has(name)),
      scores: profile.localScores.filter(({ plugin }) => !idle.score.has(plugin.name)),
    });
  }

  /** False once a rule gave an answer that is not remembered. */
  get usable(): boolean {
    return this.hasPlainAnswers && this.judge.usable && this.rows.usable;
  }

  /** Asks PreFilter and PreScore once, which plugins have nothing to say about this shape. */
  private idlePlugins(): {
    readonly filter: ReadonlySet<string>;
    readonly score: ReadonlySet<string>;
  } {
    const { framework, localFilters, localScores, staticScores } = this.profile;
    const filter = new Set<string>();
    const score = new Set<string>();
    const filtering = new Set(localFilters.map(({ name }) => name));
    for (const plugin of framework.preFilterPlugins) {
      if (!filtering.has(plugin.name)) continue;
      const { status, nodeNames } = plugin.preFilter(this.state, this.pod);
      if (status?.code === "Skip") filter.add(plugin.name);
      else if (status !== null || nodeNames !== null) this.hasPlainAnswers = false;
    }
    const scoring = new Set([...localScores, ...staticScores].map(({ plugin }) => plugin.name));
    for (const plugin of framework.preScorePlugins) {
      if (!scoring.has(plugin.name)) continue;
      const status = plugin.preScore(this.state, this.pod, []);
      if (status?.code === "Skip") score.add(plugin.name);
      else if (status !== null) this.hasPlainAnswers = false;
    }
    return { filter, score };
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  /** Brings what is remembered up to date with the table. */
  sync(): void {
    const images = this.table.state.imageVersion;
    if (images !== this.images) {
      this.images = images;
      this.rows.invalidate();
    }
    this.rows.sync(this.judge);
  }

  /** The groups of nodes that `keys` and the static scores divide the nodes into. */
  staticGroups(keys: readonly string[]): StaticGroups {
    const { state, pod, staticScores } = this;
    return this.shared.groupings.of(keys, { pod, state, scores: staticScores });
  }
}
