import { afterEach, describe, expect, it, vi } from "vitest";
import { KINDS } from "../../src/api/kinds.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";

const scenario = (more = "") => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1m
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: "4", memory: 8Gi } }] }
  manifests: [web.yaml]
${more}`;
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: main, image: i }] }
`;
const PATCH = `  patches:
    - { name: more, target: shop/Deployment/web, patch: { spec: { replicas: 4 } } }
`;

afterEach(() => void vi.restoreAllMocks());

async function built(text: string, more: Readonly<Record<string, string>> = {}) {
  const Deployment = KINDS.Deployment as Required<typeof KINDS.Deployment>;
  const defaults = vi.spyOn(Deployment, "defaults");
  const validate = vi.spyOn(Deployment, "validate");
  const files = { "s.yaml": text, "web.yaml": DEPLOYMENT, ...more };
  const world = await worldOf(await loadedFromMemory(files));
  if (Object.keys(more).length > 0) world.run();
  const stored = [...world.objects()].find(({ kind }) => kind === "Deployment");
  return { stored, calls: [defaults.mock.calls.length, validate.mock.calls.length] };
}

const STEP = DEPLOYMENT.trimEnd().replaceAll("\n", "\n        ").replaceAll("web", "api");
const APPLIED = `  timeline:
    - at: 10s
      apply:
        ${STEP}
    - { at: 20s, apply: again.yaml }
`;

describe("a manifest on its way into the cluster", () => {
  it("gets its defaults once, and is validated once", async () => {
    const { stored, calls } = await built(scenario());
    expect(stored?.spec).toMatchObject({ replicas: 1, revisionHistoryLimit: 10 });
    expect(calls).toEqual([1, 1]);
  });

  it("once more when it is patched", async () => {
    const { stored, calls } = await built(scenario(PATCH));
    expect(stored?.spec).toMatchObject({ replicas: 4, revisionHistoryLimit: 10 });
    expect(calls).toEqual([2, 2]);
  });

  it("also where a step of the timeline brings it: from a file, or as it stands there", async () => {
    const again = { "again.yaml": DEPLOYMENT.replaceAll("web", "app") };
    const { calls } = await built(scenario(APPLIED), again);
    // The controller's writes of a status are no validations of a spec.
    expect(calls).toEqual([3, 3]);
  });
});
