import { z } from "zod";
import type { ElectionSpec } from "../../workload/leader-election/leader-elections.js";
import { described } from "./leaf.js";
import { dnsLabel, flag, positiveDuration } from "./scalars.js";

const SECOND = 1_000_000;
const JITTER = 1.2;

export const leaderElection = z
  .strictObject({
    lease: described(dnsLabel, "Name of the Lease, in the namespace of the pod."),
    leaseDuration: described(
      positiveDuration.optional(),
      "How long others wait that have seen no renewal.",
      { default: "15s", source: "upstream" },
    ),
    renewDeadline: described(
      positiveDuration.optional(),
      "How long the leader tries to renew before it leads no more.",
      { default: "10s", source: "upstream" },
    ),
    retryPeriod: described(positiveDuration.optional(), "Between two tries.", {
      default: "2s",
      source: "upstream",
    }),
    release: described(
      flag.optional(),
      "The leader gives the Lease back when it is told to end (`ReleaseOnCancel`).",
      { default: false, source: "upstream" },
    ),
  })
  .transform((given, context): ElectionSpec => {
    const { lease, leaseDuration = 15 * SECOND, renewDeadline = 10 * SECOND } = given;
    const { retryPeriod = 2 * SECOND, release = false } = given;
    const wrong = (key: string, message: string) => {
      context.addIssue({ code: "custom", message, path: [key], input: given });
      return z.NEVER;
    };
    if (leaseDuration <= renewDeadline) {
      return wrong("leaseDuration", "must be longer than `renewDeadline`");
    }
    if (renewDeadline <= JITTER * retryPeriod) {
      return wrong("renewDeadline", "must be longer than 1.2 times `retryPeriod`");
    }
    return {
      lease,
      leaseDurationMicros: leaseDuration,
      renewDeadlineMicros: renewDeadline,
      retryPeriodMicros: retryPeriod,
      releases: release,
    };
  });
