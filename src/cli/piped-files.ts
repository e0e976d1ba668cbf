import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import process from "node:process";
import type { Issue } from "../scenario/issue.js";
import { type FileSystem, nodeFileSystem } from "../scenario/load/file-system.js";
import { STANDARD_INPUT, shownPath } from "../scenario/load/input-files.js";
import { fileIssue } from "../scenario/load/read-text.js";

/** More would not fit into memory, and cannot be read a second time. */
const MAX_PIPED_BYTES = 1_000_000_000;

/**
 * The machine's files, and what comes from standard input (`-`) or another pipe among `paths`: it is read
 * to its end now, for it is looked at more than once. Or why it cannot be.
 */
export async function pipedFiles(paths: readonly string[]): Promise<FileSystem | Issue> {
  const pipes = new Map<string, readonly Uint8Array[]>();
  for (const path of new Set(paths)) {
    if (path !== STANDARD_INPUT && !(await isPipe(path))) continue;
    if (path === STANDARD_INPUT && process.stdin.isTTY) {
      const message = "standard input is a terminal: pipe something into it, or name a file";
      return fileIssue(shownPath(path), message);
    }
    const read = await allOf(path === STANDARD_INPUT ? process.stdin : createReadStream(path));
    if (typeof read === "string") return fileIssue(shownPath(path), read);
    pipes.set(path, read);
  }
  return pipes.size === 0 ? nodeFileSystem : withPipes(pipes);
}

async function isPipe(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFIFO();
  } catch {
    return false;
  }
}

/** The blocks of a stream, or why it cannot be read. */
async function allOf(stream: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[] | string> {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const block of stream) {
      bytes += block.length;
      if (bytes > MAX_PIPED_BYTES) {
        return `more than ${MAX_PIPED_BYTES / 1e6} MB come from it: save it as a file, and name that`;
      }
      blocks.push(block);
    }
    return blocks;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function withPipes(pipes: ReadonlyMap<string, readonly Uint8Array[]>): FileSystem {
  const sizeOf = (blocks: readonly Uint8Array[]) =>
    blocks.reduce((sum, { length }) => sum + length, 0);
  return {
    ...nodeFileSystem,
    async look(path) {
      const blocks = pipes.get(path);
      return blocks === undefined
        ? nodeFileSystem.look(path)
        : { kind: "file", sizeBytes: sizeOf(blocks) };
    },
    async read(path) {
      const blocks = pipes.get(path);
      return blocks === undefined ? nodeFileSystem.read(path) : Buffer.concat(blocks);
    },
    async *stream(path) {
      yield* pipes.get(path) ?? nodeFileSystem.stream(path);
    },
  };
}
