/** What a plain scalar, or one with a tag, means to the YAML reader of Kubernetes' tools. */
type GoScalar = string | number | boolean | null;

const TAGS = "tag:yaml.org,2002:";
const WORDS: ReadonlyMap<string, boolean | null | number> = new Map<
  string,
  boolean | null | number
>([
  ...cased("y", true),
  ...cased("yes", true),
  ...cased("true", true),
  ...cased("on", true),
  ...cased("n", false),
  ...cased("no", false),
  ...cased("false", false),
  ...cased("off", false),
  ...cased("null", null),
  ["~", null],
  ["", null],
  [".nan", Number.NaN],
  [".NaN", Number.NaN],
  [".NAN", Number.NaN],
  ...["", "+"].flatMap((sign) => infinities(sign, Number.POSITIVE_INFINITY)),
  ...infinities("-", Number.NEGATIVE_INFINITY),
]);

/** `yes`, `Yes` and `YES`, and no other mixture. */
function cased<T>(word: string, value: T): [string, T][] {
  const upper = word.toUpperCase();
  return [word, upper, upper[0] + word.slice(1)].map((one) => [one, value]);
}

function infinities(sign: string, value: number): [string, number][] {
  return [".inf", ".Inf", ".INF"].map((word) => [sign + word, value]);
}

const INTEGERS: readonly (readonly [RegExp, number])[] = [
  [/^[+-]?(0|[1-9]\d*)$/, 10],
  [/^([+-]?)0[oO]([0-7]+)$/, 8],
  [/^([+-]?)0([0-7]+)$/, 8],
  [/^([+-]?)0[xX]([0-9a-fA-F]+)$/, 16],
  [/^([+-]?)0[bB]([01]+)$/, 2],
  // A sign after the prefix is what Go's second try at binary numbers takes.
  [/^0b([+-])([01]+)$/, 2],
];
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const POINT_FIRST = /^\.\d+([eE][-+]?\d+)?$/;
const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** An integer of 64 bits, signed or not, in any of the ways that Go writes one; else undefined. */
function integerOf(text: string): bigint | undefined {
  for (const [form, base] of INTEGERS) {
    const match = form.exec(text);
    if (match === null) continue;
    const [, sign, digits] = match;
    const magnitude =
      base === 10 ? BigInt(text.replace(/^[+-]/, "")) : BigInt(PREFIXES[base]! + digits);
    const isNegative = base === 10 ? text.startsWith("-") : sign === "-";
    const value = isNegative ? -magnitude : magnitude;
    const max = text.startsWith("+") ? -MIN_INT64 - 1n : MAX_UINT64;
    return value >= MIN_INT64 && value <= max ? value : undefined;
  }
  return undefined;
}

const PREFIXES: Readonly<Record<number, string>> = { 2: "0b", 8: "0o", 16: "0x" };

/**
 * The value of a plain scalar: YAML 1.1's booleans and octals, but neither its numbers to base 60 nor its
 * times, which stay text. Numbers of more digits than a float holds are rounded.
 *
 * Source: go.yaml.in/yaml v2, `resolve`, which sigs.k8s.io/yaml stands on.
 */
export function plainScalar(text: string): GoScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (text.startsWith(".")) return POINT_FIRST.test(text) ? finiteOr(text, text) : text;
  if (!/^[-+\d]/.test(text)) return text;
  const digits = text.replaceAll("_", "");
  const integer = integerOf(digits);
  if (integer !== undefined) return Number(integer);
  return FLOAT.test(digits) ? finiteOr(digits, text) : text;
}

function finiteOr(digits: string, text: string): number | string {
  const value = Number(digits);
  return Number.isFinite(value) ? value : text;
}

/** The value of a scalar with a tag, or why it has none. */
export function taggedScalar(tag: string, text: string): { value: GoScalar } | { problem: string } {
  const value = plainScalar(text);
  switch (tag.startsWith(TAGS) ? tag.slice(TAGS.length) : "") {
    case "bool":
      return typeof value === "boolean" ? { value } : { problem: "is no boolean" };
    case "int":
      return typeof value === "number" && isInteger(text)
        ? { value }
        : { problem: "is no integer" };
    case "float":
      return typeof value === "number" ? { value } : { problem: "is no number" };
    case "null":
      return value === null ? { value } : { problem: "is not null" };
    case "binary":
      return fromBase64(text);
    default:
      return { value: text };
  }
}

function isInteger(text: string): boolean {
  return integerOf(text.replaceAll("_", "")) !== undefined;
}

function fromBase64(text: string): { value: string } | { problem: string } {
  const packed = text.replace(/[\r\n]/g, "");
  const isWhole = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed);
  return isWhole
    ? { value: Buffer.from(packed, "base64").toString("utf8") }
    : { problem: "is no base64" };
}

/** The key of a JSON object that a scalar becomes; undefined where it cannot be one. */
export function keyText(value: GoScalar, written: string): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== "number") return String(value);
  const integer = integerOf(written.replaceAll("_", ""));
  if (integer === undefined) return floatText(value);
  return integer < 2n ** 63n ? String(integer) : undefined;
}

/** The shortest text of a float of 32 bits, as Go's `%g` has it. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return value > 0 ? ".inf" : "-.inf";
  const shortest =
    [1, 2, 3, 4, 5, 6, 7, 8].find(
      (count) => Math.fround(Number(single.toPrecision(count))) === single,
    ) ?? 9;
  const [mantissa, exponent] = single.toExponential(shortest - 1).split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(single.toPrecision(shortest)));
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
