import type { Manifest } from "../../api/kubernetes.js";
import type { Issue } from "../issue.js";
import { SCENARIO_API_VERSION } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { type FoundObject, readObjects } from "./documents.js";
import type { InputFiles, NamedFile } from "./input-files.js";
import type { ObjectFlaw } from "./object-flaw.js";
import type { ObjectScreen } from "./object-screen.js";
import { fileIssue, reasonOf } from "./read-text.js";
import { unfilledField, unrenderedFile, unrenderedFolder } from "./unrendered.js";
import type { Path, Place } from "./yaml-source.js";

/** What is read as an object of a file, and what is wrong with it besides its types. */
export interface ObjectReader {
  readonly screen: ObjectScreen;
  /** The objects are the state of a cluster, not a wish. */
  readonly isState: boolean;
  check(manifest: Manifest): readonly ObjectFlaw[];
  /** Why the objects of so much more text cannot be kept; null where they can. */
  room(textBytes: number): string | null;
  /** What is kept of an object, in its place; absent: it is kept as it was read. */
  kept?(manifest: Manifest): Manifest;
}

export interface LoadedManifests {
  readonly objects: readonly LoadedObject[];
  readonly issues: readonly Issue[];
  /** What is not wrong, but hardly meant. */
  readonly notes: readonly Issue[];
}

const EXTENSIONS = [".yaml", ".yml", ".json"];
const MAX_FOLDERS = 10_000;

/**
 * The objects of files and folders, in order: folders recursively by name, of which only `.yaml`,
 * `.yml` and `.json` are read. Objects of kinds that are not kept are given too.
 */
export async function loadManifests(
  inputs: InputFiles,
  files: readonly NamedFile[],
  reader: ObjectReader,
): Promise<LoadedManifests> {
  const objects: LoadedObject[] = [];
  const issues: Issue[] = [];
  const notes: Issue[] = [];
  for (const file of files) {
    const before = objects.length + issues.length;
    for await (const leaf of filesIn(inputs, file, issues)) {
      await loadFile(inputs, leaf, reader, { objects, issues, notes });
    }
    if (objects.length + issues.length === before) {
      issues.push(fileIssue(file.shown, "holds no Kubernetes object: there is nothing to run"));
    }
  }
  return { objects, issues, notes };
}

/** The objects of a file or folder that can be read, as they come; for a first look. */
export async function* objectsInFiles(
  inputs: InputFiles,
  file: NamedFile,
): AsyncGenerator<Manifest> {
  for await (const leaf of filesIn(inputs, file, [])) {
    for await (const found of readObjects(inputs.files, leaf)) {
      if (!("object" in found)) continue;
      const manifest = manifestOf(found.object, leaf.shown);
      if (!Array.isArray(manifest)) yield manifest as Manifest;
    }
  }
}

/** The file, or the files of the folder that may hold objects, in order. */
export async function* filesIn(
  inputs: InputFiles,
  file: NamedFile,
  issues: Issue[],
  seen: Set<string> = new Set(),
): AsyncGenerator<NamedFile> {
  const { kind, identity } = await inputs.files.look(file.path);
  if (kind !== "folder") {
    yield file;
    return;
  }
  // A link may lead to a folder that was read already, or that it stands in.
  if (seen.has(identity ?? file.path)) return;
  seen.add(identity ?? file.path);
  if (seen.size > MAX_FOLDERS) {
    issues.push(fileIssue(file.shown, `is one of more than ${MAX_FOLDERS} folders: name fewer`));
    return;
  }
  let entries: readonly string[];
  try {
    entries = await inputs.files.list(file.path);
  } catch (error) {
    issues.push(fileIssue(file.shown, `cannot be listed: ${reasonOf(error)}`));
    return;
  }
  const unrendered = unrenderedFolder(file.shown, entries);
  if (unrendered !== null) {
    issues.push(fileIssue(file.shown, unrendered));
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const inside = inputs.inside(file, entry);
    const { kind: what } = await inputs.files.look(inside.path);
    // Hidden folders are other tools' (`.git`), or the versions of a mounted ConfigMap (`..data`).
    if (what === "folder" && entry.startsWith(".")) continue;
    if (what === "folder") yield* filesIn(inputs, inside, issues, seen);
    else if (EXTENSIONS.some((extension) => entry.endsWith(extension))) yield inside;
  }
}

