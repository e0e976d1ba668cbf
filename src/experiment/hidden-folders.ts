import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Whoever writes results: a process, as others may look for it. */
export interface FolderOwner {
  /** Of letters, digits and `_`; no other process has the same. */
  readonly name: string;
  /** Whether the owner of that name may still write; `lastMadeMs` is when its folder last changed, ms since 1970. */
  isAlive(name: string, lastMadeMs: number): boolean;
}

/** `.seed-7-partial-<owner>-<n>`: results on their way; `-earlier-`: those that make room for them. */
const HIDDEN = /^\.(.+)-(partial|earlier)-(\w+-\d+)$/;

interface Hidden {
  readonly path: string;
  /** Name of the folder that it is or was meant to become. */
  readonly place: string;
  readonly stage: "partial" | "earlier";
  /** The same of two folders that one commit moves. */
  readonly commit: string;
}

/** Makes a hidden folder of the umask's mode beside the place where its files belong. */
export function makePartial(parent: string, place: string, owner: FolderOwner): string {
  for (let n = 1; ; n += 1) {
    const path = join(parent, `.${place}-partial-${owner.name}-${n}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Where the earlier results go while those of `partial` take their place. */
export function earlierOf(partial: string): string {
  return partial.replace(/-partial-(\w+-\d+)$/, "-earlier-$1");
}

/** Removes the results of a run; without `run.json` first, so that what is left of them is no run. */
export function removeRun(path: string): void {
  rmSync(join(path, "run.json"), { force: true });
  rmSync(path, { recursive: true, force: true });
}

/**
 * Puts in order what killed runs left in a folder of results: where a run was killed while its results
 * took the place of earlier ones they take it now; what is whole and has lost its place gets it back;
 * the rest is removed. What belongs to a run that is under way stays.
 */
export function settleResults(parent: string, owner: FolderOwner): void {
  const left = hiddenIn(parent).filter(({ path, commit }) => {
    const lastMadeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return !owner.isAlive(commit.replace(/-\d+$/, ""), lastMadeMs);
  });
  const isEarlierOf = ({ commit, place }: Hidden) =>
    left.some((it) => it.stage === "earlier" && it.commit === commit && it.place === place);
  // Earlier results are moved away only when the new ones are whole.
  for (const hidden of left) {
    if (hidden.stage === "partial" && isEarlierOf(hidden)) restore(parent, hidden);
  }
  for (const hidden of left) {
    if (hidden.stage === "earlier") restore(parent, hidden);
  }
  for (const { path } of left) removeRun(path);
}

function hiddenIn(parent: string): readonly Hidden[] {
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(parent)
    .sort()
    .flatMap((name) => {
      const [, place, stage, commit] = HIDDEN.exec(name) ?? [];
      if (place === undefined || commit === undefined) return [];
      return [{ path: join(parent, name), place, stage: stage as Hidden["stage"], commit }];
    });
}

/** Moves whole results to their place if nothing is there; another process may be quicker. */
function restore(parent: string, { path, place }: Hidden): void {
  const target = join(parent, place);
  if (existsSync(target) || !existsSync(join(path, "run.json"))) return;
  try {
    renameSync(path, target);
  } catch {
    // It is there by now, or cannot be moved; then it is removed or stays as it is.
  }
}
