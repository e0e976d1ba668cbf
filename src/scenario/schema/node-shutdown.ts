import { z } from "zod";
import type { ShutdownGracePeriod } from "../../cluster/node-shutdown.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { described } from "./leaf.js";
import { count, duration, integer } from "./scalars.js";

/** The priority of `system-cluster-critical`. */
const CRITICAL_PRIORITY = 2_000_000_000;

/** The keys of a kubelet's configuration about the end of its machine. */
export const shutdownKeys = {
  shutdownGracePeriod: described(
    duration.optional(),
    "What a node takes to end its pods when its machine is switched off (`fault: shutdown`). Without it, the machine goes down with them.",
    { default: "0s", source: "upstream" },
  ),
  shutdownGracePeriodCriticalPods: described(
    duration.optional(),
    "The part of it that is left to critical pods, at its end.",
    { default: "0s", source: "upstream" },
  ),
  shutdownGracePeriodByPodPriority: described(
    z
      .array(
        z.strictObject({
          priority: described(
            integer(-2_147_483_648, 2_147_483_647),
            "Of the pods, up to the next entry.",
          ),
          shutdownGracePeriodSeconds: described(count, "What these pods get."),
        }),
      )
      .min(1)
      .optional(),
    "In place of the two: what the pods from a priority on get, the lowest first.",
  ),
};

const givenShutdown = z.strictObject(shutdownKeys);
type GivenShutdown = Partial<z.output<typeof givenShutdown>>;

/** What is wrong with keys that are each right by themselves: the path and the words. */
export function shutdownProblems(
  given: GivenShutdown,
): readonly (readonly [readonly string[], string])[] {
  const { shutdownGracePeriod = 0, shutdownGracePeriodCriticalPods = 0 } = given;
  if (shutdownGracePeriodCriticalPods > shutdownGracePeriod) {
    return [[["shutdownGracePeriodCriticalPods"], "expected no more than `shutdownGracePeriod`"]];
  }
  if (given.shutdownGracePeriodByPodPriority === undefined || shutdownGracePeriod === 0) return [];
  const words = "expected either this or `shutdownGracePeriod`";
  return [[["shutdownGracePeriodByPodPriority"], words]];
}

export function shutdownOf(given: GivenShutdown): readonly ShutdownGracePeriod[] {
  const { shutdownGracePeriod = 0, shutdownGracePeriodCriticalPods = 0 } = given;
  if (given.shutdownGracePeriodByPodPriority !== undefined) {
    return given.shutdownGracePeriodByPodPriority;
  }
  if (shutdownGracePeriod === 0) return [];
  const seconds = (micros: number) => Math.floor(micros / MICROS_PER_SECOND);
  const others = shutdownGracePeriod - shutdownGracePeriodCriticalPods;
  return [
    { priority: 0, shutdownGracePeriodSeconds: seconds(others) },
    {
      priority: CRITICAL_PRIORITY,
      shutdownGracePeriodSeconds: seconds(shutdownGracePeriodCriticalPods),
    },
  ];
}
