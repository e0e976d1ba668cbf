import { describe, expect, it } from "vitest";
import { formatIssue } from "../../src/scenario/issue.js";
import { loadedFrom, loadedFromMemory, worldOf } from "../runs/built-world.js";

const NODES = { nodes: "3x4cpu,16Gi", until: "5m" };

/** How many pods there are when the run has ended, and what its notes say. */
async function ranWith(path: string) {
  const loaded = await loadedFrom([`test/field/${path}`], NODES);
  const world = await worldOf(loaded);
  world.run();
  return {
    pods: [...world.ground.store.table("Pod")],
    notes: loaded.notes.map(formatIssue),
  };
}

/** What a path is refused with. */
async function refusalOf(path: string, options: object = NODES): Promise<readonly string[]> {
  const error: Error = await loadedFrom([`test/field/${path}`], options).then(
    () => new Error("nothing is wrong"),
    (refused: Error) => refused,
  );
  return error.message.replaceAll("test/field/", "").split("\n");
}

const POD = (spec: string, more = "") =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: p${more} }\nspec: ${spec}\n`;
const ONE = "{ containers: [ { name: c, image: i } ] }";

async function refusalOfText(text: string, name = "app.yaml"): Promise<string> {
  return loadedFromMemory({ [name]: text }, NODES).then(
    () => "nothing is wrong",
    (error: Error) => error.message,
  );
}

describe("manifests are read as kubectl reads them", () => {
  it.each([
    ["50-yaml11/octal.yaml", 8],
    ["50-yaml11/yesno.yaml", 3],
    ["50-yaml11/dup.yaml", 4],
  ])("%s makes %i pods", async (path, count) => {
    expect((await ranWith(path)).pods).toHaveLength(count);
  });

  it("hostNetwork: no is false", async () => {
    const { pods } = await ranWith("50-yaml11/yesno.yaml");
    expect(pods.map(({ spec }) => spec.hostNetwork)).toEqual([false, false, false]);
  });

  it("of equal keys the last counts, with a note that names the key", async () => {
    const { notes } = await ranWith("50-yaml11/dup.yaml");
    expect(notes).toEqual([
      "test/field/50-yaml11/dup.yaml:6:3: the key `replicas` stands twice in its map: the last one counts, as with kubectl",
    ]);
  });

  it.each([
    ["50-yaml11/onlabel.yaml", /:8:43: spec\.template\.metadata\.labels\.tier: must be a string/],
    ["50-yaml11/escape.yaml", /:3:44: is no valid YAML: `\\\/` is no escape in double quotes/],
  ])("%s is refused at its place", async (path, words) => {
    expect(await refusalOf(path)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    ["a name that is a boolean", POD(ONE).replace("name: p", "name: y"), /found true, written y\)/],
    ["a namespace that is a number", POD(ONE, ", namespace: 010"), /metadata\.namespace.*found 8/],
    [
      "an image that is a float",
      POD("{ containers: [ { name: c, image: 1.10 } ] }"),
      /image: must be a string.*found 1\.1, written 1\.10/,
    ],
    [
      "an argument that is a boolean",
      POD("{ containers: [ { name: c, image: i, args: [on] } ] }"),
      /args\[0\]: must be a string.*found true, written on/,
    ],
    [
      "a boolean that is a text",
      POD('{ hostNetwork: "no", containers: [ { name: c, image: i } ] }'),
      /hostNetwork: must be true or false/,
    ],
    [
      "a selector of a number",
      POD("{ nodeSelector: { a: 1 }, containers: [ { name: c, image: i } ] }"),
      /nodeSelector\.a: must be a string/,
    ],
  ])("%s", async (_, text, words) => {
    expect(await refusalOfText(text)).toMatch(words);
  });

  it("a configuration of the scheduler too, where a key twice is refused, as kube-scheduler does", async () => {
    const scenario = (config: string) => ({
      "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 1m
  cluster: { nodePools: [ { name: a, nodes: 1, capacity: { cpu: 1, memory: 1Gi } } ] }
  scheduler: { config: k.yaml }
  manifests: [app.yaml]
`,
      "app.yaml": POD(ONE),
      "k.yaml": `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${config}`,
    });
    const loaded = await loadedFromMemory(scenario("podMaxBackoffSeconds: 0o20\n"));
    expect(loaded.schedulerConfiguration.podMaxBackoffSeconds).toBe(16);
    const twice = loadedFromMemory(scenario("parallelism: 4\nparallelism: 5\n"));
    await expect(twice).rejects.toThrow(/^k\.yaml:4:1: a key stands twice/);
  });
});

