import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const BUILT = "dist/.tsbuildinfo";
const COMMAND = "dist/cli/main.js";

/** Builds what tests of the command run, once before all tests, unless it is as new as its sources. */
export default function buildCommand(): void {
  if (isFresh()) return;
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json"];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  // Code whose types are wrong is built nevertheless; `npm run typecheck` is what refuses it.
  if (status !== 0) process.stderr.write(`dist was built with errors:\n${stdout}`);
  const bundled = spawnSync(process.execPath, ["bundle.mjs"], { encoding: "utf8" });
  if (bundled.status !== 0)
    throw new Error(`dist cannot be built for the tests: ${bundled.stderr}`);
  const now = new Date();
  utimesSync(BUILT, now, now);
}

function isFresh(): boolean {
  if (!existsSync(BUILT) || !existsSync(COMMAND)) return false;
  const builtMs = statSync(BUILT).mtimeMs;
  const inputs = readdirSync("src", { recursive: true, encoding: "utf8" }).map((name) =>
    join("src", name),
  );
  return ["package.json", "bundle.mjs", "tsconfig.json", "tsconfig.build.json", ...inputs].every(
    (name) => statSync(name).mtimeMs < builtMs,
  );
}
