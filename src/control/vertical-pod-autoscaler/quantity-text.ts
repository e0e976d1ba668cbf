import { Quantity } from "../../api/quantity.js";
import type { ControlledResource } from "./amounts.js";
import type { RecommenderSettings } from "./recommender-settings.js";

const KIB = 1024;
/** What is larger is written with the suffixes of quantities. */
const PLAIN_MILLIS = 1_000_000;
const MEMORY_UNITS = ["", "Ki", "Mi", "Gi", "Ti"] as const;

/** A recommended amount as the status has it. */
export function quantityText(
  resource: ControlledResource,
  amount: number,
  { roundCpuMillis, roundMemoryBytes, humanizeMemory }: RecommenderSettings,
): string {
  if (resource === "cpu") return cpuText(roundedUp(amount, roundCpuMillis));
  const bytes = roundedUp(amount, roundMemoryBytes);
  return humanizeMemory && bytes > 0 ? humanized(bytes) : memoryText(bytes);
}

function roundedUp(amount: number, step: number): number {
  return step <= 0 || step === 1 ? amount : Math.ceil(amount / step) * step;
}

function cpuText(millis: number): string {
  if (millis >= PLAIN_MILLIS) return Quantity.of(millis, "DecimalSI", -3).toString();
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

function memoryText(bytes: number): string {
  if (bytes % KIB !== 0) return String(bytes);
  return Quantity.of(bytes, "BinarySI").toString();
}

/** In the largest unit of which there is one, with two decimals. */
function humanized(bytes: number): string {
  let power = 0;
  let amount = bytes;
  while (amount >= KIB && power < MEMORY_UNITS.length - 1) {
    amount /= KIB;
    power += 1;
  }
  return power === 0 ? String(bytes) : twoDecimals(amount) + MEMORY_UNITS[power]!;
}

/** Ties go to the even digit. */
function twoDecimals(amount: number): string {
  const hundredths = amount * 100;
  const down = Math.floor(hundredths);
  const isTie = hundredths - down === 0.5;
  const rounded = isTie ? down + (down % 2) : Math.round(hundredths);
  return `${Math.floor(rounded / 100)}.${String(rounded % 100).padStart(2, "0")}`;
}
