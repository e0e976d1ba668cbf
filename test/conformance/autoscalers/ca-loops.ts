import type { ScaleDownReport } from "../../../src/autoscaling/cluster-autoscaler/scale-down/scale-down.js";
import type { Unremovable } from "../../../src/autoscaling/cluster-autoscaler/scale-down/unremovable-nodes.js";
import type { LoopReport } from "../../../src/autoscaling/cluster-autoscaler/static-autoscaler.js";
import type { Json, JsonObject } from "../controllers/compare.js";
import type { Suite } from "../controllers/suite.js";
import { actionDifferences } from "./ca-actions.js";
import { stateDifferences } from "./ca-loop-state.js";
import { podName } from "./ca-objects.js";
import { CaseWorld, type GivenWorld } from "./ca-world.js";

/** Times in seconds. */
interface LoopsGiven extends GivenWorld {
  readonly loops?: readonly number[];
  readonly every?: number;
  readonly until?: number;
}

/** How long no loop runs in the end, so that removals that began come to their end. */
const AFTERWARDS_SECONDS = 900;

/** What a loop did, as `expect` says it; keys without anything to say are left out. */
export interface LoopState {
  readonly at: number;
  readonly state: JsonObject;
}

function moments({ loops, every = 0, until = 0 }: LoopsGiven): readonly number[] {
  if (loops !== undefined) return loops;
  return Array.from({ length: Math.floor(until / every) + 1 }, (_, i) => i * every);
}

function reasonText({ reason, blocking }: Unremovable): string {
  return blocking === undefined ? reason : `${reason}:${podName(blocking.pod)}:${blocking.reason}`;
}

function stateOf(report: LoopReport<ScaleDownReport>, targets: JsonObject): JsonObject {
  const { scaleUp, scaleDown, error } = report;
  const resized = scaleUp.resizes.map(({ group, from, to }) => [group.id, [from, to]]);
  const unremovable = [...(scaleDown?.unremovable ?? [])].map(([name, why]) => [
    name,
    reasonText(why),
  ]);
  const state: Record<string, Json> = {
    targets,
    scaleUp: scaleUp.result,
    scaleDown: scaleDown?.result ?? (scaleUp.result === "Successful" ? "InCooldown" : "NotTried"),
  };
  const chosen = scaleUp.best.map(({ group }) => group.id).sort();
  if (chosen.length > 0) state.chosen = chosen;
  if (resized.length > 0) state.resized = Object.fromEntries(resized) as JsonObject;
  if (scaleDown !== null) state.unneeded = [...scaleDown.unneeded].sort();
  if (unremovable.length > 0) state.unremovable = Object.fromEntries(unremovable) as JsonObject;
  if (scaleDown !== null && scaleDown.started.length > 0) {
    state.started = [...scaleDown.started].sort();
  }
  if (error !== "") state.error = error;
  return state;
}

function run(given: LoopsGiven) {
  const world = new CaseWorld(given);
  const loops: LoopState[] = moments(given).map((at) => {
    const report = world.loopAt(at);
    return { at, state: stateOf(report, world.targets()) };
  });
  const last = loops.at(-1)?.at ?? 0;
  world.goTo(last + AFTERWARDS_SECONDS);
  return { loops, actions: world.actions, final: world.targets() };
}

/** Runs the loops of a case: suites `scaledown` and `loop`. */
export const loops: Suite = (given, expect) => {
  const found = run(given as unknown as LoopsGiven);
  const { final, actions = [], actionsUntil } = expect;
  const differences = [
    ...stateDifferences((expect.loops ?? []) as readonly JsonObject[], found.loops),
    ...actionDifferences(actions as readonly JsonObject[], found.actions, actionsUntil as number),
  ];
  for (const [id, size] of Object.entries((final ?? {}) as JsonObject)) {
    const have = found.final[id];
    if (have !== size) differences.push(`final ${id}: expected ${String(size)}, got ${have}`);
  }
  return differences;
};
