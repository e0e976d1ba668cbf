import { describe, expect, it } from "vitest";
import { parseYaml } from "../../src/scenario/load/yaml-source.js";

const read = (text: string) => parseYaml(text, { file: "a.yaml", dialect: "kubernetes" });

/** As sigs.k8s.io/yaml v1.6.0 makes JSON of them (`YAMLToJSON`). */
const SCALARS: readonly (readonly [written: string, value: unknown])[] = [
  ["010", 8],
  ["0o10", 8],
  ["08", 8],
  ["09.5", 9.5],
  ["0x1F", 31],
  ["-010", -8],
  ["+12", 12],
  ["-0", 0],
  ["0b11", 3],
  ["0b-1", -1],
  ["1_000", 1000],
  ["_1", "_1"],
  ["1e3", 1000],
  ["1.", 1],
  ["1.50", 1.5],
  [".5", 0.5],
  ["+.5", 0.5],
  ["1e400", "1e400"],
  ["1:30", "1:30"],
  ["190:20:30", "190:20:30"],
  ["y", true],
  ["No", false],
  ["yEs", "yEs"],
  ["off", false],
  ["TRUE", true],
  ["tRUE", "tRUE"],
  ["NULL", null],
  ["~", null],
  ["nil", "nil"],
  ["2001-01-01", "2001-01-01"],
  ["2001-01-01T00:00:00Z", "2001-01-01T00:00:00Z"],
  ["inf", "inf"],
  ["00", 0],
  ["0o8", "0o8"],
  ["18446744073709551615", 2 ** 64],
  ["18446744073709551616", 2 ** 64],
  ["-9223372036854775809", -(2 ** 63)],
  ["=", "="],
  ["500m", "500m"],
  ["4Gi", "4Gi"],
  ["!!str 010", "010"],
  ['!!int "5"', 5],
  ["!!float 3", 3],
  ["!!bool yes", true],
  ["!!binary aGVsbG8=", "hello"],
  ["!local 010", "010"],
  ["! 010", "010"],
  ["'on'", "on"],
  ['"010"', "010"],
  ['"a\\\'b"', "a'b"],
  ['"\\x41\\N"', "A\u0085"],
  ["|\n  010", "010\n"],
  ["a #b", "a"],
  ["a#b", "a#b"],
];

const MAPS: readonly (readonly [written: string, json: string])[] = [
  ["on: 1", '{"true":1}'],
  ["y: 1", '{"true":1}'],
  ["0x10: a", '{"16":"a"}'],
  ["1.10: a", '{"1.1":"a"}'],
  ["1e6: a", '{"1e+06":"a"}'],
  ["0.00001: a", '{"1e-05":"a"}'],
  ["'1': a\n1: b", '{"1":"b"}'],
  ["a: 1\nb: 2\na: 3", '{"a":3,"b":2}'],
  ["m: &m {a: 1, b: 2}\nc:\n  <<: *m\n  a: 9", '{"m":{"a":1,"b":2},"c":{"a":9,"b":2}}'],
  ["m: &m {a: 1, b: 2}\nc:\n  a: 9\n  <<: *m", '{"m":{"a":1,"b":2},"c":{"a":1,"b":2}}'],
  ["a: {<<: [{x: 1}, {x: 2, z: 3}]}", '{"a":{"x":1,"z":3}}'],
  ["'<<': {a: 1}", '{"<<":{"a":1}}'],
  ["a: [b: 1]", '{"a":[{"b":1}]}'],
  ["__proto__: 1", '{"__proto__":1}'],
  ["a: &x 1\nb: *x\nc: &x 2\nd: *x", '{"a":1,"b":1,"c":2,"d":2}'],
];

const REFUSED: readonly (readonly [written: string, place: string, words: RegExp])[] = [
  ['a: "x\\/y"', "1:6", /`\\\/` is no escape/],
  ["a: .inf", "1:4", /\.inf has no form in JSON/],
  ["a: -.INF", "1:4", /-\.INF has no form in JSON/],
  ["a: .nan", "1:4", /\.nan has no form in JSON/],
  ["~: 1", "1:1", /cannot be a key/],
  ["[a]: 1", "1:1", /cannot be a key/],
  ["? {a: 1}\n: 2", "1:3", /cannot be a key/],
  ["18446744073709551615: 1", "1:1", /cannot be a key/],
  ["a: !!int x", "1:10", /is no integer/],
  ["a: !!binary x", "1:13", /is no base64/],
  ["a: *b", "1:4", /no anchor `b`/],
  ["a: &b [*b]", "1:8", /an alias stands inside/],
  ["<<: 1", "1:5", /expected a map to merge/],
  ['a: "\\q"', "1:5", /`\\q` is no escape/],
  ["a: \u0001", "1:4", /control characters/],
  ["a: @x", "1:4", /cannot begin with `@`/],
  ["%YAML 1.2\n---\na: 1", "2:1", /%YAML 1\.2/],
  ["a: b: c", "1:4", /a second `: `/],
];

