import { Quantity, type QuantityFormat } from "../../api/quantity.js";
import { MAX_INT64 } from "./replica-calculator.js";

const LARGEST = 2n ** 63n - 1n;

/** Thousandths as a status writes them, within 64 bits. */
export function millisText(millis: number, format: QuantityFormat = "DecimalSI"): string {
  const whole = millis >= MAX_INT64 ? LARGEST : BigInt(Math.trunc(millis));
  return Quantity.of(whole, format, -3).toString();
}

/** A resource's usage; memory in the units of metrics-server, where the version writes it so. */
export function resourceText(resource: string, millis: number, binaryMemory: boolean): string {
  return millisText(millis, binaryMemory && resource === "memory" ? "BinarySI" : "DecimalSI");
}
