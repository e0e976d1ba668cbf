import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { printableLines } from "../base/printable.js";
import type { RowSink, Table } from "../record/row-sink.js";
import type { Issue } from "../scenario/issue.js";
import { CsvFile } from "./csv-file.js";
import {
  earlierOf,
  type FolderOwner,
  makePartial,
  removeRun,
  settleResults,
} from "./hidden-folders.js";
import { writePieces } from "./write-pieces.js";

/** Where the results of one run belong: `<out>/<scenario>/<variant>/seed-<n>`. */
export interface RunPlace {
  /** As the user named it; `results` by default. */
  readonly out: string;
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  /** Whoever writes there. */
  readonly owner: FolderOwner;
}

/**
 * Makes ready the folder of a run before the run starts, so that one that cannot be written is known at
 * once: returns the folder, or what is wrong with the place. What killed runs left beside it is put in
 * order.
 */
export function openRunFolder(place: RunPlace): RunFolder | Issue {
  const name = `seed-${place.seed}`;
  const parent = join(place.out, place.scenario, place.variant);
  const path = join(parent, name);
  try {
    settleResults(parent, place.owner);
    const taken = whatStandsInTheWay(path);
    if (taken !== null) return issueAt(path, taken);
    const firstMade = makeFolders(parent);
    const partial = makePartial(parent, name, place.owner);
    return new RunFolder(path, partial, firstMade);
  } catch (error) {
    return issueAt(place.out, cause(error));
  }
}

/**
 * Files of a run on their way: they are written to a hidden folder beside the place where they belong
 * and moved there together, so that the place holds a whole run at any time, or none.
 */
export class RunFolder {
  private readonly files: CsvFile[] = [];
  private failure: Error | null = null;
  private isOpen = true;
  /** What stood in the place when the run began. */
  private readonly found: string | null;

  constructor(
    /** Where the results are after {@link commit}. */
    readonly path: string,
    private readonly partial: string,
    /** The topmost folder that was made for this run; null if all were there. */
    private readonly firstMade: string | null,
  ) {
    this.found = identityOf(path);
  }

  /** A CSV file that is written while the run goes on. */
  openTable(name: string, columns: readonly string[], microsColumns?: readonly number[]): RowSink {
    const file = new CsvFile(join(this.partial, name), columns, microsColumns);
    this.files.push(file);
    return file;
  }

  /** `pause` is called between blocks of rows. */
  async writeTable(name: string, table: Table, pause: Pause): Promise<void> {
    const file = this.openTable(name, table.columns, table.microsColumns);
    for (const block of table.blocks()) {
      file.write(block);
      await pause();
    }
  }

  writeJson(name: string, value: unknown): void {
    this.writeText(name, `${printableLines(JSON.stringify(value, null, 2))}\n`);
  }

  writeText(name: string, text: string): void {
    this.writePieces(name, [text]);
  }

  /** A text that may be too long for one string. */
  writePieces(name: string, pieces: Iterable<string>): void {
    try {
      writePieces(join(this.partial, name), pieces);
    } catch (error) {
      this.failure ??= error as Error;
    }
  }

  /**
   * Puts the files in their place, instead of those of an earlier run. What went wrong, or null. Between
   * its two moves neither is in place: {@link settleResults} ends what a kill ended there.
   */
  commit(): Issue | null {
    for (const file of this.files) {
      file.close();
      this.failure ??= file.failure;
    }
    if (this.failure === null) this.moveIntoPlace();
    if (this.failure === null) return null;
    const { failure } = this;
    this.discard();
    return issueAt(this.path, cause(failure));
  }

  /** Leaves nothing behind, as when the user stops the run. Does nothing after a commit. */
  discard(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const file of this.files) file.close();
    rmSync(this.partial, { recursive: true, force: true });
    this.removeEmptyParents();
  }

  private moveIntoPlace(): void {
    const earlier = earlierOf(this.partial);
    try {
      if (identityOf(this.path) !== this.found) throw new PlaceTakenError();
      if (this.found !== null) {
        renameSync(this.path, earlier);
        if (identityOf(earlier) !== this.found) {
          renameSync(earlier, this.path);
          throw new PlaceTakenError();
        }
      }
      try {
        renameSync(this.partial, this.path);
      } catch (error) {
        if (this.found !== null && !existsSync(this.path)) renameSync(earlier, this.path);
        throw error;
      }
      this.isOpen = false;
      if (this.found !== null) removeRun(earlier);
    } catch (error) {
      this.failure = error as Error;
    }
  }

  private removeEmptyParents(): void {
    if (this.firstMade === null) return;
    const top = dirname(this.firstMade);
    for (let at = dirname(this.path); at.length > top.length; at = dirname(at)) {
      try {
        rmdirSync(at);
      } catch {
        return;
      }
    }
  }
}

/** Called while files are written, for whoever looks at signals. */
export type Pause = () => Promise<void>;

/** Another run put its results there while this one ran. */
class PlaceTakenError extends Error {
  override readonly name = "PlaceTakenError";
}

/** Tells a folder from another that takes its place; null where there is none. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.birthtimeMs}`;
}

/**
 * Makes a folder and those above it that are missing; returns the topmost that it made. One at a time,
 * for Node's own recursion never ends where a file system answers "no such folder" to every name.
 */
function makeFolders(path: string): string | null {
  const missing: string[] = [];
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) {
    missing.push(at);
    at = dirname(at);
  }
  for (const folder of missing.toReversed()) makeFolder(folder);
  return missing.at(-1) ?? null;
}

/** Another run may have made it in the meantime. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isThere) throw error;
  }
}

/** Why a run's folder must not be put there, or null. A folder without `run.json` is not ours. */
function whatStandsInTheWay(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (!found.isDirectory()) return "is a file, where the folder of a run belongs";
  if (readdirSync(path).length === 0 || existsSync(join(path, "run.json"))) return null;
  return "holds files but no run.json, so it is not a run's folder and is left alone; name another folder with --out";
}

const CAUSES: Readonly<Record<string, string>> = {
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  EROFS: "the file system is read-only",
  ENOENT: "a folder of the path does not exist and cannot be made",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a part of the path is a file, not a folder",
  ENOSPC: "no space is left",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "the path is too long",
};

const TAKEN =
  "another run put its results there while this one ran: those are kept, and these are not; give each run a folder of its own with --out";

function cause(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  // Where something was missing at the start, a move finds it full when another run was quicker.
  if (error instanceof PlaceTakenError || code === "ENOTEMPTY") return TAKEN;
  const known = code === undefined ? undefined : CAUSES[code];
  const text = known ?? (code === undefined ? String(error) : `the system says ${code}`);
  return `results cannot be written: ${text}; name a folder that can be written with --out`;
}

function issueAt(file: string, message: string): Issue {
  return { file, line: 0, column: 0, path: "", value: "", message };
}
