import {
  EXPANDERS,
  type ExpanderContext,
} from "../../../src/autoscaling/cluster-autoscaler/scale-up/expanders.js";
import type { ExpansionOption } from "../../../src/autoscaling/cluster-autoscaler/scale-up/expansion-option.js";
import type {
  NoHelp,
  ScaleUpReport,
} from "../../../src/autoscaling/cluster-autoscaler/scale-up/scale-up.js";
import { own } from "../../../src/base/own.js";
import { differences, type Json, type JsonObject } from "../controllers/compare.js";
import { podName } from "./ca-objects.js";
import { CaseWorld, type GivenWorld } from "./ca-world.js";

/** Longer lists of pods stand in no case. */
const MAX_LISTED_PODS = 40;

const ids = (options: readonly ExpansionOption[]) => options.map(({ group }) => group.id).sort();

function optionOutcome({ group, nodeCount, pods, similar }: ExpansionOption) {
  return {
    group: group.id,
    nodes: nodeCount,
    podCount: pods.length,
    ...(pods.length > MAX_LISTED_PODS ? {} : { pods: pods.map(podName).sort() }),
    ...(similar.length === 0 ? {} : { similar: similar.map(({ id }) => id).sort() }),
  };
}

const resized = ({ resizes }: ScaleUpReport) =>
  Object.fromEntries(resizes.map(({ group, from, to }) => [group.id, [from, to]]));

const noHelp = (pods: readonly NoHelp[]) =>
  Object.fromEntries(
    pods.map(({ pod, refusals }) => [
      podName(pod),
      Object.fromEntries(
        [...refusals].map(([id, { plugin, reasons }]) => [id, [plugin, ...reasons]]),
      ),
    ]),
  );

/** Which groups were skipped; the wording need not be the same. */
const skipped = (pods: readonly NoHelp[]) =>
  [...new Set(pods.flatMap((one) => [...one.skipped.keys()]))].sort();

interface ScaleUpGiven extends GivenWorld {
  /** In seconds. */
  readonly loops?: readonly number[];
}

function outcome(given: ScaleUpGiven, expect: JsonObject, pick: number) {
  const options = { ...given.options, scaleDownEnabled: false };
  const world = new CaseWorld({ ...given, options }, pick);
  const moments = given.loops ?? [0];
  const last = moments.at(-1)!;
  for (const at of moments.slice(0, -1)) world.loopAt(at);
  world.goTo(last);
  const context = world.expanderContext();
  const { scaleUp } = world.loopAt(last);
  const wantedBest = Object.keys((expect.best ?? {}) as JsonObject);
  return {
    result: scaleUp.result,
    options: scaleUp.options.map(optionOutcome),
    best: Object.fromEntries(
      wantedBest.map((name) => [name, bestOf(name, scaleUp.options, context)]),
    ),
    chosen: ids(scaleUp.best),
    resized: resized(scaleUp),
    noHelp: noHelp(scaleUp.noHelp),
    skipped: skipped(scaleUp.noHelp),
    await: scaleUp.awaiting.map(podName).sort(),
    anyOf: null,
  };
}

function bestOf(name: string, options: readonly ExpansionOption[], context: ExpanderContext) {
  const expander = own<(typeof EXPANDERS)[keyof typeof EXPANDERS]>(EXPANDERS, name);
  return expander === undefined ? null : ids(expander(options, context));
}

function scaleUpDifferences(given: JsonObject, expect: JsonObject): readonly string[] {
  const { resizedByChoice, skipped: wantSkipped, orderDependent: _, ...rest } = expect;
  const wanted: Record<string, Json> = { ...rest };
  if (wantSkipped !== undefined) wanted.skipped = Object.keys(wantSkipped as JsonObject).sort();
  const isOne = (expect.chosen as readonly string[] | undefined)?.length === 1;
  if (isOne && wanted.await === undefined) wanted.await = [];
  const found = [...differences(wanted, outcome(given as unknown as ScaleUpGiven, expect, 0))];
  const choices = Object.keys((resizedByChoice ?? {}) as JsonObject).sort();
  for (const [i, choice] of choices.entries()) {
    const want = { resized: (resizedByChoice as JsonObject)[choice]! };
    const have = outcome(given as unknown as ScaleUpGiven, expect, i);
    found.push(...differences(want, have).map((one) => `${choice} chosen: ${one}`));
  }
  return found;
}

export const scaleup = scaleUpDifferences;
