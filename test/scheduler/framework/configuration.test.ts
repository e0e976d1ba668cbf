import { describe, expect, test } from "vitest";
import { loadConfiguration } from "../../../src/scheduler/framework/configuration/load-configuration.js";
import { featuresOf } from "../../../src/api/features.js";
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

  describe("in v1beta2", () => {
    const apiVersion = "kubescheduler.config.k8s.io/v1beta2";
    const beta = (plugins?: object) => {
      const loaded = load({ ...HEAD, apiVersion, profiles: [{ plugins }] }, 25);
      if (loaded.configuration === null) throw new Error(JSON.stringify(loaded.issues));
      return loaded.configuration.profiles[0]!;
    };

    test("weights are smaller, and each point has an order of its own", () => {
      const { plugins, scoreWeights } = beta();
      expect(scoreWeights).toEqual({
        NodeResourcesBalancedAllocation: 1,
        ImageLocality: 1,
        InterPodAffinity: 1,
        NodeResourcesFit: 1,
        NodeAffinity: 1,
        PodTopologySpread: 2,
        TaintToleration: 1,
      });
      expect(plugins.preFilter.slice(0, 3)).toEqual([
        "NodeResourcesFit",
        "NodePorts",
        "VolumeRestrictions",
      ]);
      expect(plugins.filter).toEqual(profile({}, 25).plugins.filter);
    });

    test("a default that is named again keeps its place", () => {
      const score = { enabled: [{ name: "ImageLocality", weight: 7 }, { name: "VolumeBinding" }] };
      const { plugins, scoreWeights } = beta({ score });
      expect(plugins.score[1]).toBe("ImageLocality");
      expect(plugins.score.at(-1)).toBe("VolumeBinding");
      expect(scoreWeights).toMatchObject({ ImageLocality: 7, VolumeBinding: 1 });
    });

    test("there is no multiPoint", () => {
      const profiles = [{ plugins: { multiPoint: { disabled: [{ name: "*" }] } } }];
      expect(issues({ ...HEAD, apiVersion, profiles }, 25)).toEqual([
        expect.stringContaining("profiles[0].plugins.multiPoint: unknown field"),
      ]);
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
    const document = {
      ...HEAD,
      profiles: [{ plugins: { multiPoint: { enabled: [{ name: "GangScheduling" }] } } }],
    };
    const { configuration } = load(document, 37);
    expect(configuration?.notModelled).toMatchObject([
      { name: "GangScheduling", path: "profiles[0].plugins.multiPoint.enabled[0]" },
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
      "percentageOfNodesToScore: not in valid range [0-100]",
    ],
    [
      "a longest backoff below the first",
      { ...HEAD, podInitialBackoffSeconds: 20, podMaxBackoffSeconds: 5 },
      "podMaxBackoffSeconds: must be greater than or equal to PodInitialBackoffSeconds",
    ],
    [
      "a first backoff of nothing",
      { ...HEAD, podInitialBackoffSeconds: 0 },
      "podInitialBackoffSeconds: must be greater than 0",
    ],
    [
      "no parallelism",
      { ...HEAD, parallelism: 0 },
      "parallelism: should be an integer value greater than zero",
    ],
    [
      "a profile's percentage out of range",
      { ...HEAD, profiles: [{ percentageOfNodesToScore: -1 }] },
      "profiles[0].percentageOfNodesToScore: not in valid range [0-100]",
    ],
    [
      "two profiles of one name",
      { ...HEAD, profiles: [{ schedulerName: "a" }, { schedulerName: "a" }] },
      "profiles[1].schedulerName: ",
    ],
    [
      "a profile with an empty name",
      { ...HEAD, profiles: [{ schedulerName: "" }] },
      "profiles[0].schedulerName: ",
    ],
    [
      "two profiles that say different things of the queue's order",
      {
        ...HEAD,
        profiles: [
          { schedulerName: "a" },
          { schedulerName: "b", plugins: { queueSort: { enabled: [{ name: "PrioritySort" }] } } },
        ],
      },
      "profiles[1].plugins.queueSort: has to match for all profiles",
    ],
    [
      "two plugins for the queue's order",
      {
        ...HEAD,
        profiles: [
          {
            plugins: {
              queueSort: { enabled: [{ name: "PrioritySort" }, { name: "PrioritySort" }] },
            },
          },
        ],
      },
      "profiles[0].plugins.queueSort.Enabled: only one queue sort plugin can be enabled",
    ],
    [
      "a lock of leaders other than leases",
      { ...HEAD, leaderElection: { resourceLock: "endpoints" } },
      'leaderElection.resourceLock: resourceLock value must be "leases"',
    ],
    [
      "an unknown field of the client",
      { ...HEAD, clientConnection: { pqs: 5 } },
      'clientConnection.pqs: unknown field, did you mean "qps"?',
    ],
    [
      "an extender that ranks without a weight",
      { ...HEAD, extenders: [{ urlPrefix: "http://x", prioritizeVerb: "rank" }] },
      "extenders[0].weight: must have a positive weight applied to it",
    ],
    [
      "two extenders that bind",
      { ...HEAD, extenders: [{ bindVerb: "bind" }, { bindVerb: "bind" }] },
      "extenders: only one extender can implement bind",
    ],
    [
      "an extender for cpu",
      { ...HEAD, extenders: [{ managedResources: [{ name: "cpu" }] }] },
      "extenders[0].managedResources[0].name: is an invalid extended resource name",
    ],
    [
      "two extenders for one resource",
      {
        ...HEAD,
        extenders: [
          { managedResources: [{ name: "x.com/gpu" }] },
          { managedResources: [{ name: "x.com/gpu" }] },
        ],
      },
      "extenders[1].managedResources[0].name: duplicate extender managed resource name",
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
      "profiles[0].pluginConfig[0].name: no such plugin: expected one of kube-scheduler's or seatrial's own, or that of a module (`scheduler.modules`)",
    ],
  ])("%s", (_, document, issue) => {
    expect(issues(document)).toContain(issue);
  });

  test("an API version that the Kubernetes version does not serve", () => {
    const beta = { ...HEAD, apiVersion: "kubescheduler.config.k8s.io/v1beta3" };
    expect(issues(beta, 28)).toEqual([]);
    expect(issues(beta, 29)).toEqual([
      'apiVersion: kube-scheduler 1.29 does not read this version, the last to read it was 1.28: expected kubescheduler.config.k8s.io/v1, or kubernetesVersion: "1.28"',
    ]);
  });

  test("a version that is gone from Kubernetes, of whose fields nothing is said", () => {
    const alpha = {
      apiVersion: "kubescheduler.config.k8s.io/v1alpha1",
      kind: "KubeSchedulerConfiguration",
      algorithmSource: { provider: "DefaultProvider" },
    };
    expect(issues(alpha)).toEqual([
      expect.stringMatching(/^apiVersion: this version is gone from Kubernetes: expected .*\/v1,/),
    ]);
  });

  test.each<[string, string, RegExp]>([
    ["score", "NodeResourcesMostAllocated", /NodeResourcesFit with .*type: MostAllocated/],
    ["score", "SelectorSpread", /expected PodTopologySpread/],
    ["filter", "PodFitsResources", /expected NodeResourcesFit/],
    ["queueSort", "Coscheduling", /belongs to scheduler-plugins/],
    ["bind", "MyBinder", /expected one of kube-scheduler's or seatrial's own/],
  ])("a plugin that is none, at %s: %s is told alone, with a remedy", (point, name, remedy) => {
    const plugins = { [point]: { enabled: [{ name }], disabled: [{ name: "*" }] } };
    expect(issues({ ...HEAD, profiles: [{ plugins }] })).toEqual([
      expect.stringMatching(
        new RegExp(
          `^profiles\\[0\\]\\.plugins\\.${point}\\.enabled\\[0\\]\\.name: ${remedy.source.replace(/^/, ".*")}`,
        ),
      ),
    ]);
  });

  test.each<[string, number, object, string]>([
    [
      "a percentage of a profile",
      25,
      { profiles: [{ percentageOfNodesToScore: 50 }] },
      "profiles[0].percentageOfNodesToScore: unknown field",
    ],
    [
      "plugins before the queue",
      25,
      { profiles: [{ plugins: { preEnqueue: { disabled: [{ name: "*" }] } } }] },
      "profiles[0].plugins.preEnqueue: unknown field",
    ],
  ])("%s before v1.26", (_, minor, body, issue) => {
    expect(issues({ ...HEAD, ...body }, minor)).toEqual([expect.stringContaining(issue)]);
    expect(issues({ ...HEAD, ...body }, minor + 1)).toEqual([]);
  });

  test.each(["v1beta2", "v1beta3"])("a percentage of a profile in %s", (version) => {
    const profiles = [{ percentageOfNodesToScore: 50 }];
    const apiVersion = `kubescheduler.config.k8s.io/${version}`;
    expect(issues({ ...HEAD, apiVersion, profiles }, 26)).toEqual([
      expect.stringContaining("profiles[0].percentageOfNodesToScore: unknown field"),
    ]);
  });

  test("a plugin that later versions no longer have", () => {
    const document = {
      ...HEAD,
      profiles: [{ plugins: { filter: { enabled: [{ name: "CinderLimits" }] } } }],
    };
    expect(issues(document, 31)).toEqual([]);
    expect(issues(document, 32)).toEqual([
      "profiles[0].plugins.filter.enabled[0]: this plugin does not exist in this version of Kubernetes: expected NodeVolumeLimits",
    ]);
  });

  test("the place of the name that a second profile has taken", () => {
    const profiles = [{ schedulerName: "a" }, { schedulerName: "b" }, { schedulerName: "a" }];
    expect(load({ ...HEAD, profiles }).issues).toMatchObject([
      { type: "Duplicate", field: "profiles[2].schedulerName", value: "profiles[0].schedulerName" },
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
