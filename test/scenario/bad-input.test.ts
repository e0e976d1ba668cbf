import { describe, expect, it } from "vitest";
import { formatIssue } from "../../src/scenario/issue.js";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import { memoryFiles } from "./memory-files.js";

const GOOD = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata:
  name: small
spec:
  duration: 1h
  cluster:
    nodePools:
      - name: general
        nodes: 3
        capacity: { cpu: "4", memory: 16Gi }
  manifests: [app.yaml]
`;
const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: server
          image: web:v1
          resources:
            requests: { cpu: 100m, memory: 64Mi }
`;

async function issuesOf(
  scenario: string,
  more: Readonly<Record<string, string | Uint8Array>> = {},
  options: { settings?: string[]; until?: string; sizes?: Record<string, number> } = {},
): Promise<string[]> {
  const { sizes, ...rest } = options;
  const contents = { "s.yaml": scenario, "app.yaml": APP, ...more };
  const files = memoryFiles(contents, sizes);
  const outcome = await loadScenario("s.yaml", { files, dataFolder: "data", ...rest });
  return outcome.outcome === "refused" ? outcome.issues.map(formatIssue) : [];
}

const replaced = (what: string, by: string): string => {
  expect(GOOD).toContain(what);
  return GOOD.replace(what, by);
};

