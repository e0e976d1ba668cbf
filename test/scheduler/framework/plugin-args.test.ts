import { describe, expect, test } from "vitest";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import { featuresOf } from "../../../src/api/features.js";
import { PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";

function load(pluginConfig: readonly object[], minor = 26) {
  const document = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    profiles: [{ pluginConfig }],
  };
  const features = featuresOf(minor);
  return loadConfiguration(document, { minor, features, catalogue: PLUGIN_CATALOGUE });
}

/** What is said of a plugin's arguments, with paths from there on. */
function refusals(name: string, args: unknown, minor = 26): readonly string[] {
  const issues = load([{ name, args }], minor).issues ?? [];
  return issues.map((issue) => issueText(issue).replace("profiles[0].pluginConfig[0].args.", ""));
}

const list = (...defaultConstraints: readonly object[]) => ({
  defaultingType: "List",
  defaultConstraints,
});
const zone = { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" };
const ratio = (...shape: readonly object[]) => ({
  scoringStrategy: { type: "RequestedToCapacityRatio", requestedToCapacityRatio: { shape } },
});
const point = (utilization: number, score: number) => ({ utilization, score });
const required = (requirement: object, matches = "matchExpressions") => ({
  addedAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ [matches]: [requirement] }],
    },
  },
});
const TERM = "addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]";

