import { describe, expect, test } from "vitest";
import { loadedFromMemory } from "../runs/built-world.js";

describe("a scheduler's configuration", () => {
  const plugin = "{ plugins: { multiPoint: { enabled: [{ name: GangScheduling }] } } }";
  const inline = `{ extenders: [{ urlPrefix: "http://x" }], profiles: [${plugin}] }`;
  const inFile = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
extenders: [{ urlPrefix: "http://x" }]
profiles: [${plugin}]
`;

  test.each([
    ["in the scenario", inline],
    ["in a file", "sched.yaml"],
  ])("%s is reported for what it asks for in vain", async (_, config) => {
    const { notModelled } = await loadedFromMemory({
      "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  kubernetesVersion: "1.37"
  until: idle
  scheduler: { config: ${config} }
  cluster: { nodePools: [{ name: a, nodes: 1, capacity: { cpu: 1, memory: 1Gi } }] }
  manifests: [pod.yaml]
`,
      "pod.yaml": `apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { containers: [{ name: main, image: i }] }
`,
      "sched.yaml": inFile,
    });
    expect(notModelled.map(({ effect, kind, field }) => `${effect} ${kind} ${field}`)).toEqual([
      "placement KubeSchedulerConfiguration extenders",
      "placement KubeSchedulerConfiguration profiles[0].plugins.multiPoint.enabled[0]",
    ]);
  });
});

describe("a field that nobody knows", () => {
  const fieldsOf = async (fields: string) => {
    const { notModelled } = await loadedFromMemory(
      {
        "pod.yaml": `apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { ${fields}containers: [{ name: main, image: i, resorces: { requests: { cpu: 1 } } }] }
`,
      },
      { nodes: "1x4cpu,8Gi" },
    );
    return notModelled.map(({ field, meant }) => `${field}: ${meant}`);
  };

  test.each([
    ["nodeSelectr: { a: b }, ", "spec.nodeSelectr: nodeSelector"],
    ["tollerations: [{ operator: Exists }], ", "spec.tollerations: tolerations"],
    ["entirelyNew: { a: b }, ", "spec.entirelyNew: "],
    // Known, and not modelled: nothing else was meant.
    ["hostname: x, ", "spec.hostname: "],
  ])("%s is told with the one that was meant", async (fields, told) => {
    const found = await fieldsOf(fields);
    expect(found).toContain(told);
    expect(found).toContain("spec.containers[].resorces: resources");
  });
});

test.each([
  [
    "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: b }\nspec: { maxUnavailabel: 0 }",
    "PodDisruptionBudget spec.maxUnavailabel: maxUnavailable",
  ],
  [
    "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: c }\nprovisioner: x\nvolumeBindingMod: Immediate",
    "StorageClass volumeBindingMod: volumeBindingMode",
  ],
  [
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: v }\nspec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteOnce], nfs: { server: s, path: / }, x: { y: 1 } }",
    "PersistentVolume spec.x: ",
  ],
])("a slip in %j is told by its field", async (manifest, told) => {
  const pod =
    "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: m, image: i }] }";
  const loaded = await loadedFromMemory(
    { "all.yaml": `${pod}\n---\n${manifest}\n` },
    { nodes: "1x4cpu,8Gi" },
  );
  const found = loaded.notModelled.filter(({ effect }) => effect === "placement");
  expect(found.map(({ kind, field, meant }) => `${kind} ${field}: ${meant}`)).toEqual([told]);
});

describe("fields that give pods their names in DNS", () => {
  const app = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: server, image: i }] } }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: shop, labels: { app: db } }
spec: { hostname: main, subdomain: db, containers: [{ name: server, image: i }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 80 }] }
`;
  const ofSet = "StatefulSet spec.serviceName";
  const ofPod = ["Pod spec.hostname", "Pod spec.subdomain"];
  const traffic = (name: string) =>
    `  traffic: [{ name: t, to: shop/Service/${name}, rate: 1/s }]\n`;
  const calls = `  behavior: [{ match: { names: [p] }, calls: [[{ to: shop/Service/db-0.db }]] }]\n`;
  const backends = "backends: [{ to: shop/Service/db-0.db, weight: 1 }]";
  const step = `setTraffic: { traffic: t, ${backends} }`;
  const wait = `waitFor: { target: shop/StatefulSet/db, is: complete, within: 9s, else: [{ ${step} }] }`;
  const metric =
    "{ name: m, value: { traffic: { of: requestsPerSecond, to: shop/Service/db-0.db } } }";

  test.each([
    ["have no effect without requests", "", [...ofPod, ofSet]],
    ["have none where requests go to all of a Service", traffic("db"), [...ofPod, ofSet]],
    ["count where requests go to one pod", traffic("db-0.db"), ofPod],
    ["count of that pod only", traffic("main.db"), [ofSet]],
    ["count where a pod is called", traffic("db") + calls, ofPod],
    [
      "count where a step leads there",
      `${traffic("db")}  timeline: [{ at: 1s, ${step} }]\n`,
      ofPod,
    ],
    ["count where a wait may", `${traffic("db")}  timeline: [{ at: 1s, ${wait} }]\n`, ofPod],
    ["count for a figure", `${traffic("db")}  externalMetrics: [${metric}]\n`, ofPod],
  ])("%s", async (_, more, expected) => {
    const { notModelled } = await loadedFromMemory({
      "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  duration: 60s
  cluster: { nodePools: [{ name: a, nodes: 1, capacity: { cpu: 1, memory: 1Gi } }] }
  manifests: [app.yaml]
${more}`,
      "app.yaml": app,
    });
    const named = notModelled.map(({ kind, field }) => `${kind} ${field}`);
    expect(named.filter((one) => one === ofSet || ofPod.includes(one))).toEqual(expected);
  });
});
