import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readPlainYaml } from "../../src/scenario/load/plain-yaml.js";
import { parseYaml } from "../../src/scenario/load/yaml-source.js";

/** Of the reader of all YAML, which a mark of a document calls for. */
const wholly = (text: string) =>
  parseYaml(`---\n${text}`, { file: "a.yaml", dialect: "kubernetes" });

const scalars = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, 0, -1, 0.5, 1e21, "", "on", "010", "~", "a b", "a: b", "a #b", "-a", "--x"],
      ...["a\nb", "a\n", 'a"b', "10.0.0.1", "2026-01-05T07:10:00Z", "500m", "http://a:80/x"],
      ...["{{ .Values.x }}", "null", "é", "1e400", '{"a": 1}', "\\"],
    ),
  },
  fc.constantFrom<unknown>(
    ...[" ", "#a", "-", "- a", "a:", ":a", "'a'", "{}", "[a]", "|", "%a", "@a", "*", "&a", "?"],
    ...["\na", "a\n\n", "  a\n b", "a\tb", ".inf", "<<", "="],
  ),
  fc.string({ maxLength: 6 }),
);
const keys = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      ...[
        "name",
        "f:metadata",
        'k:{"name":"x"}',
        "app.kubernetes.io/name",
        ".",
        "constructor",
        "a b",
      ],
    ),
  },
  fc.constantFrom("on", "1", "-", "", "__proto__", "a: b", "<<", "'a'", "#a", "-a", "y"),
);
const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalars,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
  ),
})).tree;
const styles = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20),
  blockQuote: fc.constantFrom<boolean | "literal">(true, false, "literal"),
});
/** One slip or liberty in a text, at a share of its length. */
const slips = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 3 }),
    put: fc.constantFrom(
      ...["", " ", "  ", "\n", "\n\n", "- ", ": ", ":", "#", " # c", "\n# c\n", "\t", "\r", '"'],
      ...["'", "|", "|-", ">", "{", "[", "&a ", "*a", "!!str ", "---\n", "...\n", "\\", "x", "~"],
    ),
  }),
  { maxLength: 1 },
);

function withSlips(text: string, list: readonly { at: number; cut: number; put: string }[]) {
  return list.reduce((now, { at, cut, put }) => {
    const from = Math.floor(at * now.length);
    return now.slice(0, from) + put + now.slice(from + cut);
  }, text);
}

describe("plain YAML", () => {
  property.prop([trees, styles, slips], { numRuns: 2000 })(
    "what it reads, the reader of all YAML reads so too",
    (tree, style, list) => {
      const text = withSlips(stringify(tree, null, style), list);
      const plain = readPlainYaml(text);
      if (plain === undefined) return;
      const { documents, issues } = wholly(text);
      expect(issues).toEqual([]);
      expect(documents.map(({ value }) => value)).toEqual([plain.value]);
      const [document] = documents;
      expect(document!.repeated).toEqual([]);
      const down = ({ line, column }: { line: number; column: number }) => ({
        line: line + 1,
        column,
      });
      expect(document!.placeOf([])).toEqual(down(plain.place));
      if (plain.firstPlace !== undefined) {
        expect(document!.placeOf([0])).toEqual(down(plain.firstPlace));
      }
    },
  );

  it.each<[says: string, text: string, value: unknown]>([
    [
      "maps and lists by indentation",
      "a:\n- b: 1\n  c:\n  - x\n  -   d: z\n",
      { a: [{ b: 1, c: ["x", { d: "z" }] }] },
    ],
    [
      "YAML 1.1's scalars",
      "a: 010\nb: no\nc: ~\nd:\ne: 1_0",
      { a: 8, b: false, c: null, d: null, e: 10 },
    ],
    ["quotes", `a: "x\\n\\u0041: b"\nb: 'y # z'`, { a: "x\nA: b", b: "y # z" }],
    [
      "literal blocks",
      'a: |\n  {"x":\n\n    1}\nb: |-\n    t\n\nc: 1',
      { a: '{"x":\n\n  1}\n', b: "t", c: 1 },
    ],
    [
      "comments and blank lines",
      "# one\n\na: 1\n  # two\nb:\n# three\n  c: {}\n",
      { a: 1, b: { c: {} } },
    ],
    [
      "colons in keys and values",
      "f:a: x:80\n.: {}\nb: '- : c'",
      { "f:a": "x:80", ".": {}, b: "- : c" },
    ],
    ["texts in quotes as elements", `- "a: b"\n- 'c: d'\n- -e`, ["a: b", "c: d", "-e"]],
  ])("reads %s", (_, text, value) => {
    expect(readPlainYaml(text)?.value).toEqual(value);
    expect(wholly(text).documents[0]?.value).toEqual(value);
  });

  it.each([
    ["a key twice", "a: 1\na: 2"],
    ["an anchor", "a: &x 1"],
    ["a flow map", "a: {b: 1}"],
    ["a text of two lines", "a: b\n  c"],
    ["a tag", "a: !!str 1"],
    ["a key that is no text", "on: 1"],
    ["wrong indentation", "a:\n    b: 1\n  c: 2"],
    ["a second document", "a: 1\n---\nb: 1"],
  ])("leaves %s to the reader of all YAML", (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