describe("a scenario that is wrong is refused with place, value and what would be right", () => {
  const cases: readonly (readonly [string, string, readonly (string | RegExp)[]])[] = [
    [
      "an unknown key",
      replaced("  duration: 1h", "  durration: 1h\n  until: idle"),
      [/^s\.yaml:6:3: spec\.durration: unknown key `durration`, did you mean `duration`\?/],
    ],
    [
      "a preset of the scheduler's time beside times of one's own",
      replaced(
        "  manifests",
        "  controlPlane: { scheduler: { cycle: { preset: kube-scheduler-v1.26, base: 1ms } } }\n  manifests",
      ),
      [/^s\.yaml:12:\d+: .*expected either `preset`, or `base` and `perNode`/],
    ],
    [
      "a preset of the scheduler's time that does not exist",
      replaced(
        "  manifests",
        "  controlPlane: { scheduler: { cycle: { preset: kube-scheduler-v1.99 } } }\n  manifests",
      ),
      [/^s\.yaml:12:\d+: .*expected kube-scheduler-v1\.26/],
    ],
    [
      "an unknown key deep inside",
      replaced("nodes: 3", "node: 3"),
      [
        /^s\.yaml:9:9: .*nodes: is required/,
        /^s\.yaml:10:9: .*unknown key `node`, did you mean `name`|`nodes`/,
      ],
    ],
    [
      "a wrong unit",
      replaced("1h", "90min"),
      [
        's.yaml:6:13: spec.duration: expected a duration such as 500ms, 90s, 10m, 2h30m or 7d: the units are d, h, m, s, ms and us (found "90min")',
      ],
    ],
    [
      "a missing unit",
      replaced("1h", "90"),
      [/^s\.yaml:6:13: .*the unit is missing \(found 90\)$/],
    ],
    [
      "a negative duration",
      replaced("1h", "-5m"),
      ['s.yaml:6:13: spec.duration: a duration cannot be negative (found "-5m")'],
    ],
    [
      "a quantity that is none",
      replaced('"4"', "4 cpus"),
      [
        's.yaml:11:26: spec.cluster.nodePools[0].capacity.cpu: expected a quantity such as 500m, 4 or 16Gi; the suffixes are n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei (found "4 cpus")',
      ],
    ],
    [
      "a number that is none, or has no end",
      replaced("nodes: 3", "nodes: .nan").replace('cpu: "4"', "cpu: .inf"),
      [/^s\.yaml:10:16: .*\(found NaN\)$/, /^s\.yaml:11:26: .*\(found Infinity\)$/],
    ],
    [
      "a number beyond what is exact",
      replaced("  duration", "  seed: 9007199254740993\n  duration"),
      [/^s\.yaml:6:9: spec\.seed: expected a whole number from 0 to 2\^53 - 1/],
    ],
    [
      "a day that its month has not",
      replaced("  duration", "  startTime: 2027-02-29T00:00:00Z\n  duration"),
      [/^s\.yaml:6:14: spec\.startTime: .*there is no such day or hour \(found "2027-02-29T/],
    ],
    [
      "more nodes than fit into memory, together",
      replaced("nodes: 3", "nodes: 300000").replace(
        "  manifests",
        "      - { name: more, nodes: 300000, capacity: { cpu: 1, memory: 1Gi } }\n  manifests",
      ),
      [/^s\.yaml:9:7: spec\.cluster\.nodePools: the pools make 600000 nodes, at most 500000 fit/],
    ],
    [
      "a duplicate name",
      replaced(
        "  manifests",
        "      - { name: general, nodes: 1, capacity: { cpu: 1, memory: 1Gi } }\n  manifests",
      ),
      [
        /^s\.yaml:12:17: spec\.cluster\.nodePools\[1\]\.name: the name `general` is taken by element 0/,
      ],
    ],
    [
      "a key that stands twice",
      replaced("  duration: 1h", "  duration: 1h\n  duration: 2h"),
      [/^s\.yaml:7:3: is no valid YAML: the key stands twice/],
    ],
    [
      "YAML that does not parse",
      replaced("[app.yaml]", "[app.yaml"),
      [/^s\.yaml:13:1: is no valid YAML/],
    ],
    ["a document that is no map", "- 1\n", [/^s\.yaml:1:1: expected a scenario, a map/]],
    ["a second document", `${GOOD}---\na: 1\n`, [/^s\.yaml:14:1: expected one scenario a file/]],
    ["nothing but a comment", "# nothing\n", [/holds no document/]],
    ["an empty file", "", ["s.yaml: is empty"]],
    [
      "a manifest that is not there",
      replaced("[app.yaml]", "[app.yaml, apps/]"),
      ['s.yaml:12:25: spec.manifests[1]: there is no such file or folder: apps/ (found "apps/")'],
    ],
    [
      "a flag of a controller that is to come",
      replaced(
        "  manifests",
        "  controlPlane: { controllerManager: { maxEndpointsPerSlice: 3 } }\n  manifests",
      ),
      [/^s\.yaml:12:62: .*not supported yet: the size of EndpointSlices/],
    ],
    [
      "a soft threshold of evictions without its grace period",
      replaced(
        "  manifests",
        "  controlPlane: { kubelet: { evictionSoft: { memory.available: 10% } } }\n  manifests",
      ),
      [/^s\.yaml:12:\d+: .*needs its grace period: evictionSoftGracePeriod\["memory\.available"\]/],
    ],
    [
      "a threshold that is no share",
      replaced(
        "  manifests",
        "  controlPlane: { kubelet: { evictionHard: { memory.available: 120% } } }\n  manifests",
      ),
      [/^s\.yaml:12:\d+: .*expected a quantity above 0 such as 100Mi, or a percentage below 100/],
    ],
    [
      "more time for critical pods than for all",
      replaced(
        "  manifests",
        "  controlPlane: { kubelet: { shutdownGracePeriodCriticalPods: 10s } }\n  manifests",
      ),
      [/^s\.yaml:12:\d+: .*expected no more than `shutdownGracePeriod`/],
    ],
    [
      "a change of traffic that there is not",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, setTraffic: { traffic: a, rate: 1/s } }]\n  manifests",
      ),
      [/12:47: .*there is no traffic `a`, nor any other/],
    ],
    [
      "a zone that no node is in",
      replaced("  manifests", "  timeline: [{ at: 1m, failZone: { zone: a } }]\n  manifests"),
      [/^s\.yaml:12:42: .*there is no zone `a`/],
    ],
    [
      "a failure of a node and of a pool at once",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, failNode: { node: n-0, pool: n } }]\n  manifests",
      ),
      [/^s\.yaml:12:34: .*expected either `node` or `pool`/],
    ],
    [
      "a time for what cannot be taken back",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, drain: { node: n-0 }, for: 5m }]\n  manifests",
      ),
      [/12:51: .*`for` belongs to cordon/],
    ],
    [
      "no end",
      replaced("  duration: 1h\n", ""),
      [/^s\.yaml:6:3: spec: expected `duration`, or `until: idle`/],
    ],
    [
      "no workload",
      replaced("  manifests: [app.yaml]\n", ""),
      [/^s\.yaml:6:3: spec: there is nothing to run/],
    ],
    [
      "no nodes",
      replaced("nodes: 3", "nodes: 0"),
      [/^s\.yaml:8:5: spec\.cluster: there are no nodes/],
    ],
    [
      "a target that nobody makes",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, scale: { target: shop/Deployment/wep, replicas: 3 } }]\n  manifests",
      ),
      [
        's.yaml:12:41: spec.timeline[0].scale.target: there is no object `shop/Deployment/wep`; the nearest is `shop/Deployment/web` (found "shop/Deployment/wep")',
      ],
    ],
    [
      "a container that the target has not",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, setImage: { target: shop/Deployment/web, container: servr, image: a } }]\n  manifests",
      ),
      [/^s\.yaml:12:76: .*there is no container `servr`; the nearest is `server`/],
    ],
    [
      "a node that no pool makes",
      replaced("  manifests", "  timeline: [{ at: 1m, drain: { node: general-3 } }]\n  manifests"),
      [/^s\.yaml:12:39: .*there is no node `general-3`; the nearest is `general-\d`/],
    ],
    [
      "a selector that breaks off",
      replaced(
        "  manifests",
        '  timeline: [{ at: 1m, drain: { node: general-1, podSelector: "app in (web" } }]\n  manifests',
      ),
      [/^s\.yaml:12:\d+: spec\.timeline\[0\]\.drain\.podSelector: .*found the end/],
    ],
    [
      "two operations in one entry",
      replaced(
        "  manifests",
        "  timeline: [{ at: 1m, cordon: { node: general-1 }, uncordon: { node: general-1 } }]\n  manifests",
      ),
      [/^s\.yaml:12:14: spec\.timeline\[0\]: expected exactly one operation/],
    ],
    [
      "generators that never end",
      replaced(
        "  duration: 1h",
        "  until: idle\n  generators:\n    - name: batch\n      arrivals: { poisson: { rate: 6/min } }\n      template: { kind: Pod, spec: { containers: [{ name: c, image: i }] } }",
      ),
      [/^s\.yaml:8:7: spec\.generators\[0\]: never ends/],
    ],
    [
      "a rate with a wrong unit",
      replaced(
        "  manifests",
        "  generators:\n    - name: batch\n      arrivals: { poisson: { rate: 6/week } }\n      template: { kind: Pod, spec: { containers: [{ name: c, image: i }] } }\n  manifests",
      ),
      [/^s\.yaml:14:36: .*rate: expected a rate such as 120\/s/],
    ],
    [
      "an invalid template of a generator",
      replaced(
        "  manifests",
        "  generators:\n    - name: batch\n      arrivals: { every: 1m }\n      template: { kind: Pod, spec: { containers: [{ name: C_, image: i }] } }\n  manifests",
      ),
      [/^s\.yaml:15:59: spec\.generators\[0\]\.template\.spec\.containers\[0\]\.name: /],
    ],
    [
      "a distribution without its parameter",
      replaced("  manifests", "  behavior: [{ start: { lognormal: { mean: 3s } } }]\n  manifests"),
      [/^s\.yaml:12:36: spec\.behavior\[0\]\.start\.lognormal\.cv: is required/],
    ],
    [
      "a distribution that does not exist",
      replaced("  manifests", "  behavior: [{ start: { lognorm: { mean: 3s } } }]\n  manifests"),
      [/^s\.yaml:12:25: .*unknown key `lognorm`, did you mean `lognormal`/],
    ],
    [
      "a patch of nothing",
      replaced(
        "  manifests",
        "  patches: [{ name: p, target: shop/Deployment/api, patch: {} }]\n  manifests",
      ),
      [
        /^s\.yaml:12:32: spec\.patches\[0\]\.target: there is no object `shop\/Deployment\/api` .*the nearest is `shop\/Deployment\/web`/,
      ],
    ],
    [
      "a patch that makes its object wrong",
      replaced(
        "  manifests",
        "  patches: [{ name: p, target: shop/Deployment/web, patch: { spec: { replicas: -1 } } }]\n  manifests",
      ),
      [/^s\.yaml:12:80: spec\.patches\[0\]\.patch\.spec\.replicas: .*\(found -1\)$/],
    ],
    [
      "a version that may be two",
      replaced("  duration", "  kubernetesVersion: 1.30\n  duration"),
      [/^s\.yaml:6:22: spec\.kubernetesVersion: expected a version in quotes/],
    ],
    [
      "a version of nobody's",
      replaced("  duration", "  kubernetesVersion: v1.26.latest\n  duration"),
      [/^s\.yaml:6:22: spec\.kubernetesVersion: expected a version in quotes/],
    ],
    [
      "a version that is not modelled",
      replaced("  duration", '  kubernetesVersion: "1.23.5"\n  duration'),
      [
        /^s\.yaml:6:22: spec\.kubernetesVersion: expected .*, "1\.24" to "1\.37" \(found "1\.23\.5"\)/,
      ],
    ],
    [
      "a version that nobody knows yet",
      replaced("  duration", '  kubernetesVersion: "1.38"\n  duration'),
      [
        /^s\.yaml:6:22: spec\.kubernetesVersion: the newest version that is known is "1\.37" \(found "1\.38"\)/,
      ],
    ],
    [
      "a plugin that nobody knows",
      replaced(
        "  manifests",
        "  scheduler: { config: { profiles: [{ plugins: { score: { enabled: [{ name: NodeFit }] } } }] } }\n  manifests",
      ),
      [
        /^s\.yaml:12:77: spec\.scheduler\.config\.profiles\[0\]\.plugins\.score\.enabled\[0\]\.name: /,
      ],
    ],
    [
      "measuring after the end",
      replaced("  manifests", "  measure: { from: 2h }\n  manifests"),
      [/^s\.yaml:12:20: spec\.measure\.from: must be earlier than the end of the run/],
    ],
    [
      "a trace that is not there",
      replaced("  manifests", "  traces: [{ format: openb, path: data:a.csv }]\n  manifests"),
      [/^s\.yaml:12:35: spec\.traces\[0\]\.path: data:a\.csv: there is no such file/],
    ],
    [
      "an alias bomb",
      `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghi"
        .split("")
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]\n`)
        .join("")}`,
      [/^s\.yaml:1:1: its aliases expand to far more than what is written/],
    ],
    [
      "an alias inside of itself",
      "a: &a [*a]\n",
      [/^s\.yaml:1:1: is no valid YAML: an alias stands inside/],
    ],
    ["nesting without end", `a: ${"[".repeat(20_000)}`, ["s.yaml:1:1: is nested too deeply"]],
    ["lists in lists", `${"- ".repeat(20_000)}x`, ["s.yaml:1:1: is nested too deeply"]],
  ];
  it.each(cases)("%s", async (_, scenario, expected) => {
    const issues = await issuesOf(scenario);
    expect(issues, issues.join("\n")).toHaveLength(expected.length);
    for (const [i, one] of expected.entries()) {
      if (typeof one === "string") expect(issues[i]).toBe(one);
      else expect(issues[i]).toMatch(one);
    }
  });

  it("tells all issues of a file together", async () => {
    const scenario = GOOD.replace("1h", "1 hour")
      .replace("nodes: 3", "nodes: -3")
      .replace("16Gi", "16 GB");
    expect(await issuesOf(scenario)).toHaveLength(3);
  });

  it("takes the good one", async () => {
    expect(await issuesOf(GOOD)).toEqual([]);
  });
});

describe("manifests that are wrong", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "a quantity that is none",
      APP.replace("100m", "4 cpus"),
      /^app\.yaml:14:30: spec\.template\.spec\.containers\[0\]\.resources\.requests\.cpu: .*\(found "4 cpus"\)$/,
    ],
    [
      "a selector that does not match",
      APP.replace("labels: { app: web }", "labels: { app: api }"),
      /^app\.yaml:8:\d+: spec\.template\.metadata\.labels: /,
    ],
    [
      "a number as text",
      APP.replace("replicas: 2", 'replicas: "two"'),
      /^app\.yaml:5:13: spec\.replicas: .*\(found "two"\)$/,
    ],
    [
      "a label whose value is none",
      APP.replace("metadata: { ", 'metadata: { labels: { ok: fine, team: "a b" }, '),
      /^app\.yaml:3:\d+: metadata\.labels\.team: must be empty, or consist of .*\(found "a b"\)$/,
    ],
    [
      "a label whose key is none",
      APP.replace("metadata: { ", 'metadata: { labels: { ok: fine, "a b": team }, '),
      /^app\.yaml:3:\d+: metadata\.labels\["a b"\]: the name must consist of .*\(found "a b"\)$/,
    ],
    [
      "no kind",
      APP.replace("kind: Deployment\n", ""),
      /^app\.yaml:1:1: kind: expected a Kubernetes object with `kind`/,
    ],
    [
      "an object that stands twice",
      `${APP}---\n${APP}`,
      /^app\.yaml:16:1: metadata\.name: the object shop\/Deployment\/web stands twice, first at app\.yaml:1/,
    ],
    [
      "broken YAML in a later document",
      `${APP}---\na: [\n`,
      /^app\.yaml:1[67]:\d+: is no valid YAML/,
    ],
    ["a list, not an object", "- 1\n", /^app\.yaml:1:1: expected a Kubernetes object, a map/],
    [
      "nothing",
      "# only a comment\n",
      /^app\.yaml: holds no Kubernetes object: there is nothing to run/,
    ],
  ];
  it.each(cases)("%s", async (_, app, expected) => {
    const issues = await issuesOf(GOOD, { "app.yaml": app });
    expect(issues.join("\n")).toMatch(expected);
    expect(issues).toHaveLength(1);
  });

  it("a file that is not UTF-8", async () => {
    const issues = await issuesOf(GOOD, { "app.yaml": new Uint8Array([0xff, 0xfe, 0x41]) });
    expect(issues).toEqual(["app.yaml: is not UTF-8: save it as UTF-8 text"]);
  });

  it("a scenario of 200 MB is not even read", async () => {
    const issues = await issuesOf(GOOD, {}, { sizes: { "s.yaml": 200_000_000 } });
    expect(issues).toEqual(["s.yaml: has 200 MB, at most 10 MB are read"]);
  });

  it("a folder in place of a scenario, or nothing", async () => {
    const files = memoryFiles({ "d/a.txt": "x" });
    for (const [path, words] of [
      ["d", "is a folder, expected a file"],
      ["e", "there is no such file"],
    ]) {
      const outcome = await loadScenario(path!, { files, dataFolder: "data" });
      expect(outcome.outcome === "refused" && outcome.issues.map(formatIssue)).toEqual([
        `${path}: ${words}`,
      ]);
    }
  });
});

describe("--set", () => {
  it("is laid over the file before it is checked", async () => {
    const settings = ["cluster.nodePools.general.nodes=-1"];
    expect(await issuesOf(GOOD, {}, { settings })).toEqual([
      "--set cluster.nodePools.general.nodes=-1: spec.cluster.nodePools[0].nodes: expected a whole number from 0 to 500000 (found -1)",
    ]);
  });

  it.each([
    [
      "cluster.nodePools.genral.nodes=2",
      /no element `genral` in cluster\.nodePools: there are general; the nearest is `general`$/,
    ],
    ["cluster.nodePools.3.nodes=2", /no element `3`/],
    ["duration.x=2", /duration is "1h", not a map or list$/],
    ["nonsense", /expected path=value/],
    ["sed=3", /spec\.sed: unknown key `sed`, did you mean `seed`/],
  ])("%s", async (setting, expected) => {
    const issues = await issuesOf(GOOD, {}, { settings: [setting] });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatch(/^--set /);
    expect(issues[0]).toMatch(expected);
  });

  it("reaches keys that the file does not have, and values with dots", async () => {
    const settings = [
      "metrics.every=30s",
      "kubernetesVersion=1.30",
      "spec.seed=9",
      'cluster.nodePools[0].labels["a.b/c"]=d',
    ];
    const files = memoryFiles({ "s.yaml": GOOD, "app.yaml": APP });
    const outcome = await loadScenario("s.yaml", { files, dataFolder: "data", settings });
    if (outcome.outcome !== "loaded") throw new Error(JSON.stringify(outcome));
    const { scenario } = outcome.loaded;
    expect(scenario.metricsEveryMicros).toBe(30_000_000);
    expect(scenario.kubernetesMinor).toBe(30);
    expect(scenario.seed).toBe(9);
    expect(scenario.cluster.nodePools[0]?.labels).toEqual({ "a.b/c": "d" });
  });

  it("--until that is no duration", async () => {
    expect(await issuesOf(GOOD, {}, { until: "soon" })).toEqual([
      expect.stringMatching(/^--until soon: expected a duration .* \(or write idle\)$/),
    ]);
  });
});
