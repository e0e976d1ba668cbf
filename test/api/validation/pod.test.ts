import { describe, expect, test } from "vitest";
import { refusals } from "./refusals.js";

const container = { name: "c", image: "web:v1" };
const selector = { matchLabels: { app: "web" } };

const withContainer = (more: object) => ({ containers: [{ ...container, ...more }] });
const withResources = (resources: object) => withContainer({ resources });
const withPod = (more: object) => ({ containers: [container], ...more });
const spread = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" };
const affinity = (side: string, rule: object) => withPod({ affinity: { [side]: rule } });
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

const GPU = { name: "gpu", resourceClaimName: "gpu" };
const claiming = (resourceClaims: readonly object[], ...claims: readonly object[]) => ({
  containers: [{ ...container, resources: { claims } }],
  resourceClaims,
});
const USED = "spec.containers[0].resources.claims";

describe("a pod is refused for its claims of devices", () => {
  test.each<[string, object, readonly string[]]>([
    ["and taken with one that a container uses", claiming([GPU], { name: "gpu" }), []],
    [
      "and taken with two requests of one",
      claiming([GPU], { name: "gpu", request: "a" }, { name: "gpu", request: "b" }),
      [],
    ],
    [
      "without a name",
      claiming([{ resourceClaimName: "gpu" }]),
      ["Required spec.resourceClaims[0].name"],
    ],
    ["of one name", claiming([GPU, GPU]), ["Duplicate spec.resourceClaims[1].name"]],
    [
      "of a wrong name",
      claiming([{ ...GPU, name: "Gpu" }]),
      ["Invalid spec.resourceClaims[0].name"],
    ],
    ["without a source", claiming([{ name: "gpu" }]), ["Invalid spec.resourceClaims[0]"]],
    [
      "with two sources",
      claiming([{ ...GPU, resourceClaimTemplateName: "gpu" }]),
      ["Invalid spec.resourceClaims[0]"],
    ],
    [
      "with a source of a wrong name",
      claiming([{ name: "gpu", resourceClaimTemplateName: "G" }]),
      ["Invalid spec.resourceClaims[0].resourceClaimTemplateName"],
    ],
    ["that are not there", claiming([GPU], { name: "tpu" }), [`NotFound ${USED}[0]`]],
    ["without a name in a container", claiming([GPU], {}), [`Required ${USED}[0]`]],
    ["used twice", claiming([GPU], { name: "gpu" }, { name: "gpu" }), [`Duplicate ${USED}[1]`]],
    [
      "whose request is used twice",
      claiming([GPU], { name: "gpu", request: "a" }, { name: "gpu", request: "a" }),
      [`Duplicate ${USED}[1]`],
    ],
    [
      "used whole after a part",
      claiming([GPU], { name: "gpu", request: "a" }, { name: "gpu" }),
      [`Duplicate ${USED}[1]`],
    ],
    [
      "in part after the whole",
      claiming([GPU], { name: "gpu" }, { name: "gpu", request: "a" }),
      [`Duplicate ${USED}[1]`],
    ],
    [
      "for the pod as a whole",
      withPod({ resourceClaims: [GPU], resources: { claims: [{ name: "gpu" }] } }),
      ["Forbidden spec.resources.claims"],
    ],
  ])("%s", (_, spec, expected) => {
    expect(refusals("Pod", { restartPolicy: "Always", ...spec })).toEqual(expected);
  });
});

