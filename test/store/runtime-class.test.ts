import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";
import { accepted, newServer, object, podManifest, refused } from "./fixture.js";

const create = (manifest: object) => ({ verb: "create", object: object(manifest) }) as const;

const runtimeClass = (body: object, name = "kata", apiVersion = "node.k8s.io/v1") => ({
  apiVersion,
  kind: "RuntimeClass",
  metadata: { name },
  handler: "kata",
  ...body,
});
const tolerates = (key: string, more: object = {}) => ({ key, operator: "Exists", ...more });
/** What DefaultTolerationSeconds adds. */
const BY_DEFAULT = ["not-ready", "unreachable"].map((key) => ({
  key: `node.kubernetes.io/${key}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

function admitted(body: object, spec: object) {
  const { server } = newServer();
  accepted(server, create(runtimeClass(body)));
  const pod = podManifest("p", { runtimeClassName: "kata", ...spec });
  const made = accepted<PodVersion>(server, create(pod));
  const { overhead, nodeSelector, tolerations } = made.spec;
  return { overhead, nodeSelector, tolerations };
}

const OVERHEAD = { overhead: { podFixed: { cpu: "250m", memory: "120Mi" } } };

describe("a pod of a RuntimeClass", () => {
  it.each([
    {
      what: "takes over its overhead",
      body: OVERHEAD,
      spec: {},
      overhead: OVERHEAD.overhead.podFixed,
    },
    {
      what: "may state the same overhead in other words",
      body: OVERHEAD,
      spec: { overhead: { cpu: "0.25", memory: "122880Ki" } },
      overhead: { cpu: "0.25", memory: "122880Ki" },
    },
    { what: "has none where the class has none", body: {}, spec: {}, overhead: undefined },
  ])("$what", ({ body, spec, overhead }) => {
    expect(admitted(body, spec)).toEqual({
      overhead,
      nodeSelector: undefined,
      tolerations: BY_DEFAULT,
    });
  });

  it.each([
    {
      what: "takes over its node selector and tolerations",
      scheduling: { nodeSelector: { vm: "yes" }, tolerations: [tolerates("vm")] },
      spec: {},
      nodeSelector: { vm: "yes" },
      tolerations: [...BY_DEFAULT, tolerates("vm")],
    },
    {
      what: "keeps its own beside them",
      scheduling: { nodeSelector: { vm: "yes" }, tolerations: [tolerates("vm")] },
      spec: { nodeSelector: { disk: "ssd", vm: "yes" }, tolerations: [tolerates("gpu")] },
      nodeSelector: { disk: "ssd", vm: "yes" },
      tolerations: [tolerates("gpu"), ...BY_DEFAULT, tolerates("vm")],
    },
    {
      what: "has no toleration twice",
      scheduling: { tolerations: [tolerates("vm")] },
      spec: { tolerations: [tolerates("vm")] },
      nodeSelector: {},
      tolerations: [tolerates("vm"), ...BY_DEFAULT],
    },
    {
      what: "needs none that a wider one covers",
      scheduling: { tolerations: [{ operator: "Exists" }] },
      spec: { tolerations: [tolerates("gpu", { effect: "NoSchedule" })] },
      nodeSelector: {},
      tolerations: [{ operator: "Exists" }],
    },
    {
      what: "keeps the longer of two times",
      scheduling: {
        tolerations: [tolerates("vm", { effect: "NoExecute", tolerationSeconds: 10 })],
      },
      spec: { tolerations: [tolerates("vm", { effect: "NoExecute", tolerationSeconds: 60 })] },
      nodeSelector: {},
      tolerations: [tolerates("vm", { effect: "NoExecute", tolerationSeconds: 60 }), ...BY_DEFAULT],
    },
  ])("$what", ({ scheduling, spec, nodeSelector, tolerations }) => {
    expect(admitted({ scheduling }, spec)).toEqual({
      overhead: undefined,
      nodeSelector,
      tolerations,
    });
  });

  it.each([
    {
      what: "that is not there",
      spec: { runtimeClassName: "gvisor" },
      reason: 'pod rejected: RuntimeClass "gvisor" not found',
    },
    {
      what: "with another overhead",
      spec: { runtimeClassName: "kata", overhead: { cpu: "1" } },
      reason: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    },
    {
      what: "with an overhead that its class does not have",
      spec: { runtimeClassName: "plain", overhead: { cpu: "1" } },
      reason: "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
    },
    {
      what: "with an overhead and no class",
      spec: { overhead: { cpu: "1" } },
      reason: "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
    },
    {
      what: "on other nodes than its class's",
      spec: { runtimeClassName: "kata", nodeSelector: { vm: "no" } },
      reason:
        "conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no",
    },
  ])("is refused $what", ({ spec, reason }) => {
    const { server } = newServer();
    const scheduling = { nodeSelector: { vm: "yes" } };
    accepted(server, create(runtimeClass({ ...OVERHEAD, scheduling })));
    accepted(server, create(runtimeClass({}, "plain")));
    expect(refused(server, create(podManifest("p", spec)))).toBe(
      `Forbidden: pods "p" is forbidden: ${reason}`,
    );
  });

  it("follows its class when that changes, whose handler does not", () => {
    const { server } = newServer();
    accepted(server, create(runtimeClass({})));
    const spec = { runtimeClassName: "kata" };
    accepted(server, create(podManifest("a", spec)));
    accepted(server, { verb: "apply", manifest: runtimeClass(OVERHEAD) as never });
    const after = accepted<PodVersion>(server, create(podManifest("b", spec)));
    expect(after.spec.overhead).toEqual(OVERHEAD.overhead.podFixed);
    const handler = runtimeClass({ handler: "other" });
    expect(refused(server, { verb: "apply", manifest: handler as never })).toContain("handler");
  });
});

describe("in a run", () => {
  const APP = (overhead: string) => `apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { runtimeClassName: kata, containers: [{ name: c, image: i, resources: { requests: { cpu: "3" } } }] }
---
apiVersion: node.k8s.io/v1beta1
kind: RuntimeClass
metadata: { name: kata }
handler: kata
overhead: { podFixed: { cpu: ${overhead} } }
`;

  it.each([
    { overhead: "500m", bound: true },
    { overhead: "1500m", bound: false },
  ])("an overhead of $overhead counts, from a class of a former version", async (given) => {
    const loaded = await loadedFromMemory(
      { "a.yaml": APP(given.overhead) },
      { nodes: "1x4cpu,8Gi" },
    );
    const world = await worldOf(loaded);
    world.run();
    const [pod] = world.ground.store.table("Pod");
    expect(pod?.nodeName !== "").toBe(given.bound);
    expect(loaded.notModelled.filter(({ effect }) => effect !== "none")).toEqual([]);
  });

  const DUMP = `apiVersion: v1
kind: Node
metadata: { name: "n", creationTimestamp: "2026-01-01T00:00:00Z" }
status: { capacity: { cpu: "4", memory: 8Gi, pods: "110" }, allocatable: { cpu: "4", memory: 8Gi, pods: "110" } }
---
apiVersion: v1
kind: Pod
metadata: { name: old, namespace: default, uid: "1", creationTimestamp: "2026-01-01T00:00:00Z" }
spec: { nodeName: "n", runtimeClassName: kata, overhead: { cpu: 100m }, containers: [{ name: c, image: i }] }
status: { phase: Running }
`;

  it("the classes of a dump that holds none refuse nothing", async () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: { name: new }\nspec: { runtimeClassName: kata, containers: [{ name: c, image: i }] }\n";
    const loaded = await loadedFromMemory({
      "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec: { duration: 1m, cluster: { snapshot: [dump.yaml] }, manifests: [pod.yaml] }
`,
      "dump.yaml": DUMP,
      "pod.yaml": pod,
    });
    const world = await worldOf(loaded);
    world.run();
    expect([...world.ground.store.table("Pod")].map(({ phase }) => phase)).toEqual([
      "Running",
      "Running",
    ]);
  });
});
