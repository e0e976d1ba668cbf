import { describe, expect, it } from "vitest";
import { formatIssue } from "../../src/scenario/issue.js";
import { loadScenario } from "../../src/scenario/load/load-scenario.js";
import { memoryFiles } from "./memory-files.js";

const SCENARIO = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1h
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: "4", memory: 8Gi } }] }
  manifests: [devices.yaml]
`;

async function issuesOf(devices: string): Promise<readonly string[]> {
  const files = memoryFiles({ "s.yaml": SCENARIO, "devices.yaml": devices });
  const outcome = await loadScenario("s.yaml", { files, dataFolder: "data" });
  return outcome.outcome === "refused" ? outcome.issues.map(formatIssue) : [];
}

const claim = (expression: string, kind = "ResourceClaim"): string =>
  `apiVersion: resource.k8s.io/v1
kind: ${kind}
metadata: { name: c, namespace: default }
spec:
  ${kind === "ResourceClaim" ? "" : "spec:\n   "} devices:
      requests:
        - name: gpu
          exactly:
            deviceClassName: gpu
            selectors: [{ cel: { expression: ${JSON.stringify(expression)} } }]
`.replace("\n   devices", "\n  devices");

const deviceClass = (expression: string): string => `apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: { name: gpu }
spec:
  selectors:
    - cel: { expression: ${JSON.stringify(expression)} }
`;

const slice = (...names: readonly string[]): string => `apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: { name: s }
spec:
  driver: gpu.example.com
  nodeName: n-0
  pool: { name: n-0, generation: 1, resourceSliceCount: 1 }
  devices:
${names.map((name) => `    - name: ${name}\n`).join("")}`;

/** Three maps in each other: their sizes at worst are multiplied. */
const DEAR =
  "device.attributes.all(a, device.attributes[a].all(b, device.attributes.all(c, device.attributes[c].all(d, device.attributes.all(e, device.attributes[e].all(f, true))))))";
const SELECTOR = "requests[0].exactly.selectors[0].cel.expression";

describe("wrong devices are refused as the API server refuses them, with place and path", () => {
  it.each([
    {
      what: "an expression that cannot be read",
      devices: claim("device.driver =="),
      says: `devices.yaml:10:46: spec.devices.${SELECTOR}: compilation failed: ERROR: <input>:1:17: Syntax error`,
    },
    {
      what: "an expression about a field that devices do not have",
      devices: claim("device.foo == 1"),
      says: `devices.yaml:10:46: spec.devices.${SELECTOR}: compilation failed: ERROR: <input>:1:7: undefined field 'foo'`,
    },
    {
      what: "an expression that gives no truth",
      devices: claim("device.driver"),
      says: `devices.yaml:10:46: spec.devices.${SELECTOR}: must evaluate to bool or the unknown type, not string`,
    },
    {
      what: "an expression that may cost too much",
      devices: claim(DEAR),
      says: `devices.yaml:10:46: spec.devices.${SELECTOR}: is not allowed: too complex, exceeds cost limit`,
    },
    {
      what: "the same in a template",
      devices: claim("device.foo == 1", "ResourceClaimTemplate"),
      says: `devices.yaml:11:46: spec.spec.devices.${SELECTOR}: compilation failed`,
    },
    {
      what: "the same in a class",
      devices: deviceClass("device.foo == 1"),
      says: "devices.yaml:6:26: spec.selectors[0].cel.expression: compilation failed",
    },
    {
      what: "two devices of a name",
      devices: slice("gpu-0", "gpu-1", "gpu-0"),
      says: 'devices.yaml:11:13: spec.devices[2].name: stands twice: each must be unique (found "gpu-0")',
    },
  ])("$what", async ({ devices, says }) => {
    const issues = await issuesOf(devices);
    expect(issues).toEqual([expect.stringContaining(says)]);
  });

  it("takes a claim whose class is missing, as the API server does: the scheduler says it", async () => {
    expect(await issuesOf(claim("device.driver == 'x'"))).toEqual([]);
  });
});
