import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchScenario } from "./batch-scenario.js";
import { hashes } from "./result-hashes.js";
import { MAIN, Workplace } from "./seatrial.js";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue"];
const missing = PROGRAMS.filter(
  (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0,
);
const hasSlurm = missing.length === 0 && process.getuid?.() === 0;
if (!hasSlurm && process.env.SEATRIAL_NEEDS_SLURM === "1") {
  throw new Error(
    `SEATRIAL_NEEDS_SLURM is set, and Slurm cannot be run: ${missing.join(", ") || "this is not root"}`,
  );
}

const SCENARIO = batchScenario("spread-out", "10m");

const EXPERIMENT = `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: nodes }
spec:
  scenario: scenario.yaml
  seeds: 2
  axes: { size: [{ name: small, set: { cluster.nodePools.n.nodes: 2 } }, { name: large, set: { cluster.nodePools.n.nodes: 4 } }] }
`;

describe.skipIf(!hasSlurm)("on a real Slurm cluster of one node", () => {
  let place: Workplace;
  beforeAll(() => {
    place = new Workplace({ "scenario.yaml": SCENARIO, "experiment.yaml": EXPERIMENT });
    mkdirSync(join(place.path, "bin"));
    const command = join(place.path, "bin", "seatrial");
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(command, 0o755);
  });
  afterAll(() => place.remove());

  test("the array that `sweep --emit slurm` writes runs each share in a task, and merged they are the sweep", async () => {
    await place.callHere(["sweep", "experiment.yaml", "--jobs", "1", "--out", "whole"]);
    const emitted = await place.callHere([
      ...["sweep", "experiment.yaml", "--emit", "slurm", "--shares", "2", "--out", "shares"],
    ]);
    place.write("job.sh", emitted.stdout);
    const submit =
      'sbatch --parsable job.sh >job.id; while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done; ' +
      'scontrol show job "$(cat job.id)" --oneliner >jobs.txt';
    const env = { ...process.env, PATH: `${join(place.path, "bin")}:${process.env.PATH}` };
    const ran = spawnSync(
      resolve("test/cli/with-slurm.sh"),
      [join(place.path, "slurm"), "bash", "-euc", submit],
      { cwd: place.path, env, encoding: "utf8", timeout: 60_000 },
    );
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    const jobs = readFileSync(join(place.path, "jobs.txt"), "utf8").trim().split("\n");
    const told = jobs.map((job) => {
      const of = (key: string) => new RegExp(`(?:^| )${key}=(\\S+)`).exec(job)?.[1];
      return [of("JobName"), of("ArrayTaskId"), of("JobState"), of("ExitCode"), of("NumCPUs")];
    });
    expect(told.sort()).toEqual([
      ["nodes", "1", "COMPLETED", "0:0", "1"],
      ["nodes", "2", "COMPLETED", "0:0", "1"],
    ]);
    for (const task of [1, 2]) {
      expect(readFileSync(join(place.path, `nodes-${task}.log`), "utf8")).toBe(
        `2 runs finished: shares/share-${task}/spread-out\n`,
      );
    }
    const merged = await place.callHere([
      ...["merge", "shares/share-1", "shares/share-2", "--out", "merged"],
    ]);
    expect(merged.stdout).toBe("4 runs merged: merged/spread-out\n");
    expect(hashes(join(place.path, "merged"))).toEqual(hashes(join(place.path, "whole")));
  }, 120_000);
});
