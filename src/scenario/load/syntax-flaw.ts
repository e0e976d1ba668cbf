import type { Document } from "yaml";

/** What keeps a document from being read, and where in the text. */
interface SyntaxFlaw {
  readonly at: number;
  readonly words: string;
}

const WRONG_INDENT =
  "wrong indentation: no map or list above has this column: line it up with its neighbours";
const LIST_IN_MAP = "wrong indentation: a list item stands among the keys of a map";
const NO_COLON = "expected `key: value`, with a blank after the colon";
const QUOTES = "put the text in quotes";

/** What readers of YAML differ in. */
export interface Dialect {
  /** Versions that a `%YAML` line may name. */
  readonly versions: readonly string[];
  /** Escapes in double quotes that are taken, beside those of YAML itself. */
  readonly escapes: readonly string[];
}

/** The first of a document's errors, in our words: later ones mostly follow from it. */
export function syntaxFlaw(
  document: Document.Parsed,
  text: string,
  { versions, escapes }: Dialect,
): SyntaxFlaw | null {
  const { yaml } = document.directives;
  const errors = document.errors.filter(
    ({ code, pos: [at] }) => code !== "BAD_DQ_ESCAPE" || !escapes.includes(text.slice(at, at + 2)),
  );
  if (errors.some((error) => error.message.includes("call stack"))) {
    return { at: 0, words: "it is nested too deeply" };
  }
  if (yaml.explicit === true && !versions.includes(yaml.version)) {
    const words = `a line \`%YAML ${yaml.version}\` is not taken: leave it out`;
    return { at: document.range[0], words };
  }
  const [first] = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first === undefined) return null;
  const [from, to] = first.pos;
  const lineBegins = beginsLine(text, from);
  switch (first.code) {
    case "TAB_AS_INDENT":
      return {
        at: from,
        words: "wrong indentation: a tab stands here, and YAML takes spaces only",
      };
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY": {
      const later = errors.find(({ code }) => code === "MULTILINE_IMPLICIT_KEY")?.pos[1] ?? to;
      if (first.message.startsWith("A block sequence")) {
        return { at: skipBlanks(text, from), words: LIST_IN_MAP };
      }
      const line = lastLineIn(text, from, later);
      if (line !== null && columnOf(text, line) === columnOf(text, from)) {
        return { at: from, words: NO_COLON };
      }
      if (line !== null) return { at: line, words: WRONG_INDENT };
      return {
        at: from,
        words: `a second \`: \` stands on this line: ${QUOTES}, or give the map lines of its own`,
      };
    }
    case "BAD_INDENT": {
      const flow = /^Flow (map|sequence)/.exec(first.message)?.[1];
      if (flow === undefined) return { at: skipBlanks(text, from), words: WRONG_INDENT };
      const [open, close] = flow === "map" ? ["{", "}"] : ["[", "]"];
      return {
        at: from,
        words: `a \`${open}\` is not closed before this line: expected \`${close}\`, or deeper indentation`,
      };
    }
    case "MISSING_CHAR":
      if (first.message.startsWith("Sequence item")) {
        return { at: skipBlanks(text, from), words: WRONG_INDENT };
      }
      break;
    case "UNEXPECTED_TOKEN":
      if (first.message.endsWith("at node end")) {
        return lineBegins
          ? { at: from, words: WRONG_INDENT }
          : { at: from, words: `something follows a value that has ended: ${QUOTES}` };
      }
      break;
    case "BAD_SCALAR_START":
      return {
        at: from,
        words: `a text without quotes cannot begin with \`${text[from]}\`: ${QUOTES}`,
      };
    case "BAD_DQ_ESCAPE":
      return {
        at: from,
        words: `\`${text.slice(from, from + 2)}\` is no escape in double quotes: expected single quotes, or \`\\\\\``,
      };
    default:
  }
  return { at: from, words: lowered(first.message) };
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function beginsLine(text: string, at: number): boolean {
  return /(^|\n)[ ]*$/.test(text.slice(Math.max(0, text.lastIndexOf("\n", at - 1)), at));
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}

function skipBlanks(text: string, at: number): number {
  let to = at;
  while (text[to] === " ") to++;
  return to;
}

/** Where the last line of a part of the text begins, without its blanks; null if it is of one line. */
function lastLineIn(text: string, from: number, to: number): number | null {
  const part = text.slice(from, to).trimEnd();
  const end = part.lastIndexOf("\n");
  return end < 0 ? null : skipBlanks(text, from + end + 1);
}
