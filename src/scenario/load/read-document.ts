import { z } from "zod";
import type { Issue } from "../issue.js";
import type { JsonSchema } from "../schema/json-schema.js";
import { flawsOf } from "../schema/zod-issues.js";
import type { FileSystem } from "./file-system.js";
import { knownKeys } from "./known-keys.js";
import { shownPath } from "./input-files.js";
import { fileIssue, readText } from "./read-text.js";
import { formatPath, showValue, valueAt } from "./value-path.js";
import { type Path, parseYaml, type YamlDocument } from "./yaml-source.js";

/** A file of one document that fits a schema, with the way back to its lines. */
export interface ReadDocument<T> {
  readonly value: T;
  readonly text: string;
  issueAt(path: Path, message: string, atKey?: boolean): Issue;
}

const MAX_BYTES = 10_000_000;

/** Reads a YAML or JSON file by a schema; or every flaw in it, with its place. */
export async function readDocument<S extends z.ZodType>(
  files: FileSystem,
  path: string,
  schema: S,
): Promise<ReadDocument<z.output<S>> | readonly Issue[]> {
  const shown = shownPath(path);
  const read = await readText(files, { path, shown, maxBytes: MAX_BYTES });
  if ("issue" in read) return [read.issue];
  const { documents, issues } = parseYaml(read.text, { file: shown });
  if (issues.length > 0) return issues;
  const [document, second] = documents;
  if (document === undefined || second !== undefined) {
    return [fileIssue(shown, `expected one document, found ${documents.length}`)];
  }
  const issueAt = (at: Path, message: string, atKey = false): Issue =>
    issueIn(shown, document, { at, message, atKey });
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { value: parsed.data, text: read.text, issueAt };
  const json = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  const flaws = flawsOf(parsed.error.issues, (at) => knownKeys(json, at));
  return flaws.map(({ path: at, message, atKey }) => issueAt(at, message, atKey));
}

function issueIn(
  file: string,
  document: YamlDocument,
  { at, message, atKey }: { at: Path; message: string; atKey: boolean },
): Issue {
  const value = showValue(valueAt(document.value, at));
  return { file, ...document.placeOf(at, atKey), path: formatPath(at), value, message };
}
