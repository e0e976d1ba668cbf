/**
 * Bundles what the package runs, from `src` into `dist`: a file an entry, and chunks for what entries share. A command that
 * loads a thousand small modules takes longer to start than a small run takes; types are checked and declared by `tsc`.
 *
 * Dependencies stay packages, so that their versions and licences are where npm installs them. What `kernel/math.ts` calls
 * is bundled instead: twelve functions of two hundred packages, which are needed for the build alone.
 */
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const ENTRIES = [
  "src/cli/main.ts",
  "src/cli/sweep-worker.ts",
  "src/kernel/math.ts",
  "src/library/index.ts",
  "src/scheduler/public.ts",
  "src/testing/index.ts",
];

// What an earlier build made and this one does not would be packed as well.
for (const name of readdirSync("dist", { recursive: true })) {
  if (name.endsWith(".js")) rmSync(`dist/${name}`);
}
const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
await build({
  entryPoints: ENTRIES,
  outbase: "src",
  outdir: "dist",
  // Where the modules lie that look for `../../package.json` and, beside them, for the worker.
  chunkNames: "cli/chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  mainFields: ["main"],
  external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
  alias: { debug: "data:text/javascript,module.exports=()=>()=>undefined" },
  logLevel: "warning",
});
chmodSync("dist/cli/main.js", 0o755);
