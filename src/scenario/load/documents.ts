import { nearName } from "../../base/near-name.js";
import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";
import { parseJson } from "./json-source.js";
import { fileIssue, readText, reasonOf, unreadable } from "./read-text.js";
import { jsonValues, splitJson } from "./split-json.js";
import { splitYaml, type YamlPiece } from "./split-yaml.js";
import { fileProblem, linesOf, OversizedError, textBlocks } from "./text-stream.js";
import { templateAt, templateMessage, unstructuredText } from "./unrendered.js";
import { formatPath, showValue, valueAt } from "./value-path.js";
import { type Path, parseYaml, type YamlDocument } from "./yaml-source.js";

/** Manifests, dumps and traces: at most this much. */
export const MAX_INPUT_BYTES = 2 * 2 ** 30;
/** A document, or an element of a List, that is longer is no object: the API server takes 1.5 MB. */
const MAX_OBJECT_LENGTH = 10_000_000;
/** Larger files are cut into pieces as they are read, and never held whole. */
const SPLIT_ABOVE_BYTES = 1_000_000;
/** What of a text tells whether it is JSON. */
const PEEKED_LENGTH = 64 * 1024;

/** A map that stands in a file: a document, or an element of a List. */
export interface FoundObject {
  readonly value: Readonly<Record<string, unknown>>;
  readonly line: number;
  /** An issue at a path of the object. */
  issue(path: Path, message: string, atKey?: boolean): Issue;
}

/** An object; or what is wrong, or hardly meant so, at that point of the file. */
export type Found =
  | { readonly object: FoundObject }
  | { readonly issue: Issue }
  | { readonly note: Issue };

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
  const json = isJson(text) ? jsonDocuments(text, shown) : null;
  if (json !== null) {
    for (const document of json) yield* noted(document, [], shown);
    return;
  }
  yield* yamlObjects(text, { file: shown, kind: "document" });
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

function repeatedKey(key: string): string {
  return `the key \`${key}\` stands twice in its map: the last one counts, as with kubectl`;
}

/** Whether a text, or the beginning of one, is JSON: after marks, comments and blanks stands a map. */
function isJson(text: string): boolean {
  return /^(?:\s|\ufeff|#[^\n]*\n|---)*\{\s*["}]/.test(text);
}

/** The documents of a JSON text; null where one of them is none, and the text may be YAML. */
function jsonDocuments(text: string, shown: string): readonly YamlDocument[] | null {
  const documents: YamlDocument[] = [];
  for (const piece of jsonValues(text)) {
    const json = parseJson(piece.text, { file: shown, ...piece });
    if (!("value" in json)) return null;
    documents.push(json);
  }
  return documents;
}

/** The objects of a YAML text as Kubernetes' tools read it. */
function* yamlObjects(
  text: string,
  { file, lineOf, kind }: { readonly file: string } & Partial<Pick<YamlPiece, "lineOf" | "kind">>,
): Generator<Found> {
  const place = lineOf === undefined ? { file } : { file, lineOf };
  const { documents, issues } = parseYaml(text, { ...place, dialect: "kubernetes" });
  const template = issues.length > 0 ? templateAt(text) : -1;
  if (template >= 0) {
    const { line, column } = placeIn(text, template);
    const issue = fileIssue(file, templateMessage(file, text));
    yield { issue: { ...issue, line: lineOf?.(line) ?? line, column } };
    return;
  }
  for (const issue of issues) yield { issue };
  for (const document of documents) {
    yield* noted(document, kind === "item" ? [0] : [], file);
  }
}

/** What stands in a document, its repeated keys told first. */
function* noted(document: YamlDocument, at: Path, file: string): Generator<Found> {
  for (const { place, key } of document.repeated ?? []) {
    yield { note: { file, ...place, path: "", value: "", message: repeatedKey(key) } };
  }
  yield* objectsOf(document, at, file);
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

/** Keys of a list besides its items. */
const LIST_KEYS: readonly string[] = ["apiVersion", "kind", "metadata", "items"];
const SLIP_LETTERS = 2;

/** What keeps a List, or a list of a kind, from having items; null where it has some, or is no list. */
function listFlaw(
  object: Readonly<Record<string, unknown>>,
): { readonly key: string; readonly message: string } | null {
  const { kind, items } = object;
  if (typeof kind !== "string" || !kind.endsWith("List") || Array.isArray(items)) return null;
  if (items !== undefined && items !== null) {
    return kind === "List" ? { key: "items", message: "expected a list of objects" } : null;
  }
  const others = Object.keys(object).filter((key) => !LIST_KEYS.includes(key));
  const key = others.find((one) => nearName(one.toLowerCase(), ["items"], SLIP_LETTERS) !== "");
  if (key !== undefined) {
    return { key, message: `${kind} has no such field: did you mean \`items\`?` };
  }
  if (kind !== "List" || others.length === 0) return null;
  return { key: others[0]!, message: "List has no such field: its objects stand under `items`" };
}

/** A value that is no text, with what is written where that is another word: `true, written on`. */
function asWritten(shown: string, written: string | undefined): string {
  return written === undefined || written === "" || written === shown
    ? shown
    : `${shown}, written ${written}`;
}

function* objectsOf(
  document: YamlDocument,
  at: Path,
  shown: string,
  defaults: Record<string, unknown> = {},
): Generator<Found> {
  const value = valueAt(document.value, at);
  const shownAt = (path: Path): string => {
    const inside = valueAt(value, path);
    const shown = showValue(inside);
    if (typeof inside !== "boolean" && typeof inside !== "number") return shown;
    return asWritten(shown, document.plainText?.([...at, ...path]));
  };
  const issueAt = (path: Path, message: string, atKey = false): Issue => ({
    file: shown,
    ...document.placeOf([...at, ...path], atKey),
    path: formatPath(path),
    value: atKey ? showValue(path.at(-1)) : shownAt(path),
    message,
  });
  if (value === null && at.length > 0) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const hint = typeof value === "string" ? unstructuredText(value) : null;
    yield { issue: issueAt([], hint ?? "expected a Kubernetes object, a map") };
    return;
  }
  const map = { ...defaults, ...value } as Record<string, unknown>;
  const flaw = listFlaw(map);
  if (flaw !== null) {
    yield { issue: issueAt([flaw.key], flaw.message, flaw.key !== "items") };
    return;
  }
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
    yield* (await startsAsJson(files, path))
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

async function startsAsJson(files: FileSystem, path: string): Promise<boolean> {
  let start = "";
  for await (const block of textBlocks(files, path)) {
    start += block;
    if (start.length >= PEEKED_LENGTH) break;
  }
  return isJson(start);
}

async function* yamlPieces(blocks: AsyncIterable<string>, shown: string): AsyncGenerator<Found> {
  for await (const piece of splitYaml(linesOf(blocks, MAX_OBJECT_LENGTH), MAX_OBJECT_LENGTH)) {
    const { text, lineOf, kind } = piece;
    yield* yamlObjects(text, { file: shown, lineOf, kind });
  }
}

async function* jsonPieces(blocks: AsyncIterable<string>, shown: string): AsyncGenerator<Found> {
  for await (const piece of splitJson(blocks, MAX_OBJECT_LENGTH)) {
    const json = parseJson(piece.text, { file: shown, ...piece });
    if ("value" in json) yield* noted(json, [], shown);
    else for (const issue of json) yield { issue };
  }
}
