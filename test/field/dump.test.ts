import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { objectKey } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { stateDump } from "../../src/experiment/state-dump.js";
import type { World } from "../../src/scenario/assemble/world.js";
import { Workplace } from "../cli/seatrial.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";
import { randomScenario } from "../runs/random-scenario.js";
import { deploymentOf, scenarioOf } from "./told.js";

const dumpOf = (world: World, name: string) => [...stateDump(world.objects(), name)].join("");

/** What was created, deleted or moved, of whatever kind. */
function watched(world: World): readonly string[] {
  const changes: string[] = [];
  world.ground.store.observe((before, after) => {
    const { kind } = (after ?? before)!;
    const key = `${kind} ${objectKey((after ?? before)!)}`;
    if (before === null) changes.push(`created ${key}`);
    else if (after === null) changes.push(`deleted ${key}`);
    else if (before.deletionTimeMicros !== after.deletionTimeMicros) changes.push(`ends ${key}`);
    else if (kind === "Pod") {
      const [old, pod] = [before as PodVersion, after as PodVersion];
      if (old.nodeName !== pod.nodeName) changes.push(`moved ${key}`);
      if (old.phase !== pod.phase) changes.push(`${old.phase} to ${pod.phase} ${key}`);
    }
  });
  return changes;
}

async function ended(files: Readonly<Record<string, string>>, options = {}): Promise<World> {
  const world = await worldOf(await loadedFromMemory(files, options));
  world.run();
  return world;
}

const keysOf = (world: World) =>
  [...world.objects()].map(
    ({ kind, metadata: { namespace, name, uid } }) => `${kind} ${namespace}/${name} ${uid}`,
  );

describe("nothing moves in a run that begins with the state at the end of another", () => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))("random scenario %i", async (seed) => {
    const first = await ended(randomScenario(seed, true));
    const name = seed % 2 === 0 ? "state.json" : "state.yaml";
    const files = {
      "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: again }
spec: { kubernetesVersion: "1.26", duration: 30m, cluster: { snapshot: [${name}] } }
`,
      [name]: dumpOf(first, name),
    };
    const second = await worldOf(await loadedFromMemory(files));
    expect(keysOf(second).sort()).toEqual(keysOf(first).sort());
    const changes = watched(second);
    second.run();
    expect(changes).toEqual([]);
  });

  it("even where templates differ in environment values and annotations alone", async () => {
    const env = (value: string) =>
      `{ spec: { template: { metadata: { annotations: { example.com/token: t-${value} } }, spec: { containers: [{ name: c, env: [{ name: KEY, value: s3cret-${value} }] }] } } } }`;
    const steps = ["a", "b", "a", "c"].map(
      (value, i) => `{ at: ${i + 1}m, patch: { target: Deployment/web, patch: ${env(value)} } }`,
    );
    const first = await ended({ "s.yaml": scenarioOf(steps), "app.yaml": deploymentOf("web") });
    expect([...first.ground.store.table("ReplicaSet")]).toHaveLength(4);
    const text = dumpOf(first, "state.yaml");
    expect(text).not.toMatch(/s3cret|example.com|t-a/);
    expect(text).toContain("name: KEY");
    const second = await worldOf(await loadedFromMemory({ "state.yaml": text }, { until: "30m" }));
    const changes = watched(second);
    second.run();
    expect(changes).toEqual([]);
  });
});

describe("a dump is what kubectl prints", () => {
  it("a List, whose texts are read by YAML 1.1 too", async () => {
    const app = deploymentOf("web", { replicas: 1, metadata: ', labels: { a: "on", b: "0123" }' });
    const world = await ended({ "s.yaml": scenarioOf([]), "app.yaml": app });
    const text = dumpOf(world, "state.yaml");
    const list = parse(text, { version: "1.1" }) as { kind: string; items: { kind: string }[] };
    expect(list).toMatchObject({ apiVersion: "v1", kind: "List", metadata: {} });
    expect(list.items).toEqual(JSON.parse(dumpOf(world, "s.json")).items);
    const labels = list.items.find(({ kind }) => kind === "Deployment") as unknown as {
      metadata: { labels: unknown };
    };
    expect(labels.metadata.labels).toEqual({ a: "on", b: "0123" });
  });

  it("an empty one is a List too", () => {
    const text = [...stateDump([], "state.yaml")].join("");
    expect(parse(text)).toEqual({
      apiVersion: "v1",
      kind: "List",
      metadata: { resourceVersion: "" },
      items: [],
    });
  });
});

describe("seatrial run", () => {
  const step = "{ at: 5m, dump: state.yaml }";
  const place = () => {
    const made = new Workplace({ "s.yaml": scenarioOf([step]), "app.yaml": deploymentOf("web") });
    onTestFinished(() => made.remove());
    return made;
  };

  it("--dump FILE writes the state at the end, a timeline's step into the folder", async () => {
    const at = place();
    const run = await at.callHere(["run", "s.yaml", "--dump", "end.yaml"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("5m  dump  state.yaml  written");
    const folder = "results/field/default/seed-1";
    expect(at.files().filter((file) => /state|end/.test(file))).toEqual([
      "end.yaml",
      `${folder}/state.yaml`,
    ]);
    const again = await at.callHere(["run", "end.yaml", "--until", "30m"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("0 created, 0 bound");
    expect(readFileSync(`${at.path}/end.yaml`, "utf8")).toContain("kind: List");
  });

  it.each([
    [["--dump", "no/such/end.yaml"], 74, "no/such/end.yaml: cannot be written"],
    [["--dump", "results"], 74, "results: cannot be written"],
  ])("%j is told before the run", async (options, code, told) => {
    const at = place();
    at.write("results/keep.txt", "");
    const run = await at.callHere(["run", "s.yaml", ...options]);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(told);
    expect(at.files().filter((file) => file.startsWith("results/field"))).toEqual([]);
  });
});

describe("a timeline's dump is refused", () => {
  it.each([
    ["{ at: 1m, dump: a/b.yaml }", "expected the name of a file such as state.yaml"],
    ["{ at: 1m, dump: ../b.yaml }", "expected the name of a file such as state.yaml"],
    ["{ at: 1m, dump: state.csv }", "expected the name of a file such as state.yaml"],
    ["{ at: 1m, dump: run.json }", "run.json is a file of the results"],
    ["{ at: 1m, every: 1m, until: 5m, dump: a.yaml }", "a dump does not repeat"],
  ])("%s: %s", async (step, told) => {
    const files = { "s.yaml": scenarioOf([step]), "app.yaml": deploymentOf("web") };
    await expect(loadedFromMemory(files)).rejects.toThrow(told);
  });

  it("when two have one name", async () => {
    const steps = ["{ at: 1m, dump: a.yaml }", "{ at: 2m, dump: a.yaml }"];
    const files = { "s.yaml": scenarioOf(steps), "app.yaml": deploymentOf("web") };
    await expect(loadedFromMemory(files)).rejects.toThrow(
      "spec.timeline[0] writes a file of that name already",
    );
  });
});
