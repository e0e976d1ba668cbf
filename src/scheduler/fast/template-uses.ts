import type { Labels } from "../../api/kubernetes.js";
import { assert } from "../../base/assert.js";
import type { AffinityTerm } from "../framework/affinity-term.js";
import type { ClusterState } from "../framework/cluster-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodTemplateInfo } from "../framework/pod-template-info.js";
import { type LabelPair, PairIndex, neededPair } from "./label-pairs.js";

/** Pods of one template that count on nodes; terminating ones apart, as some rules leave them out. */
export interface TemplateUse {
  readonly template: PodTemplateInfo;
  readonly terminating: boolean;
  /** Pods by the row of their node. */
  readonly rows: Map<number, number>;
  readonly selectorPairs: readonly LabelPair[];
  /** Who counts these pods, and as what. */
  readonly links: Link[];
}

/** Counts the pods of some templates, for one class of incoming pods. */
export interface PodCounter<T> {
  readonly labels: Labels;
  readonly selectorPairs: readonly LabelPair[];
  /** What a pod of the template counts as; null if it does not matter. Asked once a template. */
  contributionsOf(use: TemplateUse): T | null;
  /** Counts one pod more or less; the use has it already. */
  count(contributions: T, node: NodeInfo, sign: 1 | -1): void;
}

type AnyCounter = PodCounter<unknown>;

interface Link {
  readonly counter: AnyCounter;
  readonly contributions: unknown;
}

const NO_PAIRS: readonly LabelPair[] = Object.freeze([]);

/** Calls `visit` with the terms of a template by which its placed pods have a say about others. */
function forEachTerm(template: PodTemplateInfo, visit: (term: AffinityTerm) => void): void {
  for (const term of template.requiredAffinityTerms) visit(term);
  for (const term of template.requiredAntiAffinityTerms) visit(term);
  for (const { term } of template.preferredAffinityTerms) visit(term);
  for (const { term } of template.preferredAntiAffinityTerms) visit(term);
}

/** One pair of labels that each term needs. */
export function neededPairs(template: PodTemplateInfo): readonly LabelPair[] {
  const pairs: LabelPair[] = [];
  forEachTerm(template, ({ selector }) => pairs.push(neededPair(selector)));
  return pairs;
}

/** True if a term depends on the labels of namespaces, which may change. */
export function dependsOnNamespaces(template: PodTemplateInfo): boolean {
  if (!template.hasAffinity) return false;
  let depends = false;
  forEachTerm(template, ({ namespaceSelector }) => {
    if (!namespaceSelector.matchesNothing) depends = true;
  });
  return depends;
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
  private readonly counters = new PairIndex<AnyCounter>();

  constructor(state: ClusterState) {
    state.observePods((info, node, sign) => this.podChanged(info, node, sign));
  }

  private podChanged(info: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    const terminating = info.pod.deletionTimeMicros !== null;
    const key = info.template.id * 2 + (terminating ? 1 : 0);
    const use = this.uses.get(key) ?? this.begin(key, info.template, terminating);
    const { rows, links } = use;
    const count = (rows.get(node.row) ?? 0) + sign;
    assert(count >= 0, "no more pods leave a node than came");
    if (count === 0) rows.delete(node.row);
    else rows.set(node.row, count);
    for (let i = 0; i < links.length; i += 1) {
      links[i]!.counter.count(links[i]!.contributions, node, sign);
    }
    if (rows.size === 0) this.end(key, use);
  }

  private begin(key: number, template: PodTemplateInfo, terminating: boolean): TemplateUse {
    const selectorPairs = template.hasAffinity ? neededPairs(template) : NO_PAIRS;
    const use: TemplateUse = { template, terminating, rows: new Map(), selectorPairs, links: [] };
    this.uses.set(key, use);
    this.index.add(use, template.labels, selectorPairs);
    if (dependsOnNamespaces(template)) this.namespaceDependents += 1;
    if (this.counters.size > 0) {
      for (const counter of this.counters.related(template.labels, selectorPairs)) {
        link(use, counter);
      }
    }
    return use;
  }

  private end(key: number, use: TemplateUse): void {
    this.uses.delete(key);
    this.index.delete(use, use.template.labels, use.selectorPairs);
    if (dependsOnNamespaces(use.template)) this.namespaceDependents -= 1;
  }

  /** From now on `counter` is told of every pod that comes or goes and concerns it. */
  subscribe<T>(counter: PodCounter<T>): void {
    this.counters.add(counter as AnyCounter, counter.labels, counter.selectorPairs);
    for (const use of this.concerning(counter)) link(use, counter as AnyCounter);
  }

  unsubscribe<T>(counter: PodCounter<T>): void {
    this.counters.delete(counter as AnyCounter, counter.labels, counter.selectorPairs);
    for (const { links } of this.concerning(counter)) {
      const at = links.findIndex((known) => known.counter === counter);
      if (at >= 0) links.splice(at, 1);
    }
  }

  /** Every placed template that may concern the counter. */
  concerning<T>(counter: Pick<PodCounter<T>, "labels" | "selectorPairs">): Iterable<TemplateUse> {
    return this.index.related(counter.labels, counter.selectorPairs);
  }
}

function link(use: TemplateUse, counter: AnyCounter): void {
  const contributions = counter.contributionsOf(use);
  if (contributions !== null) use.links.push({ counter, contributions });
}
