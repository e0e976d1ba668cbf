import { z } from "zod";
import { described } from "../schema/leaf.js";
import { number, target, text } from "../schema/scalars.js";
import type { RateSpec, Target } from "../schema/scenario.js";
import { trafficRate } from "../schema/traffic.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

/** Requests come at another rate, or go elsewhere, from now on. */
export interface SetTraffic {
  readonly type: "setTraffic";
  readonly traffic: string;
  readonly rate: RateSpec | null;
  readonly backends: readonly { readonly to: Target; readonly weight: number }[] | null;
}

export const setTraffic = timelineOperation({
  name: "setTraffic",
  meaning: "Changes the rate of requests, or to which Services they go.",
  schema: z.strictObject({
    traffic: described(text, "The `name` under `traffic`."),
    rate: described(trafficRate.optional(), "As in `traffic`; its times are of the run."),
    backends: described(
      z
        .array(z.strictObject({ to: target, weight: number({ min: 0 }) }))
        .min(1)
        .optional(),
      "Services and how much of the requests each takes.",
    ),
  }),
  read: ({ traffic, rate, backends }): Parsed<SetTraffic> => {
    if (rate === undefined && backends === undefined) {
      return { problem: "expected `rate` or `backends`" };
    }
    if (backends?.some(({ to }) => to.kind !== "Service") === true) {
      return {
        problem: "backends are Services: expected namespace/Service/name",
        at: ["backends"],
      };
    }
    if (backends?.every(({ weight }) => weight === 0) === true) {
      return { problem: "no backend has a weight above 0", at: ["backends"] };
    }
    const value = { type: "setTraffic" as const, traffic };
    return { value: { ...value, rate: rate ?? null, backends: backends ?? null } };
  },
  issues: ({ path, operation }, names) => [
    ...names.traffic([...path, "traffic"], operation.traffic),
    ...(operation.backends ?? []).flatMap(({ to }, i) =>
      names.service([...path, "backends", i, "to"], to),
    ),
  ],
  runner: (context) => ({
    take: (step) => {
      const { traffic, rate, backends } = step;
      const done = [
        ...(rate === null ? [] : ["another rate"]),
        ...(backends?.map(({ to, weight }) => `${to.name}: ${weight}`) ?? []),
      ];
      if (rate !== null) context.traffic.changeRate(traffic, rate);
      if (backends !== null) context.traffic.redirect(traffic, backends);
      return { about: traffic, done: done.join(", ") };
    },
  }),
});
