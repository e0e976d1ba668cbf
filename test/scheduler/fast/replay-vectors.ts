import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { Replay } from "../../conformance/scheduler/replay.js";
import type { SchedulerVector } from "../../conformance/scheduler/vector.js";

const VECTORS = fileURLToPath(new URL("../../conformance/vectors", import.meta.url));
const TINY = { blockLog2: 1, superLog2: 1, maxSharedDomains: 4 };

/** Takes every decision of a vector in the fast form too, each compared with the plain form. */
function replay(vector: SchedulerVector): { fast: number; plain: number } {
  const run = new Replay(vector);
  const { state, frameworks, algorithm, pending } = run.world;
  const [first] = frameworks.values();
  const fast = new FastSchedulingAlgorithm(state, {
    percentageOfNodesToScore: first?.profile.percentageOfNodesToScore ?? 100,
    chooseTie: null,
    verifyEvery: 1,
    remember: TINY,
  });
  for (const recorded of vector.decisions) {
    const pod = pending.get(recorded.pod)!;
    const framework = frameworks.get(pod.spec.schedulerName ?? "");
    if (pod.nodeName === "" && framework !== undefined) {
      fast.nextStartNodeIndex = algorithm.nextStartNodeIndex;
      fast.batch = algorithm.batch?.copy() ?? null;
      fast.schedule(framework, state.podInfos.podInfo(pod));
    }
    run.step(recorded);
  }
  return fast.counts;
}

/** How many decisions of a folder's files were taken in each form. */
export function replayFolder(folder: string): { fast: number; plain: number } {
  let fast = 0;
  let plain = 0;
  for (const name of readdirSync(`${VECTORS}/${folder}`)) {
    const text = readFileSync(`${VECTORS}/${folder}/${name}`, "utf8");
    const counts = replay(JSON.parse(text) as SchedulerVector);
    fast += counts.fast;
    plain += counts.plain;
  }
  return { fast, plain };
}