describe("a refusal names the remedy", () => {
  it.each([
    [
      "18-configurations/s-v1beta2-oldplugin.yaml",
      /:8:28: .*enabled\[0\]\.name: .*NodeResourcesFit with `scoringStrategy: \{ type: MostAllocated \}`/,
    ],
    [
      "18-configurations/s-policy.yaml",
      /:2:7: kind: Policies are gone .*KubeSchedulerConfiguration.*; PodFitsResources became NodeResourcesFit; MostRequestedPriority became NodeResourcesFit with/,
    ],
    [
      "52-templates/base",
      /^52-templates\/base: holds a kustomization\.yaml.*`kubectl kustomize \S*52-templates\/base \| npx seatrial run -`/,
    ],
    [
      "52-templates/base/kustomization.yaml",
      /:1:1: is a Kustomization.*kubectl kustomize \S*base /,
    ],
  ])("%s", async (path, words) => {
    const options = path.includes("/s-") ? {} : NODES;
    expect(await refusalOf(path, options)).toEqual([expect.stringMatching(words)]);
  });

  const chart = {
    "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "shop/values.yaml": "replicas: 3\n",
    "shop/templates/web.yaml":
      "{{- if .Values.web }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n{{- end }}\n",
  };
  it.each([
    [
      "a chart",
      "shop",
      /^shop: is a Helm chart: render it first: `helm template shop \| npx seatrial run -`/,
    ],
    [
      "its templates",
      "shop/templates",
      /web\.yaml:1:1: is a template of Helm: .*`helm template shop \|/,
    ],
    [
      "its values",
      "shop/values.yaml",
      /values of a Helm chart: .*helm template CHART -f shop\/values\.yaml/,
    ],
    ["its description", "shop/Chart.yaml", /helm template shop \|/],
  ])("%s", async (_, path, words) => {
    const { memoryFiles } = await import("../scenario/memory-files.js");
    const refused = loadedFrom([path], { files: memoryFiles(chart), ...NODES });
    const error: Error = await refused.then(
      () => new Error("nothing is wrong"),
      (e: Error) => e,
    );
    expect(error.message.split("\n")).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    [
      "a field to fill in",
      POD(ONE).replace("image: i", 'image: "{{ .Values.image }}"'),
      /:4:\d+: spec\.containers\[0\]\.image: the file is a template of Helm/,
    ],
    [
      "one of another tool",
      POD(ONE).replace("image: i", 'image: "{{ image }}"'),
      /is a template: render it first with its own tool/,
    ],
    [
      "a map of it",
      POD(ONE).replace("image: i", "image: {{ .Values.image }}"),
      /is a template of Helm/,
    ],
    [
      "a shell's variable",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell reads it
      POD(ONE).replace("image: i", 'image: "${IMAGE}"'),
      /`envsubst < app\.yaml \| npx seatrial run -`/,
    ],
    [
      "braces for somebody in the cluster",
      POD(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: whoever runs in the cluster reads it
        '{ containers: [ { name: c, image: i, args: ["{{ .x }}", "${X}"] } ] }',
        ', annotations: { a: "{{ $labels.b }}" }',
      ),
      /nothing is wrong/,
    ],
    ["a Compose file", "services:\n  web: { image: web }\n", /Compose file.*kompose convert/],
  ])("%s", async (_, text, words) => {
    expect(await refusalOfText(text)).toMatch(words);
  });
});

describe("a dump without nodes is no set of manifests", () => {
  it.each([{ until: "5m" }, NODES])("with %j", async (options) => {
    expect(await refusalOf("41-dump/nonodes.yaml", options)).toEqual([
      expect.stringMatching(
        /^41-dump\/nonodes\.yaml:3:1: a dump without its nodes: .*\(kind-worker, kind-worker2\).*`kubectl get nodes,pods,/,
      ),
    ]);
  });

  it.each(["all.yaml", "managed.yaml", "nsless.yaml", "podsonly.yaml"])(
    "of a whole one nothing moves: %s",
    async (name) => {
      const world = await worldOf(
        await loadedFrom([`test/field/41-dump/${name}`], { until: "5m" }),
      );
      const before = [...world.ground.store.table("Pod")].map(({ uid }) => uid);
      expect(before.length).toBeGreaterThan(0);
      world.run();
      expect([...world.ground.store.table("Pod")].map(({ uid }) => uid)).toEqual(before);
    },
  );

  it("a pod written by hand may name a node that comes later", async () => {
    const loaded = await loadedFromMemory(
      { "app.yaml": POD("{ nodeName: later, containers: [ { name: c, image: i } ] }") },
      NODES,
    );
    expect(loaded.manifests).toHaveLength(1);
  });
});

describe("a known kind in a wrong version or case", () => {
  it.each([
    [
      "51-wrong-apiversion/app.yaml",
      /:1:13: apiVersion: there is no kind Deployment in app\/v1: did you mean apps\/v1/,
    ],
    [
      "51-wrong-apiversion/v1.yaml",
      /:1:13: apiVersion: there is no kind Deployment in v1: did you mean apps\/v1/,
    ],
  ])("%s", async (path, words) => {
    expect(await refusalOf(path)).toEqual([expect.stringMatching(words)]);
  });

  it("a Node among the nodes of a scenario", async () => {
    expect(await refusalOf("hardening/02-node-wrong-apiversion/s.yaml", {})).toEqual([
      expect.stringMatching(
        /n\.yaml:1:13: apiVersion: there is no kind Node in v2: did you mean v1/,
      ),
    ]);
  });

  it("a custom resource called like a kind stays one, beside an object of that kind and name", async () => {
    const meta = "metadata: { name: web }";
    const text = `apiVersion: serving.knative.dev/v1\nkind: Service\n${meta}\nspec: { ports: 7 }\n---\napiVersion: v1\nkind: Service\n${meta}\nspec: { ports: [ { port: 80 } ] }\n---\n${POD(ONE)}`;
    const loaded = await loadedFromMemory({ "app.yaml": text }, NODES);
    expect(loaded.manifests.map(({ manifest }) => manifest.apiVersion)).toEqual(["v1", "v1"]);
    expect(loaded.notModelled.map(({ kind }) => kind)).toContain("Service.serving.knative.dev");
  });
});
