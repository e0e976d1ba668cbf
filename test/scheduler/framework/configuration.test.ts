import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import { featuresOf } from "../../../src/scheduler/framework/features.js";
import { PLUGIN_CATALOGUE } from "../../../src/scheduler/plugins/registry.js";

const HEAD = {
  apiVersion: "kubescheduler.config.k8s.io/v1",
  kind: "KubeSchedulerConfiguration",
};

function load(document: unknown, minor = 26) {
  const features = featuresOf(minor);
  return loadConfiguration(document, { minor, features, catalogue: PLUGIN_CATALOGUE });
}

function issues(document: unknown, minor = 26): readonly string[] {
  return (load(document, minor).issues ?? []).map(({ field, detail }) => `${field}: ${detail}`);
}

function profile(body: Readonly<Record<string, unknown>>, minor = 26) {
  const loaded = load({ ...HEAD, profiles: [body] }, minor);
  if (loaded.configuration === null) throw new Error(JSON.stringify(loaded.issues));
  return loaded.configuration.profiles[0]!;
}

const withArgs = (name: string, args: unknown) => ({
  ...HEAD,
  profiles: [{ pluginConfig: [{ name, args }] }],
});

describe("a configuration that the real loader accepts", () => {
  test("nothing at all is the default profile", () => {
    const { configuration } = load(null);
    expect(configuration?.profiles.map(({ schedulerName }) => schedulerName)).toEqual([
      "default-scheduler",
    ]);
    expect(configuration?.percentageOfNodesToScore).toBe(0);
    expect(configuration?.podInitialBackoffSeconds).toBe(1);
    expect(configuration?.podMaxBackoffSeconds).toBe(10);
  });

  test("defaults follow the version: gates and in-tree limits come and go", () => {
    expect(profile({}, 26).plugins.preEnqueue).toEqual([]);
    expect(profile({}, 27).plugins.preEnqueue).toEqual(["SchedulingGates"]);
    expect(profile({}, 30).plugins.filter).toContain("EBSLimits");
    expect(profile({}, 31).plugins.filter).not.toContain("EBSLimits");
  });

  test("v1beta2 has smaller weights", () => {
    const document = {
      ...HEAD,
      apiVersion: "kubescheduler.config.k8s.io/v1beta2",
      profiles: [{}],
    };
    expect(load(document, 25).configuration?.profiles[0]?.scoreWeights).toMatchObject({
      TaintToleration: 1,
      PodTopologySpread: 2,
    });
  });

  test.each([
    [
      "a weight of its own goes before that of multiPoint",
      {
        multiPoint: { enabled: [{ name: "NodeAffinity", weight: 9 }] },
        score: { enabled: [{ name: "NodeAffinity", weight: 4 }] },
      },
      { NodeAffinity: 4 },
    ],
    [
      "multiPoint may give a default another weight",
      { multiPoint: { enabled: [{ name: "NodeAffinity", weight: 9 }] } },
      { NodeAffinity: 9, TaintToleration: 3 },
    ],
    [
      "a weight of 0 is 1",
      { score: { disabled: [{ name: "*" }], enabled: [{ name: "ImageLocality", weight: 0 }] } },
      { ImageLocality: 1 },
    ],
  ])("%s", (_, plugins, weights) => {
    expect(profile({ plugins }).scoreWeights).toMatchObject(weights);
  });

  test("what a point overrides comes first, then multiPoint, then what only the point names", () => {
    const { plugins } = profile({
      plugins: {
        multiPoint: {
          disabled: [{ name: "*" }],
          enabled: [
            { name: "PrioritySort" },
            { name: "DefaultBinder" },
            { name: "NodeName" },
            { name: "TaintToleration" },
          ],
        },
        filter: { enabled: [{ name: "NodePorts" }, { name: "TaintToleration" }] },
      },
    });
    expect(plugins.filter).toEqual(["TaintToleration", "NodeName", "NodePorts"]);
  });

  test("an upstream plugin that is not modelled loads and is reported with its effect", () => {
    const { configuration } = load({
      ...HEAD,
      profiles: [{ plugins: { multiPoint: { enabled: [{ name: "DynamicResources" }] } } }],
    });
    expect(configuration?.notModelled).toMatchObject([
      { name: "DynamicResources", path: "profiles[0].plugins.multiPoint.enabled[0]" },
    ]);
  });
});

