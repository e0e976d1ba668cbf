import { z } from "zod";
import { KINDS } from "../../api/kinds.js";
import { parseQuantity, QUANTITY_SUFFIXES, Quantity } from "../../api/quantity.js";
import { MAX_NODES } from "../defaults.js";
import { type Parsed, parseDuration, parseInstant, parseRate } from "../units.js";
import { bounded, leaf } from "./leaf.js";
import { labelKeyProblem, namedBy, parseLabelValue, resourceNameProblem } from "./names.js";
import type { Target } from "./scenario.js";

const DURATION_PATTERN = "^((\\d+(\\.\\d+)?|\\.\\d+)(d|h|m|s|ms|us|µs))+$|^0$";
const QUANTITY_PATTERN = "^[0-9.]+([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";

export const duration = leaf(
  { id: "duration", type: ["string", "integer"], pattern: DURATION_PATTERN },
  parseDuration,
);

/** A duration in whole seconds. */
export const seconds = duration.transform((micros) => Math.round(micros / 1_000_000));

export const positiveDuration = leaf(
  { id: "positiveDuration", type: "string", pattern: DURATION_PATTERN },
  bounded(parseDuration, (micros) => micros > 0, "expected a duration longer than 0"),
);

/** The same, of what looks at a whole cluster each time: more often than once a second a run would do nothing else. */
export const scanInterval = leaf(
  { id: "scanInterval", type: "string", pattern: DURATION_PATTERN },
  bounded(parseDuration, (micros) => micros >= 1_000_000, "expected a duration of 1s or longer"),
);

export const instant = leaf({ id: "instant", type: "string", format: "date-time" }, parseInstant);

export const rate = leaf(
  { id: "rate", type: "string", pattern: "^(\\d+(\\.\\d+)?|\\.\\d+)/(s|min|m|h|d)$" },
  bounded(parseRate, (perSecond) => perSecond > 0, "expected a rate above 0"),
);

/** The API server holds quantities within 64 bits. */
const MAX_QUANTITY = Quantity.of(2n ** 63n - 1n);

/** A quantity that is not negative, as {@link Quantity}. */
function parsePositiveQuantity(raw: unknown): Parsed<Quantity> {
  const expected = "expected a quantity such as 500m, 4 or 16Gi";
  if (typeof raw !== "string" && typeof raw !== "number") return { problem: expected };
  const quantity = parseQuantity(raw);
  if (!(quantity instanceof Quantity)) {
    return { problem: `${expected}; the suffixes are ${QUANTITY_SUFFIXES}` };
  }
  if (quantity.sign < 0) return { problem: "a quantity cannot be negative" };
  if (quantity.compare(MAX_QUANTITY) > 0) {
    return { problem: `is too large a quantity: expected at most ${MAX_QUANTITY}` };
  }
  return { value: quantity };
}

function quantityIn(unit: (quantity: Quantity) => bigint): (raw: unknown) => Parsed<number> {
  return (raw) => {
    const parsed = parsePositiveQuantity(raw);
    if (!("value" in parsed)) return parsed;
    const value = Number(unit(parsed.value));
    return Number.isSafeInteger(value) ? { value } : { problem: "is too large a quantity" };
  };
}

export const parseMillis = quantityIn((quantity) => quantity.milliValue());
export const parseWhole = quantityIn((quantity) => quantity.value());

const quantityShape = { type: ["string", "number"], pattern: QUANTITY_PATTERN } as const;
export const bytes = leaf({ id: "bytes", ...quantityShape }, parseWhole);
/** In thousandths of a CPU. */
export const cpuMillis = leaf({ id: "cpu", ...quantityShape }, parseMillis);
export const positiveBytes = leaf(
  { id: "positiveBytes", ...quantityShape },
  bounded(parseWhole, (value) => value > 0, "expected a quantity above 0"),
);

/** Resource names to quantities, kept as Kubernetes text. */
export const resourceList = namedBy(
  resourceNameProblem,
  z.record(
    z.string(),
    leaf({ id: "quantity", ...quantityShape }, (raw): Parsed<string> => {
      const parsed = parsePositiveQuantity(raw);
      return "value" in parsed ? { value: String(raw) } : parsed;
    }),
  ),
);

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** True for a DNS label (RFC 1123): what a scenario, a pool or a generator may be called. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text);
}

export const dnsLabel = leaf(
  { id: "name", type: "string", pattern: DNS_LABEL.source, maxLength: 63 },
  (raw): Parsed<string> =>
    typeof raw === "string" && isDnsLabel(raw)
      ? { value: raw }
      : {
          problem:
            "expected a DNS label: at most 63 of a-z, 0-9 and `-`, with a letter or digit at both ends",
        },
);

export const text = leaf(
  { type: "string", minLength: 1 },
  (raw): Parsed<string> =>
    typeof raw === "string" && raw !== ""
      ? { value: raw }
      : { problem: `expected a text${raw === "" ? " that is not empty" : ""}` },
);

