import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Interruption } from "../../src/cli/interruption.js";
import { runHere } from "../../src/cli/run-here.js";
import type { FinishedRun } from "../../src/experiment/run-scenario.js";
import { failedExpectations } from "../../src/scenario/expectations.js";
import { nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { loadRun } from "../../src/scenario/load/load-run.js";
import { loadedFromMemory } from "../runs/built-world.js";
import { scenario, Workplace } from "./seatrial.js";

const OUT = mkdtempSync(join(tmpdir(), "seatrial-explain-"));
const interruption = new Interruption();
afterAll(() => {
  interruption.dispose();
  rmSync(OUT, { recursive: true });
});

async function run(scenario: string, explain?: string): Promise<FinishedRun> {
  const files = { files: nodeFileSystem, dataFolder: "data", settings: [] };
  const [outcome] = await loadRun([`scenarios/${scenario}.yaml`], files);
  if (outcome?.outcome !== "loaded") throw new Error(JSON.stringify(outcome));
  const context = { out: OUT, version: "test", interruption };
  const finished = await runHere(
    outcome.loaded,
    explain === undefined ? context : { ...context, explain },
  );
  if (finished.outcome !== "finished") throw new Error(JSON.stringify(finished));
  return finished.run;
}

async function explained(scenario: string, pod: string): Promise<string> {
  const { explanation } = await run(scenario, pod);
  return explanation?.text ?? "";
}

describe("--explain", () => {
  test("a priority inversion: why the shop's pod waits, and what would help", async () => {
    expect(await explained("explain/priority-inversion", "shop/checkout-*")).toMatchInlineSnapshot(`
      "shop/checkout-7476765fbd-vslw4, priority 500, created at 10m: placed on general-2 after 15m 1s
      (4 pods match; this is the one that waited longest)

      Attempts 1 to 3, from 10m to 21m, all alike: fits on none of 3 nodes
        3 nodes  Insufficient cpu  (says NodeResourcesFit)  general-0, general-1, general-2
        preemption (to take pods of lower priority away for it) is no way out: on 3 nodes no pod has a priority below 500

      Attempt 4, at 25m 1s: placed on general-2, the best of 2 nodes found that it fits on
        1 node  Insufficient cpu  (says NodeResourcesFit)  general-1
        scores, the highest total wins (raw score → normalised, times the plugin's weight):
                     total  NodeResourcesFit ×1  PodTopologySpread ×2
        → general-2    654              85 → 85               6 → 200
          general-0    557              56 → 56               9 → 132
          in each total, the same for all: TaintToleration 300, NodeResourcesBalancedAllocation 69

      What would have helped, when it last failed
        - It asks for 1 cpu. 3 nodes lack nothing but room; the freest of them, general-0 (zone a), has 0 cpu free of 4 cpu.
        - With 1 pod less general-0 (zone a) would have room: scale down, or move, Deployment/reports (priority 1000).
        - The scheduler takes only pods of lower priority away by itself (preemption), and this pod has priority 500. A PriorityClass above 1000 for it, or below 500 for them, would let it.
        - One more node like general-0 (zone a) with 1 cpu, 512Mi memory free would take it.
      "
    `);
  });

  test("a full zone: why the ledger's pod waits, and what would help", async () => {
    expect(await explained("explain/full-zone", "ledger-*")).toMatchInlineSnapshot(`
      "bank/ledger-6fc54c788f-2lddn, priority 0, created at 10m: still pending at the end of the run, after 10m
      (2 pods match, of which 1 still waits; this is the one that waited longest)

      Attempts 1 and 2, from 10m to 15m 30s, all alike: fits on none of 7 nodes
        4 nodes  node(s) didn't match Pod's node affinity/selector  (says NodeAffinity)       general-0, general-2, general-3 …
         1 node  Insufficient cpu                                   (says NodeResourcesFit)   general-1
         1 node  node(s) were unschedulable                         (says NodeUnschedulable)  general-4
         1 node  node(s) had untolerated taint(s)                   (says TaintToleration)    special-0
        preemption (to take pods of lower priority away for it) is no way out: on 1 node no pod has a priority below 0, on 6 nodes it would change nothing

      It is tried again when something changes that may help it, or after 5 minutes.

      What would help
        - It asks for 2 cpu. general-1 (zone b), which lacks nothing but room, has 0.8 cpu free of 4 cpu.
        - With 1 pod less general-1 (zone b) would have room: scale down, or move, Deployment/search (priority 0).
        - The scheduler takes only pods of lower priority away by itself (preemption), and this pod has priority 0. A PriorityClass above 0 for it, or below 0 for them, would let it.
        - One more node like general-1 (zone b) with 2 cpu, 4Gi memory free would take it.
        - 4 nodes with room for it (general-0 (zone a), general-2 (zone c), general-3 (zone a) and 1 more) would take it if the pod did not ask for topology.kubernetes.io/zone=b. Change its nodeSelector or node affinity.
        - 1 node with room for it (general-4 (zone b)) would take it, but is cordoned: uncordon one.
        - 1 node with room for it (special-0 (zone b)) would take it if the pod tolerated this taint: dedicated=training:NoSchedule. Add such a toleration to the pod, or take the taint away.
      "
    `);
  });

  test("devices: why a training job waits for a GPU that nobody has, while others get theirs", async () => {
    const { explanation, figures, loaded } = await run("gpus/gpus", "shop/training");
    expect(failedExpectations(loaded.scenario.expect, figures.summary)).toEqual([]);
    const count = (name: string) =>
      figures.summary.find(({ metric, labels }) => metric === name && labels === "")?.value;
    expect(count("pods_bound_count")).toBe(162);
    expect(count("pods_succeeded_count")).toBe(159);
    expect(explanation?.text).toMatchInlineSnapshot(`
      "shop/training, priority 0, created at 0 s: still pending at the end of the run, after 2h

      Attempts 1 to 163, from 0 s to 1h 55m, all alike: fits on none of 5 nodes
        5 nodes  cannot allocate all claims  (says DynamicResources)  gpu-0, gpu-1, gpu-2 …
        preemption (to take pods of lower priority away for it) is no way out: on 5 nodes it would change nothing

      It is tried again when something changes that may help it, or after 5 minutes.

      What would help
        - 5 nodes with room for it (gpu-0, gpu-1, gpu-2 and 2 more) would take it, but for the devices that it claims. Its claim huge-gpu asks for 1 device of the class whole-gpu for which holds: device.capacity['gpu.example.com'].memory.compareTo(quantity('80Gi')) >= 0. Of the 60 devices on these nodes 6 are of that class, and for none of them that holds: ask for less, or add nodes with devices that have it.
      "
    `);
  });

  test("is written beside the other results, and changes none of them", async () => {
    const plain = await run("explain/full-zone");
    const summary = readFileSync(join(plain.path, "summary.csv"), "utf8");
    const asked = await run("explain/full-zone", "bank/*");
    expect(asked.digest).toBe(plain.digest);
    expect(readFileSync(join(asked.path, "summary.csv"), "utf8")).toBe(summary);
    expect(readFileSync(join(asked.path, "explain.txt"), "utf8")).toBe(asked.explanation?.text);
  });
});

const pod = (name: string, spec = "", cpu = "1"): string =>
  `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop }
spec: { ${spec}containers: [{ name: m, image: i, resources: { requests: { cpu: "${cpu}" } } }] }
`;

/** What is told of pods of this pattern, in a run of these manifests on two nodes of 4 cpu. */
async function told(pattern: string, manifests: readonly string[], more = "", nodes = 2) {
  const text = scenario("told", `  manifests: [all.yaml]\n${more}`).replace(
    "nodes: 2",
    `nodes: ${nodes}`,
  );
  const loaded = await loadedFromMemory({ "s.yaml": text, "all.yaml": manifests.join("---\n") });
  const finished = await runHere(loaded, {
    out: OUT,
    version: "test",
    interruption,
    explain: pattern,
  });
  if (finished.outcome !== "finished") throw new Error(JSON.stringify(finished));
  return finished.run.explanation!;
}

describe("--explain tells of a pod", () => {
  test.each([
    {
      what: "that somebody deleted while it waited",
      manifests: [pod("big", "", "40")],
      more: "  timeline: [{ at: 3m, delete: { target: shop/Pod/big } }]\n",
      says: [
        /^shop\/big, priority 0, created at 0 s: deleted at 3m without ever having had a node, after 3m$/m,
        /^ {2}- It asks for 40 cpu, and no node that it may use is that large/m,
      ],
    },
    {
      what: "that names its node itself",
      manifests: [pod("fixed", "nodeName: general-1, ")],
      says: [
        /: assigned to general-1 from the beginning$/m,
        /^The scheduler was not asked: whoever made the pod named its node \(spec\.nodeName\)\.$/m,
        /^It began to run at \d+/m,
      ],
    },
    {
      what: "that names a node which is not there",
      manifests: [pod("fixed", "nodeName: ghost, ")],
      says: [
        /: assigned to ghost from the beginning, failed at [456]\d(\.\d)? s \(DeletionByPodGC\)$/m,
        /^There is no node ghost: no kubelet runs the pod, and the pod garbage collector ends/m,
      ],
    },
    {
      what: "that names a node on which it does not fit",
      manifests: [pod("fixed", "nodeName: general-1, ", "40")],
      says: [
        /: assigned to general-1 from the beginning, failed at \d+ ms \(OutOfcpu\)$/m,
        /^The kubelet of general-1 refused it: Node didn't have enough resource: cpu, .* \(OutOfcpu\)\. Without nodeName/m,
      ],
    },
    {
      what: "that its gates held back for a while",
      manifests: [pod("p", "schedulingGates: [{ name: example.com/wait }], ")],
      more: `  kubernetesVersion: "1.30"
  timeline: [{ at: 2m, patch: { target: shop/Pod/p, patch: { spec: { schedulingGates: [{ name: example.com/wait, $patch: delete }] } } } }]
`,
      says: [
        /^Its scheduling gate \(example\.com\/wait\) held it back until 2m; the scheduler/m,
        /^Attempt 1, at 2m/m,
      ],
      not: /in the queue/,
    },
    {
      what: "that somebody deleted while its gates held it back",
      manifests: [pod("p", "schedulingGates: [{ name: a.b/c }, { name: a.b/d }], ")],
      more: '  kubernetesVersion: "1.30"\n  timeline: [{ at: 3m, delete: { target: shop/Pod/p } }]\n',
      says: [
        /^Its scheduling gates \(a\.b\/c, a\.b\/d\) held it back, and nobody took them away\.$/m,
      ],
    },
    {
      what: "of a scheduler that is not there",
      manifests: [pod("p", "schedulerName: mine, ")],
      says: [/ - No scheduler answers to its schedulerName "mine"; there is default-scheduler\.$/m],
    },
    {
      what: "that its gates hold back",
      manifests: [pod("p", "schedulingGates: [{ name: example.com/wait }], ")],
      more: '  kubernetesVersion: "1.30"\n',
      says: [/ - Its scheduling gates \(example\.com\/wait\) hold it back: /m],
    },
    {
      what: "that waits for the scheduler, which has other pods before it",
      manifests: [pod("a"), pod("b"), pod("c")],
      more: "  controlPlane: { scheduler: { cycle: { base: 30s } } }\n",
      says: [
        /^shop\/c, .*: placed on/m,
        /^For the first 60 s it was in the queue, behind other pods\.$/m,
      ],
    },
  ])("$what", async ({ manifests, more, says, not }) => {
    const { text, isMatched } = await told("shop/*", manifests, more);
    expect(isMatched).toBe(true);
    for (const words of says) expect(text).toMatch(words);
    if (not !== undefined) expect(text).not.toMatch(not);
  });

  test("that had its node before the run began", async () => {
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
      status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10" } },
    };
    const old = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "old", namespace: "shop", creationTimestamp: "2026-01-01T01:00:00Z" },
      spec: { nodeName: "n", containers: [{ name: "m", image: "i" }] },
      status: { phase: "Running", startTime: "2026-01-01T01:30:00Z" },
    };
    const dump = JSON.stringify({ apiVersion: "v1", kind: "List", items: [node, old] });
    const loaded = await loadedFromMemory({ "dump.json": dump }, { until: "1m" });
    const context = { out: OUT, version: "test", interruption, explain: "old" };
    const finished = await runHere(loaded, context);
    if (finished.outcome !== "finished") throw new Error(JSON.stringify(finished));
    expect(finished.run.explanation?.text).toMatch(
      /^shop\/old, created 30m before the run began: was on n when the run began\n\nIt is a pod of the state/,
    );
  });

  test("that waited before the run began already", async () => {
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
      status: { allocatable: { cpu: "1", memory: "8Gi", pods: "10" } },
    };
    const one = (name: string, spec: object, phase: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "shop", creationTimestamp: "2026-01-01T01:00:00Z" },
      spec: {
        containers: [{ name: "m", image: "i", resources: { requests: { cpu: "1" } } }],
        ...spec,
      },
      status: { phase, ...(phase === "Running" && { startTime: "2026-01-01T01:30:00Z" }) },
    });
    const items = [node, one("old", { nodeName: "n" }, "Running"), one("late", {}, "Pending")];
    const dump = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const loaded = await loadedFromMemory({ "dump.json": dump }, { until: "1m" });
    const context = { out: OUT, version: "test", interruption, explain: "late" };
    const finished = await runHere(loaded, context);
    if (finished.outcome !== "finished") throw new Error(JSON.stringify(finished));
    const { text = "" } = finished.run.explanation ?? {};
    expect(text).toMatch(
      /^shop\/late, .*created 30m before the run began: still pending at the end/,
    );
    expect(text).toMatch(/^Attempts? 1.*: does not fit on the one node$/m);
    expect(text).not.toContain("in the queue");
  });

  test("the one that waited longest, of more than are followed", async () => {
    const names = Array.from({ length: 230 }, (_, i) => `p${String(i).padStart(3, "0")}`);
    const { text } = await told(
      "p*",
      names.map((name) => pod(name, "", "100m")),
      "",
      3,
    );
    expect(text).toMatch(/^shop\/p120, .*: still pending at the end of the run, after 10m$/m);
    expect(text).toContain("(230 pods match, of which 110 still wait; this is the one that waited");
    const rest = await told(
      "p*",
      names.map((name) => pod(name, "", "1m")),
      "",
      3,
    );
    expect(rest.text).toContain(
      "More pods match p* than are followed: ask for this one by its name.",
    );
  });

  test("with many different attempts, the first ones and the last", async () => {
    const numbers = Array.from({ length: 9 }, (_, i) => i + 1);
    const others = numbers.map((i) => pod(`x${i}`, "", "100m"));
    // A node comes and goes, and what leaves has the scheduler look again.
    const steps = numbers.map(
      (i) =>
        `    - { at: ${i}m, ${i % 2 ? "" : "un"}cordon: { node: general-1 } }\n    - { at: ${i}m20s, delete: { target: shop/Pod/x${i} } }\n`,
    );
    const manifests = [...others, pod("p", "", "40")];
    const { text } = await told("p", manifests, `  timeline:\n${steps.join("")}`);
    const groups = [...text.matchAll(/^Attempts? (\d+)/gm)];
    expect(groups).toHaveLength(6);
    expect(text).toMatch(/^\(\d+ attempts from \d+m.* to \d+m.* left out\)$/m);
  });
});

