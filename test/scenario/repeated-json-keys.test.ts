import { describe, expect, it } from "vitest";
import { readObjects } from "../../src/scenario/load/documents.js";
import { repeatedJsonKeys } from "../../src/scenario/load/repeated-json-keys.js";
import { memoryFiles } from "./memory-files.js";

describe("keys that stand twice in JSON", () => {
  it.each<[says: string, text: string, repeated: readonly [key: string, offset: number][]]>([
    ["none", '{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a"}', []],
    ["one after a value of any kind", '{"a":[1,{"b":2}],"b":{},"a":3}', [["a", 24]]],
    ["one written in escapes", '{"a\\"b":1,"\\u0061\\"b":2}', [['a"b', 10]]],
    [
      "each that comes again",
      '{"a":1,"a":2,"a":3}',
      [
        ["a", 7],
        ["a", 13],
      ],
    ],
    ["none among texts with braces and quotes", '{"a":"{\\"a\\":1,","b":"\\\\"}', []],
    ["one called as what objects inherit", '{"toString":1,"toString":2}', [["toString", 14]]],
  ])("finds %s", (_, text, repeated) => {
    JSON.parse(text);
    expect(repeatedJsonKeys(text).map(({ key, offset }) => [key, offset])).toEqual(repeated);
  });

  it.each([
    ["whole", undefined],
    ["in pieces", 0],
  ])(
    "is told where the second stands, of files read %s, and the last one counts",
    async (_, splitAboveBytes) => {
      const text =
        '{"apiVersion": "v1", "kind": "List", "items": [\n  {"apiVersion": "v1", "kind": "Pod",\n   "metadata": {"name": "a"},\n   "metadata": {"name": "b"}}]}';
      const found: unknown[] = [];
      const input = {
        path: "a.json",
        shown: "a.json",
        ...(splitAboveBytes === undefined ? {} : { splitAboveBytes }),
      };
      for await (const one of readObjects(memoryFiles({ "a.json": text }), input)) {
        found.push("object" in one ? one.object.value.metadata : one);
      }
      expect(found).toEqual([
        {
          note: {
            file: "a.json",
            line: 4,
            column: 4,
            path: "",
            value: "",
            message:
              "the key `metadata` stands twice in its map: the last one counts, as with kubectl",
          },
        },
        { name: "b" },
      ]);
    },
  );
});
