import { basename, dirname } from "node:path";
import type { Manifest } from "../../api/kubernetes.js";
import type { Path } from "./yaml-source.js";

const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const RUN = "npx seatrial run -";
/** Texts of an object that may hold such braces for whoever reads them in the cluster. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  "annotations",
  "args",
  "command",
  "data",
  "env",
  "managedFields",
  "parameters",
  "volumeAttributes",
]);
const BRACES = /\{\{/;
const SHELL_VARIABLE = /\$\{\w+/;
/** Fields that never hold a shell's variable but where somebody is to fill it in. */
const FILLED_IN: ReadonlySet<string> = new Set(["image", "name", "namespace", "replicas"]);

/** A command's argument as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** `kubectl kustomize base | npx seatrial run -`, or into a file that a scenario may name. */
function renderedBy(command: string): string {
  return `render it first: \`${command} | ${RUN}\`, or \`${command} > rendered.yaml\` for a scenario`;
}

/** Why the files of a folder are no manifests yet, from their names; null where they may be. */
export function unrenderedFolder(folder: string, entries: readonly string[]): string | null {
  const kustomization = KUSTOMIZATIONS.find((name) => entries.includes(name));
  if (kustomization !== undefined) {
    const command = `kubectl kustomize ${quoted(folder)}`;
    return `holds a ${kustomization}, by which kubectl makes the manifests: ${renderedBy(command)}`;
  }
  if (entries.includes("Chart.yaml")) {
    return `is a Helm chart: ${renderedBy(`helm template ${quoted(folder)}`)}`;
  }
  if (entries.includes("values.yaml") || entries.includes("values.yml")) {
    const values = `${folder.replace(/\/+$/, "")}/values.yaml`;
    return `holds the values of a Helm chart: ${renderedBy(`helm template CHART -f ${quoted(values)}`)}`;
  }
  return null;
}

/** Why a file of another tool is no manifest, from what a document of it says; null where it may be one. */
export function unrenderedFile(
  file: string,
  { apiVersion, kind, ...rest }: Readonly<Record<string, unknown>>,
): string | null {
  const folder = dirname(file);
  if (typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/")) {
    return `is a ${String(kind)} of kustomize, no manifest: ${renderedBy(`kubectl kustomize ${quoted(folder)}`)}`;
  }
  if (kind !== undefined) return null;
  const name = basename(file);
  if (KUSTOMIZATIONS.includes(name)) {
    return `is a kustomization, no manifest: ${renderedBy(`kubectl kustomize ${quoted(folder)}`)}`;
  }
  if (name === "Chart.yaml") {
    return `describes a Helm chart: ${renderedBy(`helm template ${quoted(folder)}`)}`;
  }
  if (/^values\b.*\.ya?ml$/.test(name) && apiVersion === undefined) {
    return `holds the values of a Helm chart: ${renderedBy(`helm template CHART -f ${quoted(file)}`)}`;
  }
  if (apiVersion === undefined && typeof rest.services === "object") {
    return `is a Compose file, no manifest: ${renderedBy(`kompose convert --stdout -f ${quoted(file)}`)}`;
  }
  return null;
}

/** What to do about a document that is a text of another command's; null where that is not known. */
export function unstructuredText(text: string): string | null {
  if (/^(NAMESPACE\s+)?NAME\s/.test(text)) {
    return "is a table, as kubectl prints it for people: dump the objects with `-o yaml` or `-o json`";
  }
  if (/^No resources found/.test(text)) {
    return "kubectl found no object to dump: name the namespace (`-n`), or all of them (`-A`)";
  }
  if (/^(Error|error|WARNING|W\d{4} )/.test(text)) {
    return "is a message of the command that was to write the file, no manifest: run it by itself";
  }
  return null;
}

/** Where a text holds braces of a template; -1 where it holds none. */
export function templateAt(text: string): number {
  return text.search(/\{\{-?\s*[\w.$"/(]/);
}

/** What is said of a file that is a template still. */
export function templateMessage(file: string, text: string): string {
  const parts = file.split("/");
  const at = parts.lastIndexOf("templates");
  const isHelm = at > 0 || /\{\{.*(\.(Values|Release|Chart)\b|\binclude\b)/.test(text);
  if (!isHelm) return `is a template: render it first with its own tool, and pipe it to \`${RUN}\``;
  const chart = at > 0 ? quoted(parts.slice(0, at).join("/")) : "CHART";
  return `is a template of Helm: ${renderedBy(`helm template ${chart}`)}`;
}

/** The first field that a template left for somebody to fill in, and what to do about it. */
export function unfilledField(
  manifest: Manifest,
  file: string,
): { readonly path: Path; readonly message: string } | null {
  const found = unfilledIn(manifest, "");
  if (found === null) return null;
  const message = BRACES.test(found.text)
    ? `the file ${templateMessage(file, found.text)}`
    : `a shell's variable stands here: ${renderedBy(`envsubst < ${quoted(file)}`)}`;
  return { path: found.path, message };
}

function unfilledIn(
  value: unknown,
  at: string | number,
): { readonly path: Path; readonly text: string } | null {
  if (typeof value === "string") {
    const isUnfilled =
      BRACES.test(value) || (FILLED_IN.has(String(at)) && SHELL_VARIABLE.test(value));
    return isUnfilled ? { path: [], text: value } : null;
  }
  if (typeof value !== "object" || value === null) return null;
  const isList = Array.isArray(value);
  for (const key of Object.keys(value)) {
    if (!isList && FREE_TEXT.has(key)) continue;
    const part = isList ? Number(key) : key;
    const found = unfilledIn((value as Readonly<Record<string, unknown>>)[key], part);
    if (found !== null) return { path: [part, ...found.path], text: found.text };
  }
  return null;
}
