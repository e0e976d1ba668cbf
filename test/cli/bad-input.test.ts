import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { APP, type Ended, scenario, Workplace } from "./seatrial.js";

const ALIAS_BOMB = `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghi"
  .split("")
  .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]\n`)
  .join("")}kind: Scenario\n`;

/** Wrong files, and what must be said of each: its place, what was found, what would be right. */
const WRONG: Readonly<Record<string, { text: string; says: readonly RegExp[] }>> = {
  "no-yaml.yaml": {
    text: scenario("no-yaml").replace("[app.yaml]", "[app.yaml"),
    says: [/^no-yaml\.yaml:\d+:\d+: is no valid YAML/m],
  },
  "key.yaml": {
    text: scenario("key").replace("duration:", "durration:"),
    says: [/^key\.yaml:5:3: spec\.durration: unknown key `durration`, did you mean `duration`\?/m],
  },
  "unit.yaml": {
    text: scenario("unit").replace("10m", "10 minutes").replace("nodes: 2", "nodes: -2"),
    says: [
      /^unit\.yaml:5:13: spec\.duration: expected a duration such as .*\(found "10 minutes"\)$/m,
      /^unit\.yaml:8:33: spec\.cluster\.nodePools\[0\]\.nodes: expected a whole number .*\(found -2\)$/m,
    ],
  },
  "negative.yaml": {
    text: scenario("negative").replace("10m", "-10m"),
    says: [
      /^negative\.yaml:5:13: spec\.duration: a duration cannot be negative \(found "-10m"\)$/m,
    ],
  },
  "quantity.yaml": {
    text: scenario("quantity").replace('cpu: "4"', "cpu: 4 cpus"),
    says: [/^quantity\.yaml:8:53: .*capacity\.cpu: expected a quantity .*\(found "4 cpus"\)$/m],
  },
  "twice.yaml": {
    text: scenario("twice").replace(
      "  manifests",
      "      - { name: general, nodes: 1, capacity: { cpu: 1, memory: 1Gi } }\n  manifests",
    ),
    says: [/^twice\.yaml:9:17: .*the name `general` is taken by element 0/m],
  },
  "selector.yaml": {
    text: scenario("selector").replace("app.yaml", "other-labels.yaml"),
    says: [/^other-labels\.yaml:8:\d+: spec\.template\.metadata\.labels: .*(selector|match)/m],
  },
  "nothing.yaml": {
    text: scenario("nothing").replace("app.yaml", "blank.yaml"),
    says: [/^blank\.yaml: holds no Kubernetes object: there is nothing to run/m],
  },
  "bomb.yaml": {
    text: ALIAS_BOMB,
    says: [/^bomb\.yaml:1:1: its aliases expand to far more than what is written/m],
  },
  "huge.yaml": {
    text: scenario("huge"),
    says: [/^huge\.yaml: has 200 MB, at most 10 MB are read$/m],
  },
};

const NODES = "sn,cpu_milli,memory_mib,gpu,model\nnode-1,64000,262144,0,\n";
const PODS = [
  "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time",
  "pod-0,1000,1024,0,0,,LS,Running,0,100,0",
  "pod-1,many,1024,0,0,,LS,Running,10,100,10",
  "pod-2,1000,1024,0,0,,LS,Running,20",
  "pod-3,1000,1024,0,0,,LS,Running,30,100,30",
].join("\n");
const TRACE = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: trace }
spec:
  until: idle
  cluster: { nodes: [{ format: openb, path: nodes.csv }] }
  traces: [{ format: openb, path: pods.csv }]
`;

