import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Interruption } from "../../src/cli/interruption.js";
import { type FinishedRun, runScenario } from "../../src/cli/run-scenario.js";
import { nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { loadRun } from "../../src/scenario/load/load-run.js";

const OUT = mkdtempSync(join(tmpdir(), "seatrial-explain-"));
const interruption = new Interruption();
afterAll(() => {
  interruption.dispose();
  rmSync(OUT, { recursive: true });
});

async function run(scenario: string, explain?: string): Promise<FinishedRun> {
  const files = { files: nodeFileSystem, dataFolder: "data", settings: [] };
  const [outcome] = await loadRun([`scenarios/explain/${scenario}.yaml`], files);
  if (outcome?.outcome !== "loaded") throw new Error(JSON.stringify(outcome));
  const context = { out: OUT, version: "test", interruption };
  const finished = await runScenario(
    outcome.loaded,
    explain === undefined ? context : { ...context, explain },
  );
  if (finished.outcome !== "finished") throw new Error(JSON.stringify(finished));
  return finished.run;
}

async function explained(scenario: string, pod: string): Promise<string> {
  const { explanation } = await run(scenario, pod);
  return explanation ?? "";
}

describe("--explain", () => {
  test("a priority inversion: why the shop's pod waits, and what would help", async () => {
    expect(await explained("priority-inversion", "shop/checkout-*")).toMatchInlineSnapshot(`
      "shop/checkout-7476765fbd-vslw4, priority 500, created at 10m: placed on general-2 after 15m 1s, at attempt 4
      (of 4 pods that match, the one that waited longest)

      Attempts 1 to 3, from 10m to 21m, all alike: fits on none of 3 nodes
        3 nodes  refused by NodeResourcesFit  Insufficient cpu  general-0, general-1, general-2
        preemption found no pods to take away for it: 0/3 nodes are available: 3 No preemption victims found for incoming pod.

      Attempt 4, at 25m 1s: placed on general-2, the best of 2 nodes found that it fits on
        1 node  refused by NodeResourcesFit  Insufficient cpu  general-1
        scores, the highest total wins (raw score → normalised, times the plugin's weight):
                     total  NodeResourcesFit ×1  PodTopologySpread ×2  NodeResourcesBalancedAllocation ×1
        → general-2    674              85 → 85               6 → 200                             89 → 89
          general-0    556              56 → 56               9 → 132                             68 → 68
          in each total, the same for all: TaintToleration 300

      What would have helped, when it last failed
        - The pod asks for 1 cpu; the freest of the 3 nodes that only lack room, general-0 (zone a), has 0 cpu free of 4 cpu.
        - general-0 (zone a) would have room with one pod less (priority 1000): scale down Deployment/reports, or delete.
        - Preemption does not do that by itself: it only takes pods of lower priority, and this pod's priority is 500. A PriorityClass above 1000 for it, or one below 500 for them, would let it.
        - Another node like general-0 (zone a) with 1 cpu, 512Mi memory free would take it.
      "
    `);
  });

  test("a full zone: why the ledger's pod waits, and what would help", async () => {
    expect(await explained("full-zone", "ledger-*")).toMatchInlineSnapshot(`
      "bank/ledger-6fc54c788f-2lddn, priority 0, created at 10m: still pending at the end, after 10m
      (of 2 pods that match, the one that waited longest)

      Attempts 1 and 2, from 10m to 15m 30s, all alike: fits on none of 7 nodes
        4 nodes  refused by NodeAffinity       node(s) didn't match Pod's node affinity/selector    general-0, general-2, general-3 …
         1 node  refused by NodeResourcesFit   Insufficient cpu                                     general-1
         1 node  refused by NodeUnschedulable  node(s) were unschedulable                           general-4
         1 node  refused by TaintToleration    node(s) had untolerated taint {dedicated: training}  special-0
        preemption found no pods to take away for it: 0/7 nodes are available: 1 No preemption victims found for incoming pod, 6 Preemption is not helpful for scheduling.

      What would help
        - The pod asks for 2 cpu; general-1 (zone b), which only lacks room, has 0.8 cpu free of 4 cpu.
        - general-1 (zone b) would have room with one pod less (priority 0): scale down Deployment/search, or delete.
        - Preemption does not do that by itself: it only takes pods of lower priority, and this pod's priority is 0. A PriorityClass above 0 for it, or one below 0 for them, would let it.
        - Another node like general-1 (zone b) with 2 cpu, 4Gi memory free would take it.
        - Only its own choice of nodes (topology.kubernetes.io/zone=b) keeps it from 4 nodes with room for it (general-0 (zone a), general-2 (zone c), general-3 (zone a) and 1 more): widen the choice, or label one of them so.
        - Only a cordon keeps it from 1 node with room for it (general-4 (zone b)): uncordon one.
        - Only a taint keeps it from 1 node with room for it (special-0 (zone b)): node(s) had untolerated taint {dedicated: training}. Tolerate the taint, or remove it.
      "
    `);
  });

  test("is written beside the other results, and changes none of them", async () => {
    const plain = await run("full-zone");
    const summary = readFileSync(join(plain.path, "summary.csv"), "utf8");
    const asked = await run("full-zone", "bank/*");
    expect(asked.digest).toBe(plain.digest);
    expect(readFileSync(join(asked.path, "summary.csv"), "utf8")).toBe(summary);
    expect(readFileSync(join(asked.path, "explain.txt"), "utf8")).toBe(asked.explanation);
  });

  test("of a pod that never was says so", async () => {
    expect(await explained("full-zone", "other/ledger-*")).toBe(
      "No pod matched other/ledger-* while the scheduler was at work.\n",
    );
  });
});
