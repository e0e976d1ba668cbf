import { describe, expect, it } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

/** What every plain object inherits, and what may as well be the name of a label or of a resource. */
const NAMES = ["toString", "constructor", "valueOf", "hasOwnProperty"];

async function podsOf(contents: Record<string, string>): Promise<string[][]> {
  const world = await worldOf(
    await loadedFromMemory(contents, { nodes: "2x4cpu,8Gi", until: "1m" }),
  );
  world.run();
  const { figures } = world.finish();
  return [...figures.pods()].map(({ name, node, phase }) => [
    name,
    node === "" ? "" : "placed",
    phase,
  ]);
}

describe.each(NAMES)("an object that speaks of `%s`", (name) => {
  it("is taken where a LimitRange has it for a default", async () => {
    const text = `apiVersion: v1
kind: LimitRange
metadata: { name: l }
spec: { limits: [{ type: Container, default: { cpu: 500m, ${name}: 1 } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { containers: [{ name: m, image: i }] }
`;
    expect(await podsOf({ "m.yaml": text })).toEqual([["p", "placed", "Running"]]);
  });

  it("finds no label where there is none", async () => {
    const pod = (pods: string, spec: string) => `apiVersion: v1
kind: Pod
metadata: { name: ${pods}, labels: { app: a } }
spec: { ${spec}, containers: [{ name: m, image: i }] }
---
`;
    const terms = (operator: string) =>
      `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: ${name}, operator: ${operator} }] }] } } }`;
    const near = `affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: a } }, topologyKey: ${name} }] } }`;
    const spread = `topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ${name}, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: a } } }]`;
    const text = [
      pod("exists", terms("Exists")),
      pod("not", terms("DoesNotExist")),
      pod("selected", `nodeSelector: { ${name}: x }`),
      pod("near", near),
      pod("spread", spread),
    ].join("");
    expect(await podsOf({ "m.yaml": text })).toEqual([
      ["exists", "", "Pending"],
      ["not", "placed", "Running"],
      ["selected", "", "Pending"],
      ["near", "", "Pending"],
      ["spread", "", "Pending"],
    ]);
  });

  it("keeps a label, an annotation and a resource of that name", async () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { ${name}: x }, annotations: { ${name}: x } }
spec:
  replicas: 2
  selector: { matchLabels: { ${name}: x } }
  template:
    metadata: { labels: { ${name}: x } }
    spec: { containers: [{ name: m, image: i }], tolerations: [{ key: ${name}, operator: Exists }] }
`;
    const pods = await podsOf({ "m.yaml": text });
    expect(pods.map(([, ...rest]) => rest)).toEqual([
      ["placed", "Running"],
      ["placed", "Running"],
    ]);
  });
});
