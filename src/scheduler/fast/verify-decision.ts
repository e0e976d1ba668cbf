import type { NodeBatch } from "../framework/opportunistic-batch.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import {
  type AlgorithmOptions,
  type CycleOutcome,
  SchedulingAlgorithm,
} from "../framework/scheduling-algorithm.js";
import type { Status } from "../framework/status.js";

/** The two forms do not decide the same: a bug, or a plugin that is not as it says. */
export class FormsDiffer extends Error {
  override readonly name = "FormsDiffer";
}

/** A decision of the fast form, with what it took from outside. */
export interface FastDecision {
  readonly outcome: CycleOutcome;
  /** Where the search began, and where the next one will. */
  readonly start: number;
  readonly next: number;
  /** The number that the tie-break chose; -1 if none was asked for. */
  readonly tie: number;
  /** What the cycle before had left. */
  readonly batch: NodeBatch | null;
}

function statusText(status: Status | undefined): string {
  return status === undefined
    ? "-"
    : `${status.code} ${status.plugin}: ${status.reasons.join("; ")}`;
}

/** A decision as lines of text: choice, ties, next start, and what became of each node. */
function describe(outcome: CycleOutcome, next: number): readonly string[] {
  const lines = [`${outcome.kind}, ${outcome.evaluatedNodes} evaluated, next start ${next}`];
  if (outcome.kind === "error") return [...lines, outcome.message];
  lines.push(`hint ${outcome.nodeHint}`);
  if (outcome.kind === "scheduled") {
    lines.push(`node ${outcome.node.name} of ${outcome.ties} ties`);
    lines.push(`feasible ${outcome.feasible.map(({ name }) => name).join()}`);
  }
  const { diagnosis } = outcome;
  lines.push(`refused ${diagnosis.size} by ${[...diagnosis.unschedulablePlugins()].sort().join()}`);
  for (const [node, status] of diagnosis.entries()) {
    lines.push(`${node.name} ${statusText(status)} = ${statusText(diagnosis.get(node))}`);
  }
  const counts = new Map<string, number>();
  for (const [status, count] of diagnosis.statusCounts()) {
    counts.set(statusText(status), (counts.get(statusText(status)) ?? 0) + count);
  }
  lines.push(...[...counts].map(([text, count]) => `${count} ${text}`).sort());
  return lines;
}

/**
 * Takes a decision of the fast form once more in the plain form, and fails at the first difference.
 * Nothing but the plain form's own counters of calls changes by it; preemption is not repeated.
 */
export function verifyDecision(
  options: AlgorithmOptions,
  framework: Framework,
  pod: PodInfo,
  decision: FastDecision,
): void {
  const plain = new SchedulingAlgorithm({
    percentageOfNodesToScore: options.percentageOfNodesToScore,
    chooseTie: options.chooseTie === null ? null : () => decision.tie,
    withoutPostFilter: true,
  });
  plain.nextStartNodeIndex = decision.start;
  plain.batch = decision.batch;
  const expected = describe(plain.schedule(framework, pod), plain.nextStartNodeIndex);
  const actual = describe(decision.outcome, decision.next);
  for (let i = 0; i < Math.max(expected.length, actual.length); i += 1) {
    if (expected[i] === actual[i]) continue;
    throw new FormsDiffer(
      `the fast form differs from the plain one for pod ${pod.pod.namespace}/${pod.pod.name}: ` +
        `"${actual[i]}" instead of "${expected[i]}"`,
    );
  }
}
