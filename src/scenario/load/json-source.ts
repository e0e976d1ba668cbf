import type { Issue } from "../issue.js";
import { keyCount, repeatedJsonKeys } from "./repeated-json-keys.js";
import { type Place, parseYaml, type YamlDocument } from "./yaml-source.js";

interface JsonOptions {
  readonly file: string;
  /** Lines before the text in its file, and characters before it on its first line. */
  readonly lineOffset: number;
  readonly columnOffset: number;
  /** Of the text, those that stand in no string, if somebody has counted them. */
  readonly colons?: number;
}

/** One JSON value. Places are looked for only when somebody asks: JSON is read as YAML then. */
export function parseJson(text: string, options: JsonOptions): YamlDocument | readonly Issue[] {
  const { file, lineOffset, columnOffset, colons } = options;
  const shift = ({ line, column }: Place): Place => ({
    line: line + lineOffset,
    column: line === 1 ? column + columnOffset : column,
  });
  const asYaml = () => parseYaml(text.replaceAll("\t", " "), { file });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { issues } = asYaml();
    if (issues.length > 0) return issues.map((issue) => ({ ...issue, ...shift(issue) }));
    const place = shift({ line: 1, column: 1 });
    const message = `is no valid JSON: ${error instanceof Error ? error.message : String(error)}`;
    return [{ file, ...place, path: "", value: "", message }];
  }
  let document: YamlDocument | undefined;
  // Of keys that stand twice the value has one: where it has as many as are written, none does.
  const repeated = colons === keyCount(value) ? [] : repeatedJsonKeys(text);
  return {
    value,
    repeated: repeated.map(({ key, offset }) => ({
      key,
      place: shift(placeIn(text, offset)),
    })),
    placeOf: (path, atKey) => {
      if (path.length === 0) return shift(startOf(text));
      document ??= asYaml().documents[0];
      return shift(document?.placeOf(path, atKey) ?? startOf(text));
    },
  };
}

function startOf(text: string): Place {
  return placeIn(text, text.search(/\S/));
}

function placeIn(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
