import { stringify } from "yaml";
import type { Dice } from "./dice.js";
import { at, drop, type Json, placesOf, put, treesOf } from "./trees.js";

/** Values that something somewhere may not expect. */
const ODD_VALUES: readonly Json[] = [
  ...[null, "", " ", true, false, 0, -1, 1, 3, 0.5, 1e21, -0, Number.NaN, Number.POSITIVE_INFINITY],
  ...[2 ** 31, 2 ** 53, -(2 ** 63), "1e400", "-5", "0x1F", "010", "1_000", "1Ki", "16GB", "100m"],
  ...["1us", "-1s", "10 minutes", "P1D", "1e9d", "idle", "no", "on", "~", "null", "1.10", "25%"],
  ...["150%", "../../etc/passwd", "/dev/null", "data:x", "{{ .Values.x }}", "*", "a/b/c/d", "Ω"],
  ...[
    "\u001b[2J\u0007",
    "a\nb",
    "\0",
    "\u202e",
    "=1+1",
    "x".repeat(300),
    "a".repeat(64),
    "-a",
    "A_B",
  ],
  ...[
    "toString",
    "constructor",
    "__proto__",
    "hasOwnProperty",
    "2025-01-01T00:00:00Z",
    "9999-99-99",
  ],
  ...[[], {}, [null], [[]], [{}], { a: null }, { toString: "x" }, ["a", "a"], { "": "" }],
];

const ODD_KEYS = [
  "toString",
  "constructor",
  "__proto__",
  "valueOf",
  "",
  " ",
  "x\u001b",
  "a.b/c",
  "$patch",
];

function nearMiss(text: string, dice: Dice): string {
  const i = dice.below(text.length + 1);
  return dice.one([
    text.slice(0, i) + text.slice(i + 1),
    text.slice(0, i) + (text[i] ?? "s") + text.slice(i),
    text.toUpperCase(),
    text.toLowerCase(),
    ` ${text}`,
    `${text} `,
    text.replaceAll("/", "//"),
    text.replace(/\d+/, (digits) => `${digits}${digits}`),
    text.replace(/^/, "-"),
  ]);
}

/** One change of a tree, in place. */
function changeTree(root: Json, other: Json, dice: Dice): void {
  const places = placesOf(root);
  if (places.length === 0) return;
  const [holder, key] = dice.one(places);
  const value = at(holder, key);
  const foreign = placesOf(other);
  const change = dice.below(12);
  if (change <= 3) put(holder, key, structuredClone(dice.one(ODD_VALUES)));
  else if (change === 4) drop(holder, key);
  else if (change === 5 && Array.isArray(holder)) holder.push(structuredClone(value));
  else if (change === 6 && !Array.isArray(holder)) {
    drop(holder, key);
    put(holder, dice.chance(0.3) ? dice.one(ODD_KEYS) : nearMiss(String(key), dice), value);
  } else if (change === 7) {
    const [from, name] = dice.one(places);
    put(holder, key, structuredClone(at(from, name)));
  } else if (change === 8 && foreign.length > 0) {
    const [from, name] = dice.one(foreign);
    if (Array.isArray(holder)) holder.push(structuredClone(at(from, name)));
    else put(holder, String(name), structuredClone(at(from, name)));
  } else if (change === 9) put(holder, key, dice.chance(0.5) ? [value] : { [String(key)]: value });
  else if (change === 10 && typeof value === "number") {
    put(holder, key, dice.one([-value, value + 1, value / 3, value * 10, String(value)]));
  } else if (typeof value === "string") put(holder, key, nearMiss(value, dice));
  else put(holder, key, String(value));
}

const ODD_TEXTS = [
  ...[
    "\t",
    "\0",
    "\ufeff",
    "\u2028",
    '"',
    "'",
    "&a ",
    "*a",
    "!!binary ",
    "!!set ",
    "---\n",
    "...\n",
  ],
  ...[
    "<<: *a\n",
    "? ",
    "| ",
    ">-\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "#",
    "\r\n",
    "\r",
    "%YAML 1.1\n",
  ],
  ...["\ud800", "é", "0".repeat(50), "- ", "  ", "\u001b[2J", "@", "`", "%", "\\"],
];

