import { traceOptionsProblem } from "../../workload/traces/trace-options.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import { MAX_INPUT_BYTES } from "./documents.js";
import type { InputFiles } from "./input-files.js";
import { unreadable } from "./read-text.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

/** Traces and machines are read when the world is built: here it only shows whether they are there. */
export async function streamIssues(
  { cluster, traces = [] }: ScenarioDocument["spec"],
  source: ScenarioSource,
  inputs: InputFiles,
): Promise<readonly Issue[]> {
  const issues: Issue[] = [];
  for (const [i, trace] of traces.entries()) {
    const problem = traceOptionsProblem(trace);
    if (problem === null) continue;
    issues.push(source.issue(["spec", "traces", i, problem.key], problem.message));
  }
  const named: (readonly [string, Path])[] = traces.map((trace, i) => [
    trace.file,
    ["spec", "traces", i, "path"],
  ]);
  for (const [i, nodes] of (cluster?.nodes ?? []).entries()) {
    if (typeof nodes === "string") continue;
    named.push([nodes.path, ["spec", "cluster", "nodes", i, "path"]]);
  }
  for (const [name, path] of named) {
    const file = inputs.find(name);
    const problem = await unreadable(inputs.files, file.path, MAX_INPUT_BYTES);
    if (problem === undefined) inputs.remember(file);
    else issues.push(source.issue(path, `${file.shown}: ${problem}`));
  }
  return issues;
}
