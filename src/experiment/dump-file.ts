import { renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Manifest } from "../api/kubernetes.js";
import type { Issue } from "../scenario/issue.js";
import { reasonOf } from "../scenario/load/read-text.js";
import { stateDump } from "./state-dump.js";
import { writePieces } from "./write-pieces.js";

/** The file that `--dump` names: written beside its place, and moved there whole. */
export class DumpFile {
  private readonly partial: string;

  constructor(
    private readonly path: string,
    ownerName: string,
  ) {
    this.partial = join(dirname(path), `.${basename(path)}-partial-${ownerName}`);
  }

  /** What keeps it from being written, as far as that shows before the run; null for nothing. */
  problem(): Issue | null {
    return this.attempt(() => {
      statSync(dirname(this.path));
      if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() === true) {
        throw new Error("is a folder; expected the name of a file");
      }
    });
  }

  write(objects: Iterable<Manifest>): Issue | null {
    return this.attempt(() => writePieces(this.partial, stateDump(objects, this.path)));
  }

  commit(): Issue | null {
    return this.attempt(() => renameSync(this.partial, this.path));
  }

  /** Leaves nothing of it behind, unless it is in its place. */
  discard(): void {
    rmSync(this.partial, { force: true });
  }

  private attempt(write: () => void): Issue | null {
    try {
      write();
      return null;
    } catch (error) {
      const message = `cannot be written: ${reasonOf(error)}`;
      return { file: this.path, line: 0, column: 0, path: "", value: "", message };
    }
  }
}
