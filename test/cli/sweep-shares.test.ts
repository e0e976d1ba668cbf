import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { batchScenario } from "./batch-scenario.js";
import { hashes } from "./result-hashes.js";
import { MAIN, Workplace } from "./seatrial.js";

const SCENARIO = batchScenario("shared", "10m");

const EXPERIMENT = `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: nodes }
spec:
  scenario: scenario.yaml
  seeds: 3
  axes:
    size:
      - { name: small, set: { cluster.nodePools.n.nodes: 2 } }
      - { name: large, set: { cluster.nodePools.n.nodes: 4 } }
`;

/** What a state at the end says of an object. */
interface Kept {
  readonly kind: string;
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string }[];
  };
}

/** Two nodes that have room for one pod of the Job each, and the claim that the Job expects. */
const CLUSTER = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: batch-cluster }
spec:
  duration: 1h
  cluster: { nodePools: [{ name: n, nodes: 2, zones: [a], capacity: { cpu: "1500m", memory: 4Gi } }] }
  manifests: [job.yaml, claim.yaml]
  behavior: [{ match: { container: seatrial }, run: { exponential: { mean: 3m } } }]
`;

const CLAIM = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: shared }
provisioner: files.example
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: nodes }
spec: { storageClassName: shared, accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } } }
`;

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  place.write("scenario.yaml", SCENARIO);
  place.write("experiment.yaml", EXPERIMENT);
});
afterAll(() => place.remove());

describe("shares of a sweep", () => {
  test("that a Slurm array runs and `merge` puts together are the sweep, byte by byte", async () => {
    await place.callHere(["sweep", "experiment.yaml", "--jobs", "1", "--out", "whole"]);
    const emitted = await place.callHere([
      ...["sweep", "experiment.yaml", "--emit", "slurm", "--shares", "2", "--out", "shares"],
    ]);
    expect(emitted.code).toBe(0);
    expect(emitted.stdout).toContain("#SBATCH --array=1-2\n");
    // As Slurm runs it: the script, once a task, with its number in the environment.
    mkdirSync(join(place.path, "bin"));
    const command = join(place.path, "bin", "seatrial");
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    chmodSync(command, 0o755);
    place.write("job.sh", emitted.stdout);
    for (const task of ["1", "2"]) {
      const env = {
        ...process.env,
        PATH: `${join(place.path, "bin")}:${process.env.PATH}`,
        SLURM_ARRAY_TASK_ID: task,
      };
      const ran = spawnSync("bash", ["job.sh"], { cwd: place.path, env, encoding: "utf8" });
      expect(ran.stderr).toBe("");
      expect(ran.status).toBe(0);
    }
    const merge = ["merge", "shares/share-1", "shares/share-2", "--out", "merged"];
    expect((await place.callHere(merge)).stdout).toBe("6 runs merged: merged/shared\n");
    expect(hashes(join(place.path, "merged"))).toEqual(hashes(join(place.path, "whole")));
    expect((await place.callHere(merge)).code).toBe(0);
    expect(hashes(join(place.path, "merged"))).toEqual(hashes(join(place.path, "whole")));
  });

  test("are refused where one is missing, damaged, or of another plan; nothing is written then", async () => {
    const missing = await place.callHere(["merge", "shares/share-1", "--out", "half"]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      "shares/share-1/shared/nodes.sweep.json: 3 of 6 runs are in no share: size=small, seed 2 and 2 more\n",
    ]);
    const none = await place.callHere(["merge", "bin", "--out", "half"]);
    expect(none.stderr).toBe("bin: holds no share of a sweep: no *.sweep.json is in it\n");
    place.write("experiment.yaml", EXPERIMENT.replace("seeds: 3", "seeds: 4"));
    await place.callHere([
      ...["sweep", "experiment.yaml", "--only", "2/2", "--jobs", "1", "--out", "other/share-2"],
    ]);
    place.write("experiment.yaml", EXPERIMENT);
    const other = ["merge", "shares/share-1", "other/share-2", "--out", "half"];
    expect((await place.callHere(other)).stderr).toContain("is a share of another plan");
    const [damaged] = Object.keys(hashes(join(place.path, "shares/share-2"))).filter((name) =>
      name.endsWith("pods.csv"),
    );
    place.write(join("shares/share-2", damaged!), "half\n");
    const broken = ["merge", "shares/share-1", "shares/share-2", "--out", "half"];
    expect((await place.callHere(broken)).stderr).toContain("do that share again");
    expect(readdirSync(place.path)).not.toContain("half");
  });

  test("as a Kubernetes Indexed Job are an object that `validate` takes", async () => {
    const { stdout } = await place.callHere([
      ...["sweep", "experiment.yaml", "--emit", "kubernetes", "--image", "registry.example/s:1"],
    ]);
    place.write("job.yaml", stdout);
    const checked = await place.callHere(["validate", "job.yaml"]);
    expect([checked.code, checked.stderr]).toEqual([0, ""]);
    for (const words of ["completionMode: Indexed", "completions: 6", "registry.example/s:1"]) {
      expect(stdout).toContain(words);
    }
  });

  test("run to their end as that Job in a simulated cluster: one pod a share, each once", async () => {
    const { stdout } = await place.callHere([
      ...["sweep", "experiment.yaml", "--emit", "kubernetes", "--shares", "4"],
    ]);
    place.write("job.yaml", stdout);
    place.write("cluster.yaml", CLUSTER);
    place.write("claim.yaml", CLAIM);
    const { code, stderr } = await place.callHere(["run", "cluster.yaml", "--dump", "end.yaml"]);
    expect([code, stderr]).toEqual([0, ""]);
    const objects = parseAllDocuments(readFileSync(join(place.path, "end.yaml"), "utf8")).flatMap(
      (document) =>
        (document.toJS() as { items?: Kept[] } & Kept).items ?? [document.toJS() as Kept],
    );
    const job = objects.find(({ kind }) => kind === "Job")!;
    expect(job.status).toMatchObject({ succeeded: 4, completedIndexes: "0-3" });
    expect(job.status.conditions!.map(({ type }) => type)).toContain("Complete");
    const pods = objects.filter(({ kind }) => kind === "Pod");
    expect(pods.map(({ status }) => status.phase)).toEqual(Array(4).fill("Succeeded"));
  });
});

