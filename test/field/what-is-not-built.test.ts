import { describe, expect, it, onTestFinished } from "vitest";
import { NEWEST_MINOR } from "../../src/api/features.js";
import { kindNamed } from "../../src/api/kinds.js";
import { UNMODELLED_KINDS } from "../../src/scenario/modelled-fields.js";
import { Workplace } from "../cli/seatrial.js";
import { loadedFromMemory } from "../runs/built-world.js";
import { deploymentOf, scenarioOf as scenarioOfVersion } from "./told.js";

const METADATA = { name: "x", namespace: "default" };
const POD = { containers: [{ name: "c", image: "i" }] };

/** Of the newest version: older ones drop some of the fields. */
const scenarioOf = (timeline: readonly string[], options: { more?: string } = {}) =>
  scenarioOfVersion(timeline, { ...options, version: `1.${NEWEST_MINOR}` });

type Fields = Readonly<Record<string, unknown>>;

const pod = (spec: Fields, name = "x") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...METADATA, name },
  spec: { ...POD, ...spec },
});

/** Ways by which an object comes into a run, each as the files of a scenario. */
const WAYS: Readonly<Record<string, (object: Fields) => Readonly<Record<string, string>>>> = {
  "a manifest": (object) => ({
    "s.yaml": scenarioOf([]),
    "app.yaml": JSON.stringify(object),
  }),
  "a timeline's apply of an object": (object) => ({
    "s.yaml": scenarioOf([`{ at: 1m, apply: ${JSON.stringify(object)} }`]),
    "app.yaml": deploymentOf("web"),
  }),
  "a timeline's apply of a file": (object) => ({
    "s.yaml": scenarioOf(["{ at: 1m, apply: more.yaml }"]),
    "app.yaml": deploymentOf("web"),
    "more.yaml": JSON.stringify(object),
  }),
  "a dump": (object) => ({
    "s.yaml": scenarioOf([])
      .replace("nodePools", "snapshot: [dump.yaml], nodePools")
      .replace(
        "  cluster:\n    snapshot: [dump.yaml], nodePools",
        "  cluster:\n    snapshot: [dump.yaml]\n    nodePools",
      ),
    "app.yaml": deploymentOf("web"),
    "dump.yaml": JSON.stringify(object),
  }),
};

async function notesOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { notModelled } = await loadedFromMemory(files);
  return notModelled.map(({ effect, kind, field }) => `${effect} ${kind} ${field}`.trimEnd());
}

/** Bodies that pass where a kind is kept. */
const BODIES: Readonly<Record<string, Fields>> = {
  VerticalPodAutoscaler: {
    spec: { targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
  },
  MutatingWebhookConfiguration: { webhooks: [{ name: "w", rules: [{ resources: ["pods"] }] }] },
  ValidatingWebhookConfiguration: { webhooks: [{ name: "w", rules: [{ resources: ["*/*"] }] }] },
};
const NOT_BUILT = Object.entries(UNMODELLED_KINDS).filter(([, effect]) => effect !== "none");

describe("a kind that is not built is told of", () => {
  describe.each(Object.entries(WAYS))("in %s", (_way, files) => {
    it.each(NOT_BUILT)("%s: %s", async (kind, effect) => {
      const apiVersion = kindNamed(kind)?.apiVersion ?? "example.com/v1";
      const found = await notesOf(files({ apiVersion, kind, metadata: METADATA, ...BODIES[kind] }));
      expect(found).toContain(`${effect} ${kind}`);
    });
  });

  it("and a kind that nobody has heard of", async () => {
    const object = { apiVersion: "example.com/v1", kind: "Fleet", metadata: METADATA, spec: {} };
    for (const files of Object.values(WAYS)) {
      expect(await notesOf(files(object))).toContain("placement Fleet");
    }
  });

  it("but webhooks about other things than pods have no effect", async () => {
    const found = await notesOf(
      WAYS["a manifest"]!({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "x" },
        webhooks: [{ name: "w", rules: [{ resources: ["certificates", "ingresses"] }] }],
      }),
    );
    expect(found).toEqual(["none ValidatingWebhookConfiguration"]);
  });
});

const PROBE = { httpGet: { port: 80 }, terminationGracePeriodSeconds: 5 };
const container = (fields: Fields) => ({ containers: [{ name: "c", image: "i", ...fields }] });
const volume = (source: Fields) => ({ volumes: [{ name: "v", ...source }] });
/** Fields of pods that are not built, with what they are told as. */
const POD_FIELDS: readonly (readonly [told: string, spec: Fields])[] = [
  ["placement Pod spec.os.name", { os: { name: "windows" } }],
  ["placement Pod spec.volumes[].csi", volume({ csi: { driver: "d" } })],
  ["timing Pod spec.volumes[].image", volume({ image: { reference: "i" } })],
  ["timing Pod spec.containers[].imagePullPolicy", container({ imagePullPolicy: "Never" })],
  [
    "timing Pod spec.containers[].lifecycle.postStart",
    container({ lifecycle: { postStart: { exec: { command: ["x"] } } } }),
  ],
  [
    "timing Pod spec.containers[].lifecycle.preStop.exec",
    container({ lifecycle: { preStop: { exec: { command: ["x"] } } } }),
  ],
  [
    "timing Pod spec.containers[].livenessProbe.terminationGracePeriodSeconds",
    container({ livenessProbe: PROBE }),
  ],
  ["placement Pod spec.neverHeardOf", { neverHeardOf: 1 }],
];