describe("a pod is refused", () => {
  test.each<[string, object, string]>([
    ["without containers", { containers: [] }, "Required spec.containers"],
    ["without an image", { containers: [{ name: "c" }] }, "Required spec.containers[0].image"],
    [
      "with two containers of one name",
      { containers: [container, container] },
      "Duplicate spec.containers[1].name",
    ],
    [
      "with a name that is no DNS label",
      withContainer({ name: "C" }),
      "Invalid spec.containers[0].name",
    ],
    [
      "when it requests more than its limit",
      withResources({ requests: { cpu: "2" }, limits: { cpu: "1" } }),
      "Invalid spec.containers[0].resources.requests[cpu]",
    ],
    [
      "for a negative amount",
      withResources({ requests: { memory: "-1" } }),
      "Invalid spec.containers[0].resources.requests[memory]",
    ],
    [
      "for half a device",
      withResources({ limits: { "x.com/gpu": "500m" } }),
      "Invalid spec.containers[0].resources.limits[x.com/gpu]",
    ],
    [
      "for a device with a request alone",
      withResources({ requests: { "x.com/gpu": "1" } }),
      "Required spec.containers[0].resources.limits[x.com/gpu]",
    ],
    [
      "for a device with unequal request and limit",
      withResources({ requests: { "x.com/gpu": "1" }, limits: { "x.com/gpu": "2" } }),
      "Invalid spec.containers[0].resources.requests[x.com/gpu]",
    ],
    [
      "for a resource of no standard name",
      withResources({ limits: { gpu: "1" } }),
      "Invalid spec.containers[0].resources.limits[gpu]",
    ],
    [
      "for huge pages without cpu or memory",
      withResources({ limits: { "hugepages-2Mi": "2Mi" } }),
      "Forbidden spec.containers[0].resources",
    ],
    [
      "for half a huge page",
      withResources({ limits: { "hugepages-2Mi": "3Mi", cpu: "1" } }),
      "Invalid spec.containers[0].resources.limits[hugepages-2Mi]",
    ],
    [
      "for a port out of range",
      withContainer({ ports: [{ containerPort: 70_000 }] }),
      "Invalid spec.containers[0].ports[0].containerPort",
    ],
    [
      "for a port without a number",
      withContainer({ ports: [{ name: "http" }] }),
      "Required spec.containers[0].ports[0].containerPort",
    ],
    [
      "for an unknown protocol",
      withContainer({ ports: [{ containerPort: 1, protocol: "tcp" }] }),
      "NotSupported spec.containers[0].ports[0].protocol",
    ],
    [
      "for two ports of one name",
      withContainer({
        ports: [
          { containerPort: 1, name: "a" },
          { containerPort: 2, name: "a" },
        ],
      }),
      "Duplicate spec.containers[0].ports[1].name",
    ],
    [
      "for one host port twice",
      withContainer({
        ports: [
          { containerPort: 1, hostPort: 9 },
          { containerPort: 2, hostPort: 9 },
        ],
      }),
      "Duplicate spec.containers[0].ports[1].hostPort",
    ],
    [
      "for a host port that its network forbids",
      { ...withContainer({ ports: [{ containerPort: 1, hostPort: 9 }] }), hostNetwork: true },
      "Invalid spec.containers[0].ports[0].hostPort",
    ],
    [
      "for a probe without an action",
      withContainer({ livenessProbe: {} }),
      "Required spec.containers[0].livenessProbe",
    ],
    [
      "for a liveness probe that must succeed twice",
      withContainer({ livenessProbe: { exec: {}, successThreshold: 2 } }),
      "Invalid spec.containers[0].livenessProbe.successThreshold",
    ],
    [
      "for a readiness probe of an init container",
      withPod({ initContainers: [{ name: "i", image: "i", readinessProbe: { exec: {} } }] }),
      "Forbidden spec.initContainers[0].readinessProbe",
    ],
    [
      "for an init container that restarts on failure",
      withPod({ initContainers: [{ name: "i", image: "i", restartPolicy: "OnFailure" }] }),
      "NotSupported spec.initContainers[0].restartPolicy",
    ],
    [
      "for a mount of no volume",
      withContainer({ volumeMounts: [{ name: "v", mountPath: "/v" }] }),
      "NotFound spec.containers[0].volumeMounts[0].name",
    ],
    [
      "for an ephemeral volume without a template",
      withPod({ volumes: [{ name: "v", ephemeral: {} }] }),
      "Required spec.volumes[0].ephemeral.volumeClaimTemplate",
    ],
    [
      "for an empty template of an ephemeral volume",
      withPod({ volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: {} } }] }),
      "Required spec.volumes[0].ephemeral.volumeClaimTemplate.spec",
    ],
    [
      "for an ephemeral volume of no size",
      withPod({
        volumes: [
          {
            name: "v",
            ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } },
          },
        ],
      }),
      "Required spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]",
    ],
    [
      "for two volumes of one name",
      withPod({ volumes: [{ name: "v" }, { name: "v" }] }),
      "Duplicate spec.volumes[1].name",
    ],
    [
      "for an unknown restart policy",
      withPod({ restartPolicy: "Sometimes" }),
      "NotSupported spec.restartPolicy",
    ],
    [
      "for a negative grace period",
      withPod({ terminationGracePeriodSeconds: -1 }),
      "Invalid spec.terminationGracePeriodSeconds",
    ],
    [
      "for a bad node selector",
      withPod({ nodeSelector: { "a b": "c" } }),
      "Invalid spec.nodeSelector",
    ],
    [
      "for a gate that is there twice",
      withPod({ schedulingGates: [{ name: "a" }, { name: "a" }] }),
      "Duplicate spec.schedulingGates[1]",
    ],
    [
      "for a node while it is gated",
      withPod({ schedulingGates: [{ name: "a" }], nodeName: "n" }),
      "Forbidden spec.nodeName",
    ],
    [
      "for a toleration of all keys that is no Exists",
      withPod({ tolerations: [{ value: "a" }] }),
      "Invalid spec.tolerations[0].operator",
    ],
    [
      "for a toleration of Exists with a value",
      withPod({ tolerations: [{ key: "a", operator: "Exists", value: "b" }] }),
      "Invalid spec.tolerations[0].operator",
    ],
    [
      "for seconds without NoExecute",
      withPod({
        tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 3 }],
      }),
      "Invalid spec.tolerations[0].effect",
    ],
    [
      "for an unknown effect",
      withPod({ tolerations: [{ key: "a", operator: "Exists", effect: "Never" }] }),
      "NotSupported spec.tolerations[0].effect",
    ],
    [
      "for the operator Gt where versions lack it",
      withPod({ tolerations: [{ key: "a", operator: "Gt", value: "3" }] }),
      "NotSupported spec.tolerations[0].operator",
    ],
    [
      "for a spread without skew",
      withPod({ topologySpreadConstraints: [{ ...spread, maxSkew: 0 }] }),
      "Invalid spec.topologySpreadConstraints[0].maxSkew",
    ],
    [
      "for a spread over nothing",
      withPod({ topologySpreadConstraints: [{ ...spread, topologyKey: "" }] }),
      "Required spec.topologySpreadConstraints[0].topologyKey",
    ],
    [
      "for a spread of unknown strictness",
      withPod({ topologySpreadConstraints: [{ ...spread, whenUnsatisfiable: "Maybe" }] }),
      "NotSupported spec.topologySpreadConstraints[0].whenUnsatisfiable",
    ],
    [
      "for a spread that is there twice",
      withPod({ topologySpreadConstraints: [spread, spread] }),
      "Duplicate spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}",
    ],
    [
      "for minDomains of a soft spread",
      withPod({
        topologySpreadConstraints: [
          { ...spread, whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 },
        ],
      }),
      "Invalid spec.topologySpreadConstraints[0].minDomains",
    ],
    [
      "for matchLabelKeys without a selector",
      withPod({ topologySpreadConstraints: [{ ...spread, matchLabelKeys: ["a"] }] }),
      "Forbidden spec.topologySpreadConstraints[0].matchLabelKeys",
    ],
    [
      "for matchLabelKeys of a spread that its selector says already",
      withPod({
        topologySpreadConstraints: [
          { ...spread, labelSelector: selector, matchLabelKeys: ["rev", "app"] },
        ],
      }),
      "Invalid spec.topologySpreadConstraints[0].matchLabelKeys[1]",
    ],
    [
      "for matchLabelKeys of an affinity that its selector says already",
      affinity("podAffinity", {
        [REQUIRED]: [{ labelSelector: selector, topologyKey: "zone", matchLabelKeys: ["app"] }],
      }),
      `Invalid spec.affinity.podAffinity.${REQUIRED}[0].matchLabelKeys[0]`,
    ],
    [
      "for a key that must match and must not",
      affinity("podAffinity", {
        [REQUIRED]: [
          {
            labelSelector: selector,
            topologyKey: "zone",
            matchLabelKeys: ["rev"],
            mismatchLabelKeys: ["rev"],
          },
        ],
      }),
      `Invalid spec.affinity.podAffinity.${REQUIRED}[0].matchLabelKeys[0]`,
    ],
    [
      "for pod affinity without a topology",
      affinity("podAffinity", { [REQUIRED]: [{ labelSelector: selector }] }),
      `Required spec.affinity.podAffinity.${REQUIRED}[0].topologyKey`,
    ],
    [
      "for preferred pod affinity over what is no label",
      affinity("podAffinity", {
        [PREFERRED]: [{ weight: 1, podAffinityTerm: { topologyKey: "a b" } }],
      }),
      `Invalid spec.affinity.podAffinity.${PREFERRED}[0].podAffinityTerm.topologyKey`,
    ],
    [
      "for a weight of 0",
      affinity("podAntiAffinity", {
        [PREFERRED]: [{ weight: 0, podAffinityTerm: { topologyKey: "zone" } }],
      }),
      `Invalid spec.affinity.podAntiAffinity.${PREFERRED}[0].weight`,
    ],
    [
      "for a weight of 101",
      affinity("nodeAffinity", { [PREFERRED]: [{ weight: 101, preference: {} }] }),
      `Invalid spec.affinity.nodeAffinity.${PREFERRED}[0].weight`,
    ],
    [
      "for node affinity without terms",
      affinity("nodeAffinity", { [REQUIRED]: { nodeSelectorTerms: [] } }),
      `Required spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`,
    ],
    [
      "for a field other than the name",
      affinity("nodeAffinity", {
        [REQUIRED]: {
          nodeSelectorTerms: [{ matchFields: [{ key: "spec.x", operator: "In", values: ["a"] }] }],
        },
      }),
      `Invalid spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchFields[0].key`,
    ],
    [
      "for Gt on two numbers",
      affinity("nodeAffinity", {
        [REQUIRED]: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "a", operator: "Gt", values: ["1", "2"] }] },
          ],
        },
      }),
      `Required spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchExpressions[0].values`,
    ],
    [
      "for Gt on a word",
      affinity("nodeAffinity", {
        [REQUIRED]: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Gt", values: ["b"] }] }],
        },
      }),
      `Invalid spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchExpressions[0].values[0]`,
    ],
    [
      "when its containers request more than it does",
      { ...withResources({ requests: { cpu: "2" } }), resources: { requests: { cpu: "1" } } },
      "Invalid spec.resources.requests[cpu]",
    ],
    [
      "for resources of the whole pod that do not count",
      withPod({ resources: { limits: { "x.com/gpu": "1" } } }),
      "NotSupported spec.resources.limits[x.com/gpu]",
    ],
  ])("%s", (_, spec, refusal) => {
    // A limit is the request, too: what is wrong with one is wrong with both.
    const twin = refusal.replace(".limits[", ".requests[");
    const both = refusal.startsWith("Invalid") ? [refusal, twin] : [refusal];
    expect([...new Set(both)]).toEqual(refusals("Pod", spec));
  });
});

