import { createHash } from "node:crypto";
import type { FileSystem } from "./file-system.js";

/** A file system that knows of each file the sha256 of what was last read of it from start to end. */
export function hashingFiles(files: FileSystem): {
  readonly files: FileSystem;
  sha256Of(path: string): string | undefined;
} {
  const hashes = new Map<string, string>();
  const hashing: FileSystem = {
    ...files,
    async read(path) {
      const bytes = await files.read(path);
      hashes.set(path, createHash("sha256").update(bytes).digest("hex"));
      return bytes;
    },
    async *stream(path) {
      const hash = createHash("sha256");
      for await (const block of files.stream(path)) {
        hash.update(block);
        yield block;
      }
      hashes.set(path, hash.digest("hex"));
    },
  };
  return { files: hashing, sha256Of: (path) => hashes.get(path) };
}