describe("a field of pods that is not built is told of", () => {
  describe.each(Object.entries(WAYS))("in %s", (_way, files) => {
    it.each(POD_FIELDS)("%s", async (told, spec) => {
      expect(await notesOf(files(pod(spec)))).toContain(told);
    });
  });

  it.each(POD_FIELDS)("in a patch of what was loaded: %s", async (told, spec) => {
    const patch = JSON.stringify({ spec: { template: { spec } } });
    const more = `  patches: [{ name: p, target: Deployment/web, patch: ${patch} }]\n`;
    const files = { "s.yaml": scenarioOf([], { more }), "app.yaml": deploymentOf("web") };
    expect(await notesOf(files)).toContain(told);
  });

  it.each(POD_FIELDS)("in a timeline's patch: %s", async (told, spec) => {
    const patch = JSON.stringify({ spec: { template: { spec } } });
    const step = `{ at: 1m, patch: { target: Deployment/web, patch: ${patch} } }`;
    const files = { "s.yaml": scenarioOf([step]), "app.yaml": deploymentOf("web") };
    expect(await notesOf(files)).toContain(told);
  });

  it.each(POD_FIELDS)("in a generator's template: %s", async (told, spec) => {
    const template = JSON.stringify({ kind: "Pod", apiVersion: "v1", spec: { ...POD, ...spec } });
    const more = `  generators: [{ name: g, arrivals: { every: 10m }, template: ${template} }]\n`;
    const files = { "s.yaml": scenarioOf([], { more }), "app.yaml": deploymentOf("web") };
    expect(await notesOf(files)).toContain(told);
  });

  it("what a patch of what was loaded takes away is told of no more", async () => {
    const patch = JSON.stringify({ spec: { template: { spec: { os: null } } } });
    const app = deploymentOf("web", { pod: "      os: { name: windows }\n" });
    const more = `  patches: [{ name: p, target: Deployment/web, patch: ${patch} }]\n`;
    const plain = { "s.yaml": scenarioOf([]), "app.yaml": app };
    expect(await notesOf(plain)).toContain("placement Pod spec.os.name");
    const patched = { "s.yaml": scenarioOf([], { more }), "app.yaml": app };
    expect(await notesOf(patched)).not.toContain("placement Pod spec.os.name");
  });
});

const node = (spec: Fields, conditions: readonly Fields[] = []) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "x" },
  spec,
  status: { capacity: { cpu: "4", memory: "8Gi", pods: "10" }, conditions },
});
const is = (type: string, status: string) => ({ type, status });
const taints = (...keys: readonly string[]) => ({
  taints: keys.map((key) => ({ key, effect: "NoSchedule" })),
});

describe("what controllers of nodes that are not built would do is told of", () => {
  it("a taint that a cloud's controller would take away", async () => {
    const spec = taints("node.cloudprovider.kubernetes.io/uninitialized");
    const found = await notesOf(WAYS["a manifest"]!(node(spec)));
    expect(found).toEqual([
      "placement Node spec.taints[node.cloudprovider.kubernetes.io/uninitialized]",
    ]);
  });

  it("a patch of a status, which the API server drops", async () => {
    const patch = JSON.stringify({ status: { conditions: [is("Ready", "False")] } });
    const step = `{ at: 1m, patch: { target: Node/n-0, patch: ${patch} } }`;
    const files = { "s.yaml": scenarioOf([step]), "app.yaml": deploymentOf("web") };
    expect(await notesOf(files)).toContain("placement Node status");
  });
});

it("pod security that is enforced is told of", async () => {
  const namespace = (level: string) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "x", labels: { "pod-security.kubernetes.io/enforce": level } },
  });
  const files = WAYS["a manifest"]!;
  expect(await notesOf(files(namespace("restricted")))).toEqual([
    "placement Namespace metadata.labels[pod-security.kubernetes.io/enforce]",
  ]);
  expect(await notesOf(files(namespace("privileged")))).toEqual([]);
});

it("so is a step that enforces it", async () => {
  const labels = "{ pod-security.kubernetes.io/enforce: baseline, other: null }";
  const step = `{ at: 1m, label: { target: Namespace/x, labels: ${labels} } }`;
  const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: x }\n";
  const files = { "s.yaml": scenarioOf([step]), "app.yaml": namespace };
  expect(await notesOf(files)).toEqual([
    "placement Namespace metadata.labels[pod-security.kubernetes.io/enforce]",
  ]);
});

it("and --strict ends with 1 for what a timeline's patch asks for in vain", async () => {
  const patch = "{ spec: { template: { spec: { runtimeClassName: x, os: { name: windows } } } } }";
  const step = `{ at: 1m, patch: { target: Deployment/web, patch: ${patch} } }`;
  const place = new Workplace({ "s.yaml": scenarioOf([step]), "app.yaml": deploymentOf("web") });
  onTestFinished(() => place.remove());
  const strict = await place.callHere(["run", "s.yaml", "--strict"]);
  expect(strict.code).toBe(1);
  expect(strict.stderr).toContain("Pod spec.os.name (placement)");
  expect((await place.callHere(["run", "s.yaml"])).code).toBe(0);
});
