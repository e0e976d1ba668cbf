import { QuantityError, readQuantity } from "../quantity.js";
import { parseTimestamp } from "../timestamp.js";
import type { ScalarType } from "./schema.js";

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;

function isInt32(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= MIN_INT32 && Number(value) <= MAX_INT32;
}

/** What the value would have to be for the API server to read it; undefined when it is. */
export function scalarError(type: ScalarType, value: unknown): string | undefined {
  switch (type) {
    case "any":
      return undefined;
    case "string":
      return typeof value === "string" ? undefined : "must be a string; quote it if it is one";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "int32":
      if (isInt32(value)) return undefined;
      return Number.isInteger(value) ? "must be an integer of 32 bits" : "must be an integer";
    case "int64":
      return Number.isSafeInteger(value) ? undefined : "must be an integer";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : "must be a number";
    case "intOrString":
      return typeof value === "string" || isInt32(value)
        ? undefined
        : "must be an integer or a string";
    case "time":
      return parseTimestamp(value, 0) === null
        ? "must be a time such as 2026-01-05T08:00:00Z"
        : undefined;
    case "quantity": {
      const parsed = readQuantity(value);
      return parsed instanceof QuantityError ? parsed.message : undefined;
    }
  }
}
