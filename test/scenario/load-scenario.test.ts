import { existsSync, readFileSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { formatIssue, formatNote } from "../../src/scenario/issue.js";
import { nodeFileSystem } from "../../src/scenario/load/file-system.js";
import type { ManifestOptions } from "../../src/scenario/load/from-manifests.js";
import { loadRun } from "../../src/scenario/load/load-run.js";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import type { LoadedScenario, LoadOutcome } from "../../src/scenario/load/loaded-scenario.js";
import { validateFiles } from "../../src/scenario/validate.js";
import { memoryFiles } from "./memory-files.js";

const FULL = readFileSync(new URL("full.yaml", import.meta.url), "utf8");
const CONTENTS = {
  "s/full.yaml": FULL,
  "s/apps/b/web.yaml": `apiVersion: extensions/v1beta1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      containers:
        - { name: server, image: "web:v1", env: [{ name: A, value: b }], lifecycle: { preStop: { exec: { command: [x] } } } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
`,
  "s/apps/a.json": JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
      { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w", namespace: "shop" } },
    ],
  }),
  "s/apps/README.md": "not: [yaml",
  "s/nodes.yaml": `apiVersion: v1
kind: Node
metadata: { name: old-1, labels: { node-class: m5 } }
status: { capacity: { cpu: "2", memory: 4Gi, pods: "110" }, allocatable: { cpu: "2", memory: 4Gi, pods: "110" } }
`,
  "s/extra.yaml":
    "apiVersion: v1\nkind: Service\nmetadata: { name: api, namespace: shop }\nspec: { selector: { app: api }, ports: [{ port: 80 }] }\n",
  "s/sched.yaml": "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n",
  "s/sample.csv": "id,seconds\n1,10\n2,20.5\n3,\n",
  "d/openb/pods.csv": "name\n",
  "d/openb/nodes.csv": "sn\n",
};

function loadedOf(outcome: LoadOutcome): LoadedScenario {
  if (outcome.outcome === "refused") throw new Error(outcome.issues.map(formatIssue).join("\n"));
  if (outcome.outcome === "skipped") throw new Error("skipped");
  return outcome.loaded;
}

async function load(
  options: Partial<ManifestOptions> = {},
  contents: Readonly<Record<string, string>> = CONTENTS,
): Promise<LoadedScenario> {
  const files = memoryFiles(contents);
  return loadedOf(await loadScenario("s/full.yaml", { files, dataFolder: "d", ...options }));
}

