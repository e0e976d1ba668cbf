import type { PodInfo } from "../framework/pod-info.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PostFilterResult } from "../framework/interfaces.js";
import type { Diagnosis } from "../framework/fit-error.js";
import { Status } from "../framework/status.js";
import type { ScoreTrace } from "../framework/score-sheet.js";
import type {
  Attempt,
  NamedPod,
  PreemptionReport,
  RefusedNodes,
  ScoreTable,
  ScoredNode,
} from "./attempt.js";
import type { Decision } from "./decision-observer.js";

const MAX_EXAMPLES = 3;
const MAX_SCORED_NODES = 10;
/** Of nodes that a plugin ruled out before any was looked at, in versions that do not say why. */
const LEFT_OUT = new Status("Unschedulable", ["ruled out before any node was looked at"], "");

interface Column {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
}

/** Keeps copies of one cycle's scores. */
export class ScoreColumns implements ScoreTrace {
  readonly columns: Column[] = [];
  sums: Float64Array | null = null;

  plugin({ plugin, weight, raw, normalized }: Column): void {
    this.columns.push({ plugin, weight, raw: raw.slice(), normalized: normalized.slice() });
  }

  totals(totals: Float64Array): void {
    this.sums = totals.slice();
  }
}

/** A cycle as plain data, which may be kept while the cluster changes. */
export function describeAttempt(decision: Decision, scores: ScoreColumns): Attempt {
  const { outcome, timeMicros, attempt: number, framework } = decision;
  const common = {
    timeMicros,
    number,
    nodeCount: framework.snapshot.nodes.length,
    result: outcome.kind,
    feasibleCount: 0,
    refusedAsAWhole: null,
    refused: [],
    scores: null,
    chosen: null,
    ties: 0,
    wasNominated: false,
    preemption: null,
    message: "",
    bindingFailure: null,
  };
  if (outcome.kind === "error") return { ...common, message: outcome.message };
  const { diagnosis } = outcome;
  // A search that succeeds may end before it has seen all nodes; one that fails has seen them.
  const all = outcome.kind === "scheduled" ? [] : framework.snapshot.nodes;
  const refused = refusedNodes(diagnosis, all);
  if (outcome.kind === "scheduled") {
    return {
      ...common,
      refused,
      feasibleCount: outcome.feasible.length,
      scores: scoreTable(scores, outcome.feasible, outcome.node),
      chosen: outcome.node.name,
      ties: outcome.ties,
      wasNominated: outcome.nominatedNodeFit,
    };
  }
  const { preFilter } = diagnosis;
  return {
    ...common,
    refused,
    refusedAsAWhole:
      preFilter === null ? null : { plugin: preFilter.plugin, reason: preFilter.message },
    preemption: outcome.postFilter === null ? null : preemptionReport(outcome.postFilter),
    message: outcome.message(),
  };
}

/** `namespace/name`. */
function podKey({ pod }: PodInfo): string {
  return `${pod.namespace}/${pod.name}`;
}

/** Groups by plugin and reasons, the largest first. */
function refusedNodes(diagnosis: Diagnosis, all: readonly NodeInfo[]): readonly RefusedNodes[] {
  const groups = new Map<string, RefusedNodes & { count: number; examples: string[] }>();
  const add = (node: NodeInfo, { plugin, reasons, code }: Status): void => {
    const key = `${plugin}\n${reasons.join("\n")}`;
    const mayPreempt = code === "Unschedulable";
    const group = groups.get(key) ?? { plugin, reasons, mayPreempt, count: 0, examples: [] };
    groups.set(key, group);
    group.count += 1;
    if (group.examples.length < MAX_EXAMPLES) group.examples.push(node.name);
  };
  const looked = new Set<NodeInfo>();
  for (const [node, status] of diagnosis.entries()) {
    looked.add(node);
    add(node, status);
  }
  // A plugin may have named the nodes that are worth a look beforehand.
  const { absentNodes, preFilter } = diagnosis;
  if (preFilter === null) {
    for (const node of all) if (!looked.has(node)) add(node, absentNodes ?? LEFT_OUT);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function namedPod(info: PodInfo): NamedPod {
  return { pod: podKey(info), priority: info.priority };
}

function preemptionReport(result: PostFilterResult): PreemptionReport {
  const { status, candidates, nominatedNodeName } = result;
  return {
    message: status.message.replace(/^preemption: /, ""),
    candidates: candidates.map(({ node, victims, pdbViolations }) => ({
      node: node.name,
      victims: victims.map(namedPod),
      pdbViolations,
    })),
    nominatedNode: nominatedNodeName === "" ? null : nominatedNodeName,
  };
}

function scoreTable(
  { columns, sums }: ScoreColumns,
  nodes: readonly NodeInfo[],
  chosen: NodeInfo,
): ScoreTable | null {
  if (sums === null) return null;
  const isAlike = ({ raw, normalized }: Column) =>
    raw.every((score) => score === raw[0]) && normalized.every((score) => score === normalized[0]);
  const different = columns.filter((column) => !isAlike(column));
  const order = nodes
    .map((node, index) => ({ node, index, total: sums[index]! }))
    .sort((a, b) => b.total - a.total || a.node.ordinal - b.node.ordinal);
  const shown = order.filter(({ node }, rank) => rank < MAX_SCORED_NODES || node === chosen);
  return {
    columns: different.map(({ plugin, weight }) => ({ plugin, weight })),
    alike: columns
      .filter(isAlike)
      .map(({ plugin, weight, normalized }) => ({ plugin, weighted: normalized[0]! * weight })),
    rows: shown.map(
      ({ node, index, total }): ScoredNode => ({
        node: node.name,
        total,
        isChosen: node === chosen,
        scores: different.map(({ weight, raw, normalized }) => ({
          raw: raw[index]!,
          weighted: normalized[index]! * weight,
        })),
      }),
    ),
    nodeCount: nodes.length,
  };
}
