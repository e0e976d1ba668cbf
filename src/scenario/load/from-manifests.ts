import { basename } from "node:path";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf } from "../../api/legacy-versions.js";
import { SCENARIO_API_VERSION } from "../schema/document.js";
import { isDnsLabel } from "../schema/scalars.js";
import { InputFiles, shownPath, STANDARD_INPUT } from "./input-files.js";
import type { LoadOutcome } from "./loaded-scenario.js";
import { type LoadOptions, loadSource } from "./load-scenario.js";
import { objectsInFiles } from "./manifests.js";
import { parseNodeShapes } from "./node-shape.js";
import { fileIssue } from "./read-text.js";
import { ScenarioSource } from "./scenario-file.js";

export interface ManifestOptions extends LoadOptions {
  /** `3x4cpu,16Gi`; one or several. */
  readonly nodes?: string | readonly string[];
}

/** How long plain manifests run where nothing says so: until idle, at most this long. */
const DEFAULT_DURATION = "1h";

/**
 * Plain manifests, folders of them and dumps, run with defaults. Where they hold Nodes and pods that
 * are bound to them, the files with those are the state to start from.
 */
export async function scenarioFromManifests(
  paths: readonly string[],
  options: ManifestOptions,
): Promise<LoadOutcome> {
  const { files, dataFolder, nodes } = options;
  const inputs = new InputFiles(files, { folder: ".", dataFolder, standardInput: true });
  const pools = parseNodeShapes([nodes ?? []].flat());
  if ("problem" in pools) {
    return { outcome: "refused", issues: [fileIssue(`--nodes ${pools.text}`, pools.problem)] };
  }
  const snapshot = await dumpsAmong(paths, inputs);
  const manifests = paths.filter((path) => !snapshot.includes(path));
  const root = {
    apiVersion: SCENARIO_API_VERSION,
    kind: "Scenario",
    metadata: { name: nameFrom(paths) },
    spec: {
      duration: DEFAULT_DURATION,
      until: "idle",
      cluster: {
        ...(snapshot.length === 0 ? {} : { snapshot }),
        ...(pools.value.length === 0 ? {} : { nodePools: pools.value }),
      },
      ...(manifests.length === 0 ? {} : { manifests }),
    },
  };
  const source = ScenarioSource.made(root, paths.map(shownPath).join(" "));
  return loadSource(source, inputs, { ...options, paths });
}

/** The first name that can be made a DNS label. */
function nameFrom(paths: readonly string[]): string {
  for (const path of paths) {
    const name = basename(path === STANDARD_INPUT ? "stdin" : path)
      .replace(/\.(ya?ml|json)$/, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, 63)
      .replace(/^-+|-+$/g, "");
    if (isDnsLabel(name)) return name;
  }
  return "manifests";
}

interface Seen {
  readonly nodes: Set<string>;
  readonly boundTo: Set<string>;
}

/** The paths that hold Nodes or bound pods, if all together they are a running cluster. */
async function dumpsAmong(paths: readonly string[], inputs: InputFiles): Promise<string[]> {
  const whole: Seen = { nodes: new Set(), boundTo: new Set() };
  const parts: string[] = [];
  for (const path of paths) {
    const seen: Seen = { nodes: new Set(), boundTo: new Set() };
    for await (const object of objectsInFiles(inputs, inputs.find(path))) {
      // One of each settles it; a dump may be large.
      if (note(object, seen)) break;
    }
    for (const node of seen.nodes) whole.nodes.add(node);
    for (const node of seen.boundTo) whole.boundTo.add(node);
    if (seen.nodes.size + seen.boundTo.size > 0) parts.push(path);
  }
  return [...whole.boundTo].some((node) => whole.nodes.has(node)) ? parts : [];
}

/** Whether the object is a Node that has a pod, or a pod of such a Node. */
function note(object: Manifest, seen: Seen): boolean {
  const kind = kindOf(object.apiVersion, object.kind);
  if (kind === "Node") {
    const name = String(object.metadata.name);
    seen.nodes.add(name);
    return seen.boundTo.has(name);
  }
  if (kind !== "Pod") return false;
  const { nodeName } = (object.spec ?? {}) as { nodeName?: unknown };
  if (typeof nodeName !== "string" || nodeName === "") return false;
  seen.boundTo.add(nodeName);
  return seen.nodes.has(nodeName);
}
