import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DEFAULTS } from "../../src/scenario/defaults.js";
import { type JsonSchema, scenarioJsonSchema } from "../../src/scenario/schema/json-schema.js";
import { generatedFiles } from "./generated-files.js";

it.each(Object.entries(generatedFiles()))(
  "%s is what the schema says: npm run schema",
  (path, content) => {
    expect(readFileSync(path, "utf8")).toBe(content);
  },
);

function* properties(schema: JsonSchema, path: string): Generator<[string, JsonSchema]> {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${key}`, property];
    yield* properties(property, `${path}.${key}`);
  }
  if (schema.items !== undefined) yield* properties(schema.items, `${path}[]`);
  for (const one of schema.anyOf ?? []) yield* properties(one, path);
}

it("every latency says where its default comes from, and every key what it is", () => {
  const all = [...properties(scenarioJsonSchema().properties!.spec!, "spec")];
  const preset = "spec.controlPlane.scheduler.cycle.preset";
  expect(all.find(([path]) => path === preset)?.[1]["x-source"]).toBe("measured");
  const latencies = all.filter(
    ([path]) => /controlPlane\.(latency|scheduler\.cycle)\./.test(path) && path !== preset,
  );
  expect(latencies.length).toBe(Object.keys(DEFAULTS.latency).length + 2);
  for (const [path, property] of latencies) {
    expect(["upstream", "measured", "assumed"], path).toContain(property["x-source"]);
    expect(property.default, path).toBeDefined();
  }
  const top = all.filter(([path]) => /^spec\.\w+(\.\w+)?$/.test(path));
  for (const [path, property] of top) expect(property.description, path).toBeTruthy();
});
