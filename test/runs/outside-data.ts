import { existsSync } from "node:fs";

/** Whether a file from outside the project is there; says so where a test must be left out. */
export function isThere(path: string): boolean {
  if (existsSync(path)) return true;
  process.stdout.write(`left out: ${path} is not here\n`);
  return false;
}
