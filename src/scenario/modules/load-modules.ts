import type { PluginDefinition } from "../../scheduler/modules/define-plugin.js";
import { definitionFlaw } from "../../scheduler/modules/definition-flaw.js";
import { ownDescriptor } from "../../scheduler/modules/own-plugin.js";
import * as pluginInterface from "../../scheduler/public.js";
import type { PluginCatalogue } from "../../scheduler/framework/configuration/plugin-catalogue.js";
import { PLUGIN_CATALOGUE } from "../../scheduler/plugins/registry.js";
import type { Issue } from "../issue.js";
import type { InputFiles, NamedFile } from "../load/input-files.js";
import { fileIssue, readText } from "../load/read-text.js";
import type { ScenarioSource } from "../load/scenario-file.js";
import type { Path } from "../load/yaml-source.js";
import { evaluateModule } from "./evaluate-module.js";

/** The plugins that a scenario may name: made anew for each run, so that modules share nothing between runs. */
export type MakeCatalogue = () => PluginCatalogue;

const MAX_MODULE_BYTES = 1_000_000;
const IMPORTS = { "seatrial/scheduler": pluginInterface };

interface Compiled {
  readonly file: NamedFile;
  readonly code: string;
}

/** Reads the modules of `scheduler.modules`; or all that is wrong with them. */
export async function loadModules(
  names: readonly string[],
  { source, inputs }: { readonly source: ScenarioSource; readonly inputs: InputFiles },
): Promise<MakeCatalogue | readonly Issue[]> {
  if (names.length === 0) return () => PLUGIN_CATALOGUE;
  const issues: Issue[] = [];
  const compiled: Compiled[] = [];
  for (const [i, name] of names.entries()) {
    const path: Path = ["spec", "scheduler", "modules", i];
    const file = inputs.find(name);
    const { kind } = await inputs.files.look(file.path);
    if (kind === "missing") {
      issues.push(source.issue(path, `there is no such file: ${file.shown}`));
      continue;
    }
    const read = await readText(inputs.files, { ...file, maxBytes: MAX_MODULE_BYTES });
    if ("issue" in read) {
      issues.push(read.issue);
      continue;
    }
    inputs.remember(file);
    const one = await compile(file, read.text);
    if ("code" in one) compiled.push(one);
    else issues.push(one);
  }
  if (issues.length > 0) return issues;
  const first = catalogueOf(compiled);
  return Array.isArray(first) ? first : () => withModules(compiled);
}

async function compile(file: NamedFile, text: string): Promise<Compiled | Issue> {
  // Not loaded for scenarios without modules.
  const { compileModule } = await import("./compile-module.js");
  const made = compileModule(file.shown, text);
  if ("code" in made) return { file, code: made.code };
  return { ...fileIssue(file.shown, made.message), line: made.line, column: made.column };
}

function withModules(compiled: readonly Compiled[]): PluginCatalogue {
  const catalogue = catalogueOf(compiled);
  // It was right when the scenario was loaded, and nothing has changed since.
  if (Array.isArray(catalogue)) throw new Error((catalogue as readonly Issue[])[0]!.message);
  return catalogue as PluginCatalogue;
}

/** The plugins of all modules beside those that are there; or what is wrong with what modules export. */
function catalogueOf(compiled: readonly Compiled[]): PluginCatalogue | Issue[] {
  const catalogue = new Map(PLUGIN_CATALOGUE);
  const issues: Issue[] = [];
  for (const { file, code } of compiled) {
    for (const exported of exportsOf(file, code, issues)) {
      const flaw = definitionFlaw(exported);
      const { name } = (exported ?? {}) as PluginDefinition;
      if (flaw !== null) issues.push(fileIssue(file.shown, flaw));
      else if (catalogue.has(name)) {
        const message = `there is a plugin ${name} already: give this one another name`;
        issues.push(fileIssue(file.shown, message));
      } else catalogue.set(name, ownDescriptor(exported as PluginDefinition, file.shown));
    }
  }
  return issues.length > 0 ? issues : catalogue;
}

function exportsOf(file: NamedFile, code: string, issues: Issue[]): readonly unknown[] {
  try {
    const exported = evaluateModule({ file: file.shown, code }, IMPORTS);
    return Array.isArray(exported) ? exported : [exported];
  } catch (error) {
    const { name, message } = error as { name?: string; message?: string };
    issues.push(
      fileIssue(file.shown, `${name ?? "Error"} while it is loaded: ${message ?? error}`),
    );
    return [];
  }
}
