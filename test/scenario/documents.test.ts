import { existsSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { nodeFileSystem } from "../../src/scenario/load/file-system.js";
import { memoryFiles } from "./memory-files.js";
import { readFound } from "./read-found.js";

/** As kubectl prints it: what YAML 1.1 would read as something else stands in quotes. */
const YAML_11 = { version: "1.1" } as const;

/** Whole and in pieces. */
async function both(text: string): Promise<readonly unknown[]> {
  const files = memoryFiles({ "a.yaml": text });
  const whole = await readFound(files, "a.yaml");
  expect(await readFound(files, "a.yaml", 0)).toEqual(whole);
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
  const found = (await readFound(files, "a.yaml", 0)) as { issue?: { line: number } }[];
  const issues = found.flatMap((one) => (one.issue === undefined ? [] : [one.issue]));
  expect(issues.length).toBeGreaterThan(0);
  for (const issue of issues) expect([64, 65, 66]).toContain(issue.line);
  expect(found.length - issues.length).toBe(49);
});

it("elements of a typed list take its kind", async () => {
  const list = { kind: "PodList", apiVersion: "v1", items: [{ metadata: { name: "a" } }] };
  const files = memoryFiles({ "a.json": JSON.stringify(list) });
  expect(await readFound(files, "a.json")).toMatchObject([
    { value: { kind: "Pod", apiVersion: "v1", metadata: { name: "a" } } },
  ]);
});

const dump = "../shared/snapshots/longhorn-3-nodes.yaml";
it.skipIf(!existsSync(dump))("a live cluster's dump reads the same in pieces", async () => {
  const whole = await readFound(nodeFileSystem, dump);
  expect(whole).toHaveLength(111);
  expect(await readFound(nodeFileSystem, dump, 0)).toEqual(whole);
});