test.each<[string, object]>([
  [
    "a spread over what is no label",
    withPod({ topologySpreadConstraints: [{ ...spread, topologyKey: "a b" }] }),
  ],
  [
    "a key that must not match beside the selector's own",
    affinity("podAffinity", {
      [REQUIRED]: [{ labelSelector: selector, topologyKey: "zone", mismatchLabelKeys: ["app"] }],
    }),
  ],
])("a pod is taken with %s", (_, spec) => {
  expect(refusals("Pod", spec)).toEqual([]);
});

test("the operator Gt is taken where the version has it", () => {
  const spec = withPod({ tolerations: [{ key: "a", operator: "Gt", value: "3" }] });
  expect(refusals("Pod", spec, { options: { comparisonOperators: true } })).toEqual([]);
});

test("a pod spec that is known to be good is not looked at again", () => {
  expect(refusals("Pod", { containers: [] }, { options: { knownPodSpec: true } })).toEqual([]);
});

describe("rules of when a container is restarted", () => {
  const exitCodes = { operator: "In", values: [42] };
  const rule = { action: "Restart", exitCodes };
  const all = { action: "RestartAllContainers", exitCodes };
  const ruled = (rules: readonly object[], restartPolicy?: string) =>
    withContainer({
      ...(rules.length === 0 ? {} : { restartPolicyRules: rules }),
      ...(restartPolicy === undefined ? {} : { restartPolicy }),
    });
  const inInit = (container: object) => ({
    ...withPod({}),
    initContainers: [{ name: "i", image: "i", ...container }],
  });
  const AT = "spec.containers[0]";
  const INIT = "spec.initContainers[0]";
  const SINCE_35 = { containerRestartRules: true };
  const SINCE_36 = { containerRestartRules: true, restartsAllContainers: true };
  test.each<[string, object, object, readonly string[]]>([
    ["are taken beside a policy", ruled([rule, all], "Never"), SINCE_36, []],
    ["need a policy", ruled([rule]), SINCE_35, [`Required ${AT}.restartPolicy`]],
    [
      "need one that there is",
      ruled([rule], "Once"),
      SINCE_35,
      [`NotSupported ${AT}.restartPolicy`],
    ],
    [
      "need an action that there is, and exit codes",
      ruled([{ action: "Stop" }], "Never"),
      SINCE_36,
      [
        `NotSupported ${AT}.restartPolicyRules[0].action`,
        `Required ${AT}.restartPolicyRules[0].exitCodes`,
      ],
    ],
    [
      "restart all containers from 1.36 on only",
      ruled([all], "Never"),
      SINCE_35,
      [`NotSupported ${AT}.restartPolicyRules[0].action`],
    ],
    [
      "are at most 20",
      ruled(Array(21).fill(rule), "Never"),
      SINCE_35,
      [`Invalid ${AT}.restartPolicyRules`],
    ],
    [
      "have at most 255 exit codes",
      ruled([{ ...rule, exitCodes: { operator: "In", values: Array(256).fill(1) } }], "Never"),
      SINCE_35,
      [`Invalid ${AT}.restartPolicyRules[0].exitCodes.values`],
    ],
    ["may be missing beside a policy", ruled([], "OnFailure"), SINCE_35, []],
    ["a policy is refused before 1.34", ruled([], "Always"), {}, [`Forbidden ${AT}.restartPolicy`]],
    [
      "a policy of an init container is refused before 1.34, but for a sidecar's",
      inInit({ restartPolicy: "Never" }),
      {},
      [`NotSupported ${INIT}.restartPolicy`],
    ],
    ["a policy of an init container is taken", inInit({ restartPolicy: "Never" }), SINCE_35, []],
    [
      "are refused of sidecars",
      inInit({ restartPolicy: "Always", restartPolicyRules: [rule] }),
      SINCE_35,
      [`Forbidden ${INIT}.restartPolicyRules`],
    ],
    [
      "are taken of sidecars from 1.36 on",
      inInit({ restartPolicy: "Always", restartPolicyRules: [all] }),
      SINCE_36,
      [],
    ],
  ])("%s", (_, one, options, expected) => {
    expect(refusals("Pod", one, { options })).toEqual(expected);
  });
});