describe("a scenario with everything that is supported", () => {
  it("is resolved to numbers with their units in their names", async () => {
    const { scenario } = await load();
    expect(scenario).toMatchSnapshot();
  });

  it("holds what its files hold, with patches applied and unkept kinds left out", async () => {
    const loaded = await load();
    expect(loaded.manifests.map(({ manifest }) => manifest.kind)).toEqual([
      "Namespace",
      "Deployment",
    ]);
    const web = loaded.manifests[1]!;
    expect(web.origin).toEqual({ file: "apps/b/web.yaml", line: 1 });
    expect(web.manifest).toMatchObject({
      apiVersion: "apps/v1",
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "web" } },
        template: {
          spec: {
            containers: [
              {
                image: "web:v1",
                env: [
                  { name: "A", value: "b" },
                  { name: "B", value: "c" },
                ],
              },
            ],
          },
        },
      },
    });
    expect(loaded.nodes.map(({ manifest }) => manifest.metadata.name)).toEqual(["old-1"]);
    expect(loaded.snapshot).toBeNull();
  });

  it("tells what is not modelled once for each kind and field, the worst first", async () => {
    const { notModelled } = await load();
    const rows = notModelled.map(({ effect, kind, field, objects }) =>
      [effect, kind, field, ...objects].join(" "),
    );
    expect(rows).toEqual([
      "placement Widget  Widget shop/w",
      "timing Pod spec.containers[].lifecycle.preStop.exec Deployment shop/web",
      "none Pod spec.containers[].env Deployment shop/web",
      "none Pod spec.serviceAccountName Deployment shop/web",
      "none ServiceAccount  ServiceAccount shop/web",
    ]);
  });

  it("names and hashes every file that it read, and no other", async () => {
    const loaded = await load();
    const inputs = await loaded.inputHashes();
    expect(inputs.map(({ name }) => name)).toEqual([
      "apps/a.json",
      "apps/b/web.yaml",
      "data:openb/nodes.csv",
      "data:openb/pods.csv",
      "extra.yaml",
      "full.yaml",
      "nodes.yaml",
      "sample.csv",
      "sched.yaml",
    ]);
    expect(inputs[2]!.sha256).toBe(
      // printf 'sn\n' | sha256sum
      "666b36faf008d3abf50f28b8929b70bbf5f74dea79b870ee60d546c07476c4a6",
    );
  });

  it("opens the text of its traces", async () => {
    const loaded = await load();
    let text = "";
    for await (const block of loaded.openText("data:openb/pods.csv")) text += block;
    expect(text).toBe("name\n");
    expect(loaded.shownAs("data:openb/pods.csv")).toBe("data:openb/pods.csv");
    expect(loaded.shownAs("extra.yaml")).toBe("s/extra.yaml");
  });

  it("takes seed and end from the command line", async () => {
    const { scenario } = await load({ seed: 99, until: "5h" });
    expect(scenario.seed).toBe(99);
    expect(scenario.end).toEqual({ untilMicros: 5 * 3600e6, untilIdle: false });
    const idle = await load({ until: "idle" });
    expect(idle.scenario.end).toEqual({ untilMicros: 2 * 3600e6, untilIdle: true });
  });

  it("is skipped when a file that it requires is not there", async () => {
    const { "d/openb/pods.csv": _, ...rest } = CONTENTS;
    const files = memoryFiles(rest);
    expect(await loadScenario("s/full.yaml", { files, dataFolder: "d" })).toEqual({
      outcome: "skipped",
      name: "full",
      missing: ["data:openb/pods.csv"],
    });
  });

  const lines = FULL.split("\n");
  const mutation = fc.record({
    line: fc.nat(lines.length - 1),
    at: fc.nat(80),
    cut: fc.nat(6),
    put: fc.oneof(
      fc.constantFrom(
        "",
        "-",
        ": ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "&a ",
        "*a",
        "null",
        "-1",
        "1e999",
        "!!binary ",
        "<<: ",
        "\n",
        "\t",
        "__proto__",
        "constructor: 1",
      ),
      fc.string({ maxLength: 4 }),
    ),
  });
  test.prop([fc.array(mutation, { minLength: 1, maxLength: 4 })], { numRuns: 100 })(
    "with random changes is loaded or refused with places in it, and never throws",
    async (mutations) => {
      const changed = [...lines];
      for (const { line, at, cut, put } of mutations) {
        const text = changed[line]!;
        changed[line] = text.slice(0, at) + put + text.slice(at + cut);
      }
      const files = memoryFiles({ ...CONTENTS, "s/full.yaml": changed.join("\n") });
      const outcome = await loadScenario("s/full.yaml", { files, dataFolder: "d" });
      if (outcome.outcome !== "refused") return;
      expect(outcome.issues.length).toBeGreaterThan(0);
      const count = changed.join("\n").split("\n").length;
      for (const issue of outcome.issues) {
        expect(issue.message).not.toBe("");
        expect(issue.line).toBeLessThanOrEqual(count + 1);
      }
    },
  );
});

const POD = (name: string, node?: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "a", creationTimestamp: "2024-01-01T00:00:00Z" },
  spec: {
    ...(node === undefined ? {} : { nodeName: node }),
    containers: [{ name: "c", image: "i" }],
  },
  status: { phase: "Running", startTime: "2024-01-02T00:00:00.5Z" },
});
const NODE = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  status: { allocatable: { cpu: "4", memory: "8Gi" }, capacity: { cpu: "4", memory: "8Gi" } },
};

