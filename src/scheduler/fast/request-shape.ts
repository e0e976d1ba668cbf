import { CycleState } from "../framework/cycle-state.js";
import type { FilterPlugin, Plugin } from "../framework/interfaces.js";
import type { Listers } from "../framework/listers.js";
import type { PodInfo } from "../framework/pod-info.js";
import { type FixedRows, objectsVersion, type SharedFixedRows } from "./fixed-rows.js";
import type { NodeGroups, SharedGroups } from "./node-groups.js";
import type { NodeTable } from "./node-table.js";
import type { PluginParts, WeightedStaticScore } from "./plugin-parts.js";
import { ShapeJudge } from "./shape-judge.js";
import { type JudgedNodes, ShapeRows } from "./shape-rows.js";

/** What all shapes of a profile use. */
export interface SharedByShapes {
  readonly groups: SharedGroups;
  readonly fixed: SharedFixedRows;
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
  readonly state = new CycleState();
  /** For the framework's filters: these ask the rules of the shape alone. */
  readonly filterState: CycleState;
  private readonly judge: ShapeJudge;
  /** Whether the images of all nodes matter, and which other objects. */
  private readonly followsImages: boolean;
  private readonly objectKinds: readonly (keyof Listers)[];
  private hasPlainAnswers = true;
  private images = -1;
  private objects = -1;

  constructor(
    private readonly parts: PluginParts,
    private readonly table: NodeTable,
    /** Any pod of the shape: the rules read nothing of it that others do not share. */
    readonly pod: PodInfo,
    private readonly shared: SharedByShapes,
  ) {
    this.rows = new ShapeRows(table, shared.nodes);
    const idle = this.idlePlugins();
    const scores = parts.scores.filter(({ plugin }) => !idle.score.has(plugin));
    const filters = parts.filters.filter((plugin) => !idle.filter.has(plugin));
    this.staticScores = parts.staticScores.filter(({ plugin }) => !idle.score.has(plugin));
    this.filterState = this.filterStateOf(filters);
    this.judge = new ShapeJudge(parts, table, this.rows, this, { filters, scores }, shared.fixed);
    const asked = [...filters, ...scores.map(({ plugin }) => plugin)];
    this.followsImages = asked.some((plugin) => parts.ofImages.has(plugin));
    this.objectKinds = asked.flatMap(({ reads }) => reads!.objects ?? []);
  }

  /** False once a rule gave an answer that is not remembered. */
  get usable(): boolean {
    return this.hasPlainAnswers && this.judge.usable && this.rows.usable;
  }

  /** Finds out once which plugins have nothing to say about this shape. */
  private idlePlugins(): {
    readonly filter: ReadonlySet<Plugin>;
    readonly score: ReadonlySet<Plugin>;
  } {
    const { framework, remembered } = this.parts;
    const { state, pod } = this;
    const unconcerned = [...remembered].filter((plugin) => plugin.concerns?.(pod) === false);
    const filter = new Set<Plugin>(unconcerned);
    const score = new Set<Plugin>(unconcerned);
    for (const plugin of framework.preFilterPlugins) {
      if (!remembered.has(plugin)) continue;
      const { status, nodeNames } = plugin.preFilter(state, pod);
      if (status?.code === "Skip") filter.add(plugin);
      else if (status !== null || nodeNames !== null) this.hasPlainAnswers = false;
    }
    for (const plugin of framework.preScorePlugins) {
      if (!remembered.has(plugin)) continue;
      const status = plugin.preScore(state, pod, []);
      if (status?.code === "Skip") score.add(plugin);
      else if (status !== null) this.hasPlainAnswers = false;
    }
    return { filter, score };
  }

  private filterStateOf(filters: readonly FilterPlugin[]): CycleState {
    const state = this.state.clone();
    state.filterPlugins = filters;
    const others = this.parts.framework.preFilterPlugins.filter(
      (plugin) => !(filters as readonly Plugin[]).includes(plugin),
    );
    state.skipFilterPlugins = new Set(others.map(({ name }) => name));
    return state;
  }

  get bytes(): number {
    return this.rows.bytes;
  }

  /** What of it other shapes may share. */
  get fixed(): FixedRows {
    return this.judge.fixed;
  }

  /** Brings what is remembered up to date with the table. */
  sync(): void {
    const { imageVersion } = this.table.state;
    const images = this.followsImages ? imageVersion : -1;
    const objects = objectsVersion(this.parts, this.objectKinds);
    if (images !== this.images || objects !== this.objects) {
      this.images = images;
      this.objects = objects;
      this.rows.invalidate();
    }
    this.rows.sync(this.judge);
  }

  /** Judges some nodes, of which nothing is kept. */
  look(nodes: JudgedNodes): void {
    nodes.judged += nodes.count;
    this.judge.judge(nodes);
  }

  /** The value of one node without the pods that are nominated there. */
  valueWithoutNominated(position: number): number {
    const { nodes } = this.shared;
    nodes.reserve(1);
    nodes.count = 1;
    nodes.positions[0] = position;
    nodes.rows[0] = this.table.rowAt[position]!;
    this.judge.judge(nodes, false);
    return nodes.verdicts[0]!;
  }

  /** The groups of nodes that `keys` and the static scores divide the nodes into. */
  groupsBy(keys: readonly string[]): NodeGroups {
    const { state, pod, staticScores } = this;
    return this.shared.groups.of(keys, { pod, state, scores: staticScores });
  }
}
