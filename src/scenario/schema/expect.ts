import { z } from "zod";
import type { Parsed } from "../units.js";
import { described, leaf } from "./leaf.js";
import { labels, text } from "./scalars.js";
import type { Expectation } from "./scenario.js";

const FORM = /^\s*(==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$/;

/** A comparison with a number. */
export const condition = leaf(
  { type: "string", pattern: "^\\s*(==|!=|<=|>=|<|>)\\s*-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?\\s*$" },
  (raw): Parsed<Pick<Expectation, "operator" | "value" | "is">> => {
    const match = typeof raw === "string" ? FORM.exec(raw) : null;
    if (match === null || typeof raw !== "string") {
      return { problem: 'expected a comparison such as "== 0", "<= 0.25" or "> 3"' };
    }
    const operator = match[1] as Expectation["operator"];
    return { value: { operator, value: Number(match[2]), is: raw.trim() } };
  },
);

export const expectation = z
  .strictObject({
    metric: described(text, "A metric of summary.csv."),
    labels: described(labels.optional(), "The row's labels; without them, every row."),
    is: described(condition, "What must hold."),
  })
  .transform(
    (given): Expectation => ({
      metric: given.metric,
      labels: given.labels ?? null,
      ...given.is,
    }),
  );
