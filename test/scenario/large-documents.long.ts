import { describe, expect, it } from "vitest";
import type { FileSystem } from "../../src/scenario/load/file-system.js";
import { roleOf } from "../../src/scenario/load/load-run.js";
import { parseYaml } from "../../src/scenario/load/yaml-source.js";
import { memoryFiles } from "./memory-files.js";
import { readFound } from "./read-found.js";

/** A file that says to be large, and gives `rest` again and again: whoever reads on never ends. */
function endlessFile(start: string, rest: string) {
  const block = new TextEncoder().encode(rest.repeat(Math.ceil(1e6 / rest.length)));
  const given = { blocks: 0 };
  const files: FileSystem = {
    ...memoryFiles({ "a.yaml": "" }),
    look: async () => ({ kind: "file", sizeBytes: 1.9e9 }),
    async *stream() {
      yield new TextEncoder().encode(start);
      for (; ; given.blocks++) yield block;
    },
  };
  return { files, given };
}

describe("an object that is larger than any is refused while it is read", () => {
  it.each([
    { what: "a scalar on one line", start: "a: ", rest: "x", line: 1 },
    { what: "a scalar in quotes", start: 'a: "', rest: "x", line: 1 },
    { what: "a JSON text", start: '\n{"kind": "List", "a": "', rest: "x", line: 2 },
    { what: "an element of a JSON List", start: '{"items": [{},\n{"a": "', rest: "x", line: 2 },
    { what: "a document of many lines", start: "a: b\n---\n", rest: "- x\n", line: 3 },
    { what: "an element of a List", start: "items:\n- a: b\n- c:\n", rest: "  - d\n", line: 3 },
    { what: "a comment on one line", start: "#", rest: "x", line: 1 },
  ])("$what", async ({ start, rest, line }) => {
    const { files, given } = endlessFile(start, rest);
    const found = await readFound(files, "a.yaml");
    const message = expect.stringMatching(
      /^holds an object of more than 10 MB: expected documents/,
    );
    expect(found.at(-1)).toMatchObject({ issue: { line, message } });
    expect(given.blocks).toBeLessThan(20);
  });

  it("but comments and blank lines before it do not count", async () => {
    const text = `${"# nothing\n\n".repeat(1_200_000)}a: b\n`;
    const files = memoryFiles({ "a.yaml": text });
    const whole: FileSystem = {
      ...files,
      async *stream(path) {
        yield await files.read(path);
      },
    };
    expect(await readFound(whole, "a.yaml")).toMatchObject([
      { value: { a: "b" }, line: 2_400_001 },
    ]);
  });
});

describe("a text that would take minutes to be read", () => {
  it("of too many tokens is refused before it is parsed", () => {
    const { documents, issues } = parseYaml("[".repeat(6_600_000), { file: "a.yaml" });
    expect(documents).toEqual([]);
    expect(issues).toMatchObject([
      { line: 1, message: "holds more than 6500000 tokens of YAML: split it" },
    ]);
  });

  it("of many keys is not: each is looked up, not compared with all the others", () => {
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1\n`).join("");
    expect(parseYaml(keys, { file: "a.yaml" }).issues).toEqual([]);
    expect(parseYaml(`${keys}k7: 2\n`, { file: "a.yaml" }).issues).toMatchObject([
      { line: 60_001, column: 1, message: "is no valid YAML: the key stands twice in this map" },
    ]);
  });

  it("of many line ends is looked through once for what it is", async () => {
    const text = `a: "${"\n".repeat(2_000_000)}"`;
    const files = { ...memoryFiles({ "a.yaml": text }) };
    const whole: FileSystem = {
      ...files,
      async *stream(path) {
        yield await files.read(path);
      },
    };
    expect(await roleOf(whole, "a.yaml")).toBe("manifests");
  });
});