describe("a configuration that the real loader refuses", () => {
  test.each<[string, unknown, string]>([
    ["no object", "fast please", ": must be an object with named fields"],
    [
      "an unknown field, with the near one",
      { ...HEAD, percentageOfNodesToScor: 50 },
      'percentageOfNodesToScor: unknown field, did you mean "percentageOfNodesToScore"?',
    ],
    [
      "another kind",
      { ...HEAD, kind: "Policy" },
      'kind: supported values: "KubeSchedulerConfiguration"',
    ],
    [
      "a percentage out of range",
      { ...HEAD, percentageOfNodesToScore: 101 },
      "percentageOfNodesToScore: not in valid range [0, 100]",
    ],
    [
      "a longest backoff below the first",
      { ...HEAD, podInitialBackoffSeconds: 20, podMaxBackoffSeconds: 5 },
      "podMaxBackoffSeconds: must be greater than or equal to podInitialBackoffSeconds",
    ],
    [
      "two profiles of one name",
      { ...HEAD, profiles: [{ schedulerName: "a" }, { schedulerName: "a" }] },
      "profiles[1].schedulerName: ",
    ],
    [
      "two profiles, one without a name",
      { ...HEAD, profiles: [{ schedulerName: "a" }, {}] },
      "profiles[1].schedulerName: ",
    ],
    [
      "an unknown plugin",
      { ...HEAD, profiles: [{ plugins: { filter: { enabled: [{ name: "NodeAfinity" }] } } }] },
      'profiles[0].plugins.filter.enabled[0].name: no such plugin, did you mean "NodeAffinity"?',
    ],
    [
      "a plugin at a point that it does not extend",
      { ...HEAD, profiles: [{ plugins: { score: { enabled: [{ name: "NodeName" }] } } }] },
      "profiles[0].plugins.score.enabled[0].name: this plugin does not extend score",
    ],
    [
      "a plugin twice",
      {
        ...HEAD,
        profiles: [
          {
            plugins: { score: { enabled: [{ name: "ImageLocality" }, { name: "ImageLocality" }] } },
          },
        ],
      },
      "profiles[0].plugins.score.enabled[1].name: ",
    ],
    [
      "a negative weight",
      {
        ...HEAD,
        profiles: [{ plugins: { score: { enabled: [{ name: "ImageLocality", weight: -1 }] } } }],
      },
      "profiles[0].plugins.score.enabled[0].weight: not in valid range [0, 2147483647]",
    ],
    [
      "no binder",
      {
        ...HEAD,
        profiles: [{ plugins: { multiPoint: { disabled: [{ name: "DefaultBinder" }] } } }],
      },
      "profiles[0].plugins.bind: a profile needs at least one bind plugin",
    ],
    [
      "no queueSort",
      {
        ...HEAD,
        profiles: [{ plugins: { multiPoint: { disabled: [{ name: "PrioritySort" }] } } }],
      },
      "profiles[0].plugins.queueSort: a profile needs exactly one queueSort plugin",
    ],
    [
      "arguments of a plugin that does not exist",
      withArgs("Frobnicate", {}),
      "profiles[0].pluginConfig[0].name: no such plugin",
    ],
    [
      "an unknown argument",
      withArgs("InterPodAffinity", { hardPodAfinityWeight: 3 }),
      'profiles[0].pluginConfig[0].args.hardPodAfinityWeight: unknown field, did you mean "hardPodAffinityWeight"?',
    ],
    [
      "arguments of another kind",
      withArgs("InterPodAffinity", { kind: "NodeAffinityArgs" }),
      'profiles[0].pluginConfig[0].args.kind: supported values: "InterPodAffinityArgs"',
    ],
    [
      "a weight of affinity out of range",
      withArgs("InterPodAffinity", { hardPodAffinityWeight: 101 }),
      "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: not in valid range [0, 100]",
    ],
    [
      "a resource weight out of range",
      withArgs("NodeResourcesFit", {
        scoringStrategy: { type: "MostAllocated", resources: [{ name: "cpu", weight: 101 }] },
      }),
      "profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: not in valid range [1, 100]",
    ],
    [
      "an unknown strategy",
      withArgs("NodeResourcesFit", { scoringStrategy: { type: "Tetris" } }),
      'profiles[0].pluginConfig[0].args.scoringStrategy.type: supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ],
    [
      "a ratio without a shape",
      withArgs("NodeResourcesFit", { scoringStrategy: { type: "RequestedToCapacityRatio" } }),
      "profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: the ratio needs a shape",
    ],
    [
      "a shape that does not rise",
      withArgs("NodeResourcesFit", {
        scoringStrategy: {
          type: "RequestedToCapacityRatio",
          requestedToCapacityRatio: {
            shape: [
              { utilization: 50, score: 1 },
              { utilization: 50, score: 2 },
            ],
          },
        },
      }),
      "profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: utilization values must be sorted in increasing order",
    ],
    [
      "a resource group with a slash",
      withArgs("NodeResourcesFit", { ignoredResourceGroups: ["a.io/b"] }),
      "profiles[0].pluginConfig[0].args.ignoredResourceGroups[0]: resource group name can't contain '/'",
    ],
    [
      "weights in the balance",
      withArgs("NodeResourcesBalancedAllocation", { resources: [{ name: "cpu", weight: 2 }] }),
      "profiles[0].pluginConfig[0].args.resources[0].weight: not in valid range [1, 1]",
    ],
    [
      "own constraints with the system's defaulting",
      withArgs("PodTopologySpread", {
        defaultConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" },
        ],
      }),
      "profiles[0].pluginConfig[0].args.defaultConstraints: when .defaultingType is System, .defaultConstraints must be empty",
    ],
    [
      "a default constraint with a selector",
      withArgs("PodTopologySpread", {
        defaultingType: "List",
        defaultConstraints: [
          {
            maxSkew: 1,
            topologyKey: "zone",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: {},
          },
        ],
      }),
      "profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: constraint must not define a selector, as they deduced for each pod",
    ],
    [
      "the same default constraint twice",
      withArgs("PodTopologySpread", {
        defaultingType: "List",
        defaultConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" },
          { maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway" },
        ],
      }),
      "profiles[0].pluginConfig[0].args.defaultConstraints[1]: ",
    ],
    [
      "no candidates at all for preemption",
      withArgs("DefaultPreemption", {
        minCandidateNodesPercentage: 0,
        minCandidateNodesAbsolute: 0,
      }),
      "profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: cannot be zero at the same time as minCandidateNodesAbsolute",
    ],
    [
      "an added affinity without terms",
      withArgs("NodeAffinity", {
        addedAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] },
        },
      }),
      "profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: must have at least one node selector term",
    ],
    [
      "a shape for volumes, whose gate is off",
      withArgs("VolumeBinding", { shape: [] }),
      "profiles[0].pluginConfig[0].args.shape: when the feature gate VolumeCapacityPriority is disabled",
    ],
  ])("%s", (_, document, issue) => {
    expect(issues(document)).toContain(issue);
  });

  test("an API version that the Kubernetes version does not serve", () => {
    const beta = { ...HEAD, apiVersion: "kubescheduler.config.k8s.io/v1beta3" };
    expect(issues(beta, 28)).toEqual([]);
    expect(issues(beta, 29)).toEqual([
      'apiVersion: supported values: "kubescheduler.config.k8s.io/v1"',
    ]);
  });

  test("a plugin that later versions no longer have", () => {
    const document = {
      ...HEAD,
      profiles: [{ plugins: { filter: { enabled: [{ name: "CinderLimits" }] } } }],
    };
    expect(issues(document, 31)).toEqual([]);
    expect(issues(document, 32)).toEqual([
      "profiles[0].plugins.filter.enabled[0].name: this plugin does not exist in this version of Kubernetes",
    ]);
  });

  test("all issues come together", () => {
    const document = {
      ...HEAD,
      percentageOfNodesToScore: -1,
      profiles: [{ plugins: { filter: { enabled: [{ name: "Nothing" }] } } }],
    };
    expect(issues(document)).toHaveLength(2);
  });
});
