import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchScenario } from "./batch-scenario.js";
import { Workplace } from "./seatrial.js";

const SCENARIO = batchScenario("drawn");

const experiment = (figures: string) => `apiVersion: seatrial.dev/v1alpha1
kind: Experiment
metadata: { name: sizes }
spec:
  scenario: scenario.yaml
  axes: { cluster.nodePools.n.nodes: [2, 4] }
  seeds: 2
${figures}`;

const FIGURES = `  figures:
    - { kind: scaling, metric: pod_wait_p99_seconds, name: waits-by-size }
    - { kind: timeseries, metric: "allocation_ratio{resource=cpu}", title: Allocation }
`;

let place: Workplace;
beforeAll(async () => {
  place = new Workplace();
  place.write("scenario.yaml", SCENARIO);
  place.write("experiment.yaml", experiment(FIGURES));
  const swept = await place.callHere(["sweep", "experiment.yaml", "--jobs", "1"]);
  expect(swept).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => place.remove());

describe("plot", () => {
  test("draws the figures of the experiment, with data and specification beside each", async () => {
    const ended = await place.callHere(["plot", "results"]);
    expect(ended.code).toBe(0);
    expect(place.files("figures")).toEqual([
      "figures/timeseries-allocation-ratio-resource-cpu.csv",
      "figures/timeseries-allocation-ratio-resource-cpu.svg",
      "figures/timeseries-allocation-ratio-resource-cpu.vl.json",
      "figures/waits-by-size.csv",
      "figures/waits-by-size.svg",
      "figures/waits-by-size.vl.json",
    ]);
    const spec = JSON.parse(
      readFileSync(join(place.path, "figures/waits-by-size.vl.json"), "utf8"),
    );
    expect(spec.data.url).toBe("waits-by-size.csv");
    expect(spec.data.format.parse.mean).toBe("number");
  });

  test("writes PNG and PDF, the same bytes in two processes", async () => {
    const draw = (name: string) =>
      place.call(["plot", "results", "--kind", "ecdf", "--out", name, "--format", "pdf"]);
    expect((await draw("a.png")).code).toBe(0);
    expect((await draw("b.png")).code).toBe(0);
    const bytes = (name: string) => readFileSync(join(place.path, name));
    expect(bytes("a.png").subarray(1, 4).toString()).toBe("PNG");
    expect(bytes("a.pdf").subarray(0, 4).toString()).toBe("%PDF");
    expect(bytes("a.png").equals(bytes("b.png"))).toBe(true);
    expect(bytes("a.pdf").equals(bytes("b.pdf"))).toBe(true);
  });

  test.each<[string, string[], string]>([
    ["no results", ["plot", "nowhere"], "holds no results"],
    [
      "an unknown metric",
      ["plot", "results", "--kind", "bars", "--metric", "x"],
      "no run has a value of x",
    ],
    ["an unknown kind", ["plot", "results", "--kind", "pie"], "Allowed choices are bars"],
    ["a metric without a kind", ["plot", "results", "--metric", "x"], "it needs --kind"],
    [
      "one file for two figures",
      ["plot", "results", "--out", "x.svg"],
      "is one file, for 2 figures",
    ],
  ])("%s is told, exit code 2", async (_, args, message) => {
    const ended = await place.callHere(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(ended.stdout).toBe("");
  });

  test("a figure of the experiment that cannot be understood is told before any run", async () => {
    place.write("wrong.yaml", experiment("  figures: [{ kind: pie }]\n"));
    const ended = await place.callHere(["sweep", "wrong.yaml", "--plan"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("wrong.yaml:8:");
    expect(ended.stderr).toContain("expected bars, box, timeseries");
  });

  test("half a run is told, not drawn", async () => {
    place.write("broken/drawn/default/seed-1/run.json", '{"kind":"Run","version":"1"}');
    writeFileSync(
      join(place.path, "broken/drawn/default/seed-1/summary.csv"),
      "metric,labels,value,unit\n",
    );
    const ended = await place.callHere(["plot", "broken", "--kind", "gantt"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("nodes.csv: cannot be read");
  });
});
