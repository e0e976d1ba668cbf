import { assert } from "../../base/assert.js";
import type { AffinityTerm } from "../framework/affinity-term.js";
import type { ClusterState } from "../framework/cluster-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import { PairIndex, neededPair, pairsOf } from "./label-pairs.js";

/** Pods of one template that count on nodes; terminating ones apart, as some rules leave them out. */
export interface TemplateUse {
  readonly template: PodTemplateInfo;
  readonly terminating: boolean;
  /** Pods by the row of their node. */
  readonly rows: Map<number, number>;
  readonly labelPairs: readonly string[];
  readonly selectorPairs: readonly string[];
  /** Who counts these pods. */
  readonly counters: Set<PodCounter>;
}

/** Counts the pods of some templates, for one class of incoming pods. */
export interface PodCounter {
  readonly labelPairs: readonly string[];
  readonly selectorPairs: readonly string[];
  /** True if pods of the template matter; asked once, before the first of them is counted. */
  isConcerned(use: TemplateUse): boolean;
  /** Counts one pod of a template that concerns it more or less; `use.rows` has it already. */
  count(use: TemplateUse, node: NodeInfo, sign: 1 | -1): void;
  /** The last pod of a template that concerns it was counted; the use will not come again. */
  ended(use: TemplateUse): void;
}

/** Terms of a template by which its placed pods have a say about others. */
export function allTerms(template: PodTemplateInfo): readonly AffinityTerm[] {
  return [
    ...template.requiredAffinityTerms,
    ...template.requiredAntiAffinityTerms,
    ...template.preferredAffinityTerms.map(({ term }) => term),
    ...template.preferredAntiAffinityTerms.map(({ term }) => term),
  ];
}

function needsNamespaces({ namespaceSelector }: AffinityTerm): boolean {
  return !namespaceSelector.matchesNothing;
}

/** True if a term depends on the labels of namespaces, which may change. */
export function dependsOnNamespaces(template: PodTemplateInfo): boolean {
  return template.hasAffinity && allTerms(template).some(needsNamespaces);
}

/**
 * Which templates have pods on which nodes, and who counts them: each pod that comes or goes reaches
 * exactly the counters that its template concerns.
 */
export class TemplateUses {
  /** Placed pods with terms that depend on the labels of namespaces. */
  namespaceDependents = 0;
  private readonly uses = new Map<number, TemplateUse>();
  private readonly index = new PairIndex<TemplateUse>();
  private readonly counters = new PairIndex<PodCounter>();

  constructor(state: ClusterState) {
    state.observePods((info, node, sign) => this.podChanged(info, node, sign));
  }

  private podChanged(info: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    const terminating = info.pod.deletionTimeMicros !== null;
    const key = info.template.id * 2 + (terminating ? 1 : 0);
    const use = this.uses.get(key) ?? this.begin(key, info.template, terminating);
    const count = (use.rows.get(node.row) ?? 0) + sign;
    assert(count >= 0, "no more pods leave a node than came");
    if (count === 0) use.rows.delete(node.row);
    else use.rows.set(node.row, count);
    for (const counter of use.counters) counter.count(use, node, sign);
    if (use.rows.size === 0) this.end(key, use);
  }

  private begin(key: number, template: PodTemplateInfo, terminating: boolean): TemplateUse {
    const labelPairs = pairsOf(template.labels);
    const selectorPairs = template.hasAffinity
      ? allTerms(template).map(({ selector }) => neededPair(selector))
      : [];
    const use: TemplateUse = {
      template,
      terminating,
      rows: new Map(),
      labelPairs,
      selectorPairs,
      counters: new Set(),
    };
    this.uses.set(key, use);
    this.index.add(use, labelPairs, selectorPairs);
    if (dependsOnNamespaces(template)) this.namespaceDependents += 1;
    if (this.counters.size > 0) {
      for (const counter of this.counters.related(labelPairs, selectorPairs)) {
        if (counter.isConcerned(use)) use.counters.add(counter);
      }
    }
    return use;
  }

  private end(key: number, use: TemplateUse): void {
    this.uses.delete(key);
    for (const counter of use.counters) counter.ended(use);
    this.index.delete(use, use.labelPairs, use.selectorPairs);
    if (dependsOnNamespaces(use.template)) this.namespaceDependents -= 1;
  }

  /** From now on `counter` is told of every pod that concerns it; see also {@link usesOf}. */
  subscribe(counter: PodCounter): void {
    this.counters.add(counter, counter.labelPairs, counter.selectorPairs);
    for (const use of this.index.related(counter.labelPairs, counter.selectorPairs)) {
      if (counter.isConcerned(use)) use.counters.add(counter);
    }
  }

  unsubscribe(counter: PodCounter): void {
    this.counters.delete(counter, counter.labelPairs, counter.selectorPairs);
    for (const use of this.usesOf(counter)) use.counters.delete(counter);
  }

  /** Every placed template that concerns the counter, asked anew. */
  concerning(counter: PodCounter): readonly TemplateUse[] {
    const related = this.index.related(counter.labelPairs, counter.selectorPairs);
    const uses: TemplateUse[] = [];
    for (const use of related) if (counter.isConcerned(use)) uses.push(use);
    return uses;
  }

  /** The same of a counter that has subscribed. */
  usesOf(counter: PodCounter): readonly TemplateUse[] {
    const related = this.index.related(counter.labelPairs, counter.selectorPairs);
    return [...related].filter((use) => use.counters.has(counter));
  }
}
