import type { FileSystem } from "./file-system.js";
import { reasonOf } from "./read-text.js";

/** A file that is no UTF-8 was found so on the way. */
class NotUtf8Error extends Error {
  override readonly name = "NotUtf8Error";
}

/** What is wrong with a file whose reading threw this; null when it is not the file's fault. */
export function fileProblem(error: unknown): string | null {
  if (error instanceof NotUtf8Error) return error.message;
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

/** Lines without their ends; `\r\n` and `\n` both end one. */
export async function* linesOf(blocks: AsyncIterable<string>): AsyncGenerator<string> {
  let open: string[] = [];
  for await (const block of blocks) {
    let start = 0;
    for (;;) {
      const end = block.indexOf("\n", start);
      if (end < 0) break;
      open.push(block.slice(start, end));
      const line = open.length === 1 ? open[0]! : open.join("");
      yield line.endsWith("\r") ? line.slice(0, -1) : line;
      open = [];
      start = end + 1;
    }
    if (start < block.length) open.push(block.slice(start));
  }
  if (open.length > 0) yield open.join("");
}
