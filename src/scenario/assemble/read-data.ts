import type { Manifest } from "../../api/kubernetes.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import { OpenbNodeReader } from "../../workload/traces/openb/openb-nodes.js";
import type { TraceFormat } from "../../workload/traces/trace-formats.js";
import { type LoadedTrace, TraceLoader } from "../../workload/traces/trace-loader.js";
import type { TraceIssue } from "../../workload/traces/trace-pod.js";
import type { Issue } from "../issue.js";
import { makesNode } from "../load/name-checks.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import { isOf } from "../load/snapshot.js";
import { fileProblem } from "../load/text-stream.js";
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
  const names = new Set(nodeNames(loaded));
  for (const { file } of loaded.scenario.cluster.machines) {
    const reader = new OpenbNodeReader();
    const unread = await feed(loaded, file, reader);
    if (unread !== null) {
      issues.push(unread);
      continue;
    }
    const { nodes, issues: found } = reader.end();
    issues.push(...found.map((issue) => located(issue, loaded.shownAs(file))));
    const twice = nodes.find(({ metadata }) => isTaken(loaded, names, metadata.name ?? ""));
    if (twice !== undefined) issues.push(takenIssue(loaded.shownAs(file), twice));
    for (const { metadata } of nodes) names.add(metadata.name ?? "");
    machines.push(...nodes);
  }
  const traces: LoadedTrace[] = [];
  for (const [index, trace] of loaded.scenario.traces.entries()) {
    const read = await readTrace(loaded, { trace, index, streams });
    if ("message" in read) {
      issues.push(read);
      continue;
    }
    issues.push(...read.issues.map((issue) => located(issue, loaded.shownAs(trace.file))));
    traces.push(read);
  }
  return issues.length > 0 ? issues : { machines, traces };
}

/** Nodes that stand in files as objects. */
function nodeNames({ snapshot, nodes }: LoadedScenario): readonly string[] {
  const objects = [...(snapshot ?? []).filter(isOf("Node")), ...nodes];
  return objects.map(({ manifest }) => manifest.metadata.name ?? "");
}

function isTaken({ scenario }: LoadedScenario, names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || scenario.cluster.nodePools.some((pool) => makesNode(pool, name));
}

function takenIssue(file: string, { metadata }: Manifest): Issue {
  const value = JSON.stringify(metadata.name);
  const message =
    "the cluster has a node of that name already, from a pool or another file: expected other machines";
  return { ...NOWHERE, file, path: "", value, message };
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
): Promise<LoadedTrace | Issue> {
  const name = index === 0 ? "trace" : `trace-${index}`;
  const loader = new TraceLoader({ name, format: formatOf(trace), options: trace, streams });
  return (await feed(loaded, trace.file, loader)) ?? loader.end();
}

/** Gives a file's text to its reader; what keeps it from being read, else null. */
async function feed(
  loaded: LoadedScenario,
  file: string,
  reader: { push(chunk: string): void },
): Promise<Issue | null> {
  try {
    for await (const chunk of loaded.openText(file)) reader.push(chunk);
    return null;
  } catch (error) {
    const problem = fileProblem(error);
    if (problem === null) throw error;
    return { ...NOWHERE, file: loaded.shownAs(file), path: "", message: problem };
  }
}

function formatOf(trace: Trace): TraceFormat {
  return trace.format === "openb" ? { format: "openb" } : { format: "csv", columns: trace.columns };
}

function located(issue: TraceIssue, file: string): Issue {
  const path = issue.column === "" ? "" : `column ${issue.column}`;
  const value = issue.value === "" ? "" : JSON.stringify(issue.value);
  return { file, line: issue.line, column: 1, path, value, message: issue.message };
}