/** One change of a text, wherever its structure is. */
export function changeText(text: string, other: string, dice: Dice): string {
  const lines = text.split("\n");
  const i = dice.below(lines.length);
  const c = dice.below(text.length + 1);
  const d = Math.min(text.length, c + dice.below(40));
  switch (dice.below(11)) {
    case 0:
      return lines.toSpliced(i, 1).join("\n");
    case 1:
      return lines.toSpliced(i, 0, lines[i]!).join("\n");
    case 2:
      return lines.with(i, `${" ".repeat(dice.below(5))}${lines[i]!.trimStart()}`).join("\n");
    case 3:
      return text.slice(0, c);
    case 4:
      return text.slice(0, c) + text.slice(d);
    case 5:
      return text.replaceAll("\n", "\r\n");
    case 6:
      return text.slice(0, c) + other.slice(dice.below(other.length + 1));
    case 7:
      return `${text}\n---\n${other}`;
    case 8:
      return lines.toSpliced(i, 0, dice.one(other.split("\n"))).join("\n");
    default:
      return text.slice(0, c) + dice.one(ODD_TEXTS) + text.slice(dice.chance(0.5) ? c : d);
  }
}

/** A cell, a column or a row of a CSV file changed. */
function changeCsv(text: string, dice: Dice): string {
  const rows = text.trimEnd().split("\n");
  const r = dice.below(rows.length);
  const cells = rows[r]!.split(",");
  const c = dice.below(cells.length);
  const cell = () => String(dice.one(ODD_VALUES)).replaceAll("\n", "\\n");
  const changed = dice.one<() => string[]>([
    () => rows.with(r, cells.with(c, cell()).join(",")),
    () => rows.with(r, cells.toSpliced(c, 1).join(",")),
    () => rows.with(r, cells.toSpliced(c, 0, cell()).join(",")),
    () => rows.toSpliced(r, 0, rows[r]!),
    () => rows.toSpliced(r, 1),
    () => rows.with(r, `"${rows[r]}`),
    () => rows.map((row) => row.split(",").toSpliced(c, 1).join(",")),
    () => rows.with(0, cells.with(c, rows[0]!.split(",")[0]!).join(",")),
  ])();
  return `${changed.join("\n")}\n`;
}

/** A file with some changes: of its structure, where it has one, or of its text. */
export function changed(file: string, bytes: Buffer, other: string, dice: Dice): Buffer {
  let text = bytes.toString("utf8");
  for (let left = dice.chance(0.7) ? 1 : 3; left > 0; left -= 1) {
    if (file.endsWith(".csv") && dice.chance(0.7)) text = changeCsv(text, dice);
    else if (dice.chance(0.35)) text = changeText(text, other, dice);
    else text = changedStructure(text, other, dice);
  }
  const result = Buffer.from(text, "utf8");
  if (dice.chance(0.02) && result.length > 0) result[dice.below(result.length)] = dice.below(256);
  return result;
}

function changedStructure(text: string, other: string, dice: Dice): string {
  const documents = treesOf(text);
  if (documents.length === 0) return changeText(text, other, dice);
  const donors = treesOf(other);
  const root = { documents };
  changeTree(root, donors.length === 0 ? null : dice.one(donors), dice);
  const list = Array.isArray(root.documents) ? root.documents : [];
  if (dice.chance(0.1)) return list.map((tree) => JSON.stringify(tree)).join("\n---\n");
  return list.map((tree) => stringify(tree)).join("---\n");
}

/** A value for `--set`, at a path of the scenario or beside it. */
export function setting(text: string, dice: Dice): string {
  const [tree] = treesOf(text) as { spec?: Json }[];
  const path: string[] = [];
  let value: Json = tree?.spec;
  while (typeof value === "object" && value !== null && (path.length === 0 || dice.chance(0.7))) {
    const entries = Object.entries(value);
    if (entries.length === 0) break;
    const [key, inner] = dice.one(entries);
    path.push(key);
    value = inner;
  }
  const odd = ["&a [*a]", "*a", "[", "{a: 1", "!!js x", "'", "", "a=b=c", "\u001b[2J", "- 1"];
  const given = dice.chance(0.4) ? dice.one(odd) : JSON.stringify(dice.one(ODD_VALUES));
  const name = dice.chance(0.2) ? nearMiss(path.join("."), dice) : path.join(".");
  return dice.chance(0.05) ? name : `${name}=${given}`;
}