async function loadFile(
  inputs: InputFiles,
  file: NamedFile,
  reader: ObjectReader,
  into: {
    readonly objects: LoadedObject[];
    readonly issues: Issue[];
    readonly notes: Issue[];
  },
): Promise<void> {
  inputs.remember(file);
  const full = reader.room((await inputs.files.look(file.path)).sizeBytes);
  if (full !== null) {
    into.issues.push(fileIssue(file.shown, full));
    return;
  }
  for await (const found of readObjects(inputs.files, file)) {
    if ("issue" in found) {
      into.issues.push(found.issue);
      continue;
    }
    if ("note" in found) {
      into.notes.push(found.note);
      continue;
    }
    const { object } = found;
    const written = manifestOf(object, file.shown);
    if (Array.isArray(written)) {
      into.issues.push(...written);
      continue;
    }
    const unfilled = unfilledField(written as Manifest, file.shown);
    if (unfilled !== null) {
      into.issues.push(object.issue(unfilled.path, unfilled.message));
      continue;
    }
    const { manifest, flaws } = reader.screen.object(written as Manifest, {
      issueAt: (...about) => object.issue(...about),
      isState: reader.isState,
      check: (read) => reader.check(read),
    });
    for (const { path, message, atKey } of flaws) {
      into.issues.push(object.issue(path, message, atKey));
    }
    const kept = flaws.length === 0 && reader.kept !== undefined ? reader.kept(manifest) : manifest;
    into.objects.push({ manifest: kept, origin: { file: file.name, line: object.line } });
  }
}

/** A field of an object of a file. */
export interface FieldOfObject {
  readonly origin: LoadedObject["origin"];
  readonly path: Path;
}

/**
 * Where fields of objects that were read before stand. Their files are read once more: to keep the
 * places of all fields for the few that somebody asks about would cost more than the objects.
 */
export async function placesOf(
  inputs: InputFiles,
  fields: readonly FieldOfObject[],
): Promise<readonly Place[]> {
  const places: Place[] = fields.map(({ origin }) => ({ line: origin.line, column: 1 }));
  const byObject = new Map<string, number[]>();
  for (const [i, { origin }] of fields.entries()) {
    const key = objectKey(origin);
    byObject.set(key, [...(byObject.get(key) ?? []), i]);
  }
  for (const file of new Set(fields.map(({ origin }) => origin.file))) {
    for await (const found of readObjects(inputs.files, inputs.named(file))) {
      if (!("object" in found)) continue;
      for (const i of byObject.get(objectKey({ file, line: found.object.line })) ?? []) {
        const { line, column } = found.object.issue(fields[i]!.path, "");
        places[i] = { line, column };
      }
    }
  }
  return places;
}

function objectKey({ file, line }: LoadedObject["origin"]): string {
  return `${line} ${file}`;
}

/** What to do with a file that is for another place; null for what may be a manifest. */
function otherFile(value: Readonly<Record<string, unknown>>): string | null {
  const { kind, apiVersion, message } = value;
  if (!["apiVersion", "kind", "metadata"].some((key) => Object.hasOwn(value, key))) {
    return "is no Kubernetes object: it has neither `apiVersion` nor `kind` nor `metadata`";
  }
  if (kind === "Status" && apiVersion === "v1") {
    return `is what an API server says of a request, no object: ${String(message ?? "it failed")}`;
  }
  if (kind === "KubeSchedulerConfiguration") {
    return "is a configuration of the scheduler, no manifest: name it in a scenario's spec.scheduler.config";
  }
  return null;
}

/** The object as it is written, or what keeps it from being one. */
function manifestOf(object: FoundObject, file: string): Manifest | Issue[] {
  const { value } = object;
  const issues: Issue[] = [];
  const other = unrenderedFile(file, value) ?? otherFile(value);
  if (other !== null) return [{ ...object.issue([], other), value: "" }];
  if (value.apiVersion === SCENARIO_API_VERSION) {
    const message = "expected a Kubernetes object: a scenario is run by its own path";
    return [object.issue(["apiVersion"], message)];
  }
  for (const key of ["apiVersion", "kind"]) {
    if (typeof value[key] !== "string" || value[key] === "") {
      issues.push(object.issue([key], `expected a Kubernetes object with \`${key}\``));
    }
  }
  const metadata = value.metadata as Record<string, unknown> | undefined;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    issues.push(object.issue(["metadata"], "expected `metadata` with a `name`"));
  } else {
    const { name, generateName, namespace } = metadata;
    if (typeof (name ?? generateName) !== "string" || (name ?? generateName) === "") {
      issues.push(object.issue(["metadata", "name"], "expected a name, a text"));
    }
    if (namespace !== undefined && namespace !== null && typeof namespace !== "string") {
      issues.push(object.issue(["metadata", "namespace"], "expected a namespace, a text"));
    }
  }
  if (issues.length > 0) return issues;
  return value as unknown as Manifest;
}
