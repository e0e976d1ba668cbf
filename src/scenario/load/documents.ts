import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { parseJson } from "./json-source.js";
import { fileIssue, readText, reasonOf, unreadable } from "./read-text.js";
import { splitJson } from "./split-json.js";
import { splitYaml } from "./split-yaml.js";
import { fileProblem, linesOf, OversizedError, textBlocks } from "./text-stream.js";
import { formatPath, showValue, valueAt } from "./value-path.js";
import { type Path, parseYaml, type YamlDocument } from "./yaml-source.js";

/** Manifests, dumps and traces: at most this much. */
export const MAX_INPUT_BYTES = 2 * 2 ** 30;
/** A document, or an element of a List, that is longer is no object: the API server takes 1.5 MB. */
const MAX_OBJECT_LENGTH = 10_000_000;
/** Larger files are cut into pieces as they are read, and never held whole. */
const SPLIT_ABOVE_BYTES = 1_000_000;

/** A map that stands in a file: a document, or an element of a List. */
export interface FoundObject {
  readonly value: Readonly<Record<string, unknown>>;
  readonly line: number;
  /** An issue at a path of the object. */
  issue(path: Path, message: string, atKey?: boolean): Issue;
}

/** An object, or what is wrong at that point of the file. */
export type Found = { readonly object: FoundObject } | { readonly issue: Issue };

interface InputFile {
  /** To open it by. */
  readonly path: string;
  /** To name it by. */
  readonly shown: string;
  readonly splitAboveBytes?: number;
}

/** The objects of a YAML or JSON file in its order; Lists come element by element. */
export async function* readObjects(files: FileSystem, input: InputFile): AsyncGenerator<Found> {
  const { path, shown, splitAboveBytes = SPLIT_ABOVE_BYTES } = input;
  const problem = await unreadable(files, path, MAX_INPUT_BYTES);
  if (problem !== undefined) {
    yield { issue: fileIssue(shown, problem) };
    return;
  }
  const { sizeBytes } = await files.look(path);
  if (sizeBytes > splitAboveBytes) {
    yield* readInPieces(files, path, shown);
    return;
  }
  const read = await readText(files, { path, shown, maxBytes: MAX_INPUT_BYTES });
  if ("issue" in read) yield read;
  else yield* readWhole(read.text, shown);
}

function* readWhole(text: string, shown: string): Generator<Found> {
  if (text.trimStart().startsWith("{")) {
    const json = parseJson(text, { file: shown, lineOffset: 0, columnOffset: 0 });
    if ("value" in json) {
      yield* objectsOf(json, [], shown);
      return;
    }
  }
  const { documents, issues } = parseYaml(text, { file: shown });
  for (const issue of issues) yield { issue };
  for (const document of documents) yield* objectsOf(document, [], shown);
}

/** The kind that elements of a list have where they do not say: PodList → Pod. */
function elementDefaults(list: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { kind, apiVersion } = list;
  return kind === "List" ? {} : { apiVersion, kind: String(kind).slice(0, -"List".length) };
}

/** The elements of a List or a typed list; undefined for other objects. */
function listItems(object: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const { kind, items } = object;
  if (kind === "List" && (items === null || items === undefined)) return [];
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)
    ? items
    : undefined;
}

function* objectsOf(
  document: YamlDocument,
  at: Path,
  shown: string,
  defaults: Record<string, unknown> = {},
): Generator<Found> {
  const value = valueAt(document.value, at);
  const issueAt = (path: Path, message: string, atKey = false): Issue => ({
    file: shown,
    ...document.placeOf([...at, ...path], atKey),
    path: formatPath(path),
    value: showValue(atKey ? path.at(-1) : valueAt(value, path)),
    message,
  });
  if (value === null && at.length > 0) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield { issue: issueAt([], "expected a Kubernetes object, a map") };
    return;
  }
  const map = { ...defaults, ...value } as Record<string, unknown>;
  const items = listItems(map);
  if (items !== undefined) {
    for (const i of items.keys()) {
      yield* objectsOf(document, [...at, "items", i], shown, elementDefaults(map));
    }
    return;
  }
  yield { object: { value: map, line: document.placeOf(at).line, issue: issueAt } };
}

async function* readInPieces(
  files: FileSystem,
  path: string,
  shown: string,
): AsyncGenerator<Found> {
  try {
    const blocks = textBlocks(files, path);
    yield* (await startsWithBrace(files, path))
      ? jsonPieces(blocks, shown)
      : yamlPieces(blocks, shown);
  } catch (error) {
    if (error instanceof OversizedError) {
      yield { issue: { ...fileIssue(shown, error.message), line: error.line, column: 1 } };
      return;
    }
    const message = fileProblem(error) ?? `cannot be read: ${reasonOf(error)}`;
    yield { issue: fileIssue(shown, message) };
  }
}

async function startsWithBrace(files: FileSystem, path: string): Promise<boolean> {
  for await (const block of textBlocks(files, path)) {
    const text = block.trimStart();
    if (text !== "") return text.startsWith("{");
  }
  return false;
}

async function* yamlPieces(blocks: AsyncIterable<string>, shown: string): AsyncGenerator<Found> {
  for await (const piece of splitYaml(linesOf(blocks, MAX_OBJECT_LENGTH), MAX_OBJECT_LENGTH)) {
    const { documents, issues } = parseYaml(piece.text, { file: shown, lineOf: piece.lineOf });
    for (const issue of issues) yield { issue };
    for (const document of documents) {
      yield* objectsOf(document, piece.kind === "item" ? [0] : [], shown);
    }
  }
}

async function* jsonPieces(blocks: AsyncIterable<string>, shown: string): AsyncGenerator<Found> {
  for await (const piece of splitJson(blocks, MAX_OBJECT_LENGTH)) {
    const json = parseJson(piece.text, { file: shown, ...piece });
    if ("value" in json) yield* objectsOf(json, [], shown);
    else for (const issue of json) yield { issue };
  }
}
