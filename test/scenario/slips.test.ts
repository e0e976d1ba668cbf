import { describe, expect, it } from "vitest";
import { formatIssue, formatNote } from "../../src/scenario/issue.js";
import { validateFiles } from "../../src/scenario/validate.js";
import { memoryFiles } from "./memory-files.js";

const deployment = (more = "", apiVersion = "apps/v1") => `apiVersion: ${apiVersion}
kind: Deployment
metadata: { name: api }
spec:
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec: { containers: [{ name: c, image: i${more} }] }
`;
const hpa = (apiVersion: string, spec: string) => `apiVersion: ${apiVersion}
kind: HorizontalPodAutoscaler
metadata: { name: h }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }, maxReplicas: 5, ${spec} }
`;
const scenario = (more: string, manifests = "m.yaml", version = "1.37") =>
  `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  kubernetesVersion: "${version}"
  duration: 10m
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: 4, memory: 8Gi } }] }
  manifests: [${manifests}]
${more}
`;
const waitFor = (more: string, target = "Deployment/api") =>
  scenario(`  timeline:\n    - at: 1m\n      waitFor: { target: ${target}, within: 5m, ${more} }`);

/** All that validate finds in the first file. */
async function found(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const [first] = Object.keys(files);
  const all = memoryFiles(files);
  const findings = await validateFiles([first!], { files: all, dataFolder: "d" });
  const { issues, unknownFields, notes } = findings;
  return [...issues.map(formatIssue), ...[...unknownFields, ...notes].map(formatNote)];
}

describe("an API version that is served no longer is told once, with what it is read as", () => {
  const INGRESS =
    "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: i }\nspec: { backend: { serviceName: a, servicePort: 80 } }\n";
  const POLICY =
    "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: { name: p }\nspec: {}\n";
  const BUDGET =
    "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: p }\nspec: { minAvailable: 1 }\n";
  it.each([
    [
      "a Deployment of extensions/v1beta1, twice",
      `${deployment("", "extensions/v1beta1")}---\n${deployment("", "extensions/v1beta1").replace("name: api", "name: b")}`,
      [
        "m.yaml:1:1: note: apiVersion: no API server serves Deployment in extensions/v1beta1 since Kubernetes 1.16: it is read as apps/v1 (2 times)",
      ],
    ],
    [
      "an Ingress",
      INGRESS,
      [
        "m.yaml:1:1: note: apiVersion: no API server serves Ingress in extensions/v1beta1 since Kubernetes 1.22: it is read as networking.k8s.io/v1",
      ],
    ],
    [
      "a kind that is gone",
      POLICY,
      [
        "m.yaml:1:1: note: apiVersion: no API server serves PodSecurityPolicy in policy/v1beta1 since Kubernetes 1.25: the kind is gone",
      ],
    ],
    [
      "a budget of policy/v1beta1",
      BUDGET,
      [
        "m.yaml:1:1: note: apiVersion: no API server serves PodDisruptionBudget in policy/v1beta1 since Kubernetes 1.25: it is read as policy/v1",
      ],
    ],
  ])("%s", async (_, text, told) => {
    const notes = await found({ "m.yaml": text });
    expect(notes.filter((note) => note.includes("no API server"))).toEqual(told);
  });

  it("where the simulated version serves it there is nothing to tell", async () => {
    const files = { "s.yaml": scenario("", "m.yaml", "1.24"), "m.yaml": BUDGET };
    expect(await found(files)).toEqual([]);
  });
});

describe("what is wrong with an object of a former version is told once, where it was written", () => {
  it.each([
    [
      "a value that today's version has elsewhere",
      hpa("autoscaling/v1", "targetCPUUtilizationPercentage: -5"),
      ["m.yaml:4:127: spec.targetCPUUtilizationPercentage: must be greater than 0 (found -5)"],
    ],
    [
      "one of a wrong type",
      hpa("autoscaling/v1", 'targetCPUUtilizationPercentage: "80"'),
      ['m.yaml:4:127: spec.targetCPUUtilizationPercentage: must be an integer (found "80")'],
    ],
    [
      "one in a list",
      hpa(
        "autoscaling/v2beta1",
        "metrics: [{ type: Resource, resource: { name: cpu, targetAverageUtilization: 0 } }]",
      ),
      [
        "m.yaml:4:172: spec.metrics[0].resource.targetAverageUtilization: must be greater than 0 (found 0)",
      ],
    ],
    [
      "one that stands at the same place in both",
      deployment("", "extensions/v1beta1").replace("spec:\n", "spec:\n  replicas: three\n"),
      ['m.yaml:5:13: spec.replicas: must be an integer (found "three")'],
    ],
    [
      "a request of devices",
      "apiVersion: resource.k8s.io/v1beta1\nkind: ResourceClaim\nmetadata: { name: c }\nspec: { devices: { requests: [{ name: r, deviceClassName: Gpu_ }] } }\n",
      [expect.stringContaining("m.yaml:4:59: spec.devices.requests[0].deviceClassName: must")],
    ],
  ])("%s", async (_, text, told) => {
    expect(await found({ "m.yaml": text })).toEqual(told);
  });
});