describe("--explain of a pod that there was not", () => {
  const place = new Workplace({
    "one.yaml": scenario("one", "  manifests: [shop.yaml]\n"),
    "two.yaml": scenario("two", "  manifests: [bank.yaml]\n"),
    "shop.yaml": `${pod("checkout")}---\n${pod("report")}`,
    "bank.yaml": pod("ledger").replace("shop", "bank"),
  });
  afterAll(() => place.remove());

  test("names the nearest, ends with 2 and keeps the results", async () => {
    const { code, stdout, stderr } = await place.callHere([
      "run",
      "one.yaml",
      "--explain",
      "chekout",
    ]);
    expect([code, stderr]).toEqual([
      2,
      "one: --explain: No pod of the run is called chekout; the nearest names are checkout, report.\n",
    ]);
    expect(stdout).toContain("2 created, 2 bound");
    expect(stdout).not.toContain("Explained");
    expect(place.files("results/one").map((name) => name.split("/").at(-1))).toContain("run.json");
  });

  test("in one of two runs is told, and no failure", async () => {
    const args = ["run", "one.yaml", "two.yaml", "--explain", "bank/*"];
    const { code, stdout, stderr } = await place.callHere(args);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe(
      "one: --explain: No pod of the run is called bank/*; the nearest names are shop/report, shop/checkout.\n",
    );
    expect(stdout).toContain("Explained\nbank/ledger, priority 0");
  });

  test("is told beside the JSON too, which has the explanation as a key", async () => {
    const args = ["run", "one.yaml", "--json", "--explain", "shop/check*"];
    const found = await place.callHere(args);
    expect([found.code, found.stderr]).toEqual([0, ""]);
    const [run] = JSON.parse(found.stdout);
    expect(run.explanation).toMatch(/^shop\/checkout, priority 0, created at 0 s: placed on /);
    const written = readFileSync(join(place.path, run.path, "explain.txt"), "utf8");
    expect(written).toBe(run.explanation);
    const not = await place.callHere(["run", "one.yaml", "--json", "--explain", "nosuch"]);
    expect(not.code).toBe(2);
    expect(JSON.parse(not.stdout)).toHaveLength(1);
    expect(not.stderr).toMatch(/^one: --explain: No pod of the run is called nosuch; /);
  });

  test("and of what is no pattern is refused before anything runs", async () => {
    const args = ["run", "one.yaml", "--out", "never", "--explain", "shop/Service/web"];
    const { code, stdout, stderr } = await place.callHere(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^--explain shop\/Service\/web: Service is no kind that has pods/m);
    expect(place.files().some((name) => name.startsWith("never"))).toBe(false);
  });
});
