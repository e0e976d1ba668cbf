import { describe, expect, it } from "vitest";
import type { PodTemplateSpec } from "../../src/api/kubernetes.js";
import { TemplateContents } from "../../src/control/template-contents.js";

function template(container: object, labels: Record<string, string> = { app: "a" }) {
  const spec = { containers: [{ name: "main", ...container }] };
  return { metadata: { labels }, spec } as PodTemplateSpec;
}

const contents = new TemplateContents();
const base = template({ image: "web:1" });

describe("pod templates are equal", () => {
  it.each<[string, PodTemplateSpec]>([
    ["whatever their hash", template({ image: "web:1" }, { app: "a", "pod-template-hash": "x" })],
    ["with an empty field", template({ image: "web:1", resources: {}, env: [], command: null })],
    ["in another order", { spec: base.spec!, metadata: { labels: { app: "a" } } }],
  ])("%s", (_, other) => {
    expect(contents.equal(base, other)).toBe(true);
    expect(contents.hashOf(base, undefined)).toBe(contents.hashOf(other, undefined));
  });

  it("with one quantity written in two ways", () => {
    const a = template({ resources: { requests: { cpu: "1", memory: "1Gi" } } });
    const b = template({ resources: { requests: { memory: "1024Mi", cpu: "1000m" } } });
    expect(contents.equal(a, b)).toBe(true);
  });
});

describe("pod templates differ", () => {
  it.each<[string, PodTemplateSpec]>([
    ["by image", template({ image: "web:2" })],
    ["by a label", template({ image: "web:1" }, { app: "a", tier: "x" })],
    ["by the order of a list", template({ image: "web:1", args: ["b", "a"] })],
  ])("%s", (_, other) => {
    expect(contents.equal(template({ image: "web:1", args: ["a", "b"] }), other)).toBe(false);
  });

  it("by a selector that is empty, which matches everything, or absent", () => {
    const term = (more: object) => ({
      metadata: {},
      spec: {
        containers: [],
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", ...more }],
          },
        },
      },
    });
    expect(contents.equal(term({ labelSelector: {} }), term({}))).toBe(false);
  });
});

it("has hashes in the alphabet of generated names, and others after a collision", () => {
  const hash = contents.hashOf(base, undefined);
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  expect(contents.hashOf(base, 1)).not.toBe(hash);
  expect(contents.hashOf(base, 2)).not.toBe(contents.hashOf(base, 1));
});
