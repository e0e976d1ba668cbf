import { expect, it } from "vitest";
import { leastHeapBytes } from "../../src/experiment/memory-estimate.js";
import { loadedFromMemory } from "../runs/built-world.js";

const POD = "kind: Pod, spec: { containers: [{ name: m, image: i }] }";

async function megabytes(
  spec: string,
  manifests = `{ apiVersion: v1, ${POD}, metadata: { name: p } }`,
) {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1h
  manifests: [m.yaml]
${spec}`;
  const loaded = await loadedFromMemory({ "s.yaml": scenario, "m.yaml": manifests });
  return Math.round(leastHeapBytes(loaded) / 1e6);
}

const pool = (nodes: number) =>
  `  cluster: { nodePools: [{ name: p, nodes: ${nodes}, capacity: { cpu: "4", memory: 8Gi } }] }\n`;
const deployment = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: m, image: i }] } }
`;
const every = (gap: string) =>
  `  generators: [{ name: g, arrivals: { every: ${gap} }, template: { ${POD} } }]\n`;

it.each([
  ["of next to nothing", pool(1), undefined, 25],
  ["of 10,000 nodes", pool(10_000), undefined, 75],
  ["of 20,000 replicas", pool(1), deployment(20_000), 81],
  ["of a generator that makes 3,600 pods", pool(1) + every("1s"), undefined, 35],
  ["of a generator that makes ten millions", pool(1) + every("360us"), undefined, 1259],
])("a run %s needs so many MB", async (_, spec, manifests, expected) => {
  expect(await megabytes(spec, manifests)).toBe(expected);
});
