import { z } from "zod";
import { kindNamed } from "../../api/kinds.js";
import { described } from "./leaf.js";
import { dnsLabel, integer, target } from "./scalars.js";
import type { ApplicationSection } from "./scenario.js";

const MOST = 1_000_000;

export const application = z
  .strictObject({
    name: described(dnsLabel, "The label `application` of its figures."),
    workloads: described(
      z.array(target).min(1),
      "What it is made up of, such as the Deployments of a canary. In sums over all workloads they count as this one.",
    ),
    replicas: described(
      integer(0, MOST),
      "How many ready pods it is meant to have: fewer is unavailability, more is extra capacity.",
    ),
  })
  .transform((given, context): ApplicationSection => {
    for (const [i, { kind }] of given.workloads.entries()) {
      if (kindNamed(kind)?.workload?.isRolledOut !== undefined) continue;
      const message = `expected a workload that is rolled out, such as a Deployment, not a ${kind}`;
      context.addIssue({ code: "custom", message, path: ["workloads", i], input: given });
    }
    return given;
  });
