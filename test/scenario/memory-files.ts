import type { FileSystem } from "../../src/scenario/load/file-system.js";

/** Files by path, for tests; a path that others start with is a folder. */
export function memoryFiles(
  contents: Readonly<Record<string, string | Uint8Array>>,
  sizes: Readonly<Record<string, number>> = {},
): FileSystem {
  const bytesOf = (path: string): Uint8Array => {
    const content = contents[path];
    if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  const inside = (path: string): string[] =>
    Object.keys(contents)
      .filter((name) => name.startsWith(`${path.replace(/\/$/, "")}/`))
      .map((name) => name.slice(path.replace(/\/$/, "").length + 1).split("/")[0]!);
  return {
    async look(path) {
      if (contents[path] !== undefined) {
        return { kind: "file", sizeBytes: sizes[path] ?? bytesOf(path).length };
      }
      return { kind: inside(path).length > 0 ? "folder" : "missing", sizeBytes: 0 };
    },
    async list(path) {
      return [...new Set(inside(path))].reverse();
    },
    async read(path) {
      return bytesOf(path);
    },
    async *stream(path) {
      const bytes = bytesOf(path);
      // Blocks that cut lines and characters anywhere.
      for (let i = 0; i < bytes.length; i += 7) yield bytes.subarray(i, i + 7);
    },
  };
}
