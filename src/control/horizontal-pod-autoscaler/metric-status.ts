import { Quantity, type QuantityFormat } from "../../api/quantity.js";
import { MAX_INT64 } from "./replica-calculator.js";

const LARGEST = 2n ** 63n - 1n;
/** Each a thousand times the one before; an exact integer of a double has at most five thousands in it. */
const SUFFIXES = ["m", "", "k", "M", "G", "T"] as const;

/** Thousandths as a status writes them, within 64 bits. */
export function millisText(millis: number, format: QuantityFormat = "DecimalSI"): string {
  const rounded = Math.trunc(millis);
  if (format === "DecimalSI" && Number.isSafeInteger(rounded)) return decimalText(rounded);
  const whole = millis >= MAX_INT64 ? LARGEST : BigInt(rounded);
  return Quantity.of(whole, format, -3).toString();
}

/** As the canonical text of a quantity, without integers of any size: each look of an autoscaler writes one. */
function decimalText(millis: number): string {
  if (millis === 0) return "0";
  let rest = millis;
  let thousands = 0;
  while (rest % 1_000 === 0) {
    rest /= 1_000;
    thousands += 1;
  }
  return `${rest}${SUFFIXES[thousands]}`;
}

/** A resource's usage; memory in the units of metrics-server, where the version writes it so. */
export function resourceText(resource: string, millis: number, binaryMemory: boolean): string {
  return millisText(millis, binaryMemory && resource === "memory" ? "BinarySI" : "DecimalSI");
}