describe("files of one command", () => {
  const run = (
    paths: readonly string[],
    contents: Readonly<Record<string, unknown>>,
    options: Partial<ManifestOptions> = {},
  ) => {
    const texts = Object.entries(contents).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify({ kind: "List", items: value }),
    ]);
    const files = memoryFiles(Object.fromEntries(texts));
    return loadRun(paths, { files, dataFolder: "d", ...options });
  };

  it("plain manifests run together on the nodes that are asked for", async () => {
    const paths = ["b.json", "a.json"];
    const contents = { "a.json": [POD("p1")], "b.json": [POD("p2")] };
    const outcomes = await run(paths, contents, { nodes: "3x4cpu,16Gi", until: "30m" });
    expect(outcomes).toHaveLength(1);
    const loaded = loadedOf(outcomes[0]!);
    expect(loaded.scenario.name).toBe("b");
    expect(loaded.manifests.map(({ manifest }) => manifest.metadata.name)).toEqual(["p2", "p1"]);
    expect(loaded.scenario.cluster.nodePools).toMatchObject([
      { name: "node", nodes: 3, capacity: { cpu: "4", memory: "16Gi", pods: "110" } },
    ]);
    expect(loaded.scenario.end.untilMicros).toBe(1800e6);
  });

  it("a dump is the state to start from, at its newest time", async () => {
    const outcomes = await run(["dump.json"], { "dump.json": [NODE, POD("p1", "n1")] });
    const loaded = loadedOf(outcomes[0]!);
    expect(loaded.snapshot).toHaveLength(2);
    expect(loaded.manifests).toHaveLength(0);
    const newest = Date.parse("2024-01-02T00:00:01Z") * 1000;
    expect(loaded.scenario.startTimeEpochMicros).toBe(newest);
  });

  it.each([
    {
      dumped: ["v1.23.4"],
      run: undefined,
      says: "v1.23.4, and the run behaves as 1.37: the oldest",
    },
    {
      dumped: ["v1.27.3-eks-a5565ad", "v1.26.1", "v1.25.9+rke2r1"],
      run: undefined,
      says: 'v1.25.9+rke2r1, v1.26.1, v1.27.3-eks-a5565ad, and the run behaves as 1.37: kubernetesVersion: "1.27"',
    },
    {
      dumped: ["v1.99.0"],
      run: undefined,
      says: "v1.99.0, and the run behaves as 1.37: the newest",
    },
    { dumped: ["v1.28.0"], run: "1.28", says: null },
    { dumped: ["v1.37.2", "", "unknown"], run: undefined, says: null },
  ])("a dump of $dumped is told where the run is of another version", async (given) => {
    const nodes = given.dumped.map((kubeletVersion, i) => ({
      ...NODE,
      metadata: { name: `n${i}` },
      status: { ...NODE.status, nodeInfo: { kubeletVersion } },
    }));
    const settings = given.run === undefined ? [] : [`kubernetesVersion=${given.run}`];
    const contents = { "dump.json": [...nodes, POD("p1", "n0")] };
    const loaded = loadedOf((await run(["dump.json"], contents, { settings }))[0]!);
    const notes = loaded.notes.map(formatNote);
    expect(notes).toHaveLength(given.says === null ? 0 : 1);
    if (given.says === null) return;
    expect(notes[0]).toMatch(/^dump\.json:1:1: note: nodes say that they run Kubernetes /);
    expect(notes[0]).toContain(given.says);
  });

  it.each([
    [
      "1.26",
      [
        /^gated\.json:1:\d+: note: spec\.schedulingGates: Kubernetes 1\.26 does not serve this field/,
      ],
    ],
    ["1.27", []],
  ])("gates that %s drops are told", async (version, expected) => {
    const gated = POD("held", "");
    const spec = { ...gated.spec, nodeName: undefined, schedulingGates: [{ name: "a/b" }] };
    const contents = { "gated.json": [{ ...gated, spec }] };
    const settings = [`kubernetesVersion=${version}`];
    const loaded = loadedOf(
      (await run(["gated.json"], contents, { settings, nodes: "1x4cpu,8Gi" }))[0]!,
    );
    const notes = loaded.notes.map(formatNote);
    expect(notes).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it("a dump may come in several files, with manifests beside it", async () => {
    const contents = { "n.json": [NODE], "p.json": [POD("p1", "n1")], "m.json": [POD("p2")] };
    const loaded = loadedOf((await run(["n.json", "p.json", "m.json"], contents))[0]!);
    expect(loaded.snapshot).toHaveLength(2);
    expect(loaded.manifests).toHaveLength(1);
  });

  it("Nodes without bound pods are manifests", async () => {
    const loaded = loadedOf((await run(["a.json"], { "a.json": [NODE, POD("p1")] }))[0]!);
    expect(loaded.snapshot).toBeNull();
    expect(loaded.manifests).toHaveLength(2);
  });

  it.each([
    [["a.json"], { "a.json": [POD("p1")] }, {}, /there are no nodes: .*--nodes/],
    [
      ["a.json"],
      { "a.json": [POD("p1")] },
      { nodes: "3x4" },
      /^--nodes 3x4: `4` is no CPU: expected `4cpu`/,
    ],
    [["nope"], {}, { nodes: "3x4cpu,16Gi" }, /nope: .*there is no such file/],
    [["d"], { "d/readme.txt": "x" }, { nodes: "3x4cpu,16Gi" }, /^d: holds no Kubernetes object/],
    [
      ["e.yaml"],
      { "e.yaml": "apiVersion: seatrial.dev/v1alpha1\nkind: Experiment\n" },
      {},
      /is an Experiment: run it with `seatrial sweep/,
    ],
  ])("%j %#", async (paths, contents, options, expected) => {
    const outcomes = await run(paths, contents, options);
    const issues = outcomes.flatMap((one) => (one.outcome === "refused" ? one.issues : []));
    expect(issues.map(formatIssue).join("\n")).toMatch(expected);
  });

  it("knows a scenario by its own version, in YAML, in JSON and in JSON on one line", async () => {
    const scenario = {
      kind: "Scenario",
      apiVersion: "seatrial.dev/v1alpha1",
      metadata: { name: "x" },
      spec: {
        until: "idle",
        manifests: ["p.json"],
        cluster: { nodePools: [{ name: "a", nodes: 1, capacity: { cpu: 1, memory: "1Gi" } }] },
      },
    };
    for (const indent of [0, 2]) {
      const contents = { "x.json": JSON.stringify(scenario, null, indent), "p.json": [POD("p")] };
      const [outcome] = await run(["x.json"], contents);
      expect(outcome).toMatchObject({ outcome: "loaded", loaded: { scenario: { name: "x" } } });
    }
    // What stands in the data of another object is not the file's own.
    const held = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c" },
      data: { s: JSON.stringify(scenario) },
    };
    const [manifest] = await run(["c.json"], { "c.json": [held] }, { nodes: "1x4cpu,16Gi" });
    expect(loadedOf(manifest!).scenario.name).toBe("c");
  });

  it("two scenarios of one name are refused", async () => {
    const small =
      "apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\nspec: { until: idle, manifests: [p.json], cluster: { nodePools: [{ name: a, nodes: 1, capacity: { cpu: 1, memory: 1Gi } }] } }\n";
    const contents = { "x.yaml": small, "y.yaml": small, "p.json": [POD("p")] };
    const outcomes = await run(["x.yaml", "y.yaml"], contents);
    expect(outcomes.map((one) => one.outcome)).toEqual(["loaded", "refused"]);
  });

  it("validate tells the issues of all files", async () => {
    const scenario = "apiVersion: seatrial.dev/v1alpha1\nkind: Scenario\n";
    const files = memoryFiles({
      "a.yaml": "kind: Pod\n",
      "b/c.yaml": "a: [\n",
      "b/d/e.yaml": `${scenario}metadata: { name: x }\nspec: { sed: 1 }\n`,
      "b/notes.txt": "x",
      "f/g.txt": "x",
    });
    const { issues } = await validateFiles(["a.yaml", "b", "f"], { files, dataFolder: "d" });
    expect(issues.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "a.yaml:1",
      "a.yaml:1",
      "b/c.yaml:2",
      "b/d/e.yaml:4",
      "f:0",
    ]);
  });
});

describe("real input", () => {
  const real = (path: string) => [path, existsSync(path)] as const;
  it.each([
    [...real("scenarios/quickstart.yaml"), {}],
    [...real("../shared/manifests/online-boutique.yaml"), { nodes: "3x4cpu,16Gi" }],
    [...real("../shared/manifests/guestbook.yaml"), { nodes: "3x4cpu,16Gi" }],
    [...real("../shared/snapshots/longhorn-3-nodes.yaml"), { until: "30m" }],
  ])("%s loads", async (path, isThere, options) => {
    if (!isThere) {
      console.warn(`${path} is not there: left out`);
      return;
    }
    const files = nodeFileSystem;
    const [outcome] = await loadRun([path], { files, dataFolder: "../shared/traces", ...options });
    const loaded = loadedOf(outcome!);
    expect(loaded.manifests.length + (loaded.snapshot?.length ?? 0)).toBeGreaterThan(0);
    if (path.includes("longhorn")) {
      const pods = loaded.snapshot!.filter(({ manifest }) => manifest.kind === "Pod");
      expect(pods).toHaveLength(58);
    }
  });
});