describe("arguments that the real loader refuses", () => {
  test.each<[string, string, unknown, readonly string[]]>([
    [
      "an unknown one",
      "InterPodAffinity",
      { hardPodAfinityWeight: 3 },
      ['hardPodAfinityWeight: Forbidden: unknown field, did you mean "hardPodAffinityWeight"?'],
    ],
    [
      "those of another plugin",
      "InterPodAffinity",
      { kind: "NodeAffinityArgs" },
      ['kind: Unsupported value: "NodeAffinityArgs": supported values: "InterPodAffinityArgs"'],
    ],
    [
      "a weight of affinity out of range",
      "InterPodAffinity",
      { hardPodAffinityWeight: 101 },
      ["hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]"],
    ],
    [
      "a resource weight out of range",
      "NodeResourcesFit",
      { scoringStrategy: { type: "MostAllocated", resources: [{ name: "cpu", weight: 101 }] } },
      [
        "scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]",
      ],
    ],
    [
      "an unknown strategy",
      "NodeResourcesFit",
      { scoringStrategy: { type: "Tetris" } },
      [
        'scoringStrategy.type: Unsupported value: "Tetris": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
      ],
    ],
    [
      "a strategy of no type",
      "NodeResourcesFit",
      { scoringStrategy: { resources: [{ name: "cpu", weight: 1 }] } },
      [
        'scoringStrategy.type: Unsupported value: "": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
      ],
    ],
    [
      "a ratio without a shape",
      "NodeResourcesFit",
      { scoringStrategy: { type: "RequestedToCapacityRatio" } },
      [
        "scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio",
      ],
    ],
    [
      "a shape of no points",
      "NodeResourcesFit",
      ratio(),
      [
        "scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified",
      ],
    ],
    [
      "a shape that does not rise",
      "NodeResourcesFit",
      ratio(point(50, 1), point(50, 2), point(40, 3)),
      [
        "scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order",
      ],
    ],
    [
      "a shape out of range",
      "NodeResourcesFit",
      ratio(point(0, 11), point(101, 1)),
      [
        "scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]",
        "scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 101: not in valid range [0, 100]",
      ],
    ],
    [
      "a resource group with a slash",
      "NodeResourcesFit",
      { ignoredResourceGroups: ["a.io/b"] },
      [
        "ignoredResourceGroups[0]: Invalid value: \"a.io/b\": resource group name can't contain '/'",
      ],
    ],
    [
      "weights in the balance",
      "NodeResourcesBalancedAllocation",
      { resources: [{ name: "cpu", weight: 2 }] },
      ["resources[0].weight: Invalid value: 2: must be 1"],
    ],
    [
      "a resource twice in the balance",
      "NodeResourcesBalancedAllocation",
      { resources: [{ name: "cpu" }, { name: "cpu" }] },
      ['resources[1].name: Duplicate value: "cpu"'],
    ],
    [
      "own constraints with the system's defaulting",
      "PodTopologySpread",
      { defaultConstraints: [zone] },
      [
        'defaultingType: Invalid value: "System": must be List when .defaultConstraints are not empty',
      ],
    ],
    [
      "an unknown defaulting",
      "PodTopologySpread",
      { defaultingType: "Mine" },
      ['defaultingType: Unsupported value: "Mine": supported values: "System", "List"'],
    ],
    [
      "a default constraint with a selector",
      "PodTopologySpread",
      list({ ...zone, labelSelector: {} }),
      [
        "defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod",
      ],
    ],
    [
      "a default constraint of nothing",
      "PodTopologySpread",
      list({}),
      [
        "defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)",
        "defaultConstraints[0].topologyKey: Required value: can not be empty",
        "defaultConstraints[0].whenUnsatisfiable: Required value: can not be empty",
      ],
    ],
    [
      "the same default constraint twice",
      "PodTopologySpread",
      list(zone, { ...zone, maxSkew: 2 }),
      ['defaultConstraints[1]: Duplicate value: "{zone, ScheduleAnyway}"'],
    ],
    [
      "no candidates at all for preemption",
      "DefaultPreemption",
      { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 },
      [
        "minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute",
        "minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage",
      ],
    ],
    [
      "candidates out of range",
      "DefaultPreemption",
      { minCandidateNodesPercentage: 101, minCandidateNodesAbsolute: -1 },
      [
        "minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]",
        "minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)",
      ],
    ],
    [
      "an added affinity with an unknown operator",
      "NodeAffinity",
      required({ key: "a", operator: "Near", values: ["b"] }),
      [
        `${TERM}.matchExpressions[0].operator: Unsupported value: "Near": supported values: "DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"`,
      ],
    ],
    [
      "an added affinity to nothing",
      "NodeAffinity",
      required({ key: "a", operator: "In" }),
      [
        `${TERM}.matchExpressions[0].values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
      ],
    ],
    [
      "an added affinity to more than a word",
      "NodeAffinity",
      required({ key: "a", operator: "Gt", values: ["b"] }),
      [
        `${TERM}.matchExpressions[0].values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
      ],
    ],
    [
      "an added affinity to two nodes by name",
      "NodeAffinity",
      required({ key: "metadata.name", operator: "In", values: ["a", "b"] }, "matchFields"),
      [`${TERM}.matchFields[0].values: Invalid value: ["a","b"]: must have one element`],
    ],
    [
      "a timeout before the start",
      "VolumeBinding",
      { bindTimeoutSeconds: -1 },
      [
        "bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value",
      ],
    ],
    [
      "a shape for volumes, whose gate is off",
      "VolumeBinding",
      { shape: [] },
      [
        "shape: Invalid value: []: unexpected field `shape`, remove it: the feature gate VolumeCapacityPriority is off",
      ],
    ],
  ])("%s", (_, name, args, expected) => {
    expect(refusals(name, args)).toEqual(expected);
  });

  test("those of a plugin that does not exist", () => {
    expect(load([{ name: "Frobnicate", args: {} }]).issues?.map(issueText)).toEqual([
      "profiles[0].pluginConfig[0].name: Invalid value: \"Frobnicate\": no such plugin: expected one of kube-scheduler's or seatrial's own, or that of a module (`scheduler.modules`)",
    ]);
  });

  test("those of one plugin twice", () => {
    const twice = load([{ name: "NodeAffinity" }, { name: "NodeAffinity" }]);
    expect(twice.issues?.map(issueText)).toEqual([
      'profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"',
    ]);
  });
});

