import { closeSync, openSync, writeSync } from "node:fs";
import { stringify } from "yaml";

const PODS_A_DEPLOYMENT = 100;
const NAMESPACES = 30;
const BLOCK_LENGTH = 1 << 22;

/** Writes text as it comes, in large blocks. */
class TextFile {
  private readonly descriptor: number;
  private text = "";

  constructor(path: string) {
    this.descriptor = openSync(path, "w");
  }

  write(text: string): void {
    this.text += text;
    if (this.text.length > BLOCK_LENGTH) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    writeSync(this.descriptor, this.text);
    this.text = "";
  }
}

const two = (value: number) => String(value).padStart(2, "0");
const namespaceOf = (app: number) => `team-${two(app % NAMESPACES)}`;
const uid = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
const suffix = (number: number) => number.toString(36).padStart(5, "0");
const HASH = "6d4cf56db6";
const CREATED = "2026-01-01T00:00:00Z";

function metadata(app: number) {
  return { name: `web-${app}`, namespace: namespaceOf(app) };
}

function podSpec(app: number) {
  return {
    containers: [
      {
        name: "main",
        image: `registry.example/web:${app}`,
        resources: { requests: { cpu: "250m", memory: "512Mi" } },
      },
    ],
  };
}

function deploymentSpec(app: number, spec: object) {
  const labels = { app: `web-${app}` };
  return {
    replicas: PODS_A_DEPLOYMENT,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec },
  };
}

/** Deployments of 100 pods each. */
export function writeDeployments(path: string, pods: number): void {
  const file = new TextFile(path);
  for (let app = 0; app < pods / PODS_A_DEPLOYMENT; app++) {
    const deployment = {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: metadata(app) },
      spec: deploymentSpec(app, podSpec(app)),
    };
    file.write(`---\n${stringify(deployment)}`);
  }
  file.close();
}

/** Pods that nobody controls. */
export function writeBarePods(path: string, pods: number): void {
  const file = new TextFile(path);
  for (let app = 0; app < pods / PODS_A_DEPLOYMENT; app++) {
    const pod = {
      ...{ apiVersion: "v1", kind: "Pod" },
      metadata: { ...metadata(app), name: "@NAME@", labels: { app: `web-${app}` } },
      spec: podSpec(app),
    };
    const text = `---\n${stringify(pod)}`;
    for (let i = 0; i < PODS_A_DEPLOYMENT; i++) {
      file.write(text.replace("@NAME@", `web-${app}-${suffix(i)}`));
    }
  }
  file.close();
}

const NODE_CONDITIONS = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) => ({
  ...{ type, status: type === "Ready" ? "True" : "False", reason: `Kubelet${type}` },
  ...{ message: `kubelet says so of ${type}` },
  ...{ lastHeartbeatTime: CREATED, lastTransitionTime: CREATED },
}));

function nodeOf(number: number) {
  const amounts = { cpu: "16", memory: "65536Mi", pods: "110", "ephemeral-storage": "100Gi" };
  const name = `node-${number}`;
  return {
    ...{ apiVersion: "v1", kind: "Node" },
    metadata: {
      ...{ name, uid: uid(1, number), creationTimestamp: CREATED, resourceVersion: "1" },
      labels: {
        ...{ "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" },
        "topology.kubernetes.io/zone": `zone-${number % 3}`,
      },
    },
    spec: { podCIDR: "10.0.0.0/24", providerID: `cloud:///${name}` },
    status: { capacity: amounts, allocatable: amounts, conditions: NODE_CONDITIONS },
  };
}

const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What an API server makes of a pod's spec: as long as those of real clusters. */
function storedPodSpec(app: number) {
  const env = Array.from({ length: 4 }, (_, i) => ({
    ...{ name: `SETTING_NUMBER_${i}`, value: `some value of application ${app}, number ${i}` },
  }));
  const probe = {
    ...{ httpGet: { path: "/healthz", port: 8080, scheme: "HTTP" }, periodSeconds: 10 },
    ...{ failureThreshold: 3, successThreshold: 1, timeoutSeconds: 1 },
  };
  const [container] = podSpec(app).containers;
  return {
    containers: [
      {
        ...container,
        ...{ env, imagePullPolicy: "IfNotPresent", livenessProbe: probe, readinessProbe: probe },
        ports: [{ containerPort: 8080, name: "http", protocol: "TCP" }],
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
        volumeMounts: [{ mountPath: TOKEN_PATH, name: "kube-api-access", readOnly: true }],
      },
    ],
    dnsPolicy: "ClusterFirst",
    enableServiceLinks: true,
    ...{ restartPolicy: "Always", schedulerName: "default-scheduler", securityContext: {} },
    ...{ serviceAccount: "default", serviceAccountName: "default" },
    terminationGracePeriodSeconds: 30,
  };
}

const TOLERATIONS = ["not-ready", "unreachable"].map((what) => ({
  ...{ effect: "NoExecute", key: `node.kubernetes.io/${what}`, operator: "Exists" },
  tolerationSeconds: 300,
}));
const TOKEN = {
  name: "kube-api-access",
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { items: [{ key: "ca.crt", path: "ca.crt" }], name: "kube-root-ca.crt" } },
    ],
  },
};

