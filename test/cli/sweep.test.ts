import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchScenario } from "./batch-scenario.js";
import { hashes } from "./result-hashes.js";
import { MAIN, Workplace } from "./seatrial.js";

const SCENARIO = batchScenario("swept", "10m");

const experiment = (more = "") => `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: nodes }
spec:
  scenario: scenario.yaml
  axes:
    size:
      - { name: small, set: { cluster.nodePools.n.nodes: 2 } }
      - { name: large, set: { cluster.nodePools.n.nodes: 4 } }
    generators.batch.arrivals.poisson.rate: [2/min]
${more}`;

/** The axis by path has items with a slash in their names, which cannot be folders. */
const GOOD = experiment("  seeds: 3\n  baseline: { size: small }\n").replace(
  "    generators.batch.arrivals.poisson.rate: [2/min]\n",
  "    cluster.nodePools.n.capacity.cpu: ['4', '8']\n",
);

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  place.write("scenario.yaml", SCENARIO);
  place.write("experiment.yaml", GOOD);
});
afterAll(() => place.remove());

describe("sweep", () => {
  test("gives the same bytes with one worker and with two, and after a kill and --resume", async () => {
    const one = await place.callHere(["sweep", "experiment.yaml", "--jobs", "1", "--out", "one"]);
    expect(one.stderr).toBe("");
    expect(one.stdout).toBe("12 runs finished: one/swept\n");
    expect(
      (await place.call(["sweep", "experiment.yaml", "--jobs", "2", "--out", "two"])).code,
    ).toBe(0);
    await killedAfterFirstRuns("three");
    const resumed = await place.call(["sweep", "experiment.yaml", "--out", "three", "--resume"]);
    expect(resumed.stdout).toMatch(/^\d+ runs? finished, \d+ kept from before: three\/swept\n$/);
    const expected = hashes(join(place.path, "one"));
    expect(Object.keys(expected)).toHaveLength(12 * 6 + 1);
    expect(hashes(join(place.path, "two"))).toEqual(expected);
    expect(hashes(join(place.path, "three"))).toEqual(expected);
  });

  test("does again what was damaged, and what its inputs no longer give", async () => {
    const again = async () =>
      (await place.callHere(["sweep", "experiment.yaml", "--out", "one", "--resume"])).stdout;
    expect(await again()).toBe("0 runs finished, 12 kept from before: one/swept\n");
    const before = hashes(join(place.path, "one"));
    const [damaged] = Object.keys(before).filter((name) => name.endsWith("pods.csv"));
    writeFileSync(join(place.path, "one", damaged!), "half\n");
    expect(await again()).toBe("1 run finished, 11 kept from before: one/swept\n");
    expect(hashes(join(place.path, "one"))).toEqual(before);
    place.write("scenario.yaml", SCENARIO.replace("10m", "11m"));
    expect(await again()).toBe("12 runs finished: one/swept\n");
    place.write("scenario.yaml", SCENARIO);
  });

  test("shares of the plan are the plan", async () => {
    const plan = async (...more: string[]) => {
      const { stdout } = await place.callHere(["sweep", "experiment.yaml", "--plan", ...more]);
      return stdout.split("\n").slice(0, -1);
    };
    const whole = await plan();
    const shares = await Promise.all(["1/3", "2/3", "3/3"].map((share) => plan("--only", share)));
    expect(shares.flat().sort()).toEqual([...whole].sort());
    expect(whole).toHaveLength(12);
    expect(whole[0]).toBe(
      'swept  size=small,cluster.nodePools.n.capacity.cpu=4  seed 1  cluster.nodePools.n.nodes=2  cluster.nodePools.n.capacity.cpu="4"',
    );
  });

  test("compare takes its baseline, and pairs at equal items of the other axis", async () => {
    const { stdout, code } = await place.callHere([
      "compare",
      "two",
      "--metric",
      "node_hours",
      "--format",
      "csv",
    ]);
    expect(code).toBe(0);
    const rows = stdout.split("\n").slice(1, -1);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^node_hours,"size=large,[^"]*=4",3,0.3333,0.6667,'?\+0.3333,/);
    expect(rows[1]).toMatch(
      /^node_hours\{pool=n\},"size=large,[^"]*=4",3,0.3333,0.6667,'?\+0.3333,/,
    );
  });
});

describe("an experiment is refused, with the place", () => {
  const cases: [string, string, RegExp][] = [
    [
      "an unknown path",
      experiment("  seeds: 2\n").replace("nodes: 2 }", "noodes: 2 }").replace("[2/min]", "['2']"),
      /wrong\.yaml:8:9: spec\.axes\.size\[0\]: .*unknown key `noodes`.*nodes/,
    ],
    ["an empty axis", experiment("  seeds: 2\n").replace("[2/min]", "[]"), /an axis without items/],
    [
      "an item that cannot be a folder",
      experiment("  seeds: 2\n"),
      /becomes part of a folder's name/,
    ],
    [
      "a baseline that no axis has",
      GOOD.replace("size: small }", "size: tiny }"),
      /no item tiny: there are small, large/,
    ],
    [
      "a baseline on no axis",
      GOOD.replace("baseline: { size", "baseline: { sizes"),
      /no axis sizes: there are size/,
    ],
    [
      "seeds that stand there twice",
      GOOD.replace("seeds: 3", "seeds: [1, 1]"),
      /a seed stands there twice/,
    ],
    [
      "an unknown key",
      GOOD.replace("seeds: 3", "seed: 3"),
      /unknown key `seed`, did you mean `seeds`/,
    ],
    [
      "a scenario that is not there",
      GOOD.replace("scenario.yaml", "none.yaml"),
      /none\.yaml: there is no such file/,
    ],
  ];
  test.each(cases)("%s", async (_, text, message) => {
    place.write("wrong.yaml", text);
    const { code, stderr, stdout } = await place.callHere([
      "sweep",
      "wrong.yaml",
      "--out",
      "wrong",
    ]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(join(place.path, "wrong"))).toBe(false);
  });
});

/** Starts a sweep and kills it, without warning, once a run is finished. */
async function killedAfterFirstRuns(out: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, "sweep", "experiment.yaml", "--out", out], {
    cwd: place.path,
    stdio: "ignore",
  });
  const journal = join(place.path, out, "swept", "nodes.sweep.jsonl");
  const tellsOfARun = () => existsSync(journal) && readFileSync(journal, "utf8").includes("}\n");
  // A journal is made before its first line is written, so that it is there is not enough.
  while (child.exitCode === null && !tellsOfARun()) {
    await new Promise((done) => setTimeout(done, 5));
  }
  const gone = new Promise((done) => child.on("exit", done));
  child.kill("SIGKILL");
  if (child.exitCode === null) await gone;
  // On a busy machine the sweep may be over before it is killed: then its manifest says what there is.
  if (existsSync(journal)) {
    rmSync(join(place.path, out, "swept", "nodes.sweep.json"), { force: true });
  }
}
