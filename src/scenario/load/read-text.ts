import type { Issue } from "../issue.js";
import type { FileSystem } from "./file-system.js";

/** A file's text, or the one issue that keeps it from being read. */
export type TextOrIssue =
  | { readonly text: string; readonly bytes: Uint8Array }
  | { readonly issue: Issue };

/** An issue about a file as a whole. */
export function fileIssue(file: string, message: string): Issue {
  return { file, line: 0, column: 0, path: "", value: "", message };
}

/** Of a path that is empty, which would stand for the working folder. */
export const NO_PATH = fileIssue('""', "is no path: expected a file or a folder");

/** Reads a whole file of UTF-8; its size is looked at before. */
export async function readText(
  files: FileSystem,
  options: { readonly path: string; readonly shown: string; readonly maxBytes: number },
): Promise<TextOrIssue> {
  const { path, shown, maxBytes } = options;
  const problem = await unreadable(files, path, maxBytes);
  if (problem !== undefined) return { issue: fileIssue(shown, problem) };
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    return { issue: fileIssue(shown, `cannot be read: ${reasonOf(error)}`) };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), bytes };
  } catch {
    return { issue: fileIssue(shown, "is not UTF-8: save it as UTF-8 text") };
  }
}

/** Why a file of at most `maxBytes` cannot be there; undefined when it can be opened. */
export async function unreadable(
  files: FileSystem,
  path: string,
  maxBytes: number,
): Promise<string | undefined> {
  const { kind, sizeBytes } = await files.look(path);
  if (kind === "missing") return "there is no such file";
  if (kind === "forbidden") return `cannot be read: ${NO_PERMISSION}`;
  if (kind === "folder") return "is a folder, expected a file";
  if (kind === "other") return "is no regular file";
  if (sizeBytes > maxBytes) {
    return `has ${megabytes(sizeBytes)} MB, at most ${megabytes(maxBytes)} MB are read`;
  }
  return sizeBytes === 0 ? "is empty" : undefined;
}

function megabytes(bytes: number): string {
  const tenths = Math.ceil(bytes / 100_000);
  return tenths % 10 === 0 ? String(tenths / 10) : `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

const NO_PERMISSION = "no permission";

/** `EACCES` in plain words, the like of it in the system's, without the path. */
export function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") return NO_PERMISSION;
  const message = error instanceof Error ? error.message : String(error);
  return message.split(",")[0] ?? message;
}