describe("wrong input on the command line", () => {
  const place = new Workplace({
    "app.yaml": APP,
    "other-labels.yaml": APP.replace("labels: { app: web }", "labels: { app: api }"),
    "blank.yaml": "# nothing\n",
    "good.yaml": scenario("good"),
    "folder/readme.txt": "nothing to run",
    "trace.yaml": TRACE,
    "nodes.csv": NODES,
    "pods.csv": `${PODS}\n`,
    "results/good/default/seed-1/run.json": "{}",
    ...Object.fromEntries(Object.entries(WRONG).map(([name, { text }]) => [name, text])),
  });
  // A file with a hole takes no room on the disk.
  truncateSync(join(place.path, "huge.yaml"), 200_000_000);
  afterAll(() => place.remove());

  function expectRefused(ended: Ended, ...says: readonly RegExp[]): void {
    expect(ended.code, ended.stderr).toBe(2);
    for (const words of says) expect(ended.stdout + ended.stderr).toMatch(words);
    expect(ended.stdout + ended.stderr).not.toMatch(/^ {4}at /m);
    expect(place.files("results")).toEqual(["results/good/default/seed-1/run.json"]);
  }

  const all = Object.keys(WRONG);
  const said = Object.values(WRONG).flatMap(({ says }) => says);

  it("run tells every issue of every file, and does not run the good one", async () => {
    const ended = await place.callHere(["run", "good.yaml", ...all]);
    expectRefused(ended, ...said);
    expect(ended.stdout).toBe("");
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(said.length);
  });

  it("validate tells the same, a line each, on stdout", async () => {
    const ended = await place.callHere(["validate", "good.yaml", ...all, "folder", "missing.yaml"]);
    expectRefused(
      ended,
      ...said,
      /^folder: holds no YAML or JSON file$/m,
      /^missing\.yaml: there is no such file/m,
    );
    expect(ended.stderr).toBe("");
    expect(ended.stdout.trimEnd().split("\n")).toHaveLength(said.length + 2);
  });

  it("a trace that is no text is the file's fault", async () => {
    const pods = join(place.path, "binary.csv");
    writeFileSync(pods, Buffer.from([0x7f, 0x45, 0xff, 0xfe]));
    place.write("binary.yaml", TRACE.replace("pods.csv", "binary.csv"));
    const ended = await place.callHere(["run", "binary.yaml"]);
    expectRefused(ended, /^binary\.csv: is not UTF-8: save it as UTF-8 text$/m);
  });

  it("a trace and a list of machines that are headers only hold nothing to run", async () => {
    place.write("no-pods.csv", `${PODS.split("\n")[0]}\n`);
    place.write("no-nodes.csv", NODES.split("\n")[0]!);
    const text = TRACE.replace("pods.csv", "no-pods.csv").replace("nodes.csv", "no-nodes.csv");
    place.write("headers.yaml", text);
    const ended = await place.callHere(["run", "headers.yaml"]);
    expectRefused(
      ended,
      /^no-nodes\.csv:1:1: holds a header line only: expected at least one machine$/m,
      /^no-pods\.csv:1:1: holds a header line only: expected at least one pod$/m,
    );
  });

  it("machines that the cluster has already are refused", async () => {
    const nodes = "nodes: [{ format: openb, path: nodes.csv }";
    place.write("again.yaml", TRACE.replace(nodes, `${nodes}, { format: openb, path: nodes.csv }`));
    const pool = "nodePools: [{ name: node, nodes: 2, capacity: { cpu: 1, memory: 1Gi } }]";
    const pooled = TRACE.replace(nodes, `${pool}, ${nodes}`).replace("name: trace", "name: pooled");
    place.write("pooled.yaml", pooled);
    for (const name of ["again.yaml", "pooled.yaml"]) {
      const ended = await place.callHere(["run", name]);
      expectRefused(
        ended,
        /^nodes\.csv: the cluster has a node of that name.*\(found "node-1"\)$/m,
      );
    }
  });

  it("a trace with broken rows in its middle names line, column, value and what is right", async () => {
    const ended = await place.callHere(["run", "trace.yaml"]);
    expectRefused(
      ended,
      /^pods\.csv:3:\d+: column cpu_milli: .*\(found "many"\)$/m,
      /^pods\.csv:4:\d+: /m,
    );
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(2);
  });

  it.each([
    [["run", "missing.yaml"], /^missing\.yaml: there is no such file or folder$/m],
    [["run", ""], /^"": is no path: expected a file or a folder$/m],
    [["validate", ""], /^"": is no path: expected a file or a folder$/m],
    [["run", "app.yaml", "--nodes", "600000x1cpu,1Gi"], /: expected at most 500000 nodes$/m],
    [["run", "folder"], /folder.*holds no|there is nothing to run/m],
    [["run", "good.yaml", "--out", "app.yaml/x"], /results cannot be written: .*--out$/m],
    [["run", "good.yaml", "--out", ""], /--out.*'' is invalid\. expected the name of a folder/],
    [["run", "good.yaml", "--seed", "x"], /--seed.*'x' is invalid\. expected a whole number/],
    [
      ["run", "app.yaml", "--nodes", "foo"],
      /^--nodes foo: `foo` is no COUNTxCPUcpu: expected nodes as .*3x4cpu,16Gi/m,
    ],
    [["run", "good.yaml", "--nodes", "3x4cpu,16Gi"], /^--nodes .* is for plain manifests/m],
    [["run", "good.yaml", "--until", "-5m"], /^--until -5m: a duration cannot be negative/m],
    [["run", "good.yaml", "--set", "sed=3"], /^--set sed=3: spec\.sed: unknown key/m],
    [["run", "good.yaml", "--frob"], /unknown option '--frob'/],
    [["sweep", "good.yaml"], /^good\.yaml:2:7: kind: expected Experiment \(found "Scenario"\)$/m],
    [["swep", "good.yaml"], /unknown command 'swep'/],
    [["run"], /missing required argument 'file'/],
  ] as const)("%j", async (args, says) => {
    expectRefused(await place.callHere(args), says);
  });
});
