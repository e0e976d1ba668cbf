/** A key that its map has before already: what stands here counts. */
export interface RepeatedKey {
  readonly key: string;
  /** In the text. */
  readonly offset: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** How many keys all maps of a value have. */
export function keyCount(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) {
      for (const element of next) if (typeof element === "object") open.push(element);
      continue;
    }
    const map = next as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(map)) {
      count += 1;
      const inside = map[key];
      if (typeof inside === "object") open.push(inside);
    }
  }
  return count;
}

/** The keys that stand twice in their map, of a text that `JSON.parse` has taken. */
export function repeatedJsonKeys(text: string): readonly RepeatedKey[] {
  const repeated: RepeatedKey[] = [];
  /** Keys of the maps that are open; null stands for a list. */
  const open: (Set<string> | null)[] = [];
  let keys: Set<string> | null = null;
  let isKeyNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (isKeyNext && keys !== null) {
          const written = text.slice(at + 1, end);
          const key = written.includes("\\") ? (JSON.parse(`"${written}"`) as string) : written;
          if (keys.has(key)) repeated.push({ key, offset: at });
          keys.add(key);
          isKeyNext = false;
        }
        at = end;
        break;
      }
      case OPEN_MAP:
      case OPEN_LIST:
        open.push(keys);
        keys = text.charCodeAt(at) === OPEN_MAP ? new Set() : null;
        isKeyNext = keys !== null;
        break;
      case CLOSE_MAP:
      case CLOSE_LIST:
        keys = open.pop() ?? null;
        isKeyNext = false;
        break;
      case COMMA:
        isKeyNext = keys !== null;
        break;
      default:
    }
  }
  return repeated;
}

/** Where the string that begins at `from` has its closing quote. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
}
