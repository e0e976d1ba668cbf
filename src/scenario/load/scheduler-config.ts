import type { Manifest } from "../../api/kubernetes.js";
import { assert } from "../../base/assert.js";
import {
  type LoadingOptions,
  loadConfiguration,
  type SchedulerConfiguration,
} from "../../scheduler/framework/configuration/load-configuration.js";
import { newestApiVersion } from "../../scheduler/framework/configuration/served-versions.js";
import type { PluginCatalogue } from "../../scheduler/framework/configuration/plugin-catalogue.js";
import { successorOf } from "../../scheduler/framework/configuration/plugin-remedies.js";
import type { Features } from "../../api/features.js";
import { PLUGIN_CATALOGUE } from "../../scheduler/plugins/registry.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";
import { readObjects } from "./documents.js";
import type { InputFiles } from "./input-files.js";
import { flawOf, type ObjectFlaw } from "./object-flaw.js";
import { fileIssue } from "./read-text.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

export const CONFIG_KIND = "KubeSchedulerConfiguration";
const AT: Path = ["spec", "scheduler", "config"];

/** What is there to read a configuration with. */
interface Reading {
  readonly source: ScenarioSource;
  readonly inputs: InputFiles;
  /** Minor version of Kubernetes whose fields and plugins it may name. */
  readonly minor: number;
  readonly features: Features;
  readonly catalogue: PluginCatalogue;
}

/** A configuration that was taken. */
export interface TakenConfig {
  /** As it was written; null where nobody wrote one. */
  readonly object: LoadedObject | null;
  /** Completed and checked. */
  readonly configuration: SchedulerConfiguration;
  /** What is not wrong, but hardly meant. */
  readonly notes: readonly Issue[];
}

/** Upstream's own, for a scenario that names none. */
export function defaultSchedulerConfig(
  version: Pick<LoadingOptions, "minor" | "features">,
): TakenConfig {
  const { configuration } = loadConfiguration(null, { ...version, catalogue: PLUGIN_CATALOGUE });
  assert(configuration !== null, "the default configuration of the scheduler is wrong");
  return { object: null, configuration, notes: [] };
}

/**
 * A KubeSchedulerConfiguration from a file, or as it stands in the scenario; or everything that
 * kube-scheduler would refuse in it.
 */
export async function loadSchedulerConfig(
  config: string | Readonly<Record<string, unknown>>,
  reading: Reading,
): Promise<TakenConfig | readonly Issue[]> {
  if (typeof config !== "string") return inlineConfig(config, reading);
  const { source, inputs } = reading;
  const file = inputs.find(config);
  const { kind: what } = await inputs.files.look(file.path);
  if (what === "missing") return [source.issue(AT, `there is no such file: ${file.shown}`)];
  const issues: Issue[] = [];
  let found: TakenConfig | undefined;
  for await (const one of readObjects(inputs.files, file)) {
    if (!("object" in one)) {
      // kube-scheduler decodes strictly: it refuses what kubectl passes over.
      const refused = { message: "a key stands twice in its map: kube-scheduler refuses that" };
      issues.push("issue" in one ? one.issue : { ...one.note, ...refused });
      continue;
    }
    const { value, line } = one.object;
    const issueAt = (flaw: ObjectFlaw) => one.object.issue(flaw.path, flaw.message);
    const taken = takeConfig(value, { file: file.name, line }, { ...reading, issueAt });
    if (found !== undefined) issues.push(one.object.issue([], `expected one ${CONFIG_KIND} alone`));
    if ("configuration" in taken) found = taken;
    else issues.push(...taken.map(issueAt));
  }
  inputs.remember(file);
  if (issues.length > 0) return issues;
  return found ?? [fileIssue(file.shown, `expected a ${CONFIG_KIND}: the file holds no document`)];
}

function inlineConfig(
  config: Readonly<Record<string, unknown>>,
  reading: Reading,
): TakenConfig | readonly Issue[] {
  const { source, inputs, minor } = reading;
  // Where it stands says what it is.
  const value = { apiVersion: newestApiVersion(minor), kind: CONFIG_KIND, ...config };
  const origin = { file: inputs.beside(source.file).name, line: source.lineOf(AT) };
  const issueAt = (flaw: ObjectFlaw) => source.issue([...AT, ...flaw.path], flaw.message);
  const taken = takeConfig(value, origin, { ...reading, issueAt });
  return "configuration" in taken ? taken : taken.map(issueAt);
}

function takeConfig(
  value: Readonly<Record<string, unknown>>,
  origin: LoadedObject["origin"],
  reading: LoadingOptions & { readonly issueAt: (flaw: ObjectFlaw) => Issue },
): TakenConfig | readonly ObjectFlaw[] {
  if (value.kind !== CONFIG_KIND) {
    return [{ path: ["kind"], message: otherKind(value, reading.minor) }];
  }
  const { configuration, issues } = loadConfiguration(value, optionsOf(reading));
  if (configuration === null) return issues.map(flawOf);
  // A configuration has no name; a manifest has room for one.
  const manifest = { metadata: {}, ...value } as unknown as Manifest;
  const notes = configuration.disabledInVain.map(({ path: field, name, detail }) =>
    reading.issueAt(
      flawOf({
        type: "Invalid",
        field: `${field}.name`,
        value: name,
        detail: `disables nothing: ${detail}`,
      }),
    ),
  );
  return { object: { manifest, origin }, configuration, notes };
}

/** What to give in place of what is no configuration of the scheduler. */
function otherKind(value: Readonly<Record<string, unknown>>, minor: number): string {
  const expected = `expected ${CONFIG_KIND}`;
  if (value.kind === "Policy") {
    const named = ["predicates", "priorities"].flatMap((list) => namesIn(value[list]));
    const successors = named.flatMap((name) => {
      const successor = successorOf(name);
      return successor === undefined ? [] : [`${name} became ${successor}`];
    });
    const what = `Policies are gone from Kubernetes: ${expected} (apiVersion ${newestApiVersion(minor)}), whose profiles name plugins and their weights`;
    return successors.length === 0 ? what : `${what}; ${successors.join("; ")}`;
  }
  if (value.kind === "ConfigMap") {
    const held = Object.entries((value.data ?? {}) as Record<string, unknown>).find(
      ([, text]) => typeof text === "string" && text.includes(CONFIG_KIND),
    );
    if (held !== undefined)
      return `${expected}: save what stands under data["${held[0]}"] as a file`;
  }
  return expected;
}

function namesIn(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: { name?: unknown } | null) =>
    typeof one?.name === "string" ? [one.name] : [],
  );
}

function optionsOf({ minor, features, catalogue }: LoadingOptions): LoadingOptions {
  return { minor, features, catalogue };
}
