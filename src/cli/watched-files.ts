import type { FileSystem } from "../scenario/load/file-system.js";
import { HeapWatch } from "./heap-watch.js";

/**
 * The same files, as long as there is memory for what is made of them: Node ends a process whose heap is
 * full with a trace of its own, and before that reading fails with words of ours.
 */
export function watchedFiles(files: FileSystem): FileSystem {
  const memory = new HeapWatch();
  return {
    ...files,
    room: (textBytes) => memory.room(textBytes),
    async *stream(path) {
      for await (const block of files.stream(path)) {
        memory.checkLoading();
        yield block;
      }
    },
  };
}
