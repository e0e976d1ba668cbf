import {
  type DrainContext,
  type DrainVerdict,
  drainVerdict,
} from "../../../src/autoscaling/cluster-autoscaler/drain/drain-rules.js";
import { nodeDrain } from "../../../src/autoscaling/cluster-autoscaler/drain/node-drain.js";
import { RemainingBudgets } from "../../../src/autoscaling/cluster-autoscaler/drain/remaining-budgets.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { suite } from "../controllers/suite.js";
import {
  drainOptions,
  type GivenDrainOptions,
  type GivenOwners,
  givenOwners,
} from "./ca-drain-options.js";
import { buildBudget, buildPod, podName, type RawBudget, type RawPod } from "./ca-objects.js";

interface DrainGiven extends GivenOwners {
  readonly pods: readonly RawPod[];
  readonly pdbs?: readonly RawBudget[];
  readonly options?: GivenDrainOptions;
  readonly at?: number;
}

const text = (verdict: DrainVerdict): string =>
  typeof verdict === "string" ? verdict : `block:${verdict.blocked}`;

export const drain = suite<DrainGiven>((given) => {
  const pods = given.pods.map((pod) => buildPod(pod));
  const context: DrainContext = {
    options: drainOptions(given.options),
    nowMicros: secondsToMicros(given.at ?? 0),
    owners: givenOwners(given),
    budgets: new RemainingBudgets((given.pdbs ?? []).map(buildBudget)),
  };
  const verdicts = Object.fromEntries(
    pods.map((pod) => [podName(pod), text(drainVerdict(pod, context))]),
  );
  const found = nodeDrain(pods, context);
  if ("reason" in found) {
    return { pods: verdicts, blockedBy: podName(found.pod), reason: found.reason };
  }
  return {
    pods: verdicts,
    blockedBy: null,
    move: found.move.map(podName),
    daemonSetPods: found.daemonPods.map(podName),
    waitFor: found.waitFor.map(podName),
  };
});
