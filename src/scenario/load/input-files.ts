import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import type { FileSystem } from "./file-system.js";
import { hashingFiles } from "./hashing-files.js";

/** A file that a scenario names, by the three names it goes by. */
export interface NamedFile {
  /** To open it by. */
  readonly path: string;
  /** In messages: as reached from the working folder. */
  readonly shown: string;
  /** In results: as the scenario names it; never absolute, and no other file's of the run. */
  readonly name: string;
}

/** What a run was made from. */
export interface InputHash {
  readonly name: string;
  readonly sha256: string;
}

/** The path that stands for standard input. */
export const STANDARD_INPUT = "-";
const DATA_PREFIX = "data:";

interface InputFilesOptions {
  /** Of the scenario file, or where plain manifests are named from. */
  readonly folder: string;
  /** Where `data:` paths are looked up. */
  readonly dataFolder: string;
  /** Whether `-` is standard input and not a file of that name. */
  readonly standardInput?: boolean;
}

/** How messages call a path of the command line. */
export function shownPath(path: string): string {
  return path === STANDARD_INPUT ? "<stdin>" : path;
}

/** The files of one scenario: finds them, knows each by its own path, and remembers what was read. */
export class InputFiles {
  /** Opens what the scenario names; what is read to its end is hashed on the way. */
  readonly files: FileSystem;
  private readonly sha256Of: (path: string) => string | undefined;
  private readonly byPath = new Map<string, NamedFile>();
  private readonly byName = new Map<string, NamedFile>();
  private readonly remembered = new Set<NamedFile>();

  constructor(
    files: FileSystem,
    private readonly options: InputFilesOptions,
  ) {
    const hashing = hashingFiles(files);
    this.files = hashing.files;
    this.sha256Of = hashing.sha256Of;
  }

  /** The files of the scenario at `path`. */
  static besides(files: FileSystem, path: string, dataFolder: string): InputFiles {
    return new InputFiles(files, { folder: dirname(path), dataFolder });
  }

  find(named: string): NamedFile {
    if (named === STANDARD_INPUT && this.options.standardInput === true) return this.beside(named);
    if (named.startsWith(DATA_PREFIX)) {
      const inside = normalize(named.slice(DATA_PREFIX.length));
      const name = DATA_PREFIX + inside;
      return this.known(join(this.options.dataFolder, inside), { shown: name, name });
    }
    if (isAbsolute(named)) return this.known(named, { shown: named, name: basename(named) });
    const path = join(this.options.folder, named);
    // A scenario's own file of that name.
    const opened = path === STANDARD_INPUT ? `./${path}` : path;
    return this.known(opened, { shown: path, name: normalize(named) });
  }

  /** The scenario file itself, or standard input. */
  beside(scenarioPath: string): NamedFile {
    const name = scenarioPath === STANDARD_INPUT ? "stdin" : basename(scenarioPath);
    return this.known(scenarioPath, { shown: shownPath(scenarioPath), name });
  }

  /** A file inside of a folder that was found. */
  inside(folder: NamedFile, entry: string): NamedFile {
    return this.known(join(folder.path, entry), {
      shown: join(folder.shown, entry),
      name: `${folder.name.replace(/\/+$/, "")}/${entry}`,
    });
  }

  /** The file of that name in results. */
  named(name: string): NamedFile {
    return this.byName.get(name) ?? this.find(name);
  }

  /** Remembers that the file's content takes part in the run. */
  remember(file: NamedFile): void {
    this.remembered.add(file);
  }

  /**
   * sha256 of every file that was remembered, by name: of what was read of it, or of what it holds now
   * where nobody has read it yet. One that is gone since has none.
   */
  async hashes(): Promise<readonly InputHash[]> {
    const hashes: InputHash[] = [];
    for (const { name, path } of this.remembered) {
      const sha256 = this.sha256Of(path) ?? (await this.hashNow(path));
      if (sha256 !== undefined) hashes.push({ name, sha256 });
    }
    return hashes.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private async hashNow(path: string): Promise<string | undefined> {
    try {
      for await (const _ of this.files.stream(path));
    } catch {
      // Whoever needs what it holds says that it cannot be read.
    }
    return this.sha256Of(path);
  }

  private known(path: string, { shown, name }: Pick<NamedFile, "shown" | "name">): NamedFile {
    const before = this.byPath.get(path);
    if (before !== undefined) return before;
    const file = { path, shown, name: this.freeName(name, path) };
    this.byPath.set(path, file);
    this.byName.set(file.name, file);
    return file;
  }

  /** The name, or as much of the path as no other file is called by. */
  private freeName(name: string, path: string): string {
    const parts = path.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
    let free = name;
    for (let count = 2; this.byName.has(free); count++) {
      free = count <= parts.length ? parts.slice(-count).join("/") : `${free}'`;
    }
    return free;
  }
}
