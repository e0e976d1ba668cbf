import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nameOfProcess } from "./process-owner.js";

/** Writes a file beside its place and moves it there whole, making the folders that it needs. */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  const folder = dirname(path);
  const partial = join(folder, `.${basename(path)}-partial-${nameOfProcess()}`);
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}