describe("arguments that the real loader takes", () => {
  const preferred = { weight: 500, preference: { matchExpressions: [] } };

  test.each<[string, string, unknown]>([
    ["a weight of 0, which is none", "NodeResourcesFit", weighted({ name: "cpu", weight: 0 })],
    ["a resource twice", "NodeResourcesFit", weighted({ name: "cpu" }, { name: "cpu" })],
    [
      "an added affinity without terms",
      "NodeAffinity",
      { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
    ],
    [
      "an added preference of any weight",
      "NodeAffinity",
      { addedAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred] } },
    ],
    ["a defaulting of no name", "PodTopologySpread", { defaultingType: "" }],
    ["any argument of a plugin that has none", "NodeName", { speed: "fast" }],
  ])("%s", (_, name, args) => {
    expect(refusals(name, args)).toEqual([]);
  });

  function weighted(...resources: readonly object[]) {
    return { scoringStrategy: { type: "MostAllocated", resources } };
  }
});

describe("arguments that came or changed with a version", () => {
  test.each<[string, number, string, unknown, string]>([
    [
      "preferences of existing pods may be ignored from v1.27 on",
      27,
      "InterPodAffinity",
      { ignorePreferredTermsOfExistingPods: true },
      "ignorePreferredTermsOfExistingPods: Forbidden: unknown field",
    ],
  ])("%s", (_, since, name, args, refusal) => {
    expect(refusals(name, args, since - 1)).toEqual([expect.stringContaining(refusal)]);
    expect(refusals(name, args, since)).toEqual([]);
  });

  test("a ratio beside another strategy is refused from v1.34 on", () => {
    const { requestedToCapacityRatio } = ratio(point(0, 0)).scoringStrategy;
    const args = { scoringStrategy: { type: "LeastAllocated", requestedToCapacityRatio } };
    expect(refusals("NodeResourcesFit", args, 33)).toEqual([]);
    expect(refusals("NodeResourcesFit", args, 34)).toEqual([
      "scoringStrategy.requestedToCapacityRatio: Forbidden: must be nil when type is not RequestedToCapacityRatio",
    ]);
  });

  test("the gate of a shape for volumes has another name from v1.33 on", () => {
    expect(refusals("VolumeBinding", { shape: [] }, 33)).toEqual([
      expect.stringContaining("the feature gate StorageCapacityScoring is off"),
    ]);
  });
});

describe("arguments of DynamicResources", () => {
  const NAME = "DynamicResources";

  test.each<[number, object, readonly string[]]>([
    [34, { filterTimeout: "10s" }, []],
    [37, { filterTimeout: "0s", bindingTimeout: "1m30s" }, []],
    [
      37,
      { filterTimeout: "-1s" },
      ['filterTimeout: Invalid value: "-1s": must be zero or positive'],
    ],
    [
      37,
      { bindingTimeout: "999ms" },
      ['bindingTimeout: Invalid value: "999ms": must be at least 1 second'],
    ],
    [
      37,
      { bindingTimeout: 5 },
      ["bindingTimeout: Invalid value: 5: must be a duration such as 10s or 1m30s"],
    ],
    [
      35,
      { bindingTimeout: "10s" },
      [
        "bindingTimeout: Forbidden: the feature gate DRADeviceBindingConditions or DRAResourceClaimDeviceStatus is off",
      ],
    ],
    [
      34,
      { bindingTimeout: "10s" },
      ["bindingTimeout: Forbidden: unknown field; known are apiVersion, kind, filterTimeout"],
    ],
  ])("in 1.%i %j: %j", (minor, args, expected) => {
    expect(refusals(NAME, args, minor)).toEqual(expected);
  });

  test("say how long PreBind waits", () => {
    const args = { bindingTimeout: "1m30s" };
    const loaded = load([{ name: NAME, args }], 37).configuration?.profiles[0]?.args;
    expect(loaded?.[NAME]).toEqual({ bindingTimeoutMicros: 90_000_000 });
  });
});
