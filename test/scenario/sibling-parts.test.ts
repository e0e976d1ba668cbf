import { expect, test } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { SiblingParts } from "../../src/scenario/load/sibling-parts.js";

const OWNER = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  name: "web-1",
  uid: "rs",
  controller: true,
};

function pod(name: string, change: { image?: string; labels?: object; owner?: object } = {}) {
  const { image = "web:1", labels = { app: "web", tier: "front" }, owner = OWNER } = change;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels, ownerReferences: [owner] },
    spec: { nodeName: `node-${name}`, containers: [{ name: "main", image }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  } as unknown as Manifest;
}

test("pods of a controller share what is written alike, and say what they said", () => {
  const parts = new SiblingParts();
  const [a, b] = [parts.shared(pod("a")), parts.shared(pod("b"))];
  expect([a, b]).toEqual([pod("a"), pod("b")]);
  expect(JSON.stringify(b)).toBe(JSON.stringify(pod("b")));
  for (const [kind, key] of [
    ["metadata", "labels"],
    ["metadata", "ownerReferences"],
    ["spec", "containers"],
    ["status", "conditions"],
  ] as const) {
    const of = (one: Manifest) => (one[kind] as Readonly<Record<string, unknown>>)[key];
    expect(of(b), key).toBe(of(a));
  }
});

test.each([
  ["another value", pod("b", { image: "web:2" }), "spec", "containers"],
  [
    "another order of fields",
    pod("b", { labels: { tier: "front", app: "web" } }),
    "metadata",
    "labels",
  ],
  ["another controller", pod("b", { owner: { ...OWNER, uid: "other" } }), "spec", "containers"],
] as const)("but not where there is %s", (_, other, kind, key) => {
  const parts = new SiblingParts();
  const a = parts.shared(pod("a"));
  const b = parts.shared(other);
  const of = (one: Manifest) => (one[kind] as Readonly<Record<string, unknown>>)[key];
  expect(of(b)).not.toBe(of(a));
  expect(JSON.stringify(b)).toBe(JSON.stringify(other));
});

test("pods without a controller and objects of other kinds are taken as they are", () => {
  const parts = new SiblingParts();
  const bare = { apiVersion: "v1", kind: "Pod", metadata: { name: "x" } } as Manifest;
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } } as Manifest;
  expect([parts.shared(bare), parts.shared(bare), parts.shared(map)]).toEqual([bare, bare, map]);
});

test("a dump may say null where it could say nothing", () => {
  const parts = new SiblingParts();
  const metadata = { name: "x", ownerReferences: null, labels: null };
  const manifest = { apiVersion: "v1", kind: "Pod", metadata, spec: null } as unknown as Manifest;
  expect([parts.shared(manifest), parts.shared(manifest)]).toEqual([manifest, manifest]);
});
