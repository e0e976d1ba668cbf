import { describe, expect, it } from "vitest";
import { formatIssue } from "../../src/scenario/issue.js";
import { notesOf } from "../../src/experiment/run-notes.js";
import { validateFiles } from "../../src/scenario/validate.js";
import { loadedFrom, worldOf } from "../runs/built-world.js";
import { memoryFiles } from "./memory-files.js";

const POOL = "name: a, nodes: 1, capacity: { cpu: 1, memory: 1Gi }";
const POD = "{ kind: Pod, spec: { containers: [ { name: c, image: i } ] } }";
const scenario = (more: string, pool = POOL) => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1m
  cluster: { nodePools: [ { ${pool} } ] }
${more}`;
const MADE = `  generators: [ { name: g, arrivals: { at: [1s] }, template: ${POD} } ]\n`;

async function issuesOf(text: string): Promise<string> {
  const files = memoryFiles({ "s.yaml": text });
  const { issues } = await validateFiles(["s.yaml"], { files, dataFolder: "d" });
  return issues.map(formatIssue).join("\n");
}

describe("what no API server takes, or nobody means, is refused at its place", () => {
  it.each([
    [
      "a label's key",
      `${POOL}, labels: { "a b": x }`,
      /labels\["a b"\]: the API server takes no such key/,
    ],
    [
      "a label's value",
      `${POOL}, labels: { a: "x y" }`,
      /labels\.a: the API server takes no such value/,
    ],
    ["a zone", `${POOL}, zones: ["a b"]`, /zones\[0\]: the API server takes no such value/],
    [
      "a taint's key",
      `${POOL}, taints: [ { key: "x y", effect: NoSchedule } ]`,
      /taints\[0\]\.key: the API server/,
    ],
    [
      "a taint's value",
      `${POOL}, taints: [ { key: x, value: "x y", effect: NoSchedule } ]`,
      /taints\[0\]\.value/,
    ],
    [
      "a resource",
      POOL.replace("1Gi", "1Gi, mmory: 1Gi"),
      /capacity\.mmory: no such resource.*did you mean `memory`/,
    ],
    [
      "a resource called like what objects inherit",
      POOL.replace("1Gi", "1Gi, toString: 1"),
      /capacity\.toString: no such resource/,
    ],
    [
      "a key that maps do not keep",
      POOL.replace("1Gi", "1Gi, __proto__: 1"),
      /capacity\.__proto__: no label, resource/,
    ],
    [
      "a capacity beyond 64 bits",
      POOL.replace("cpu: 1", 'cpu: "1e400"'),
      /capacity\.cpu: is too large a quantity/,
    ],
    [
      "a suffix",
      POOL.replace("1Gi", "16GB"),
      /16Gi; the suffixes are n, u, m, k, M, G, T, P, E, Ki, Mi, Gi/,
    ],
  ])("%s", async (_, pool, words) => {
    expect(await issuesOf(scenario(MADE, pool))).toMatch(words);
  });

  it.each([
    [
      "a version in a list",
      `  kubernetesVersion: ["1.30"]\n${MADE}`,
      /expected a version in quotes/,
    ],
    [
      "a resource that varies",
      MADE.replace("template", "vary: { requests.mmory: 1Gi }, template"),
      /requests\.mmory"\]: no such resource.*`memory`/,
    ],
    [
      "a label that no pod has",
      `${MADE}  behavior: [ { match: { labels: { "a b": x } } } ]\n`,
      /behavior\[0\]\.match/,
    ],
  ])("%s", async (_, more, words) => {
    expect(await issuesOf(scenario(more))).toMatch(words);
  });

  it("extended resources, huge pages and numbers in quotes are taken", async () => {
    const pool =
      'name: a, nodes: 1, labels: { "example.com/a": "1" }, capacity: { cpu: 1, memory: 1Gi, hugepages-2Mi: 4Mi, nvidia.com/gpu: 1 }';
    expect(await issuesOf(scenario(MADE, pool))).toBe("");
  });
});

describe("what never happens is told", () => {
  const notesAfter = async (text: string): Promise<readonly string[]> => {
    const loaded = await loadedFrom(["s.yaml"], { files: memoryFiles({ "s.yaml": text }) });
    const world = await worldOf(loaded);
    world.run();
    return notesOf(loaded, { facts: world.finish().facts, endMicros: world.now });
  };

  it("arrivals outside of a generator's from and until", async () => {
    const late = MADE.replace("[1s] }", "[1s, 20s, 70s] }, from: 2s, until: 30s");
    expect(await notesAfter(scenario(late))).toContainEqual(
      expect.stringMatching(/2 of the 3 arrivals of the generator g are not between/),
    );
  });

  it("a match that decides for no container", async () => {
    const behavior = `${MADE}  behavior:\n    - match: { container: c }\n      run: 1s\n    - match: { namespace: nowhere }\n      run: 1s\n    - run: 2s\n`;
    const notes = await notesAfter(scenario(behavior));
    expect(notes.filter((note) => note.includes("decided for no container"))).toEqual([
      expect.stringMatching(/^spec\.behavior\[1\]\.match: /),
    ]);
  });
});

describe("validate does what a run does before its first event", () => {
  const both = async (files: Record<string, string>, paths: readonly string[]) => {
    const held = memoryFiles(files);
    const { issues } = await validateFiles(paths, { files: held, dataFolder: "d" });
    return issues.map(formatIssue).join("\n");
  };
  const pod = (name: string, spec = "") =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { ${spec}containers: [ { name: c, image: i } ] }\n`;

  it.each([
    [
      "a priority class that is missing",
      { "a.yaml": pod("p", "priorityClassName: nosuch, ") },
      ["a.yaml"],
      /a\.yaml:4:\d+: .*no PriorityClass with name nosuch/,
    ],
    [
      "objects that stand twice in two files",
      { "a.yaml": pod("p"), "b.yaml": pod("p") },
      ["a.yaml", "b.yaml"],
      /b\.yaml:1:1: metadata\.name: .*first at a\.yaml:1/,
    ],
    [
      "and in a folder",
      { "f/a.yaml": pod("p"), "f/b.yaml": pod("p") },
      ["f"],
      /f\/b\.yaml:1:1: .*stands twice/,
    ],
    [
      "what a trace holds",
      {
        "s.yaml": scenario(
          "  traces: [ { format: csv, path: t.csv, lifetime: none, columns: { arrival: at, cpu: cpu } } ]\n",
        ),
        "t.csv": "at,cpu\n1,ten\n",
      },
      ["s.yaml"],
      /t\.csv:2:1: column cpu: expected a number/,
    ],
    ["manifests without nodes are no issue", { "a.yaml": pod("p") }, ["a.yaml"], /^$/],
  ])("%s", async (_, files, paths, words) => {
    expect(await both(files as unknown as Record<string, string>, paths)).toMatch(words);
  });
});
