import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import type { FileSystem } from "./file-system.js";

/** A file that a scenario names, by the three names it goes by. */
export interface NamedFile {
  /** To open it by. */
  readonly path: string;
  /** In messages: as reached from the working folder. */
  readonly shown: string;
  /** In results: as the scenario names it; never absolute. */
  readonly name: string;
}

/** What a run was made from. */
export interface InputHash {
  readonly name: string;
  readonly sha256: string;
}

const DATA_PREFIX = "data:";

/** The files of one scenario: finds them, and remembers what was read. */
export class InputFiles {
  private readonly opened = new Map<string, NamedFile>();

  constructor(
    readonly files: FileSystem,
    private readonly options: {
      /** The scenario file, or where plain manifests are named from. */
      readonly folder: string;
      /** Where `data:` paths are looked up. */
      readonly dataFolder: string;
    },
  ) {}

  /** The files of the scenario at `path`. */
  static besides(files: FileSystem, path: string, dataFolder: string): InputFiles {
    return new InputFiles(files, { folder: dirname(path), dataFolder });
  }

  find(named: string): NamedFile {
    if (named.startsWith(DATA_PREFIX)) {
      const inside = normalize(named.slice(DATA_PREFIX.length));
      const name = DATA_PREFIX + inside;
      return { path: join(this.options.dataFolder, inside), shown: name, name };
    }
    if (isAbsolute(named)) return { path: named, shown: named, name: basename(named) };
    const path = join(this.options.folder, named);
    return { path, shown: path, name: normalize(named) };
  }

  /** The scenario file itself. */
  beside(scenarioPath: string): NamedFile {
    return { path: scenarioPath, shown: scenarioPath, name: basename(scenarioPath) };
  }

  /** A file inside of a folder that was found. */
  inside(folder: NamedFile, entry: string): NamedFile {
    return {
      path: join(folder.path, entry),
      shown: join(folder.shown, entry),
      name: `${folder.name.replace(/\/+$/, "")}/${entry}`,
    };
  }

  /** How messages call a file that was remembered. */
  shownAs(name: string): string {
    return this.opened.get(name)?.shown ?? name;
  }

  /** Remembers that the file's content takes part in the run. */
  remember(file: NamedFile): void {
    this.opened.set(file.name, file);
  }

  /** sha256 of every file that was remembered, by name. */
  async hashes(): Promise<readonly InputHash[]> {
    const names = [...this.opened.keys()].sort((a, b) => (a < b ? -1 : 1));
    const hashes: InputHash[] = [];
    for (const name of names) {
      const hash = createHash("sha256");
      for await (const block of this.files.stream(this.opened.get(name)!.path)) hash.update(block);
      hashes.push({ name, sha256: hash.digest("hex") });
    }
    return hashes;
  }
}