describe("a list of objects", () => {
  const item = "{ apiVersion: v1, kind: Pod, metadata: { name: p } }";
  it.each([
    ["List", "itms: []", "m.yaml:3:1: itms: List has no such field: did you mean `items`?"],
    ["List", "Items: []", "m.yaml:3:1: Items: List has no such field: did you mean `items`?"],
    ["List", "objects: []", "m.yaml:3:1: objects: List has no such field: its objects stand under"],
    ["PodList", "itmes: []", "m.yaml:3:1: itmes: PodList has no such field: did you mean `items`?"],
    ["List", `items: ${item}`, "m.yaml:3:8: items: expected a list of objects"],
  ])("%s with %s is refused at the key", async (kind, field, told) => {
    const text = `apiVersion: v1\nkind: ${kind}\n${field}\n`;
    expect(await found({ "m.yaml": text })).toEqual([expect.stringContaining(told)]);
  });
});

describe("what stands in a file in place of objects is told for what it is", () => {
  it.each([
    [
      "a table of kubectl",
      "NAME   READY   STATUS\nweb-0  1/1     Running\n",
      "is a table, as kubectl",
    ],
    [
      "nothing that kubectl found",
      "No resources found in default namespace.\n",
      "kubectl found no",
    ],
    [
      "a message",
      "error: You must be logged in to the server\n",
      "is no Kubernetes object: it has",
    ],
    ["another tool's file", "replicaCount: 1\nimage: { tag: a }\n", "has neither `apiVersion` nor"],
    [
      "an answer of the API server",
      '{ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized" }',
      "is what an API server says of a request, no object: Unauthorized",
    ],
  ])("%s", async (_, text, told) => {
    expect(await found({ "m.yaml": text })).toEqual([expect.stringContaining(told)]);
  });
});

describe("a key that nobody reads is told where any may stand", () => {
  const scaled = (triggers: string) =>
    `apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: q }\nspec:\n  scaleTargetRef: { name: api }\n  triggers: [${triggers}]\n`;
  const ROUTE =
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: r }\n";
  it.each([
    [
      "in a trigger's metadata",
      scaled("{ type: rabbitmq, metadata: { queuName: q, value: '5', hostFromEnv: H } }"),
      "m.yaml:6:44: note: spec.triggers[0].metadata.queuName: the metadata of a trigger of type rabbitmq has no such field: did you mean `queueName`?",
    ],
    [
      "in an HTTPRoute",
      `${ROUTE}spec: { rules: [{ backendRefs: [{ name: a, port: 80, weigth: 5 }] }] }\n`,
      "m.yaml:4:54: note: spec.rules[0].backendRefs[0].weigth: HTTPRouteSpecRulesBackendRefs has no such field: did you mean `weight`?",
    ],
  ])("%s", async (_, text, told) => {
    expect(await found({ "m.yaml": text })).toEqual([told]);
  });

  it("in a patch of triggers", async () => {
    const patch =
      "  patches:\n    - { name: p, target: ScaledObject/q, patch: { spec: { triggers: [{ type: kafka, metadata: { topik: t } }] } } }";
    const told = await found({
      "s.yaml": scenario(patch, "m.yaml, q.yaml"),
      "m.yaml": deployment(),
      "q.yaml": scaled("{ type: kafka, metadata: { topic: t } }"),
    });
    expect(told).toEqual([
      expect.stringMatching(/patch\.spec\.triggers\[0\].*did you mean `topic`/),
    ]);
  });

  it("among disabled plugins of the scheduler", async () => {
    const config =
      "  scheduler: { config: { profiles: [{ plugins: { score: { disabled: [{ name: NodeResourceFit }, { name: '*' }] } } }] } }";
    const told = await found({ "s.yaml": scenario(config), "m.yaml": deployment() });
    expect(told).toEqual([
      expect.stringMatching(
        /^s\.yaml:9:78: note: .*disabled\[0\]\.name: disables nothing: no such plugin, did you mean "NodeResourcesFit"/,
      ),
    ]);
  });
});

