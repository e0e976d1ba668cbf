import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { InvariantError } from "../../src/base/assert.js";
import { bugReport } from "../../src/cli/bug-report.js";
import { Interruption } from "../../src/cli/interruption.js";
import { runHere } from "../../src/cli/run-here.js";
import { RunBrokenError } from "../../src/experiment/run-broken-error.js";
import { SimulationStuckError } from "../../src/kernel/simulation-stuck-error.js";
import { World } from "../../src/scenario/assemble/world.js";
import { loadedFromMemory } from "../runs/built-world.js";
import { APP, hasTerminal, scenario, Workplace } from "./seatrial.js";

const FILES = ["events.csv", "nodes.csv", "pods.csv", "run.json", "summary.csv", "timeseries.csv"];

/** Pods without end: hours of work for the machine. */
const LONG = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: long }
spec:
  duration: 3000d
  cluster: { nodePools: [{ name: general, nodes: 50, capacity: { cpu: "8", memory: 64Gi } }] }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 0.05/s } }
      template:
        kind: Pod
        spec:
          restartPolicy: Never
          containers: [{ name: main, image: i, resources: { requests: { cpu: 10m } } }]
`;

const EXPECTING = scenario("expecting", "  manifests: [app.yaml]\n  expect:\n").concat(
  '    - { metric: pods_bound_count, is: "== 2" }\n',
  '    - { metric: pods_created_count, is: ">= 3" }\n',
  '    - { metric: jain_index_ratio, is: "== 1" }\n',
  '    - { metric: packing_efficiency_ratio, labels: { bound: l2 }, is: "< 0.1" }\n',
);
const HOOKED = APP.replace(
  'image: "web:1"',
  'image: "web:1", lifecycle: { preStop: { exec: { command: [sleep, "5"] } } }',
);

describe("seatrial", () => {
  let place: Workplace;
  beforeAll(() => {
    place = new Workplace({
      "app.yaml": APP,
      "hooked.yaml": HOOKED,
      "good.yaml": scenario("good"),
      "expecting.yaml": EXPECTING,
      "long.yaml": LONG,
    });
  });
  afterAll(() => place.remove());

  it("runs two scenarios, tells both as JSON, and fails when an expectation does", async () => {
    const args = ["run", "good.yaml", "expecting.yaml", "--json", "--seed", "5", "--out", "both"];
    const { code, stdout, stderr } = await place.callHere(args);
    expect(code).toBe(1);
    expect(stderr).toContain("expecting: expectation failed: ");
    expect(stderr).toContain("pods_created_count");
    expect(stderr).not.toContain("pods_bound_count");
    expect(stderr).toContain("packing_efficiency_ratio{bound=l2}: expected < 0.1, found 0.5");
    expect(stderr).not.toContain("jain_index_ratio");
    const runs = JSON.parse(stdout);
    expect(runs).toHaveLength(2);
    for (const [i, name] of ["good", "expecting"].entries()) {
      const path = `both/${name}/default/seed-5`;
      expect(Object.keys(runs[i])).toEqual([
        "scenario",
        "variant",
        "seed",
        "path",
        "digest",
        "notes",
        "failures",
        "metrics",
      ]);
      expect(runs[i]).toMatchObject({ scenario: name, variant: "default", seed: 5, path });
      expect(runs[i].digest).toMatch(/^[0-9a-f]{16}$/);
      expect(runs[i].metrics).toContainEqual({
        metric: "pods_created_count",
        labels: "",
        value: 2,
        unit: "count",
      });
      const record = JSON.parse(readFileSync(join(place.path, path, "run.json"), "utf8"));
      expect(record.digest).toBe(runs[i].digest);
    }
  });

  it("validate passes good files, and names none", async () => {
    const { code, stdout, stderr } = await place.callHere(["validate", "good.yaml", "app.yaml"]);
    expect([code, stdout, stderr]).toEqual([0, "2 paths are valid\n", ""]);
  });

  it("what is planned for after the end is noted: by validate, in the summary and in the files", async () => {
    const late = "  timeline: [{ at: 2h, cordon: { node: general-0 } }]\n";
    place.write("late.yaml", scenario("late", `  manifests: [app.yaml]\n${late}`));
    const words = "spec.timeline[0].at: the run ends at 10m: this step, cordon of Node/general-0,";
    const checked = await place.callHere(["validate", "late.yaml"]);
    expect([checked.code, checked.stderr]).toEqual([0, ""]);
    expect(checked.stdout).toMatch(/^late\.yaml:10:20: note: .*\n1 path is valid\n$/);
    expect(checked.stdout).toContain(words);
    const told = await place.callHere(["run", "late.yaml", "--out", "late"]);
    expect(told.code).toBe(0);
    expect(told.stdout).toContain(`\nNotes\n  ${words}`);
    const run = readFileSync(join(place.path, "late/late/default/seed-1/run.json"), "utf8");
    expect(JSON.parse(run).notes).toEqual([expect.stringContaining(words)]);
    const json = await place.callHere(["run", "late.yaml", "--out", "late", "--json"]);
    expect(JSON.parse(json.stdout)[0].notes).toEqual([expect.stringContaining(words)]);
  });

  it("--strict refuses what matters and is not modelled, after the run", async () => {
    const args = ["run", "hooked.yaml", "--nodes", "2x4cpu,8Gi", "--until", "5m"];
    const lax = await place.callHere([...args, "--out", "lax"]);
    expect(lax.code, lax.stderr).toBe(0);
    expect(lax.stdout).toContain("lifecycle");
    expect(lax.stdout).not.toContain("\u001b[");
    const strict = await place.callHere([...args, "--out", "strict", "--strict"]);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/refused by --strict: .*lifecycle\S* \(timing\)/);
    expect(place.files("strict").map((name) => name.split("/").at(-1))).toEqual([
      ...FILES,
      "timing.json",
    ]);
  });

  it.skipIf(!hasTerminal())("a terminal gets emphasis, unless NO_COLOR is set", async () => {
    const bold = "\u001b[1m";
    const args = ["run", "good.yaml", "--until", "1m", "--out", "terminal"];
    expect((await place.call(args, { isTerminal: true, env: {} })).stdout).toContain(bold);
    const plain = await place.call(args, { isTerminal: true, env: { NO_COLOR: "" } });
    expect(plain.stdout).toContain("2 created, 2 bound");
    expect(plain.stdout).not.toContain(bold);
  });

  it.each([
    ["Ctrl-C", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
  ] as const)(
    "%s ends it; finished runs are whole, the one under way leaves nothing",
    async (_, signal, exit) => {
      const out = `cut-${exit}`;
      const { code, stderr } = await place.call(["run", "good.yaml", "long.yaml", "--out", out], {
        onceUnderWay: (kill) => {
          const poll = setInterval(() => {
            if (!place.files(out).some((name) => name.includes(`${out}/long/`))) return;
            clearInterval(poll);
            kill(signal);
          }, 20);
        },
      });
      expect(code, stderr).toBe(exit);
      expect(stderr).toMatch(/^stopped; /m);
      expect(stderr).not.toMatch(/^ {4}at /m);
      const base = `${out}/good/default/seed-1`;
      expect(place.files(out)).toEqual([...FILES, "timing.json"].map((name) => `${base}/${name}`));
    },
  );
});

describe("what goes wrong inside", () => {
  const contents = { "s.yaml": scenario("broken"), "app.yaml": APP };

  async function outcomeOf(error: Error) {
    const place = new Workplace();
    const interruption = new Interruption();
    const run = vi.spyOn(World.prototype, "run").mockImplementation(() => {
      throw error;
    });
    try {
      const loaded = await loadedFromMemory(contents, { seed: 11 });
      return await runHere(loaded, { out: place.path, version: "0.0.0", interruption });
    } finally {
      expect(place.files()).toEqual([]);
      run.mockRestore();
      interruption.dispose();
      place.remove();
    }
  }

  it("time that stands still is told like wrong input", async () => {
    const error = new SimulationStuckError(1_500_000, 10, [{ name: "a/b", count: 10 }]);
    const outcome = await outcomeOf(error);
    expect(outcome.outcome === "refused" && outcome.issues[0]!.message).toMatch(
      /stuck at 1\.500000 s.*going round: a\/b/,
    );
  });

  it("a bug tells seed, virtual time and the command that replays it, and no stack", async () => {
    const broken = await outcomeOf(new InvariantError("two and two")).catch((error) => error);
    expect(broken).toBeInstanceOf(RunBrokenError);
    const args = ["run", "my file.yaml", "--until", "5m"];
    const report = bugReport(broken, { args, showStack: false });
    expect(report).toContain("InvariantError: two and two");
    expect(report).toContain("in scenario broken, seed 11, at 0.000000 s of virtual time");
    expect(report).toContain("seatrial run 'my file.yaml' --until 5m --seed 11\n");
    expect(report).not.toMatch(/^ {4}at /m);
    expect(bugReport(broken, { args, showStack: true })).toMatch(/^ {4}at /m);
    const seeded = ["run", "a.yaml", "--seed=3"];
    expect(bugReport(broken, { args: seeded, showStack: false })).toContain("a.yaml --seed=3\n");
  });
});
