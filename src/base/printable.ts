/** What most texts consist of, to be done with them at once. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Control and format characters (among them those that turn the direction of writing), line and paragraph ends, halves of pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * A text as one line that a terminal shows and does not obey: characters that would move, colour or
 * hide something are written as JSON escapes them, `\u001b` for ESC. What is escaped already stays.
 */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(UNPRINTABLE, escaped);
}

/** The same of several lines, whose ends stay; JSON remains the same JSON. */
export function printableLines(text: string): string {
  return text.replaceAll(UNPRINTABLE, (found) => (found === "\n" ? found : escaped(found)));
}

function escaped(found: string): string {
  const short = SHORT.get(found);
  if (short !== undefined) return short;
  let text = "";
  for (let i = 0; i < found.length; i += 1) {
    text += `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return text;
}
