import type { CycleState } from "../framework/cycle-state.js";
import { Diagnosis } from "../framework/fit-error.js";
import { type FilterPlugin, MAX_NODE_SCORE, type Plugin } from "../framework/interfaces.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { normalizes } from "../framework/runtime.js";
import { type Status, isRejected } from "../framework/status.js";
import type { FastClass } from "./fast-class.js";

/** What a decision found that asked some plugins node by node. */
export interface PlainFound {
  readonly state: CycleState;
  readonly feasible: readonly NodeInfo[];
  readonly diagnosis: Diagnosis;
  /** The best of the feasible nodes, in the order of evaluation. */
  readonly best: readonly NodeInfo[];
}

/**
 * A decision in which some plugins cannot be told from what is remembered: these are asked node by node,
 * as in the plain form, and the others' answers are looked up. A scan: it costs the nodes it looks at.
 *
 *     PreFilter of these ─► each node: what is remembered, and these where no plugin before refuses it
 *       ─► PreScore of these ─► totals: remembered value + score of the group + scores of these
 *
 * Null where only the plain form can tell: a pod that is refused as a whole, nodes that are named, errors.
 */
export class PlainPart {
  private readonly state: CycleState;
  private readonly feasible: NodeInfo[] = [];
  private readonly positions: number[] = [];
  private readonly diagnosis = new Diagnosis();

  constructor(
    private readonly of: FastClass,
    private readonly pod: PodInfo,
    private readonly plain: readonly Plugin[],
  ) {
    this.state = of.stateOf();
  }

  decide(start: number, wanted: number): PlainFound | null {
    if (!this.preFilter() || !this.filter(start, wanted)) return null;
    const { state, feasible, diagnosis } = this;
    const totals = feasible.length > 1 ? this.totals() : new Float64Array(1);
    if (totals === null) return null;
    const most = totals.reduce((a, b) => Math.max(a, b), 0);
    return { state, diagnosis, feasible, best: feasible.filter((_, i) => totals[i] === most) };
  }

  private preFilter(): boolean {
    const { framework } = this.of.desk.parts;
    const skipped = new Set<string>();
    for (const plugin of framework.preFilterPlugins) {
      if (!this.plain.includes(plugin)) continue;
      const { status, nodeNames } = plugin.preFilter(this.state, this.pod);
      if (status?.code === "Skip") skipped.add(plugin.name);
      else if (status !== null || nodeNames !== null) return false;
    }
    this.state.skipFilterPlugins = skipped;
    return true;
  }

  /** As the plain form's search; false for an error. Hot path: most nodes are refused by nobody known. */
  private filter(start: number, wanted: number): boolean {
    const { desk, shape } = this.of;
    const { nodes } = desk.table;
    const { values } = shape.rows;
    const asked = this.askedFilters();
    let at = start;
    for (let i = 0; i < nodes.length; i += 1, at += 1) {
      if (at >= nodes.length) at -= nodes.length;
      const node = nodes[at]!;
      const passes = values[at]! > 0 && desk.open[desk.groupIdAt(at)] === 1;
      const known = passes ? null : this.of.statusAt(node);
      // Nominated pods were looked at by all plugins.
      const status = !passes && desk.aside.isClosed(at) ? known : this.ask(asked, node, known);
      if (status === null) {
        if (this.feasible.length === wanted) return true;
        this.feasible.push(node);
        this.positions.push(at);
      } else if (isRejected(status)) this.diagnosis.set(node, status);
      else return false;
    }
    return true;
  }

  private askedFilters(): readonly FilterPlugin[] {
    const { filterPlugins } = this.of.desk.parts.framework;
    const { skipFilterPlugins } = this.state;
    return filterPlugins.filter(
      (plugin) => this.plain.includes(plugin) && !skipFilterPlugins.has(plugin.name),
    );
  }

  /** The first refusal: by those asked that come before what is known, or that. */
  private ask(asked: readonly FilterPlugin[], node: NodeInfo, known: Status | null): Status | null {
    const { places, framework } = this.of.desk.parts;
    const end = known === null ? Infinity : (places.get(known.plugin) ?? 0);
    for (let i = 0; i < asked.length; i += 1) {
      const plugin = asked[i]!;
      if (known !== null && places.get(plugin.name)! >= end) break;
      framework.calls.filter += 1;
      const status = plugin.filter(this.state, this.pod, node);
      if (status !== null) return status;
    }
    return known;
  }

  /** Totals of the feasible nodes; null for an error. */
  private totals(): Float64Array | null {
    const { feasible, state, pod } = this;
    const { framework } = this.of.desk.parts;
    const skipped = new Set<Plugin>();
    for (const plugin of framework.preScorePlugins) {
      if (!this.plain.includes(plugin)) continue;
      const status = plugin.preScore(state, pod, feasible);
      if (status?.code === "Skip") skipped.add(plugin);
      else if (status !== null) return null;
    }
    const totals = this.of.totalsAt(this.positions);
    for (const { plugin, weight } of framework.scorePlugins) {
      if (!this.plain.includes(plugin) || skipped.has(plugin)) continue;
      // What is the same for all makes no node better.
      if ((plugin.uniformScore?.(state, pod) ?? null) !== null) continue;
      framework.calls.score += feasible.length;
      const scores = Float64Array.from(feasible, (node) => plugin.score(state, pod, node));
      if (normalizes(plugin)) plugin.normalizeScore(state, pod, feasible, scores);
      for (let i = 0; i < scores.length; i += 1) {
        if (!(scores[i]! >= 0 && scores[i]! <= MAX_NODE_SCORE)) return null;
        totals[i]! += scores[i]! * weight;
      }
    }
    return totals;
  }
}
