import { z } from "zod";
import {
  DEFAULT_HARD_THRESHOLDS,
  EVICTION_SIGNALS,
  type EvictionLevel,
  type EvictionPolicy,
  type EvictionSignal,
  type EvictionThreshold,
  evictionPolicy,
} from "../../cluster/pressure/eviction-policy.js";
import { parseQuantity, Quantity } from "../../api/quantity.js";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { Parsed } from "../units.js";
import { described, leaf, notYet } from "./leaf.js";
import { duration } from "./scalars.js";

const INODES = ["nodefs.inodesFree", "imagefs.inodesFree"] as const;

function parseLevel(raw: unknown): Parsed<EvictionLevel> {
  const problem =
    "expected a quantity above 0 such as 100Mi, or a percentage below 100 such as 10%";
  if (typeof raw === "string" && raw.endsWith("%")) {
    const percent = Number(raw.slice(0, -1));
    const isShare = /^\d+(\.\d+)?%$/.test(raw) && percent >= 0 && percent <= 100;
    return isShare ? { value: { share: percent / 100 } } : { problem };
  }
  if (typeof raw !== "string" && typeof raw !== "number") return { problem };
  const quantity = parseQuantity(raw);
  if (!(quantity instanceof Quantity) || quantity.sign <= 0) return { problem };
  const amount = Number(quantity.value());
  if (!Number.isSafeInteger(amount)) return { problem: "is too large a quantity" };
  return { value: { amount, text: quantity.toString() } };
}

const level = leaf({ type: ["string", "number"], examples: ["100Mi", "10%"] }, parseLevel);

/** A value for each signal that is named. */
function bySignal<S extends z.ZodType>(value: S) {
  const signals = Object.fromEntries(
    EVICTION_SIGNALS.map((signal) => [signal, value.optional()]),
  ) as Record<EvictionSignal, z.ZodOptional<S>>;
  const inodes = Object.fromEntries(
    INODES.map((signal) => [signal, notYet(`inodes of a disk (\`${signal}\`)`)]),
  );
  return z.strictObject({ ...signals, ...inodes });
}

/** The keys of a kubelet's configuration about evictions. */
export const evictionKeys = {
  evictionHard: described(
    bySignal(level).optional(),
    "Where a node has less than this left, pods are evicted at once. In place of all defaults; 0% and 100% switch one off.",
    {
      default: {
        "memory.available": "100Mi",
        "nodefs.available": "10%",
        "imagefs.available": "15%",
      },
      source: "upstream",
    },
  ),
  evictionSoft: described(
    bySignal(level).optional(),
    "Where a node has less than this left for `evictionSoftGracePeriod`, pods are evicted in good order.",
  ),
  evictionSoftGracePeriod: described(
    bySignal(duration).optional(),
    "Of each signal of `evictionSoft`.",
  ),
  evictionMinimumReclaim: described(
    bySignal(level).optional(),
    "Once a threshold is met, pods go until so much more is left.",
  ),
  evictionPressureTransitionPeriod: described(
    duration.optional(),
    "How long a condition of pressure stays after it was last observed.",
    { default: "5m", source: "upstream" },
  ),
  evictionMaxPodGracePeriod: described(
    duration.optional(),
    "The grace period of pods that go because of a soft threshold, at most.",
    { default: "0s", source: "upstream" },
  ),
};

const givenEviction = z.strictObject(evictionKeys);
type GivenEviction = z.output<typeof givenEviction>;
type Levels = Partial<Record<EvictionSignal, EvictionLevel>>;

/** What is wrong with keys that are each right by themselves: the path and the words. */
export function evictionProblems({
  evictionSoft = {},
  evictionSoftGracePeriod = {},
}: Partial<GivenEviction>): readonly (readonly [readonly string[], string])[] {
  return EVICTION_SIGNALS.flatMap((signal) => {
    const isSoft = (evictionSoft as Levels)[signal] !== undefined;
    if (isSoft && evictionSoftGracePeriod[signal] === undefined) {
      const words = `needs its grace period: evictionSoftGracePeriod["${signal}"]`;
      return [[["evictionSoft", signal], words] as const];
    }
    return [];
  });
}

export function evictionOf(given: Partial<GivenEviction>): EvictionPolicy {
  const { evictionHard, evictionSoft = {}, evictionSoftGracePeriod = {} } = given;
  const reclaim = (given.evictionMinimumReclaim ?? {}) as Levels;
  const of = (levels: Levels, isHard: boolean): EvictionThreshold[] =>
    EVICTION_SIGNALS.flatMap((signal) => {
      const found = levels[signal];
      if (found === undefined || isOff(found)) return [];
      const graceMicros = isHard ? null : (evictionSoftGracePeriod[signal] ?? 0);
      return [{ signal, level: found, graceMicros, minReclaim: reclaim[signal] ?? null }];
    });
  const defaults = DEFAULT_HARD_THRESHOLDS.map((one) => ({
    ...one,
    minReclaim: reclaim[one.signal as EvictionSignal] ?? null,
  }));
  const hard = evictionHard === undefined ? defaults : of(evictionHard as Levels, true);
  const { evictionPressureTransitionPeriod, evictionMaxPodGracePeriod = 0 } = given;
  return evictionPolicy([...hard, ...of(evictionSoft as Levels, false)], {
    ...(evictionPressureTransitionPeriod !== undefined && {
      pressureTransitionMicros: evictionPressureTransitionPeriod,
    }),
    maxPodGraceSeconds: Math.floor(evictionMaxPodGracePeriod / MICROS_PER_SECOND),
  });
}

function isOff(level: EvictionLevel): boolean {
  return "share" in level && (level.share === 0 || level.share === 1);
}
