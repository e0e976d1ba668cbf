import { isDeepStrictEqual } from "node:util";
import type { VectorResult } from "../controllers/run.js";
import { compareDecisions } from "./compare.js";
import { Replay } from "./replay.js";
import type { RecordedDecision, RecordedProfile, SchedulerVector } from "./vector.js";
import type { World } from "./world.js";

/** What of the set-up differs from what was recorded: order of nodes, resolved profiles. */
function setupDifferences(vector: SchedulerVector, { state, frameworks }: World): string[] {
  const differences: string[] = [];
  const order = state.nodes.map(({ name }) => name);
  if (!isDeepStrictEqual(order, vector.nodeOrder)) differences.push(`nodeOrder: ${order.join()}`);
  const profiles: Record<string, RecordedProfile> = {};
  const orNull = (list: readonly string[]) => (list.length === 0 ? null : list);
  for (const [name, { profile }] of frameworks) {
    profiles[name] = {
      preFilter: orNull(profile.plugins.preFilter),
      filter: orNull(profile.plugins.filter),
      postFilter: orNull(profile.plugins.postFilter),
      scoreWeights: profile.scoreWeights,
    };
  }
  if (!isDeepStrictEqual(profiles, vector.profiles)) {
    differences.push(`profiles: ${JSON.stringify(profiles)}`);
  }
  return differences;
}

/** How the next decision differs; a record that cannot be replayed is a difference, too. */
function stepDifferences(replay: Replay, recorded: RecordedDecision): readonly string[] {
  try {
    return compareDecisions(recorded, replay.step(recorded));
  } catch (error) {
    return [`cannot be replayed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/**
 * Replays a vector. A decision passes only if every recorded key is equal; if the set-up differs from
 * the recorded one, no decision of the vector passes.
 */
export function runSchedulerVector(vector: SchedulerVector): VectorResult {
  const failures: { id: string; differences: readonly string[] }[] = [];
  const replay = new Replay(vector);
  const setup = setupDifferences(vector, replay.world);
  vector.decisions.forEach((recorded, i) => {
    const differences = [...setup, ...stepDifferences(replay, recorded)];
    const id = `${i} ${recorded.pod} attempt ${recorded.attempt}`;
    if (differences.length > 0) failures.push({ id, differences });
  });
  if (!replay.isOver) {
    failures.push({ id: "end", differences: ["pods are left that nothing was recorded of"] });
  }
  return {
    passed: vector.decisions.length - failures.filter(({ id }) => id !== "end").length,
    failures,
  };
}