export const filePath = leaf(
  { id: "path", type: "string", minLength: 1 },
  (raw): Parsed<string> =>
    typeof raw === "string" && raw !== "" && !raw.includes("\0")
      ? { value: raw }
      : { problem: "expected a path, relative to this file, or data:… for the data folder" },
);

export const labels = z.record(
  z.string(),
  leaf(
    { type: "string" },
    (raw): Parsed<string> =>
      typeof raw === "string"
        ? { value: raw }
        : { problem: 'expected a text; write numbers and booleans in quotes ("1")' },
  ),
);

/** Labels that an API server takes: of nodes and pods. */
export const kubernetesLabels = namedBy(
  labelKeyProblem,
  z.record(z.string(), leaf({ type: "string" }, parseLabelValue)),
);

/** The value of a label, as of a zone. */
export const labelValue = leaf(
  { type: "string", minLength: 1 },
  (raw): Parsed<string> =>
    raw === "" ? { problem: "expected a text that is not empty" } : parseLabelValue(raw),
);

/** The key of a label or a taint. */
export const labelKey = leaf({ type: "string", minLength: 1 }, (raw): Parsed<string> => {
  if (typeof raw !== "string" || raw === "") return { problem: "expected a text" };
  const problem = labelKeyProblem(raw);
  return problem === null ? { value: raw } : { problem };
});

/** An integer within bounds. */
export function integer(min: number, max: number, what = "a whole number") {
  const expected =
    max === Number.MAX_SAFE_INTEGER
      ? `expected ${what} from ${min} to 2^53 - 1`
      : `expected ${what} from ${min} to ${max}`;
  return leaf(
    { type: "integer", minimum: min, ...(max < Number.MAX_SAFE_INTEGER ? { maximum: max } : {}) },
    (raw): Parsed<number> =>
      typeof raw === "number" && Number.isSafeInteger(raw) && raw >= min && raw <= max
        ? { value: raw }
        : { problem: expected },
  );
}

export const count = integer(0, 10_000_000);
export const positiveCount = integer(1, 10_000_000);
/** Nodes of a pool, or nodes to add: more would not fit into memory. */
export const nodeCount = integer(0, MAX_NODES);
export const positiveNodeCount = integer(1, MAX_NODES);

/** A finite number above `above`, and at most `max`. */
export function number(options: { above?: number; min?: number; max?: number }) {
  const { above, min, max } = options;
  const bounds = [
    above === undefined ? "" : `above ${above}`,
    min === undefined ? "" : `${min} or more`,
    max === undefined ? "" : `at most ${max}`,
  ].filter((bound) => bound !== "");
  return leaf(
    {
      type: "number",
      ...(above === undefined ? {} : { exclusiveMinimum: above }),
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max }),
    },
    (raw): Parsed<number> =>
      typeof raw === "number" &&
      Number.isFinite(raw) &&
      (above === undefined || raw > above) &&
      (min === undefined || raw >= min) &&
      (max === undefined || raw <= max)
        ? { value: raw }
        : { problem: `expected a number ${bounds.join(" and ")}`.trimEnd() },
  );
}

/** One of a few words. */
export function word<const W extends string>(...words: readonly W[]) {
  return leaf({ type: "string", enum: words }, (raw): Parsed<W> => {
    const known = words.find((w) => w === raw);
    return known === undefined ? { problem: `expected ${words.join(" or ")}` } : { value: known };
  });
}

export const flag = leaf(
  { type: "boolean" },
  (raw): Parsed<boolean> =>
    typeof raw === "boolean" ? { value: raw } : { problem: "expected true or false" },
);

/** True where objects of the kind live in no namespace; kinds that are not modelled count as namespaced. */
function isClusterScoped(kind: string): boolean {
  return Object.hasOwn(KINDS, kind) && !KINDS[kind as keyof typeof KINDS].namespaced;
}

function parseTarget(raw: unknown): Parsed<Target> {
  const expected =
    "expected a target namespace/Kind/name, such as shop/Deployment/web; the namespace may be left out where it is default";
  if (typeof raw !== "string") return { problem: expected };
  const parts = raw.split("/");
  const name = parts.pop();
  const kind = parts.pop();
  if (!name || !kind || parts.length > 1 || parts[0] === "" || !/^[A-Z]/.test(kind)) {
    return { problem: expected };
  }
  if (isClusterScoped(kind)) {
    return parts.length === 0
      ? { value: { namespace: "", kind, name } }
      : { problem: `a ${kind} has no namespace: expected ${kind}/${name}` };
  }
  return { value: { namespace: parts[0] ?? "default", kind, name } };
}

export const target = leaf(
  { id: "target", type: "string", pattern: "^([^/]+/)?[A-Z][^/]*/[^/]+$" },
  parseTarget,
);
