import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readObjects } from "../../src/scenario/load/documents.js";
import { parseJson } from "../../src/scenario/load/json-source.js";
import { repeatedJsonKeys } from "../../src/scenario/load/repeated-json-keys.js";
import { type JsonPiece, jsonValues, splitJson } from "../../src/scenario/load/split-json.js";
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

/** JSON texts whose maps may have a key twice, with strings that hold whatever JSON is made of. */
const { text: jsonText } = fc.letrec<{ text: string; map: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("1", "null", '""', '":"', '"a:b\\\\"', '"\\"{,:\\""', '"#"', "[]"),
    tie("map"),
    fc.array(tie("text"), { maxLength: 3 }).map((list) => `[${list.join(" ,\n ")}]`),
  ),
  map: fc
    .array(fc.tuple(fc.constantFrom("a", "b", ":", "items", "toString"), tie("text")), {
      maxLength: 4,
    })
    .map((fields) => `{ ${fields.map(([key, text]) => `"${key}" :\n${text}`).join(",\n")} }`),
}));
const object = jsonText.map((inside) => `{"items": [${inside}, {"b": ${inside}}], "x": ${inside}}`);

async function piecesOf(text: string, size: number): Promise<readonly JsonPiece[]> {
  async function* blocks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const pieces: JsonPiece[] = [];
  for await (const piece of splitJson(blocks(), 1e6)) pieces.push(piece);
  return pieces;
}

describe("a JSON text in pieces", () => {
  it("has the same pieces, at the same places, however it is cut into blocks", async () => {
    await fc.assert(
      fc.asyncProperty(object, fc.integer({ min: 1, max: 40 }), async (text, size) => {
        expect(await piecesOf(text, size)).toEqual(await piecesOf(text, 1e9));
      }),
    );
  });

  it("tells of every key that stands twice, whether or not colons were counted", () => {
    fc.assert(
      fc.property(object, (text) => {
        const [piece] = jsonValues(text);
        const read = parseJson(text, { file: "a.json", ...piece! });
        const keys = "value" in read ? read.repeated!.map(({ key }) => key) : null;
        expect(keys).toEqual(repeatedJsonKeys(text).map(({ key }) => key));
      }),
    );
  });
});
