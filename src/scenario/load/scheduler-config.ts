import type { Manifest } from "../../api/kubernetes.js";
import { loadConfiguration } from "../../scheduler/framework/configuration/load-configuration.js";
import { newestApiVersion } from "../../scheduler/framework/configuration/served-versions.js";
import { featuresOf } from "../../scheduler/framework/features.js";
import { PLUGIN_CATALOGUE } from "../../scheduler/plugins/registry.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";
import { readObjects } from "./documents.js";
import type { InputFiles } from "./input-files.js";
import type { ObjectFlaw } from "./manifests.js";
import { flawOf } from "./object-check.js";
import { fileIssue } from "./read-text.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

const KIND = "KubeSchedulerConfiguration";
const AT: Path = ["spec", "scheduler", "config"];

/** What is there to read a configuration with. */
interface Reading {
  readonly source: ScenarioSource;
  readonly inputs: InputFiles;
  /** Minor version of Kubernetes whose fields and plugins it may name. */
  readonly minor: number;
}

/**
 * A KubeSchedulerConfiguration from a file, or as it stands in the scenario; or everything that
 * kube-scheduler would refuse in it.
 */
export async function loadSchedulerConfig(
  config: string | Readonly<Record<string, unknown>>,
  reading: Reading,
): Promise<LoadedObject | readonly Issue[]> {
  if (typeof config !== "string") return inlineConfig(config, reading);
  const { source, inputs, minor } = reading;
  const file = inputs.find(config);
  const { kind: what } = await inputs.files.look(file.path);
  if (what === "missing") return [source.issue(AT, `there is no such file: ${file.shown}`)];
  const issues: Issue[] = [];
  let found: LoadedObject | undefined;
  for await (const one of readObjects(inputs.files, file)) {
    if ("issue" in one) {
      issues.push(one.issue);
      continue;
    }
    const { value, line } = one.object;
    for (const { path, message } of configFlaws(value, minor)) {
      issues.push(one.object.issue(path, message));
    }
    if (found !== undefined) issues.push(one.object.issue([], `expected one ${KIND} alone`));
    found = { manifest: withMetadata(value), origin: { file: file.name, line } };
  }
  inputs.remember(file);
  if (issues.length > 0) return issues;
  return found ?? [fileIssue(file.shown, `expected a ${KIND}: the file holds no document`)];
}

function inlineConfig(
  config: Readonly<Record<string, unknown>>,
  { source, inputs, minor }: Reading,
): LoadedObject | readonly Issue[] {
  // Where it stands says what it is.
  const value = { apiVersion: newestApiVersion(minor), kind: KIND, ...config };
  const flaws = configFlaws(value, minor);
  if (flaws.length > 0)
    return flaws.map((flaw) => source.issue([...AT, ...flaw.path], flaw.message));
  const origin = { file: inputs.beside(source.file).name, line: source.lineOf(AT) };
  return { manifest: withMetadata(value), origin };
}

/** What a configuration that was taken asks for in vain, by its path in the configuration. */
export function unmodelledOf(
  config: Manifest,
  minor: number,
): readonly { readonly path: string; readonly name: string }[] {
  const options = { minor, features: featuresOf(minor), catalogue: PLUGIN_CATALOGUE };
  return loadConfiguration(config, options).configuration?.notModelled ?? [];
}

function configFlaws(
  value: Readonly<Record<string, unknown>>,
  minor: number,
): readonly ObjectFlaw[] {
  if (value.kind !== KIND) return [{ path: ["kind"], message: `expected ${KIND}` }];
  const options = { minor, features: featuresOf(minor), catalogue: PLUGIN_CATALOGUE };
  return (loadConfiguration(value, options).issues ?? []).map(flawOf);
}

/** A configuration has no name; manifests have room for one. */
function withMetadata(value: Readonly<Record<string, unknown>>): Manifest {
  return { metadata: {}, ...value } as unknown as Manifest;
}
