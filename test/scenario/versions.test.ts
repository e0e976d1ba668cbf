import { expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import { memoryFiles } from "./memory-files.js";

async function loaded(more: string) {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  duration: 1h
  cluster: { nodePools: [{ name: general, nodes: 3, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  ${more}
`;
  const app = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";
  const files = memoryFiles({ "s.yaml": scenario, "app.yaml": app });
  const outcome = await loadScenario("s.yaml", { files, dataFolder: "data" });
  if (outcome.outcome !== "loaded") throw new Error(JSON.stringify(outcome));
  return outcome.loaded.scenario;
}

it.each([
  ["1.30", "1.30"],
  ["1.30.4", "1.30"],
  ["v1.26.4", "1.26"],
  ["v1.30.4-gke.1001000", "1.30"],
  ["v1.34.1+k3s1", "1.34"],
])("the version %s is taken as %s", async (version, text) => {
  const scenario = await loaded(`kubernetesVersion: "${version}"`);
  expect(scenario.kubernetesVersion).toBe(text);
  expect(scenario.kubernetesMinor).toBe(Number(text.slice(2)));
});

it.each(["1.24", "1.34"])(
  "a configuration that stands in a scenario of %s is of an API of its",
  async (version) => {
    const config = "{ config: { percentageOfNodesToScore: 50 } }";
    const scenario = await loaded(`kubernetesVersion: "${version}"\n  scheduler: ${config}`);
    expect(scenario.kubernetesVersion).toBe(version);
  },
);
