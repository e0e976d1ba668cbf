import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { ownText } from "../../src/scenario/load/own-text.js";
import { parseYaml } from "../../src/scenario/load/yaml-source.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const DOCUMENTS = 100;
const BYTES_BESIDE = 40_000;

/** Memory that the names of so many objects take, with all that they hold on to. */
function bytesOfNames(textOf: (name: string, beside: string) => string): number {
  const read = (i: number): unknown => {
    const text = textOf(`a-name-of-some-length-${i}`, String(i).repeat(BYTES_BESIDE / 2));
    const { documents } = parseYaml(text, { file: "dump.yaml", dialect: "kubernetes" });
    return (documents[0]!.value as { metadata: { name: unknown } }).metadata.name;
  };
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const names = Array.from({ length: DOCUMENTS }, (_, i) => read(i));
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  expect(names.at(-1)).toBe(`a-name-of-some-length-${DOCUMENTS - 1}`);
  return bytes;
}

test.each<[string, (name: string, beside: string) => string]>([
  ["without quotes", (name, beside) => `metadata:\n  name: ${name}\n  beside: ${beside}\n`],
  ["in single quotes", (name, beside) => `metadata:\n  name: '${name}'\n  beside: ${beside}\n`],
  ["of a block", (name, beside) => `metadata:\n  name: |-\n    ${name}\n  beside: ${beside}\n`],
  ["in other YAML", (name, beside) => `metadata: { name: ${name}, beside: ${beside} }\n`],
])("a name %s does not hold on to its file", (_, textOf) => {
  expect(bytesOfNames(textOf)).toBeLessThan((DOCUMENTS * BYTES_BESIDE) / 4);
});

test.each(["", "short", "a text of some length", 'with "quotes" and \\ and \ud800 and 😀'])(
  "the text itself stays as it is: %j",
  (text) => {
    expect(ownText(`before ${text} behind`.slice(7, 7 + text.length))).toBe(text);
  },
);
