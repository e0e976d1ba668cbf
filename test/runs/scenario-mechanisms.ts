import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failedExpectations } from "../../src/scenario/expectations.js";
import { loadedFrom, worldOf } from "./built-world.js";

/** What a scenario's expectations say of it, with settings of its own. */
async function failed(path: string, settings: readonly string[]): Promise<readonly string[]> {
  const loaded = await loadedFrom([`scenarios/${path}.yaml`], { settings });
  const world = await worldOf(loaded);
  world.run();
  return failedExpectations(loaded.scenario.expect, world.finish().figures.summary);
}

const STRATEGY = "patches.strategy.patch.spec.strategy";
const FRONT = "patches.front.patch.spec.strategy.rollingUpdate";

/** Each scenario of these folders, with what switches its mechanism off, as its header says. */
const MECHANISMS: readonly (readonly [string, readonly string[]])[] = [
  ["rollouts/recreate", [`${STRATEGY}.type=RollingUpdate`]],
  [
    "rollouts/rolling",
    [`${STRATEGY}.rollingUpdate.maxSurge=0`, `${STRATEGY}.rollingUpdate.maxUnavailable=1`],
  ],
  ["rollouts/scale-out-first", ["timeline.0.scale.replicas=10"]],
  ["rollouts/pause-resume-undo", ["timeline.4.waitFor.within=1s"]],
  ["rollouts/blue-green", ["timeline.2.waitFor.within=1s", "timeline.2.waitFor.else=go on"]],
  ["rollouts/canary", ["timeline.4.waitFor.over=30s", "timeline.4.waitFor.within=30s"]],
  ["rollouts/canary-aborted", ["timeline.4.waitFor.labels={traffic: shoppers}"]],
  ["rollouts/canary-slow", [5, 10, 15].map((wait) => `timeline.${wait}.waitFor.is=<= 1`)],
  ["rollouts/canary-crashes", ["timeline.4.waitFor.is=>= 0"]],
  ["rollouts/bad-image", [`${STRATEGY}.rollingUpdate.maxUnavailable=100%`]],
  ["rollouts/a-b", ["timeline.0.setTraffic.backends.1.weight=0.25"]],
  ["patterns/work-queue", ["patches.queue.patch.spec.backoffLimitPerIndex=null"]],
  ["patterns/sidecar", ["patches.sidecar.patch.spec.template.spec.initContainers=[]"]],
  ["patterns/ambassador", ["behavior.0.calls.0.0.retry.attempts=1"]],
  ["patterns/adapter", ["customMetrics.0.name=requests"]],
  ["patterns/leader-election", ["behavior.0.leaderElection.leaseDuration=2m"]],
  ["patterns/quorum", ["patches.budget.patch.spec.maxUnavailable=5"]],
  ["patterns/scatter-gather", ["behavior.0.calls.0.0.times=1"]],
  ["operations/quota-runs-out", ["patches.room.patch.spec.hard.pods=20"]],
  [
    "operations/upgrade-nodes",
    ["timeline.0.replaceNodes.timeout=1s", "timeline.0.replaceNodes.force=true"],
  ],
  [
    "operations/disk-and-hangs",
    ["patches.alive.patch.spec.template.spec.containers.0.livenessProbe=null"],
  ],
  ["operations/upgrade-blocked", ["patches.ledger.patch.spec.maxUnavailable=1"]],
  ["operations/lost-disk", ["timeline.1.taint.key=example.com/broken"]],
  ["operations/zone-outage", ["patches.tolerations.patch.spec.template.spec.tolerations=null"]],
  ["operations/rolling-restart", [`${FRONT}.maxSurge=0`, `${FRONT}.maxUnavailable=1`]],
];

/** Runs one of so many scenarios with its mechanism and without it. */
export function testMechanisms(each: number): void {
  describe("the scenarios of rollouts, patterns and operations", () => {
    it.each(MECHANISMS.filter((_, i) => i % each === 0))(
      "%s does what its header says, and does not with its mechanism off",
      async (path, off) => {
        expect(await failed(path, [])).toEqual([]);
        expect(await failed(path, off)).not.toEqual([]);
      },
    );

    it("stand alone in their folders, so that all files of one can be run at once", () => {
      for (const folder of ["rollouts", "patterns", "operations", "autoscaling"]) {
        const names = readdirSync(`scenarios/${folder}`).filter((name) => name.endsWith(".yaml"));
        const others = names.filter((name) => {
          return !/^kind: Scenario$/m.test(readFileSync(`scenarios/${folder}/${name}`, "utf8"));
        });
        expect(others).toEqual([]);
      }
    });

    it("are all of them in this table", () => {
      const there = ["rollouts", "patterns", "operations"].flatMap((folder) =>
        readdirSync(`scenarios/${folder}`)
          .filter((name) => name.endsWith(".yaml"))
          .map((name) => `${folder}/${name.replace(".yaml", "")}`),
      );
      expect(MECHANISMS.map(([path]) => path).sort()).toEqual(there.sort());
    });
  });
}
