import type { Manifest } from "../../api/kubernetes.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import { OpenbNodeReader } from "../../workload/traces/openb/openb-nodes.js";
import { type LoadedTrace, TraceLoader } from "../../workload/traces/trace-loader.js";
import type { TraceFormat } from "../../workload/traces/trace-formats.js";
import { traceOptionsProblem } from "../../workload/traces/trace-options.js";
import type { TraceIssue } from "../../workload/traces/trace-pod.js";
import type { Issue } from "../issue.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import type { Trace } from "../schema/scenario.js";

/** What the data files of a scenario hold. */
export interface ScenarioData {
  readonly machines: readonly Manifest[];
  readonly traces: readonly LoadedTrace[];
}

/** Reads the traces and the lists of machines; or says what is wrong in them. */
export async function readData(
  loaded: LoadedScenario,
  streams: RandomStreams,
): Promise<ScenarioData | readonly Issue[]> {
  const issues: Issue[] = [];
  const machines: Manifest[] = [];
  for (const { file } of loaded.scenario.cluster.machines) {
    const reader = new OpenbNodeReader();
    for await (const chunk of loaded.openText(file)) reader.push(chunk);
    const { nodes, issues: found } = reader.end();
    issues.push(...found.map((issue) => located(issue, loaded.shownAs(file))));
    machines.push(...nodes);
  }
  const traces: LoadedTrace[] = [];
  for (const [index, trace] of loaded.scenario.traces.entries()) {
    const problem = traceOptionsProblem(trace);
    const path = `spec.traces[${index}]`;
    if (problem !== null) {
      issues.push({ ...NOWHERE, file: loaded.scenario.name, path, message: problem.message });
      continue;
    }
    const read = await readTrace(loaded, { trace, index, streams });
    issues.push(...read.issues.map((issue) => located(issue, loaded.shownAs(trace.file))));
    traces.push(read);
  }
  return issues.length > 0 ? issues : { machines, traces };
}

const NOWHERE = { line: 0, column: 0, value: "" };

interface TraceInput {
  readonly trace: Trace;
  readonly index: number;
  readonly streams: RandomStreams;
}

async function readTrace(
  loaded: LoadedScenario,
  { trace, index, streams }: TraceInput,
): Promise<LoadedTrace> {
  const name = index === 0 ? "trace" : `trace-${index}`;
  const loader = new TraceLoader({ name, format: formatOf(trace), options: trace, streams });
  for await (const chunk of loaded.openText(trace.file)) loader.push(chunk);
  return loader.end();
}

function formatOf(trace: Trace): TraceFormat {
  return trace.format === "openb" ? { format: "openb" } : { format: "csv", columns: trace.columns };
}

function located(issue: TraceIssue, file: string): Issue {
  const path = issue.column === "" ? "" : `column ${issue.column}`;
  const value = issue.value === "" ? "" : JSON.stringify(issue.value);
  return { file, line: issue.line, column: 1, path, value, message: issue.message };
}
