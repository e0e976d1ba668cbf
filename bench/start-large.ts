import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeBarePods, writeDeployments, writeDump } from "./large-files.js";

const NODES = 5000;
const PODS = 150_000;
/** Told by the process itself when it ends; of children nobody tells how much memory they had. */
const TELLS = `data:text/javascript,${encodeURIComponent(`
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\nspent " + JSON.stringify({ cpu: userCPUTime + systemCPUTime, kilobytes: maxRSS }) + "\\n");
});`)}`;

interface Spent {
  readonly seconds: number;
  readonly megabytes: number;
  readonly stdout: string;
}

/**
 * A large cluster from files, by the command line: 150,000 pods of manifests until all run, and a dump of 5,000 nodes and
 * 150,000 pods, read and at rest. Targets: 60 s of CPU and 2 GB each, of YAML dumps 300 s. The share of reading is that of a
 * program that does nothing but read the same file's objects. The controllers make 20 pods a second and the scheduler binds 50,
 * as their clients may, so that pods of Deployments run after two hours and bare ones after fifty minutes.
 */
export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), "seatrial-start-large-"));
  const shape = ["--nodes", `${NODES}x16cpu,64Gi`];
  try {
    const row = (name: string, target: number, write: (path: string) => void, args: string[]) => {
      const path = join(folder, name);
      write(path);
      const megabytes = Math.round(statSync(path).size / 1e6);
      const read = started([resolve("dist-bench/bench/read-objects.js"), path]);
      const out = join(folder, "results");
      const ran = started([resolve("dist/cli/main.js"), "run", path, "--out", out, ...args]);
      assert.match(ran.stdout, /150,000 created, 150,000 bound\n/);
      rmSync(path);
      rmSync(out, { recursive: true });
      console.log(
        `${name}: ${megabytes} MB, ${ran.seconds.toFixed(1)} s of CPU (target: ${target}), peak memory ${ran.megabytes} MB ` +
          `(target: 2,000); reading alone ${read.seconds.toFixed(1)} s (${Math.round((100 * read.seconds) / ran.seconds)} %), ${read.megabytes} MB`,
      );
    };
    const running = (duration: string) => [...shape, "--until", duration];
    row("deployments.yaml", 60, (path) => writeDeployments(path, PODS), running("3h"));
    row("bare-pods.yaml", 60, (path) => writeBarePods(path, PODS), running("1h"));
    const sizes = { nodes: NODES, pods: PODS };
    const atRest = ["--until", "2m"];
    row("dump.json", 60, (path) => writeDump(path, sizes, "json"), atRest);
    row("dump.yaml", 300, (path) => writeDump(path, sizes, "yaml"), atRest);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function started(args: readonly string[]): Spent {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", TELLS, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr.slice(-2000));
  const told = JSON.parse(/^spent (.*)$/m.exec(stderr)![1]!) as { cpu: number; kilobytes: number };
  return { seconds: told.cpu / 1e6, megabytes: Math.round(told.kilobytes / 1024), stdout };
}
