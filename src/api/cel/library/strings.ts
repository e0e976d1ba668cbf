import { RE2JS } from "re2js";
import { BOOL, INT, list, STRING } from "../cel-type.js";
import type { CelValue } from "../cel-value.js";
import {
  type CallCost,
  fail,
  fn,
  method,
  type Overload,
  product,
  regexCost,
  type Size,
  STRING_FACTOR,
  times,
} from "../cel-function.js";

const STRINGS = list(STRING);

const scanned = ([text]: readonly Size[]): CallCost => ({
  cost: times(text!.max, STRING_FACTOR),
  size: text!,
});
const argumentScanned = ([, text]: readonly Size[]): CallCost => ({
  cost: times(text!.max, STRING_FACTOR),
});
const scannedForEach = ([text, part]: readonly Size[]): CallCost => ({
  cost: product(times(text!.max, STRING_FACTOR), times(part!.max, STRING_FACTOR)),
});
const searched = ([text]: readonly Size[]): CallCost => ({
  cost: times(text!.max, STRING_FACTOR),
});
const matched = ([text, pattern]: readonly Size[]): CallCost => ({
  cost: regexCost(text!, pattern!),
  size: { min: 0, max: text!.max },
});

/** The size after each occurrence of one text became another. */
function replaced([text, old, by]: readonly Size[]): CallCost {
  const cost = times(text!.max, 2 * STRING_FACTOR);
  let count = 0;
  let kept = 0;
  if (old!.min === 0) {
    count = text!.max + 1;
    kept = text!.max;
  } else if (by!.max <= old!.min) kept = text!.max;
  else count = Math.ceil(text!.max / old!.min);
  return { cost, size: { min: 0, max: product(count, by!.max) + kept } };
}

function splitCost([text]: readonly Size[]): CallCost {
  const size = { min: 0, max: text!.max };
  return { cost: times(text!.max, 2 * STRING_FACTOR), size };
}

function joinCost([texts, separator]: readonly Size[]): CallCost {
  const each = texts!.element?.max ?? Number.POSITIVE_INFINITY;
  const between = product(Math.max(0, texts!.max - 1), separator?.max ?? 0);
  const max = product(texts!.max, each) + between;
  return { cost: times(max, STRING_FACTOR), size: { min: 0, max } };
}

const chars = (text: string): string[] => [...text];

function index(at: bigint, length: number): number {
  return at < 0n || at > BigInt(length) ? fail(`index out of range: ${at}`) : Number(at);
}

function charAt(text: string, at: bigint): string {
  const all = chars(text);
  return all[index(at, all.length)] ?? "";
}

function indexOf(text: string, part: string, from = 0n): bigint {
  const [all, sought] = [chars(text), chars(part)];
  for (let i = index(from, all.length); i <= all.length - sought.length; i += 1) {
    if (sought.every((char, j) => all[i + j] === char)) return BigInt(i);
  }
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const [all, sought] = [chars(text), chars(part)];
  const last = from === undefined ? all.length : index(from, all.length);
  for (let i = Math.min(last, all.length - sought.length); i >= 0; i -= 1) {
    if (sought.every((char, j) => all[i + j] === char)) return BigInt(i);
  }
  return -1n;
}

function substring(text: string, start: bigint, end?: bigint): string {
  const all = chars(text);
  const to = end === undefined ? all.length : index(end, all.length);
  const from = index(start, all.length);
  if (from > to) fail(`invalid substring range. start: ${start}, end: ${end}`);
  return all.slice(from, to).join("");
}

function replace(text: string, old: string, by: string, most = -1n): string {
  let left = most < 0n ? Number.POSITIVE_INFINITY : Number(most);
  if (left === 0) return text;
  const pieces = old === "" ? ["", ...chars(text), ""] : text.split(old);
  let result = pieces[0]!;
  for (const piece of pieces.slice(1)) {
    result += (left > 0 ? by : old) + piece;
    left -= 1;
  }
  return result;
}

