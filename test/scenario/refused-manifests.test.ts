import { expect, test } from "vitest";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const pod = (name: string, spec = "") => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { ${spec}containers: [{ name: main, image: i }] }
`;
const priorityClass = (name: string) => `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: ${name} }
value: 1
globalDefault: true
`;
const inJson = JSON.stringify(
  {
    apiVersion: "v1",
    kind: "List",
    items: ["a", "b"].map((name) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { containers: [{ name: "m", image: "i" }], priorityClassName: "nope" },
    })),
  },
  null,
  1,
);
const limits = `apiVersion: v1
kind: LimitRange
metadata: { name: small }
spec: { limits: [{ type: Container, max: { cpu: 1 } }] }
`;

test.each([
  {
    what: "a class that does not exist",
    text: `${pod("a")}---\n${pod("b", "priorityClassName: nope, ")}`,
    says: [
      'all.yaml:9:28: spec.priorityClassName: pods "b" is forbidden: no PriorityClass with name nope was found (found "nope")',
    ],
  },
  {
    what: "the same in a list of JSON",
    text: inJson,
    says: [
      'all.yaml:18:26: spec.priorityClassName: pods "a" is forbidden: no PriorityClass with name nope was found (found "nope")',
      'all.yaml:34:26: spec.priorityClassName: pods "b" is forbidden: no PriorityClass with name nope was found (found "nope")',
    ],
  },
  {
    what: "a second default",
    text: `${priorityClass("x")}---\n${priorityClass("z")}`,
    says: [
      'all.yaml:11:16: globalDefault: priorityclasses.scheduling.k8s.io "z" is forbidden: PriorityClass x is already marked as default. Only one default can exist (found true)',
    ],
  },
  {
    what: "a priority of its own",
    text: pod("a", "priority: 7, "),
    says: [
      /^all\.yaml:4:19: spec\.priority: pods "a" is forbidden: the integer value .* \(found 7\)$/,
    ],
  },
  {
    what: "a policy of its own",
    text: pod("a", "preemptionPolicy: Never, "),
    says: [/^all\.yaml:4:27: spec\.preemptionPolicy: .* \(found "Never"\)$/],
  },
  {
    what: "what no single field is to blame for",
    text: `${limits}---\n${pod("a").replace("image: i", "image: i, resources: { requests: { cpu: 2 }, limits: { cpu: 2 } }")}`,
    says: [/^all\.yaml:6:1: pods "a" is forbidden: maximum cpu usage/],
  },
])("$what is refused at its place", async ({ text, says }) => {
  const loaded = await loadedFromMemory({ "all.yaml": text }, { nodes: "1x4cpu,8Gi" });
  const lines = await worldOf(loaded).then(
    () => [],
    (error: Error) => error.message.split("\n"),
  );
  expect(lines, lines.join("\n")).toHaveLength(says.length);
  for (const [at, one] of says.entries()) {
    if (typeof one === "string") expect(lines[at]).toBe(one);
    else expect(lines[at]).toMatch(one);
  }
});
