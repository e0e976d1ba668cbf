import { stringify } from "yaml";
import type { Dice } from "./dice.js";
import { at, type Json, placesOf, put, treesOf } from "./trees.js";

/** A number with a unit, as durations and quantities have. */
const AMOUNT = /^(\d+(?:\.\d+)?)([a-zA-Z]{0,2})$/;
/** What an object cannot be without. */
const NEEDED = new Set(["apiVersion", "kind", "metadata", "name", "spec", "containers", "image"]);
/** Words of which a field takes one or the other. */
const WORDS: readonly (readonly string[])[] = [
  ["DoNotSchedule", "ScheduleAnyway"],
  ["NoSchedule", "NoExecute", "PreferNoSchedule"],
  ["Always", "OnFailure", "Never"],
  ["RollingUpdate", "Recreate", "OnDelete"],
  ["Parallel", "OrderedReady"],
  ["Exists", "DoesNotExist"],
  ["In", "NotIn"],
  ["Immediate", "WaitForFirstConsumer"],
  ["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
  ["random", "first"],
  ["duration", "absolute", "none"],
  ["1.26", "1.30", "1.34", "1.37"],
];

/** A file that somebody may well have meant: values, order, parts and spelling differ from the good one. */
export function changedGently(file: string, bytes: Buffer, other: string, dice: Dice): Buffer {
  let text = bytes.toString("utf8");
  for (let left = 1 + dice.below(4); left > 0; left -= 1) {
    if (file.endsWith(".csv")) text = changedRows(text, dice);
    else if (dice.chance(0.2)) text = respelt(text, dice);
    else text = changedTree(text, other, dice);
  }
  return Buffer.from(text, "utf8");
}

function changedTree(text: string, other: string, dice: Dice): string {
  const documents = treesOf(text);
  if (documents.length === 0) return text;
  const donors = treesOf(other);
  const root = { documents };
  changeGently(root, donors.length === 0 ? null : dice.one(donors), dice);
  return root.documents.map((tree) => stringify(tree)).join("---\n");
}

/** One change of a tree, in place, to what the same place might hold in another good file. */
function changeGently(root: Json, other: Json, dice: Dice): void {
  const places = placesOf(root);
  const [holder, key] = dice.one(places);
  const value = at(holder, key);
  const change = dice.below(6);
  if (Array.isArray(value) && value.length > 0) {
    const i = dice.below(value.length);
    if (change < 2) value.reverse();
    else if (change === 2 && value.length > 1) value.splice(i, 1);
    else value.push(renamed(value[i], dice));
  } else if (typeof value === "object" && value !== null) {
    if (change < 3) put(holder, key, Object.fromEntries(Object.entries(value).reverse()));
    else dropOne(value as Record<string, Json>, dice);
  } else if (change === 0) {
    // The same field of another file.
    const like = placesOf(other).filter(
      ([from, name]) => name === key && typeof at(from, name) === typeof value,
    );
    if (like.length > 0) put(holder, key, at(...dice.one(like)));
  } else put(holder, key, nearValue(value, dice));
}

function nearValue(value: Json, dice: Dice): Json {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") {
    return dice.one([value + 1, Math.max(0, value - 1), value * 2, Math.ceil(value / 2)]);
  }
  if (typeof value !== "string") return value;
  const words = WORDS.find((list) => list.includes(value));
  if (words !== undefined) return dice.one(words);
  const [, digits, unit] = AMOUNT.exec(value) ?? [];
  if (digits === undefined) return value;
  return `${Math.ceil(Number(digits) * dice.one([0.5, 1.5, 2, 3]))}${unit}`;
}

function dropOne(object: Record<string, Json>, dice: Dice): void {
  const keys = Object.keys(object).filter((key) => !NEEDED.has(key));
  if (keys.length > 0) delete object[dice.one(keys)];
}

/** A copy under a name of its own. */
function renamed(value: Json, dice: Dice): Json {
  const copy = structuredClone(value);
  const rename = (holder: unknown) => {
    const named = holder as { name?: Json } | null | undefined;
    if (typeof named?.name === "string") named.name = `${named.name}-${dice.below(100)}`;
  };
  rename(copy);
  if (typeof copy === "object" && copy !== null) rename((copy as { metadata?: Json }).metadata);
  return copy;
}

/** The same documents in another spelling. */
function respelt(text: string, dice: Dice): string {
  const lines = text.split("\n");
  const i = dice.below(lines.length);
  const isBlockText = /[|>][+-]?\s*$/m.test(text);
  const trees = () => treesOf(text);
  const yaml = (options: Parameters<typeof stringify>[2]) =>
    trees()
      .map((tree) => stringify(tree, null, options))
      .join("---\n");
  switch (dice.below(8)) {
    case 0:
      return lines.toSpliced(i, 0, isBlockText ? "" : "# of our own").join("\n");
    case 1:
      return `---\n${text}`;
    case 2:
      return `${text}\n---\n`;
    case 3:
      return isBlockText ? text : text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
    case 4:
      return yaml({ indent: 4, indentSeq: false });
    case 5:
      return yaml({ defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
    case 6:
      return yaml({ collectionStyle: "flow" });
    default:
      return trees()
        .map((tree) => JSON.stringify(tree, null, dice.below(3)))
        .join("\n---\n");
  }
}

/** Rows in another order, left out or repeated; a number of a cell doubled. */
function changedRows(text: string, dice: Dice): string {
  const [header = "", ...rows] = text.trimEnd().split("\n");
  const r = dice.below(rows.length);
  const row = rows[r] ?? "";
  const changed = dice.one<() => string[]>([
    () => rows.toReversed(),
    () => rows.toSpliced(r, 1),
    () => rows.toSpliced(r, 0, row),
    () =>
      rows.with(
        r,
        row.replace(/\b\d+\b/, (digits) => String(2 * Number(digits))),
      ),
    () => rows.with(r, row.replace(/[^,]*$/, "")),
  ])();
  return `${[header, ...changed].join("\n")}\n`;
}
