import { MemoryExhaustedError } from "../../base/memory-exhausted-error.js";
import type { FileSystem } from "./file-system.js";
import { reasonOf } from "./read-text.js";

/** A file that is no UTF-8 was found so on the way. */
class NotUtf8Error extends Error {
  override readonly name = "NotUtf8Error";
}

/**
 * Something that has to be held whole is far larger than any object: a line, a document, an element
 * of a List. Found while it is read, so that it never is.
 */
export class OversizedError extends Error {
  override readonly name = "OversizedError";

  constructor(
    /** Where it begins, from 1. */
    readonly line: number,
    maxLength: number,
  ) {
    super(
      `holds an object of more than ${maxLength / 1e6} MB: expected documents, or the elements of a List, of a size that Kubernetes takes (1.5 MB)`,
    );
  }
}

/** What is wrong with a file whose reading threw this; null when it is not the file's fault. */
export function fileProblem(error: unknown): string | null {
  if (error instanceof NotUtf8Error || error instanceof MemoryExhaustedError) return error.message;
  return error instanceof Error && "syscall" in error ? `cannot be read: ${reasonOf(error)}` : null;
}

/** A file's text, block by block. What it throws, {@link fileProblem} tells. */
export async function* textBlocks(files: FileSystem, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (block?: Uint8Array): string => {
    try {
      return block === undefined ? decoder.decode() : decoder.decode(block, { stream: true });
    } catch {
      throw new NotUtf8Error("is not UTF-8: save it as UTF-8 text");
    }
  };
  for await (const block of files.stream(path)) {
    const text = decode(block);
    if (text !== "") yield text;
  }
  const rest = decode();
  if (rest !== "") yield rest;
}

/** Lines without their ends; `\r\n` and `\n` both end one. Throws at a line of more than `maxLength`. */
export async function* linesOf(
  blocks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<string> {
  let open: string[] = [];
  let openLength = 0;
  let number = 1;
  for await (const block of blocks) {
    let start = 0;
    for (;;) {
      const end = block.indexOf("\n", start);
      if (end < 0) break;
      open.push(block.slice(start, end));
      const line = open.length === 1 ? open[0]! : open.join("");
      yield line.endsWith("\r") ? line.slice(0, -1) : line;
      number += 1;
      open = [];
      openLength = 0;
      start = end + 1;
    }
    if (start < block.length) open.push(block.slice(start));
    openLength += block.length - start;
    if (openLength > maxLength) throw new OversizedError(number, maxLength);
  }
  if (open.length > 0) yield open.join("");
}