describe("sweep --until-precision", () => {
  const until = (rule: string, ...more: readonly string[]) =>
    place.callHere([
      ...["sweep", "experiment.yaml", "--until-precision", rule, "--jobs", "1", "--out", "until"],
      ...more,
    ]);

  test("runs seeds until each variant's mean is known well enough, and the results are an ordinary sweep's", async () => {
    const { code, stdout } = await until("pods_created_count ± 12 %");
    expect(code).toBe(0);
    const [small, large, end] = stdout.trim().split("\n");
    for (const line of [small, large]) {
      const width = /^size=\w+: pods_created_count [\d.]+ ± ([\d.]+) %$/.exec(line!)?.[1];
      expect(Number(width)).toBeLessThanOrEqual(12);
    }
    const seeds = Number(/^(\d+) seeds give the precision that was asked for$/.exec(end!)?.[1]);
    expect(seeds).toBeGreaterThanOrEqual(15);
    place.write("experiment.yaml", EXPERIMENT.replace("seeds: 3", `seeds: ${seeds}`));
    await place.callHere(["sweep", "experiment.yaml", "--jobs", "1", "--out", "fixed"]);
    place.write("experiment.yaml", EXPERIMENT);
    expect(hashes(join(place.path, "until"))).toEqual(hashes(join(place.path, "fixed")));
  });

  test("ends with exit code 3 where the most seeds that are allowed do not suffice", async () => {
    const { code, stderr } = await until(
      "pods_created_count ± 0.1 %",
      "--max-seeds",
      "16",
      "--resume",
    );
    expect(code).toBe(3);
    expect(stderr).toContain("16 seeds, the most that were allowed, do not give ± 0.1 %");
  });

  test.each([
    ["pods_created_count 5", "expected a metric and a share"],
    ["nothing_seconds ± 5 %", "has no value of nothing_seconds under seed 1"],
  ])("refuses %s", async (rule, message) => {
    const { code, stderr } = await until(rule, "--max-seeds", "2", "--resume");
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test("compare --best tells which variant is best, with the probability that it is", async () => {
  const { code, stdout } = await place.callHere([
    ...["compare", "until", "--best", "allocation_mean_ratio{resource=cpu}", "--better", "larger"],
    ...["--indifference", "2%"],
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("size=small (selected)");
  expect(stdout).toContain("is size=small, with probability 0.95 or more if it leads by");
  const few = await place.callHere([
    "compare",
    "whole",
    "--best",
    "allocation_mean_ratio{resource=cpu}",
  ]);
  expect([few.code, few.stdout.includes("3 seeds do not suffice")]).toEqual([3, true]);
});
