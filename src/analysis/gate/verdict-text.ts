import { printable } from "../../base/printable.js";
import { changeCell, intervalCell, NONE, numberCell, signedCell } from "../tables/figure-cell.js";
import { renderTable, type TextTable } from "../tables/table.js";
import type { Verdict } from "./judge.js";

export type GateFormat = "table" | "markdown" | "junit" | "github";

/** All verdicts, in one of the forms that people and CI systems read. */
export function verdictText(verdicts: readonly Verdict[], format: GateFormat): string {
  if (format === "junit") return junitText(verdicts);
  if (format === "github") return annotations(verdicts);
  return renderTable(tableOf(verdicts), format);
}

const ORDER = { failed: 0, undecided: 1, passed: 2 } as const;

function tableOf(verdicts: readonly Verdict[]): TextTable {
  const worst = [...verdicts].sort((a, b) => ORDER[a.outcome] - ORDER[b.outcome]);
  const left = (name: string) => ({ name, align: "left" }) as const;
  const right = (name: string) => ({ name, align: "right" }) as const;
  return {
    columns: [
      left("outcome"),
      left("scenario"),
      left("variant"),
      left("metric"),
      right("baseline"),
      right("now"),
      right("change"),
      right("relative"),
      right("interval"),
      right("allowed"),
      left("why"),
    ],
    rows: worst.map((verdict) => [
      verdict.outcome,
      verdict.scenario,
      verdict.variant,
      verdict.key,
      numberCell(verdict.baselineMean),
      numberCell(verdict.mean),
      signedCell(verdict.change),
      relativeText(verdict),
      intervalCell(verdict.interval),
      allowedText(verdict),
      verdict.why,
    ]),
  };
}

function relativeText({ change, baselineMean }: Verdict): string {
  if (change === null || baselineMean === null || baselineMean === 0) return NONE;
  return changeCell(change / Math.abs(baselineMean));
}

function allowedText({ rule, allowed }: Verdict): string {
  if (rule.direction === "exact" || rule.metric === "digest") return "none";
  return rule.direction === "lower" ? signedCell(allowed) : signedCell(-allowed);
}

function sentence(verdict: Verdict): string {
  const { scenario, variant, key, baselineMean, mean, why } = verdict;
  const numbers =
    baselineMean === null
      ? ""
      : ` ${numberCell(baselineMean)} → ${numberCell(mean)} (${relativeText(verdict)})`;
  return `${scenario}, ${variant}: ${key}${numbers}: ${why}`;
}

/** Test reports that CI systems show: a test a verdict; what is open counts as skipped. */
function junitText(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict["outcome"]) =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const cases = verdicts.map((verdict) => {
    const name = xmlText(`${verdict.variant}: ${verdict.key}`);
    const head = `    <testcase classname="${xmlText(verdict.scenario)}" name="${name}"`;
    if (verdict.outcome === "passed") return `${head}/>`;
    const tag = verdict.outcome === "failed" ? "failure" : "skipped";
    return `${head}>\n      <${tag} message="${xmlText(sentence(verdict))}"/>\n    </testcase>`;
  });
  const numbers = `tests="${verdicts.length}" failures="${count("failed")}" skipped="${count("undecided")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${numbers}>`,
    `  <testsuite name="seatrial gate" ${numbers}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>\n",
  ].join("\n");
}

function xmlText(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Workflow commands of GitHub Actions: an error or a warning for each that did not pass. */
function annotations(verdicts: readonly Verdict[]): string {
  const escaped = (text: string) =>
    printable(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return verdicts
    .filter(({ outcome }) => outcome !== "passed")
    .map((verdict) => {
      const level = verdict.outcome === "failed" ? "error" : "warning";
      return `::${level} title=seatrial gate::${escaped(sentence(verdict))}\n`;
    })
    .join("");
}
