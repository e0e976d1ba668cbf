import { loadedFromMemory, worldOf } from "./built-world.js";
import { ClusterChecker, type Met, nothingMet } from "./cluster-checker.js";
import { MIXED_MICROS, mixedScenario } from "./mixed-scenario.js";
import { randomScenario } from "./random-scenario.js";
import { type MixedMet, nothingMixedMet, WorkloadChecker } from "./workload-checker.js";

/**
 * In a calm scenario nobody but the rollouts takes pods away; in a rough one anything may happen to Deployments;
 * a mixed one has workloads of all kinds, and nodes that fail.
 */
export const SCENARIO_SORTS = ["rough", "calm", "mixed"] as const;
type ScenarioSort = (typeof SCENARIO_SORTS)[number];

/** Steps of the timeline that were taken, of some kinds, and what was told of pods. */
interface ToldMet {
  evictSteps: number;
  taintSteps: number;
  /** Pools all of whose nodes were replaced. */
  replacedPools: number;
  waitsForDisks: number;
  /** Probes that failed, and postStart hooks that did. */
  unhealthy: number;
  hooksFailed: number;
  /** Pods that were evicted since their node's disk was full, or its table of processes. */
  evictedForDisk: number;
  evictedForProcesses: number;
}

export type AllMet = Met & MixedMet & ToldMet;

export const nothingAtAllMet = (): AllMet => ({
  ...nothingMet(),
  ...nothingMixedMet(),
  ...{ evictSteps: 0, taintSteps: 0, replacedPools: 0, waitsForDisks: 0 },
  ...{ unhealthy: 0, hooksFailed: 0, evictedForDisk: 0, evictedForProcesses: 0 },
});

/**
 * Runs the random scenario of that seed and checks the cluster after every event; throws when
 * something holds no longer.
 */
export async function checkSeed(seed: number, sort: ScenarioSort, met: AllMet): Promise<void> {
  const isCalm = sort === "calm";
  const isMixed = sort === "mixed";
  const loaded = await loadedFromMemory(
    isMixed ? mixedScenario(seed) : randomScenario(seed, isCalm),
  );
  const world = await worldOf(loaded);
  const checker = new ClusterChecker(world, met, { isCalm, nodesFail: isMixed });
  const workloads = isMixed ? new WorkloadChecker(world, met, MIXED_MICROS) : null;
  world.run();
  checker.settled();
  workloads?.settled();
  const { steps, events } = world.finish().figures;
  for (const { operation, message } of steps) {
    if (operation === "drain" && message.startsWith("drained")) met.drains += 1;
    if (operation === "evict" && message.startsWith("evicted")) met.evictSteps += 1;
    if (operation === "taint" && message.startsWith("tainted")) met.taintSteps += 1;
    if (operation === "replaceNodes" && /^(\d+) of \1 nodes replaced$/.test(message))
      met.replacedPools += 1;
  }
  for (const { reason, count } of events) {
    if (reason === "FailedAttachVolume") met.waitsForDisks += count;
    if (reason === "Unhealthy") met.unhealthy += count;
    if (reason === "FailedPostStartHook") met.hooksFailed += count;
  }
  for (const { status } of world.ground.store.table("Pod")) {
    if (status.reason !== "Evicted") continue;
    if (status.message.includes("low on resource: ephemeral-storage")) met.evictedForDisk += 1;
    if (status.message.includes("low on resource: pids")) met.evictedForProcesses += 1;
  }
}
