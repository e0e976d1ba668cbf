import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { strategicMerge, strategicMergeFlaws } from "../../src/api/strategic-merge.js";

const deployment = (pod: object, more: object = {}) => ({
  metadata: { name: "web" },
  spec: { replicas: 2, template: { spec: pod }, ...more },
});

describe("a strategic merge patch", () => {
  const cases: readonly (readonly [string, string, object, object, object])[] = [
    [
      "merges maps and sets scalars",
      "Deployment",
      { spec: { replicas: 2, strategy: { type: "RollingUpdate" } } },
      { spec: { replicas: 3, strategy: { rollingUpdate: { maxSurge: 1 } } } },
      {
        spec: { replicas: 3, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
      },
    ],
    [
      "takes a field away by null",
      "Service",
      { spec: { type: "NodePort", selector: { a: "b", c: "d" } } },
      { spec: { type: null, selector: { c: null } } },
      { spec: { selector: { a: "b" } } },
    ],
    [
      "merges containers by name and appends new ones",
      "Deployment",
      deployment({
        containers: [
          { name: "a", image: "a:1" },
          { name: "b", image: "b:1" },
        ],
      }),
      {
        spec: { template: { spec: { containers: [{ name: "b", image: "b:2" }, { name: "c" }] } } },
      },
      deployment({
        containers: [{ name: "a", image: "a:1" }, { name: "b", image: "b:2" }, { name: "c" }],
      }),
    ],
    [
      "merges env by name, ports by containerPort, mounts by path",
      "Pod",
      {
        spec: {
          containers: [
            {
              name: "a",
              env: [{ name: "X", value: "1" }],
              ports: [{ containerPort: 80 }],
              volumeMounts: [{ mountPath: "/a", name: "v" }],
            },
          ],
        },
      },
      {
        spec: {
          containers: [
            {
              name: "a",
              env: [
                { name: "X", value: "2" },
                { name: "Y", value: "3" },
              ],
              ports: [{ containerPort: 80, protocol: "UDP" }],
              volumeMounts: [{ mountPath: "/a", readOnly: true }],
            },
          ],
        },
      },
      {
        spec: {
          containers: [
            {
              name: "a",
              env: [
                { name: "X", value: "2" },
                { name: "Y", value: "3" },
              ],
              ports: [{ containerPort: 80, protocol: "UDP" }],
              volumeMounts: [{ mountPath: "/a", name: "v", readOnly: true }],
            },
          ],
        },
      },
    ],
    [
      "replaces lists that are atomic: tolerations, args, taints",
      "Pod",
      {
        spec: {
          tolerations: [{ key: "a" }, { key: "b" }],
          containers: [{ name: "a", args: ["1", "2"] }],
        },
      },
      { spec: { tolerations: [{ key: "c" }], containers: [{ name: "a", args: ["3"] }] } },
      { spec: { tolerations: [{ key: "c" }], containers: [{ name: "a", args: ["3"] }] } },
    ],
    [
      "merges a Service's ports by port, not by containerPort",
      "Service",
      { spec: { ports: [{ port: 80, targetPort: 1 }, { port: 81 }] } },
      { spec: { ports: [{ port: 80, targetPort: 2 }] } },
      { spec: { ports: [{ port: 80, targetPort: 2 }, { port: 81 }] } },
    ],
    [
      "deletes an element by $patch",
      "Pod",
      { spec: { containers: [{ name: "a" }, { name: "b" }] } },
      {
        spec: {
          containers: [
            { name: "a", $patch: "delete" },
            { name: "z", $patch: "delete" },
          ],
        },
      },
      { spec: { containers: [{ name: "b" }] } },
    ],
    [
      "replaces a list by $patch",
      "Pod",
      { spec: { containers: [{ name: "a" }, { name: "b" }] } },
      { spec: { containers: [{ $patch: "replace" }, { name: "c" }] } },
      { spec: { containers: [{ name: "c" }] } },
    ],
    [
      "replaces a map by $patch",
      "Deployment",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: {} } } },
      { spec: { strategy: { $patch: "replace", type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate" } } },
    ],
    [
      "keeps only what $retainKeys names",
      "Deployment",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: {} } } },
      { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate" } } },
    ],
    [
      "joins and takes from finalizers",
      "Pod",
      { metadata: { finalizers: ["a", "b"] } },
      { metadata: { finalizers: ["b", "c"], "$deleteFromPrimitiveList/finalizers": ["a"] } },
      { metadata: { finalizers: ["b", "c"] } },
    ],
    [
      "orders by $setElementOrder",
      "Pod",
      { spec: { containers: [{ name: "a" }, { name: "b" }] } },
      {
        spec: {
          "$setElementOrder/containers": [{ name: "c" }, { name: "b" }, { name: "a" }],
          containers: [{ name: "c" }],
        },
      },
      { spec: { containers: [{ name: "c" }, { name: "b" }, { name: "a" }] } },
    ],
    [
      "of a kind that is not known merges maps alone",
      "Widget",
      { spec: { a: { b: 1 }, containers: [{ name: "x" }] } },
      { spec: { a: { c: 2 }, containers: [{ name: "y" }] } },
      { spec: { a: { b: 1, c: 2 }, containers: [{ name: "y" }] } },
    ],
  ];
  it.each(cases)("%s", (_, kind, object, patch, expected) => {
    const before = structuredClone([object, patch]);
    expect(strategicMerge(kind, object, patch)).toEqual(expected);
    expect([object, patch]).toEqual(before);
  });

  const pods = fc.record({
    metadata: fc.record({
      labels: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2")),
    }),
    spec: fc.record({
      containers: fc.uniqueArray(
        fc.record({ name: fc.constantFrom("a", "b", "c"), image: fc.constantFrom("x", "y") }),
        { selector: (container) => container.name },
      ),
    }),
  });
  test.prop([pods, pods])("laid on twice is laid on once", (object, patch) => {
    const once = strategicMerge("Pod", object, patch);
    expect(strategicMerge("Pod", once, patch)).toEqual(once);
  });

  test.prop([fc.anything(), fc.anything()])("never throws", (object, patch) => {
    strategicMerge("Pod", object, patch);
    strategicMergeFlaws("Pod", patch);
  });
});

it("says which elements lack their merge key", () => {
  const patch = {
    spec: { template: { spec: { containers: [{ image: "x" }, { name: "b", env: "x" }] } } },
  };
  expect(strategicMergeFlaws("Deployment", patch)).toEqual([
    {
      path: ["spec", "template", "spec", "containers", 0],
      message: "expected the key `name`, by which elements are merged",
    },
    { path: ["spec", "template", "spec", "containers", 1, "env"], message: "expected a list" },
  ]);
});
