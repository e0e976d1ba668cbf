import { describe, expect, it } from "vitest";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import { memoryFiles } from "./memory-files.js";

const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n";

async function outcomeOf(more: string, app = NAMESPACE) {
  const scenario = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  duration: 1h
  cluster: { nodePools: [{ name: general, nodes: 3, capacity: { cpu: "4", memory: 16Gi } }] }
  manifests: [app.yaml]
  ${more}
`;
  const files = memoryFiles({ "s.yaml": scenario, "app.yaml": app });
  return loadScenario("s.yaml", { files, dataFolder: "data" });
}

async function loaded(more: string) {
  const outcome = await outcomeOf(more);
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

describe("feature gates of a scenario", () => {
  const TOLERATING = `apiVersion: v1
kind: Pod
metadata: { name: a, namespace: default }
spec:
  containers: [{ name: a, image: a }]
  tolerations: [{ key: sla, operator: Gt, value: "950", effect: NoSchedule }]
`;
  const CLAIMING = `apiVersion: v1
kind: Pod
metadata: { name: a, namespace: default }
spec:
  containers: [{ name: a, image: a, resources: { claims: [{ name: gpu }] } }]
  resourceClaims: [{ name: gpu, resourceClaimName: gpu }]
`;

  async function read(gates: string, more: { version?: string; app?: string } = {}) {
    const { version = "1.37", app = NAMESPACE } = more;
    const outcome = await outcomeOf(
      `kubernetesVersion: "${version}"\n  featureGates: ${gates}`,
      app,
    );
    if (outcome.outcome === "loaded") return { issues: [], ...outcome.loaded };
    const issues = outcome.outcome === "refused" ? outcome.issues : [];
    return { issues: issues.map(({ path, value, message }) => ({ path, value, message })) };
  }

  it.each([
    [
      "1.37",
      "{ DRADeviceTaint: true }",
      "spec.featureGates.DRADeviceTaint",
      "true",
      "did you mean",
    ],
    [
      "1.26",
      "{ DRADeviceTaints: true }",
      "spec.featureGates.DRADeviceTaints",
      "true",
      "1.33 to 1.37",
    ],
    [
      "1.37",
      "{ DynamicResourceAllocation: false }",
      "spec.featureGates.DynamicResourceAllocation",
      "false",
      "locked to true",
    ],
    [
      "1.37",
      "{ DRAFractionalCapacityRange: true, DRAConsumableCapacity: false }",
      "spec.featureGates.DRAFractionalCapacityRange",
      "true",
      "needs DRAConsumableCapacity",
    ],
    [
      "1.37",
      "{ OpportunisticBatching: maybe }",
      "spec.featureGates.OpportunisticBatching",
      '"maybe"',
      "",
    ],
  ])("in %s %s is refused at %s", async (version, gates, path, value, words) => {
    const { issues } = await read(gates, { version });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ path, value });
    expect(issues[0]!.message).toContain(words);
  });

  it("that are as by default change nothing, and others are kept by name", async () => {
    const same = await read("{ OpportunisticBatching: true }");
    expect(same).toMatchObject({ scenario: { featureGates: {} }, notModelled: [] });
    const other = await read("{ OpportunisticBatching: false }");
    expect(other).toMatchObject({
      scenario: { featureGates: { OpportunisticBatching: false } },
      notModelled: [],
    });
  });

  it("that nothing here models are told as such", async () => {
    const { notModelled } = (await read("{ ContextualLogging: false }")) as {
      notModelled: readonly { readonly field: string }[];
    };
    expect(notModelled.map(({ field }) => field)).toEqual(["spec.featureGates.ContextualLogging"]);
  });

  it("decide what the API server takes", async () => {
    expect((await read("{}", { app: TOLERATING })).issues).toHaveLength(1);
    const on = "{ TaintTolerationComparisonOperators: true }";
    expect((await read(on, { app: TOLERATING })).issues).toEqual([]);
  });

  it("decide which fields the API server keeps", async () => {
    const notes = async (gates: string) => {
      const { notes = [] } = (await read(gates, { version: "1.34", app: CLAIMING })) as {
        notes?: readonly { readonly message: string }[];
      };
      return notes.map(({ message }) => message).filter((message) => message.includes("dropped"));
    };
    expect(await notes("{}")).toEqual([]);
    const off = await notes("{ DynamicResourceAllocation: false }");
    expect(off).toHaveLength(2);
    expect(off[0]).toContain("`spec.featureGates` turns the gate off");
  });

  it("decide which plugins the default profile has", async () => {
    const plugins = async (gates: string) => {
      const read1 = (await read(gates, { version: "1.34" })) as {
        schedulerConfiguration?: {
          profiles: readonly { plugins: { filter: readonly string[] } }[];
        };
      };
      return read1.schedulerConfiguration?.profiles[0]?.plugins.filter ?? [];
    };
    expect(await plugins("{}")).toContain("DynamicResources");
    expect(await plugins("{ DynamicResourceAllocation: false }")).not.toContain("DynamicResources");
  });
});
