import { describe, expect, it } from "vitest";
import { whatOf, whoOf } from "../../src/cli/not-modelled.js";
import { concernedPods } from "../../src/scenario/concerned-pods.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const container = (more = ""): string => `containers: [{ name: main, image: i${more} }]`;
const HOOK = ", lifecycle: { preStop: { exec: { command: [x] } } }";
const workload = (kind: string, name: string, podSpec: string, replicas = 2): string =>
  `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template: { metadata: { labels: { app: ${name} } }, spec: { ${podSpec} } }
`;
const pod = (name: string, podSpec: string): string =>
  `{ apiVersion: v1, kind: Pod, metadata: { name: ${name}, namespace: shop }, spec: { ${podSpec} } }\n`;
const generator = (name: string, kind: string, spec: string): string =>
  `    - { name: ${name}, arrivals: { at: [1s, 2s, 3s] }, template: { kind: ${kind}, metadata: { namespace: shop }, spec: { ${spec} } } }\n`;

/** What a run of these manifests and generators reports, each with whom it concerns. */
async function reported(manifests: readonly string[], generators = "", spec = "") {
  const loaded = await loadedFromMemory({
    "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1m
  cluster: { nodePools: [{ name: a, nodes: 2, capacity: { cpu: 4, memory: 8Gi } }] }
${spec}${manifests.length > 0 ? "  manifests: [all.yaml]\n" : ""}${generators && `  generators:\n${generators}`}`,
    "all.yaml": manifests.join("---\n"),
  });
  const world = await worldOf(loaded);
  world.run();
  return concernedPods(loaded.notModelled, world.finish().figures.pods());
}

describe("what is not modelled tells the pods that it concerns", () => {
  it.each([
    {
      what: "a field of a Deployment's template: its pods, and no other's",
      given: [
        workload("Deployment", "web", container(HOOK)),
        workload("Deployment", "web-2", container(), 3),
      ],
      says: ["Pod spec.containers[].lifecycle.preStop.exec: 2 pods of Deployment shop/web"],
    },
    {
      what: "a field of several objects: the pods of all",
      given: [
        workload("Deployment", "web", container(HOOK)),
        workload("ReplicaSet", "api", container(HOOK), 3),
        pod("one", container(HOOK)),
      ],
      says: [
        "Pod spec.containers[].lifecycle.preStop.exec: 6 pods of Deployment shop/web, ReplicaSet shop/api and 1 more",
      ],
    },
    {
      what: "a field of pods of nobody: these",
      given: [pod("one", container(HOOK)), pod("two", container(HOOK)), pod("other", container())],
      says: ["Pod spec.containers[].lifecycle.preStop.exec: Pod shop/one, Pod shop/two"],
    },
    {
      what: "a kind that nobody knows: its objects",
      given: [
        "{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: shop } }\n",
        pod("one", container()),
      ],
      says: ["Widget: Widget shop/w"],
    },
  ])("$what", async ({ given, says }) => {
    const found = (await reported(given)).filter(({ effect }) => effect !== "none");
    expect(found.map((entry) => `${whatOf(entry)}: ${whoOf(entry)}`)).toEqual(says);
  });

  it("of a generator: all that it made, be it pods or Deployments", async () => {
    const template = `replicas: 2, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { ${container(HOOK)} } }`;
    const [entry] = await reported(
      [],
      generator("batch", "Pod", container(HOOK)) +
        generator("batch-2", "Pod", container()) +
        generator("set", "Deployment", template),
    );
    expect(entry).toMatchObject({
      objects: ["Pod shop/batch-*", "Deployment shop/set-*"],
      podsCount: 9,
    });
    expect(entry?.pods).toContain("shop/batch-0");
    expect(entry?.pods.filter((name) => name.startsWith("shop/set-1-"))).toHaveLength(2);
  });

  it("of the scheduler's configuration: all", async () => {
    const spec = '  scheduler: { config: { extenders: [{ urlPrefix: "http://x" }] } }\n';
    const [entry] = await reported([workload("Deployment", "web", container(), 4)], "", spec);
    expect(whoOf(entry!)).toBe("extenders: all pods (4)");
  });

  it("names a hundred of them, and counts all", async () => {
    const [entry] = await reported([workload("Deployment", "web", container(HOOK), 150)]);
    expect([entry?.podsCount, entry?.pods.length]).toEqual([150, 100]);
  });
});