describe("a wait for what can never be is refused at its field", () => {
  it.each([
    [
      "is: Availabel",
      "Deployment/api",
      /waitFor\.is: a Deployment is never `Availabel`.*`Available`\?/,
    ],
    ["is: available", "Deployment/api", /waitFor\.is: .*did you mean `Available`\?/],
    ["is: Available=true", "Deployment/api", /waitFor\.is: a condition is True, False, Unknown/],
    ["is: Complete", "Deployment/api", /waitFor\.is: .*did you mean `complete`\?/],
    ["is: complete", "Pod/p", /waitFor\.is: a Pod is never `complete`: expected `gone`/],
    ["is: Raedy", "Pod/p", /waitFor\.is: a Pod is never `Raedy`.*did you mean `Ready`\?/],
    ["is: gone, else: undo", "Pod/p", /waitFor\.else: the rollout of a Pod cannot be taken back/],
  ])("%s of %s", async (more, target, told) => {
    const issues = await found({ "s.yaml": waitFor(more, target), "m.yaml": deployment() });
    expect(issues).toEqual([expect.stringMatching(told)]);
  });

  it.each([
    ["is: Progressing=False", "Deployment/api"],
    ["is: example.com/warm", "Pod/p"],
  ])("%s of %s may be", async (more, target) => {
    const files = { "s.yaml": waitFor(more, target), "m.yaml": deployment() };
    expect(await found(files)).toEqual([]);
  });
});

describe("names and amounts of resources that are hardly meant", () => {
  const quota = (kind: string, spec: string) =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: { name: q }\nspec: ${spec}\n`;
  it.each([
    [
      "of a container, in another case",
      deployment(", resources: { requests: { CPU: 1 } }"),
      /requests\.CPU: must be a standard resource.*did you mean `cpu`\?/,
    ],
    [
      "of a quota",
      quota("ResourceQuota", "{ hard: { requests.cpus: 4, count/jobs.batch: 2 } }"),
      /hard\["requests\.cpus"\]: must be a standard resource for quotas; did you mean `requests\.cpu`\?/,
    ],
    [
      "a scope of a quota",
      quota("ResourceQuota", "{ hard: { pods: 4 }, scopes: [bestEffort] }"),
      /scopes\[0\]: unsupported scope; did you mean `BestEffort`\?/,
    ],
    [
      "a type of a LimitRange",
      quota("LimitRange", "{ limits: [{ type: container, max: { cpu: 1 } }] }"),
      /limits\[0\]\.type: must be a standard limit type.*did you mean `Container`\?/,
    ],
    [
      "of a LimitRange",
      quota("LimitRange", "{ limits: [{ type: Container, max: { cpus: 1 } }] }"),
      /limits\[0\]\.max\.cpus: must be a standard resource.*did you mean `cpu`\?/,
    ],
    [
      "thousandths of a byte",
      deployment(", resources: { requests: { memory: 500m } }"),
      /note: .*requests\.memory: is no whole number of bytes: did you mean `500Mi`\? \(found "500m"\)/,
    ],
  ])("%s", async (_, text, told) => {
    expect(await found({ "m.yaml": text })).toEqual([expect.stringMatching(told)]);
  });
});

describe("a route of requests", () => {
  const service =
    "---\napiVersion: v1\nkind: Service\nmetadata: { name: api }\nspec: { ports: [{ port: 80 }] }\n";
  const route =
    "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: r }\nspec: { rules: [{ backendRefs: [{ name: apii, port: 80 }] }] }\n";
  it("that leads to a Service that there is none of is told", async () => {
    const traffic = "  traffic:\n    - { name: t, to: HTTPRoute/r, rate: 1/s }";
    const files = { "s.yaml": scenario(traffic), "m.yaml": deployment() + service + route };
    expect(await found(files)).toEqual([
      expect.stringMatching(
        /^s\.yaml:10:22: note: .*they fail \(500\): there is no Service `default\/apii`.*nearest is `api`/,
      ),
    ]);
  });

  it("has a rate with its unit", async () => {
    const traffic = "  traffic:\n    - { name: t, to: Service/api, rate: { constant: 100 } }";
    const files = { "s.yaml": scenario(traffic), "m.yaml": deployment() + service };
    expect(await found(files)).toEqual([
      expect.stringContaining(
        "rate.constant: expected a rate such as 120/s, 5/min or 2/h; or 0 (found 100)",
      ),
    ]);
  });
});

it("a patch of an object that there is none of names the nearest", async () => {
  const patch =
    "  patches:\n    - { name: p, target: Deployment/apii, patch: { spec: { replicas: 2 } } }";
  expect(await found({ "s.yaml": scenario(patch), "m.yaml": deployment() })).toEqual([
    expect.stringMatching(/patches\[0\]\.target: .*the nearest is `default\/Deployment\/api`/),
  ]);
});