function split(text: string, separator: string, most = -1n): readonly string[] {
  if (most === 0n) return [];
  const pieces = separator === "" ? chars(text) : text.split(separator);
  if (most < 0n || BigInt(pieces.length) <= most) return pieces;
  const first = pieces.slice(0, Number(most) - 1);
  return [...first, pieces.slice(Number(most) - 1).join(separator)];
}

const SPACE = "[\\s\\u0085]";
const trim = (text: string): string => text.replace(new RegExp(`^${SPACE}+|${SPACE}+$`, "g"), "");

const ascii = (text: string, pattern: RegExp, change: (char: string) => string): string =>
  text.replace(pattern, change);

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Whether it is a regular expression of RE2's syntax. */
export function isRegex(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

const matches = (text: string, pattern: string): boolean => compiled(pattern).matcher(text).find();

function findAll(text: string, pattern: string, most = -1n): readonly string[] {
  const matcher = compiled(pattern).matcher(text);
  const found: string[] = [];
  while ((most < 0n || BigInt(found.length) < most) && matcher.find()) {
    found.push(matcher.group() ?? "");
  }
  return found;
}

const find = (text: string, pattern: string): string => findAll(text, pattern, 1n)[0] ?? "";

const join = (texts: readonly CelValue[], separator = ""): string => texts.join(separator);

const quote = (text: string): string => JSON.stringify(text);

/** Strings: of the language, cel-go's extension of version 2, and Kubernetes' regular expressions. */
export const STRING_FUNCTIONS: readonly (readonly [string, readonly Overload[]])[] = [
  [
    "contains",
    [method([STRING, STRING], BOOL, (a: string, b: string) => a.includes(b), scannedForEach)],
  ],
  [
    "startsWith",
    [method([STRING, STRING], BOOL, (a: string, b: string) => a.startsWith(b), argumentScanned)],
  ],
  [
    "endsWith",
    [method([STRING, STRING], BOOL, (a: string, b: string) => a.endsWith(b), argumentScanned)],
  ],
  [
    "matches",
    [
      fn([STRING, STRING], BOOL, matches, matched),
      method([STRING, STRING], BOOL, matches, matched),
    ],
  ],
  ["charAt", [method([STRING, INT], STRING, charAt)]],
  [
    "indexOf",
    [
      method([STRING, STRING], INT, indexOf, searched),
      method([STRING, STRING, INT], INT, indexOf, searched),
    ],
  ],
  [
    "lastIndexOf",
    [
      method([STRING, STRING], INT, lastIndexOf, searched),
      method([STRING, STRING, INT], INT, lastIndexOf, searched),
    ],
  ],
  [
    "lowerAscii",
    [method([STRING], STRING, (a: string) => ascii(a, /[A-Z]/g, (c) => c.toLowerCase()), scanned)],
  ],
  [
    "upperAscii",
    [method([STRING], STRING, (a: string) => ascii(a, /[a-z]/g, (c) => c.toUpperCase()), scanned)],
  ],
  [
    "replace",
    [
      method([STRING, STRING, STRING], STRING, replace, replaced),
      method([STRING, STRING, STRING, INT], STRING, replace, replaced),
    ],
  ],
  [
    "split",
    [
      method([STRING, STRING], STRINGS, split, splitCost),
      method([STRING, STRING, INT], STRINGS, split, splitCost),
    ],
  ],
  [
    "substring",
    [
      method([STRING, INT], STRING, substring, scanned),
      method([STRING, INT, INT], STRING, substring, scanned),
    ],
  ],
  ["trim", [method([STRING], STRING, trim, scanned)]],
  [
    "join",
    [method([STRINGS], STRING, join, joinCost), method([STRINGS, STRING], STRING, join, joinCost)],
  ],
  ["strings.quote", [fn([STRING], STRING, quote, scanned)]],
  ["find", [method([STRING, STRING], STRING, find, matched)]],
  [
    "findAll",
    [
      method([STRING, STRING], STRINGS, findAll, matched),
      method([STRING, STRING, INT], STRINGS, findAll, matched),
    ],
  ],
];
