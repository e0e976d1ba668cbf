import { metricOf } from "../results/read-results.js";

const UNITS: Readonly<Record<string, string>> = {
  seconds: "s",
  hours: "h",
  dollars: "US$",
  bytes: "B",
};

/** The ends of names that repeat what their unit says. */
const ENDS = /_(?:seconds|hours|dollars|count|ratio|bytes|cores)$/;

/** `pod_wait_p99_seconds{owner=a}` becomes `pod wait p99, a (s)`. */
export function metricTitle(key: string, unit: string): string {
  const metric = metricOf(key);
  const words = metric.replace(ENDS, "").replaceAll("_", " ");
  const labels = key
    .slice(metric.length)
    .replace(/^\{|\}$/g, "")
    .split(";")
    .filter((pair) => pair !== "")
    .map((pair) => pair.slice(pair.indexOf("=") + 1));
  return `${[words, ...labels].join(", ")} (${unitText(unit)})`;
}

function unitText(unit: string): string {
  return UNITS[unit] ?? unit;
}

interface TimeUnit {
  readonly seconds: number;
  readonly symbol: "s" | "min" | "h" | "d";
}

const TIME_UNITS: readonly TimeUnit[] = [
  { seconds: 86_400, symbol: "d" },
  { seconds: 3600, symbol: "h" },
  { seconds: 60, symbol: "min" },
];

/** The unit in which a span reads well: the largest of which there are three. */
export function timeUnit(spanSeconds: number): TimeUnit {
  return (
    TIME_UNITS.find(({ seconds }) => spanSeconds >= 3 * seconds) ?? { seconds: 1, symbol: "s" }
  );
}
