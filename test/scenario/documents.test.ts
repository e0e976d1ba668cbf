import { existsSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type Found, readObjects } from "../../src/scenario/load/documents.js";
import { type FileSystem, nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { roleOf } from "../../src/scenario/load/load-run.js";
import { parseYaml } from "../../src/scenario/load/yaml-source.js";
import { memoryFiles } from "./memory-files.js";

async function read(
  files: FileSystem,
  path: string,
  splitAboveBytes?: number,
): Promise<readonly unknown[]> {
  const found: Found[] = [];
  const options = splitAboveBytes === undefined ? {} : { splitAboveBytes };
  for await (const one of readObjects(files, { path, shown: path, ...options })) found.push(one);
  return found.map((one) =>
    !("object" in one)
      ? one
      : {
          value: one.object.value,
          line: one.object.line,
          name: one.object.issue(["metadata", "name"], "here"),
        },
  );
}

/** As kubectl prints it: what YAML 1.1 would read as something else stands in quotes. */
const YAML_11 = { version: "1.1" } as const;

/** Whole and in pieces. */
async function both(text: string): Promise<readonly unknown[]> {
  const files = memoryFiles({ "a.yaml": text });
  const whole = await read(files, "a.yaml");
  expect(await read(files, "a.yaml", 0)).toEqual(whole);
  return whole;
}

const object = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constantFrom("Pod", "Service"),
  metadata: fc.record({
    name: fc.string({ minLength: 1 }),
    annotations: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ unit: "grapheme" })),
  }),
  spec: fc.record({
    text: fc.oneof(
      fc.string(),
      fc.constant("---\n- a\nitems:\n# no comment\n"),
      fc.constant("a\n\n\nb\n"),
    ),
    list: fc.array(fc.oneof(fc.integer(), fc.boolean(), fc.array(fc.constantFrom("x", "- y")))),
  }),
});

describe("large files are cut into pieces that read as the whole", () => {
  test.prop([fc.array(object, { minLength: 1, maxLength: 4 })], { numRuns: 30 })(
    "documents",
    async (objects) => {
      const found = await both(objects.map((one) => stringify(one, YAML_11)).join("---\n"));
      expect(found.map((one) => (one as { value: unknown }).value)).toEqual(objects);
    },
  );

  const head = fc.constantFrom("apiVersion: v1\n", "# a comment\napiVersion: v1\nkind: List\n");
  test.prop([fc.array(object, { minLength: 1, maxLength: 4 }), head, fc.boolean()], {
    numRuns: 30,
  })("Lists as kubectl prints them, indented or not", async (objects, start, isIndented) => {
    const items = stringify(objects, YAML_11)
      .split("\n")
      .map((line) => (isIndented && line !== "" ? `  ${line}` : line))
      .join("\n");
    const tail = start.includes("kind") ? "" : "kind: List\n";
    const found = await both(`${start}items:\n${items}${tail}metadata:\n  resourceVersion: ""\n`);
    expect(found.map((one) => (one as { value: unknown }).value)).toEqual(objects);
  });

  test.prop([fc.array(object, { minLength: 1, maxLength: 4 }), fc.constantFrom(0, 4)], {
    numRuns: 30,
  })("JSON Lists, pretty or on one line", async (objects, indent) => {
    const list = { apiVersion: "v1", items: objects, kind: "List", metadata: { items: [1] } };
    const found = await both(JSON.stringify(list, null, indent));
    expect(found.map((one) => (one as { value: unknown }).value)).toEqual(objects);
  });

  it.each([
    [
      "Windows line ends",
      "apiVersion: v1\r\nkind: List\r\nitems:\r\n- kind: Pod\r\n  a: 1\r\n- kind: Pod\r\n",
    ],
    ["an empty list", "apiVersion: v1\nkind: List\nitems: []\n"],
    ["a list of no element", "apiVersion: v1\nkind: List\nitems:\n"],
    ["an object behind a list", "kind: List\nitems:\n- kind: Pod\n---\nkind: Service\n"],
    ["a mark with content", "--- {kind: Pod}\n---\nkind: Service\n...\n---\nkind: Node\n"],
    [
      "an element on its dash's next line",
      "kind: List\nitems:\n-\n  kind: Pod\n-\n  kind: Service\n",
    ],
    [
      "comments between elements",
      "kind: List\nitems:\n# one\n- kind: Pod\n# two\n\n- kind: Service\n",
    ],
  ])("%s", async (_, text) => {
    await both(text);
  });
});

it("says the line of what is broken in the middle of a large dump", async () => {
  const pods = Array.from({ length: 50 }, (_, i) => `- kind: Pod\n  metadata:\n    name: p${i}\n`);
  pods[20] = "- kind: Pod\n  metadata: [\n";
  const files = memoryFiles({ "a.yaml": `kind: List\nitems:\n${pods.join("")}` });
  const found = (await read(files, "a.yaml", 0)) as { issue?: { line: number } }[];
  const issues = found.flatMap((one) => (one.issue === undefined ? [] : [one.issue]));
  expect(issues.length).toBeGreaterThan(0);
  for (const issue of issues) expect([64, 65, 66]).toContain(issue.line);
  expect(found.length - issues.length).toBe(49);
});

it("elements of a typed list take its kind", async () => {
  const list = { kind: "PodList", apiVersion: "v1", items: [{ metadata: { name: "a" } }] };
  const files = memoryFiles({ "a.json": JSON.stringify(list) });
  expect(await read(files, "a.json")).toMatchObject([
    { value: { kind: "Pod", apiVersion: "v1", metadata: { name: "a" } } },
  ]);
});

const dump = "../shared/snapshots/longhorn-3-nodes.yaml";
it.skipIf(!existsSync(dump))("a live cluster's dump reads the same in pieces", async () => {
  const whole = await read(nodeFileSystem, dump);
  expect(whole).toHaveLength(111);
  expect(await read(nodeFileSystem, dump, 0)).toEqual(whole);
});

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
    const found = await read(files, "a.yaml");
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
    expect(await read(whole, "a.yaml")).toMatchObject([{ value: { a: "b" }, line: 2_400_001 }]);
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