/** A running pod as kubectl prints it, with marks for what differs from its siblings. */
function podOf(app: number) {
  const { namespace, name } = metadata(app);
  const conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
    ...{ lastProbeTime: null, lastTransitionTime: CREATED, status: "True", type },
  }));
  return {
    ...{ apiVersion: "v1", kind: "Pod" },
    metadata: {
      ...{ creationTimestamp: CREATED, generateName: `${name}-${HASH}-`, namespace },
      ...{ labels: { app: name, "pod-template-hash": HASH }, name: `${name}-${HASH}-@SUFFIX@` },
      ownerReferences: [
        {
          ...{ apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-${HASH}` },
          ...{ uid: uid(3, app), controller: true, blockOwnerDeletion: true },
        },
      ],
      ...{ resourceVersion: "1", uid: "@UID@" },
    },
    spec: {
      ...storedPodSpec(app),
      ...{ nodeName: "@NODE@", preemptionPolicy: "PreemptLowerPriority", priority: 0 },
      ...{ tolerations: TOLERATIONS, volumes: [TOKEN] },
    },
    status: {
      conditions,
      containerStatuses: [
        {
          ...{ containerID: "containerd://@UID@", image: `registry.example/web:${app}` },
          ...{ imageID: "registry.example/web@sha256:@UID@", lastState: {}, name: "main" },
          ...{ ready: true, restartCount: 0, started: true },
          state: { running: { startedAt: CREATED } },
        },
      ],
      ...{ hostIP: "10.0.0.1", phase: "Running", podIP: "10.1.0.1", podIPs: [{ ip: "10.1.0.1" }] },
      ...{ qosClass: "Burstable", startTime: CREATED },
    },
  };
}

function workloadsOf(app: number): readonly object[] {
  const spec = deploymentSpec(app, storedPodSpec(app));
  const { selector, template } = spec;
  const hashed = { ...template.metadata.labels, "pod-template-hash": HASH };
  const count = PODS_A_DEPLOYMENT;
  const counts = { replicas: count, readyReplicas: count, availableReplicas: count };
  const revision = { "deployment.kubernetes.io/revision": "1" };
  const stored = { creationTimestamp: CREATED, resourceVersion: "1", generation: 1 };
  const { name, namespace } = metadata(app);
  const owner = {
    ...{ apiVersion: "apps/v1", kind: "Deployment", name, uid: uid(2, app) },
    ...{ controller: true, blockOwnerDeletion: true },
  };
  const conditions = [
    { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "" },
    { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message: "" },
  ].map((one) => ({ ...one, lastTransitionTime: CREATED, lastUpdateTime: CREATED }));
  return [
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment" },
      metadata: { ...stored, name, namespace, uid: uid(2, app), annotations: revision },
      spec: {
        ...spec,
        strategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
        },
        ...{ progressDeadlineSeconds: 600, revisionHistoryLimit: 10 },
      },
      status: { ...counts, updatedReplicas: count, observedGeneration: 1, conditions },
    },
    {
      ...{ apiVersion: "apps/v1", kind: "ReplicaSet" },
      metadata: {
        ...{ ...stored, name: `${name}-${HASH}`, namespace, uid: uid(3, app), labels: hashed },
        annotations: {
          ...revision,
          "deployment.kubernetes.io/desired-replicas": String(count),
          "deployment.kubernetes.io/max-replicas": String(count + Math.ceil(count / 4)),
        },
        ownerReferences: [owner],
      },
      spec: {
        replicas: count,
        selector: { matchLabels: { ...selector.matchLabels, "pod-template-hash": HASH } },
        template: { metadata: { labels: hashed }, spec: template.spec },
      },
      status: { ...counts, fullyLabeledReplicas: count, observedGeneration: 1 },
    },
  ];
}

/** A cluster at rest as `kubectl get nodes,namespaces,deployments,replicasets,pods -A -o …` prints it. */
export function writeDump(
  path: string,
  { nodes, pods }: { readonly nodes: number; readonly pods: number },
  format: "json" | "yaml",
): void {
  const file = new TextFile(path);
  const isJson = format === "json";
  file.write(isJson ? '{\n    "apiVersion": "v1",\n    "items": [\n' : "apiVersion: v1\nitems:\n");
  let isFirst = true;
  const put = (text: string) => {
    file.write(isJson && !isFirst ? `,\n${text}` : text);
    isFirst = false;
  };
  const textOf = (object: object): string =>
    isJson
      ? JSON.stringify(object, null, 4).replaceAll(/^/gm, "        ")
      : stringify([object], { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
  for (let i = 0; i < nodes; i++) put(textOf(nodeOf(i)));
  for (let i = 0; i < NAMESPACES; i++) {
    const name = namespaceOf(i);
    const about = { name, uid: uid(5, i), creationTimestamp: CREATED, resourceVersion: "1" };
    const status = { phase: "Active" };
    put(textOf({ apiVersion: "v1", kind: "Namespace", metadata: about, spec: {}, status }));
  }
  const apps = pods / PODS_A_DEPLOYMENT;
  for (let app = 0; app < apps; app++) for (const one of workloadsOf(app)) put(textOf(one));
  for (let app = 0; app < apps; app++) {
    const text = textOf(podOf(app));
    for (let i = 0; i < PODS_A_DEPLOYMENT; i++) {
      const number = app * PODS_A_DEPLOYMENT + i;
      put(
        text
          .replace("@SUFFIX@", suffix(i))
          .replace("@NODE@", `node-${number % nodes}`)
          .replaceAll("@UID@", uid(4, number)),
      );
    }
  }
  const end = isJson
    ? '\n    ],\n    "kind": "List",\n    "metadata": { "resourceVersion": "" }\n}\n'
    : 'kind: List\nmetadata:\n  resourceVersion: ""\n';
  file.write(end);
  file.close();
}
