import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";

/** What a path is; `missing` also where it cannot be looked at, unless permission is what is missing. */
interface FileInfo {
  readonly kind: "file" | "folder" | "other" | "missing" | "forbidden";
  readonly sizeBytes: number;
  /** The same for all paths that lead to it; absent where the system has none. */
  readonly identity?: string;
}

/** The files that a scenario may read; injected, so that a test can say what there is. */
export interface FileSystem {
  look(path: string): Promise<FileInfo>;
  /** Names in a folder, in no particular order. */
  list(path: string): Promise<readonly string[]>;
  read(path: string): Promise<Uint8Array>;
  stream(path: string): AsyncIterable<Uint8Array>;
  /**
   * Asked before objects are read that will be kept, with the length of all their text so far: why they do not
   * fit into memory, or null. Absent where nobody minds.
   */
  room?(textBytes: number): string | null;
}

const STREAM_BLOCK_BYTES = 1 << 20;

/** The machine's own files. */
export const nodeFileSystem: FileSystem = {
  async look(path) {
    try {
      const found = await stat(path, { bigint: true });
      const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
      return { kind, sizeBytes: Number(found.size), identity: `${found.dev} ${found.ino}` };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const kind = code === "EACCES" || code === "EPERM" ? "forbidden" : "missing";
      return { kind, sizeBytes: 0 };
    }
  },
  list: (path) => readdir(path),
  read: (path) => readFile(path),
  stream: (path) => createReadStream(path, { highWaterMark: STREAM_BLOCK_BYTES }),
};
