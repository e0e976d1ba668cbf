import { describe, expect, test } from "vitest";
import { formatNote } from "../../src/scenario/issue.js";
import type { LoadedScenario } from "../../src/scenario/load/loaded-scenario.js";
import { validateFiles } from "../../src/scenario/validate.js";
import { loadedFromMemory, worldOf } from "../runs/built-world.js";
import { memoryFiles } from "./memory-files.js";

const scenario = (more: string, version = "1.26") => `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  kubernetesVersion: "${version}"
  duration: 10m
  cluster: { nodePools: [{ name: a, nodes: 1, capacity: { cpu: 4, memory: 8Gi } }] }
${more}
`;

const pod = (fields: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: c, image: i }], ${fields} }\n`;

const told = ({ unknownFields }: LoadedScenario) =>
  unknownFields.map((field) => formatNote(field).replace(/: note: /, " "));
const harmful = ({ notModelled }: LoadedScenario) =>
  notModelled
    .filter(({ place }) => place !== undefined)
    .map(({ effect, kind, field, place }) => `${effect} ${kind} ${field} at ${place}`);

describe("a key that Kubernetes does not know is told with its place", () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      "in a manifest",
      {
        "s.yaml": scenario("  manifests: [m.yaml]"),
        "m.yaml": pod("tolerations: [{ key: a, operatr: Exists }]"),
      },
      "m.yaml:4:70 spec.tolerations[0].operatr: Toleration has no such field: did you mean `operator`?",
      "placement Pod spec.tolerations[].operatr at m.yaml:4:70",
    ],
    [
      "in an item of a List",
      {
        "s.yaml": scenario("  manifests: [m.yaml]"),
        "m.yaml": `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: { name: s }\n  spec: { ports: [{ port: 80, prot: TCP }] }\n`,
      },
      "m.yaml:7:31 spec.ports[0].prot: ServicePort has no such field: did you mean `port`?",
      "placement Service spec.ports[].prot at m.yaml:7:31",
    ],
    [
      "in the template of a Deployment",
      {
        "s.yaml": scenario("  manifests: [m.yaml]"),
        "m.yaml":
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\nspec:\n  selector: { matchLabels: { a: b } }\n  template:\n    metadata: { labels: { a: b } }\n    spec: { containers: [{ name: c, image: i, imagePulPolicy: Always }] }\n",
      },
      "m.yaml:8:47 spec.template.spec.containers[0].imagePulPolicy: Container has no such field: did you mean `imagePullPolicy`?",
      "placement Pod spec.containers[].imagePulPolicy at m.yaml:8:47",
    ],
    [
      "in a dump",
      {
        "s.yaml": scenario("").replace(
          "nodePools: [{ name: a, nodes: 1, capacity: { cpu: 4, memory: 8Gi } }]",
          "snapshot: [d.yaml]",
        ),
        "d.yaml":
          "apiVersion: v1\nkind: Node\nmetadata: { name: nn }\nstatus: { allocatabel: { cpu: 1 }, capacity: { cpu: 1, memory: 1Gi, pods: 10 } }\n",
      },
      "d.yaml:4:11 status.allocatabel: NodeStatus has no such field: did you mean `allocatable`?",
      "placement Node status.allocatabel at d.yaml:4:11",
    ],
    [
      "in the template of a generator",
      {
        "s.yaml": scenario(
          "  generators:\n  - name: g\n    arrivals: { every: 1m }\n    template: { apiVersion: v1, kind: Pod, metadata: { nammespace: x }, spec: { containers: [{ name: c, image: i }] } }",
        ),
      },
      "s.yaml:11:56 spec.generators[0].template.metadata.nammespace: ObjectMeta has no such field: did you mean `namespace`?",
      "placement Pod metadata.nammespace at s.yaml:11:56",
    ],
    [
      "in a patch of the scenario",
      {
        "s.yaml": scenario(
          "  manifests: [m.yaml]\n  patches: [{ name: a, target: Pod/p, patch: { spec: { priorty: 5 } } }]",
        ),
        "m.yaml": pod(""),
      },
      "s.yaml:9:56 spec.patches[0].patch.spec.priorty: PodSpec has no such field: did you mean `priority`?",
      "placement Pod spec.priorty at s.yaml:9:56",
    ],
    [
      "in a patch of the timeline",
      {
        "s.yaml": scenario(
          "  manifests: [m.yaml]\n  timeline: [{ at: 1m, patch: { target: Pod/p, patch: { metadata: { lables: { a: b } } } } }]",
        ),
        "m.yaml": pod(""),
      },
      "s.yaml:9:69 spec.timeline[0].patch.patch.metadata.lables: ObjectMeta has no such field: did you mean `labels`?",
      "placement Pod metadata.lables at s.yaml:9:69",
    ],
    [
      "in what the timeline applies",
      {
        "s.yaml": scenario(
          "  timeline: [{ at: 1m, apply: { apiVersion: v1, kind: Pod, metadata: { name: p }, spec: { containers: [{ name: c, image: i, port: [] }] } } }]",
        ),
      },
      "s.yaml:8:125 spec.timeline[0].apply.spec.containers[0].port: Container has no such field: did you mean `ports`?",
      "placement Pod spec.containers[].port at s.yaml:8:125",
    ],
    [
      "in a kind that nothing waits for, without an effect",
      {
        "s.yaml": scenario("  manifests: [m.yaml]"),
        "m.yaml": `${pod("")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndta: { a: b }\n`,
      },
      "m.yaml:9:1 dta: ConfigMap has no such field: did you mean `data`?",
      "none ConfigMap dta at m.yaml:9:1",
    ],
  ])("%s", async (_, files, place, entry) => {
    const loaded = await loadedFromMemory(files);
    expect(told(loaded)).toEqual([place]);
    expect(harmful(loaded)).toEqual([entry]);
  });

  test("of many objects with one slip the first ten are told, and all are counted", async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      pod("nodeSelectr: {}").replace("name: p", `name: p${i}`),
    ).join("---\n");
    const loaded = await loadedFromMemory({
      "s.yaml": scenario("  manifests: [m.yaml]"),
      "m.yaml": many,
    });
    expect(loaded.unknownFields).toHaveLength(10);
    expect(loaded.notModelled[0]?.objects).toHaveLength(30);
  });

  test("nothing of a custom resource", async () => {
    const custom =
      "apiVersion: x.example/v1\nkind: Deployment\nmetadata: { nam: x, name: x }\nspce: 1\n";
    const loaded = await loadedFromMemory({
      "s.yaml": scenario("  manifests: [m.yaml]"),
      "m.yaml": `${custom}---\n${pod("")}`,
    });
    expect(told(loaded)).toEqual([]);
  });
});

test("what was misspelt stands beside what is missing for it", async () => {
  const text =
    "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { container: [{ name: c, image: i }] }\n";
  await expect(
    loadedFromMemory({ "s.yaml": scenario("  manifests: [m.yaml]"), "m.yaml": text }),
  ).rejects.toThrow(
    /^m\.yaml:4:9: spec\.container: PodSpec has no such field: did you mean `containers`\?.*\nm\.yaml:4:7: spec\.containers: is required/,
  );
});

test("validate tells of them, and of what the version drops", async () => {
  const files = memoryFiles({ "m.yaml": pod("schedulingGates: [{ name: a }], hostnme: x") });
  const { issues, notes, unknownFields } = await validateFiles(["m.yaml"], {
    files,
    dataFolder: "",
  });
  expect(issues).toEqual([]);
  expect(unknownFields.map(({ line, column, path }) => [line, column, path])).toEqual([
    [4, 78, "spec.hostnme"],
  ]);
  expect(notes.length).toBeLessThanOrEqual(1);
});

describe("a field that the simulated version does not serve", () => {
  const drain = `  manifests: [m.yaml]
  behavior: [{ run: 3s, exitCode: 1 }]
  timeline: [{ at: 5m, drain: { node: a-0 } }]`;
  const guarded = (policy: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: i, resources: { requests: { cpu: 500m } } }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } }${policy} }
`;
  const evictedBy = async (version: string, policy: string) => {
    const loaded = await loadedFromMemory({
      "s.yaml": scenario(drain, version),
      "m.yaml": guarded(policy),
    });
    const world = await worldOf(loaded);
    world.run();
    const evicted = world
      .finish()
      .figures.summary.find(({ metric }) => metric === "pods_evicted_count");
    return { loaded, evicted: evicted?.value };
  };

  test("is dropped with a note, and the run goes as without it", async () => {
    const policy = ", unhealthyPodEvictionPolicy: AlwaysAllow";
    const old = await evictedBy("1.26", policy);
    expect(old.evicted).toBe((await evictedBy("1.26", "")).evicted);
    expect(old.loaded.notes.map(formatNote)).toEqual([
      'm.yaml:14:69: note: spec.unhealthyPodEvictionPolicy: Kubernetes 1.26 does not serve this field (PodDisruptionBudgetSpec, feature gate PDBUnhealthyPodEvictionPolicy): it is dropped, as its API server does; kubernetesVersion "1.27" has it',
    ]);
    const served = await evictedBy("1.27", policy);
    expect(served.loaded.notes).toEqual([]);
    expect(served.evicted).toBe(2);
  });

  test("is told once, wherever it stands", async () => {
    const template =
      "{ apiVersion: v1, kind: Pod, metadata: {}, spec: { schedulingGates: [{ name: a }], containers: [{ name: c, image: i }] } }";
    const loaded = await loadedFromMemory({
      "s.yaml": scenario(
        `  manifests: [m.yaml]
  generators: [{ name: g, arrivals: { every: 1m }, template: ${template} }]
  timeline: [{ at: 1m, patch: { target: Pod/p, patch: { spec: { schedulingGates: null } } } }, { at: 2m, patch: { target: Pod/p, patch: { spec: { schedulingGates: [{ name: b }] } } } }]`,
      ),
      "m.yaml": pod("schedulingGates: [{ name: a }]"),
    });
    expect(
      loaded.notes.map(({ file, line, message }) => `${file}:${line} ${message.slice(-9)}`),
    ).toEqual(["m.yaml:4 (3 times)"]);
    const [generator] = loaded.scenario.generators;
    expect(Object.keys(generator!.template.spec as object)).toEqual(["containers"]);
    expect(loaded.scenario.timeline.map(({ operation }) => operation)).toMatchObject([
      { patch: { spec: { schedulingGates: null } } },
      { patch: { spec: {} } },
    ]);
  });
});