describe("manifests are read as kubectl reads them", () => {
  it.each(SCALARS)("the scalar %j is %j", (written, value) => {
    const { documents, issues } = read(`a: ${written}\n`);
    expect(issues).toEqual([]);
    expect(documents[0]?.value).toEqual({ a: value });
  });

  it.each(MAPS)("the map %j is %j", (written, json) => {
    const { documents, issues } = read(`${written}\n`);
    expect(issues).toEqual([]);
    expect(documents[0]?.value).toEqual(JSON.parse(json));
  });

  it.each(REFUSED)("%j is refused at %s", (written, place, words) => {
    const { documents, issues } = read(`${written}\n`);
    expect(documents).toEqual([]);
    expect(issues.map(({ line, column }) => `${line}:${column}`)).toEqual([place]);
    expect(issues[0]?.message).toMatch(words);
  });

  it("of equal keys the last counts, and each is told", () => {
    const [document] = read("a: 1\nb:\n  yes: 2\n  true: 3\na: 4\n").documents;
    expect(document?.value).toEqual({ a: 4, b: { true: 3 } });
    expect(document?.repeated).toEqual([
      { place: { line: 4, column: 3 }, key: "true" },
      { place: { line: 5, column: 1 }, key: "a" },
    ]);
    expect(document?.placeOf(["a"])).toEqual({ line: 5, column: 4 });
  });

  it("aliases that expand beyond measure are refused", () => {
    const lines = Array.from({ length: 9 }, (_, i) => {
      const before = Array.from({ length: 9 }, () => `*a${i}`).join(", ");
      return `a${i + 1}: &a${i + 1} [${before}]\n`;
    });
    const { issues } = read(`a0: &a0 [x]\n${lines.join("")}`);
    expect(issues.map(({ message }) => message)).toEqual([expect.stringMatching(/aliases expand/)]);
  });

  it("scenario files stay YAML 1.2", () => {
    const { documents } = parseYaml("a: [on, 010, no, 0o10]\n", { file: "s.yaml" });
    expect(documents[0]?.value).toEqual({ a: ["on", 10, "no", 8] });
  });
});

/** A slip in the form, with what one would see: one issue at the line to blame. */
const SLIPS: readonly (readonly [what: string, text: string, issue: string])[] = [
  [
    "a key deeper than its neighbours",
    "metadata:\n  name: web\n   labels: {}\n",
    "3:4 wrong indentation",
  ],
  [
    "a key between two levels",
    "spec:\n    replicas: 3\n   selector: {}\n",
    "3:4 wrong indentation",
  ],
  ["a field beside its list item", "a:\n  - b: 1\n   c: 2\n", "3:4 wrong indentation"],
  ["a first line too deep", " a: 1\nb: 2\n", "2:1 wrong indentation"],
  ["a list item among keys", "a:\n  b: 1\n  - c\n", "3:3 wrong indentation: a list item"],
  ["a key below a value", "a: x\n  b: 1\n", "2:3 wrong indentation"],
  ["a tab", "a:\n\tb: 1\n", "2:1 wrong indentation: a tab"],
  ["no blank after the colon", "a:1\nb: 2\n", "1:1 expected `key: value`"],
  ["a list that is not closed", "a: [1, 2\nb: 3\n", "2:1 a `[` is not closed"],
  ["text after a quoted one", 'a: "x" y\n', "1:8 something follows a value"],
];

it.each(SLIPS)("%s is one issue", (_, text, issue) => {
  for (const dialect of [{}, { dialect: "kubernetes" }] as const) {
    const { issues } = parseYaml(text, { file: "a.yaml", ...dialect });
    const said = issues.map(
      ({ line, column, message }) =>
        `${line}:${column} ${message.replace("is no valid YAML: ", "")}`,
    );
    expect(said).toEqual([expect.stringContaining(issue)]);
  }
});
