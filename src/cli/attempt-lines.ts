import type {
  Attempt,
  NamedPod,
  PreemptionReport,
  ScoreTable,
} from "../scheduler/explain/attempt.js";
import { alignedLines } from "./aligned-text.js";
import { countText, durationText, numberText } from "./figure-text.js";

const MAX_CANDIDATES = 5;
const MAX_VICTIMS = 4;

interface Run {
  readonly first: Attempt;
  readonly last: Attempt;
}

/** A scheduling attempt, or several in a row that found the same, as indented lines. */
export function attemptLines(
  { first, last }: Run,
  { count, priority }: { readonly count: number; readonly priority: number },
): readonly string[] {
  const at = durationText(first.timeMicros / 1e6);
  const until = durationText(last.timeMicros / 1e6);
  const which =
    count === 1
      ? `Attempt ${first.number}, at ${at}`
      : `Attempts ${first.number} ${count === 2 ? "and" : "to"} ${last.number}, from ${at} to ${until}, all alike`;
  const lines = [`${which}: ${verdict(first)}`];
  lines.push(...indented(refusalLines(first)));
  // Where the pod as it is was refused, no room would help.
  if (first.preemption !== null && first.refusedAsAWhole === null) {
    lines.push(...indented(preemptionLines(first.preemption, priority)));
  }
  if (first.scores !== null) lines.push(...indented(scoreLines(first.scores)));
  if (last.bindingFailure !== null) {
    const { timeMicros, message } = last.bindingFailure;
    const time = durationText(timeMicros / 1e6);
    const when = count > 1 ? `each time, last at ${time},` : `at ${time}`;
    lines.push(`  ${when} that could not be carried out: ${message}`);
  }
  return lines;
}

function verdict(attempt: Attempt): string {
  const { result, nodeCount, feasibleCount, chosen, ties } = attempt;
  if (result === "error") return `failed: ${attempt.message}`;
  if (result === "unschedulable") {
    if (nodeCount <= 1)
      return nodeCount === 0 ? "there is no node" : "does not fit on the one node";
    return `fits on none of ${countText(nodeCount, "node")}`;
  }
  const placed = `${attempt.bindingFailure === null ? "placed" : "to be placed"} on ${chosen}`;
  if (attempt.wasNominated) return `${placed}, where room had been made for it`;
  if (feasibleCount === 1) return `${placed}, the only node found that it fits on`;
  const tied = ties > 1 ? `, one of ${ties} equally good` : ", the best";
  return `${placed}${tied} of ${countText(feasibleCount, "node")} found that it fits on`;
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function refusalLines({ refusedAsAWhole, refused }: Attempt): readonly string[] {
  if (refusedAsAWhole !== null) {
    const { plugin, reason } = refusedAsAWhole;
    return [`before any node was looked at: ${reason} (says ${plugin})`];
  }
  const rows = refused.map(({ plugin, reasons, count, examples }) => [
    countText(count, "node"),
    reasons.join(", "),
    plugin === "" ? "" : `(says ${plugin})`,
    `${examples.join(", ")}${count > examples.length ? " …" : ""}`,
  ]);
  return alignedLines(rows, ["right", "left", "left", "left"]);
}

function preemptionLines(report: PreemptionReport, priority: number): readonly string[] {
  const { candidates, nominatedNode } = report;
  if (candidates.length === 0) return [noPreemptionText(report, priority)];
  const rows = candidates
    .slice(0, MAX_CANDIDATES)
    .map(({ node, victims, pdbViolations }) => [
      node,
      `without ${victimsText(victims)}`,
      pdbViolations === 0 ? "" : `against ${countText(pdbViolations, "disruption budget")}`,
      node === nominatedNode ? "← chosen" : "",
    ]);
  const rest = candidates.length - rows.length;
  return [
    "preemption makes room for it: it fits where pods of lower priority (in brackets) leave",
    ...indented(alignedLines(rows, ["left", "left", "left", "left"])),
    ...(rest > 0 ? [`  and ${countText(rest, "more node")}`] : []),
  ];
}

/** What its message means: the words are kube-scheduler's, and hardly anybody else's. */
function noPreemptionText({ message }: PreemptionReport, priority: number): string {
  const start = "preemption (to take pods of lower priority away for it) is no way out:";
  if (message.startsWith("not eligible due to preemptionPolicy=Never")) {
    return `${start} its preemptionPolicy is Never`;
  }
  if (message.startsWith("not eligible due to a terminating pod")) {
    return `${start} pods are on their way out for it already`;
  }
  const parts = [...message.matchAll(/(?:: |, )(\d+) (.*?)(?=, \d+ |\.?$)/gs)].map(
    ([, count, reason = ""]) => {
      const nodes = countText(Number(count), "node");
      if (reason.startsWith("No preemption victims found")) {
        return `on ${nodes} no pod has a priority below ${priority}`;
      }
      return reason.startsWith("Preemption is not helpful")
        ? `on ${nodes} it would change nothing`
        : `on ${nodes} it would not be enough (${reason})`;
    },
  );
  return `${start} ${parts.length > 0 ? parts.join(", ") : message}`;
}

function victimsText(victims: readonly NamedPod[]): string {
  const named = victims.slice(0, MAX_VICTIMS).map(({ pod, priority }) => `${pod} (${priority})`);
  const rest = victims.length - named.length;
  return `${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** `raw → weighted` for each plugin that tells the nodes apart. */
function scoreLines(table: ScoreTable): readonly string[] {
  const head = ["", "total", ...table.columns.map(({ plugin, weight }) => `${plugin} ×${weight}`)];
  const rows = table.rows.map(({ node, total, scores, isChosen }) => [
    `${isChosen ? "→ " : "  "}${node}`,
    numberText(total),
    ...scores.map(({ raw, weighted }) => `${numberText(raw)} → ${numberText(weighted)}`),
  ]);
  const lines = [
    "scores, the highest total wins (raw score → normalised, times the plugin's weight):",
    ...alignedLines(
      [head, ...rows],
      ["left", "right", ...table.columns.map(() => "right" as const)],
    ),
  ];
  const rest = table.nodeCount - rows.length;
  if (rest > 0) lines.push(`  and ${countText(rest, "node")} with lower totals`);
  const alike = table.alike.filter(({ weighted }) => weighted !== 0);
  if (alike.length > 0) {
    const parts = alike.map(({ plugin, weighted }) => `${plugin} ${numberText(weighted)}`);
    lines.push(`  in each total, the same for all: ${parts.join(", ")}`);
  }
  return lines;
}
