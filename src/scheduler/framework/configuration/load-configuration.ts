import { type FieldIssue, FieldIssues } from "../../../api/validation/field-issue.js";
import type { Features } from "../features.js";
import type { ResolvedProfile } from "../profile.js";
import {
  EMPTY_SET,
  PLUGIN_POINTS,
  type PluginRef,
  type PluginSet,
  type PluginSets,
  defaultPlugins,
  mergePluginSet,
} from "./default-plugins.js";
import { ObjectReader, nearest } from "./object-reader.js";
import type { PluginCatalogue } from "./plugin-catalogue.js";
import { resolvePlugins } from "./resolve-profile.js";

/** A KubeSchedulerConfiguration, completed and checked. */
export interface SchedulerConfiguration {
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly parallelism: number;
  readonly profiles: readonly ResolvedProfile[];
  /** What the configuration asks for and is not modelled, with its effect. */
  readonly notModelled: readonly NotModelled[];
}

interface NotModelled {
  readonly path: string;
  readonly name: string;
  readonly effect: string;
}

export interface LoadingOptions {
  /** Minor version of Kubernetes: decides which API versions are served. */
  readonly minor: number;
  readonly features: Features;
  readonly catalogue: PluginCatalogue;
}

export type Loaded =
  | { readonly configuration: SchedulerConfiguration; readonly issues: null }
  | { readonly configuration: null; readonly issues: readonly FieldIssue[] };

const GROUP = "kubescheduler.config.k8s.io";
const DEFAULT_SCHEDULER_NAME = "default-scheduler";
const FIELDS = [
  "apiVersion",
  "kind",
  "parallelism",
  "leaderElection",
  "clientConnection",
  "healthzBindAddress",
  "metricsBindAddress",
  "enableProfiling",
  "enableContentionProfiling",
  "percentageOfNodesToScore",
  "podInitialBackoffSeconds",
  "podMaxBackoffSeconds",
  "profiles",
  "extenders",
  "delayCacheUntilActive",
];
const PROFILE_FIELDS = ["schedulerName", "percentageOfNodesToScore", "plugins", "pluginConfig"];
/** Minor versions that serve each version of the API, first and last. */
const SERVED: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  v1beta2: { from: 22, to: 27 },
  v1beta3: { from: 23, to: 28 },
  v1: { from: 25, to: Number.MAX_SAFE_INTEGER },
};
const ANY_POSITIVE = { min: 1, max: Number.MAX_SAFE_INTEGER };
const PERCENT = { min: 0, max: 100 };

class ConfigurationLoader {
  readonly issues = new FieldIssues();
  readonly notModelled: NotModelled[] = [];
  private apiVersion = "v1";

  constructor(private readonly options: LoadingOptions) {}

  load(document: unknown): SchedulerConfiguration | null {
    const place = { path: "", issues: this.issues };
    const reader = ObjectReader.of(document ?? this.emptyDocument(), place, FIELDS);
    if (reader === null) return null;
    this.readVersion(reader);
    const initial = reader.integer("podInitialBackoffSeconds", ANY_POSITIVE) ?? 1;
    const max = reader.integer("podMaxBackoffSeconds", ANY_POSITIVE) ?? 10;
    if (max < initial) {
      const detail = "must be greater than or equal to podInitialBackoffSeconds";
      this.issues.invalid("podMaxBackoffSeconds", max, detail);
    }
    if (reader.list("extenders").length > 0) {
      const effect = "extenders are not asked";
      this.notModelled.push({ path: "extenders", name: "extenders", effect });
    }
    return {
      percentageOfNodesToScore: reader.integer("percentageOfNodesToScore", PERCENT) ?? 0,
      podInitialBackoffSeconds: initial,
      podMaxBackoffSeconds: max,
      parallelism: reader.integer("parallelism", ANY_POSITIVE) ?? 16,
      profiles: this.readProfiles(reader),
      notModelled: this.notModelled,
    };
  }

  private emptyDocument(): unknown {
    const version = this.options.minor >= 25 ? "v1" : "v1beta3";
    return { apiVersion: `${GROUP}/${version}`, kind: "KubeSchedulerConfiguration" };
  }

  private readVersion(reader: ObjectReader): void {
    if (reader.string("kind") !== "KubeSchedulerConfiguration") {
      this.issues.oneOf("kind", reader.raw("kind"), ["KubeSchedulerConfiguration"]);
    }
    const served = Object.entries(SERVED)
      .filter(([, { from, to }]) => this.options.minor >= from && this.options.minor <= to)
      .map(([version]) => `${GROUP}/${version}`);
    this.issues.oneOf("apiVersion", reader.raw("apiVersion"), served);
    this.apiVersion = reader.string("apiVersion")?.split("/")[1] ?? "v1";
  }

  private readProfiles(reader: ObjectReader): readonly ResolvedProfile[] {
    let readers = reader.objects("profiles", PROFILE_FIELDS);
    if (reader.raw("profiles") === undefined || reader.list("profiles").length === 0) {
      const place = { path: "profiles[0]", issues: this.issues };
      readers = [ObjectReader.of({}, place, PROFILE_FIELDS)!];
    }
    const only = readers.length === 1;
    const profiles = readers.map((profile) => this.readProfile(profile, only));
    const seen = new Set<string>();
    profiles.forEach(({ schedulerName, plugins }, i) => {
      const { path } = readers[i]!;
      if (schedulerName === "") this.issues.required(`${path}.schedulerName`);
      else if (seen.has(schedulerName)) {
        this.issues.duplicate(`${path}.schedulerName`, schedulerName);
      }
      seen.add(schedulerName);
      if (plugins.queueSort[0] !== profiles[0]!.plugins.queueSort[0]) {
        const detail = "has to match for all profiles";
        this.issues.invalid(`${path}.plugins.queueSort`, plugins.queueSort, detail);
      }
    });
    return profiles;
  }

  private readProfile(reader: ObjectReader, only: boolean): ResolvedProfile {
    const { catalogue, features } = this.options;
    const sets = this.readPluginSets(reader);
    const resolving = { catalogue, features, issues: this.issues };
    const { plugins, scoreWeights } = resolvePlugins(sets, reader.path, resolving);
    this.reportNotModelled(sets);
    return {
      schedulerName: reader.string("schedulerName") ?? (only ? DEFAULT_SCHEDULER_NAME : ""),
      percentageOfNodesToScore: reader.integer("percentageOfNodesToScore", PERCENT) ?? null,
      plugins,
      scoreWeights,
      args: this.readArgs(reader),
    };
  }

  private readPluginSets(reader: ObjectReader): PluginSets {
    const defaults = defaultPlugins(this.apiVersion, this.options.features);
    const plugins = reader.object("plugins", PLUGIN_POINTS);
    if (plugins === null) return defaults;
    const entries = PLUGIN_POINTS.map((point) => {
      const set = plugins.object(point, ["enabled", "disabled"]);
      return [point, mergePluginSet(defaults[point], set === null ? EMPTY_SET : readSet(set))];
    });
    return Object.fromEntries(entries) as PluginSets;
  }

  private reportNotModelled(sets: PluginSets): void {
    for (const set of Object.values(sets)) {
      for (const { name, path } of set.enabled) {
        const descriptor = this.options.catalogue.get(name);
        if (descriptor?.factory !== null) continue;
        this.notModelled.push({ path, name, effect: descriptor.effect ?? "it does nothing" });
      }
    }
  }

  /** Arguments of every plugin that has any: those of `pluginConfig`, or the defaults. */
  private readArgs(reader: ObjectReader): Readonly<Record<string, unknown>> {
    const { catalogue } = this.options;
    const args: Record<string, unknown> = {};
    const configured = new Map<string, ObjectReader>();
    for (const config of reader.objects("pluginConfig", ["name", "args"])) {
      const name = config.string("name") ?? "";
      const descriptor = catalogue.get(name);
      if (name === "") this.issues.required(config.at("name"));
      else if (configured.has(name)) this.issues.duplicate(config.at("name"), name);
      else if (descriptor === undefined) {
        const hint = nearest(name, [...catalogue.keys()]);
        this.issues.invalid(config.at("name"), name, `no such plugin${hint}`);
      }
      configured.set(name, config);
    }
    for (const { name, args: argsReader } of catalogue.values()) {
      const config = configured.get(name);
      if (argsReader === undefined) {
        if (config?.raw("args") !== undefined) args[name] = config.raw("args");
        continue;
      }
      const given = config?.object("args", ["apiVersion", "kind", ...argsReader.fields]) ?? null;
      if (given?.raw("kind") !== undefined) {
        this.issues.oneOf(given.at("kind"), given.raw("kind"), [`${name}Args`]);
      }
      args[name] = argsReader.read(given);
    }
    return args;
  }
}

function readSet(reader: ObjectReader): PluginSet {
  const refs = (list: "enabled" | "disabled"): PluginRef[] =>
    reader.objects(list, ["name", "weight"]).map((plugin) => {
      const name = plugin.string("name") ?? "";
      if (name === "") reader.issues.required(plugin.at("name"));
      return {
        name,
        weight: plugin.integer("weight", { min: 0, max: 2 ** 31 - 1 }) ?? 0,
        path: plugin.path,
      };
    });
  return { enabled: refs("enabled"), disabled: refs("disabled") };
}

/**
 * Completes and checks a KubeSchedulerConfiguration (v1, v1beta3 or v1beta2) as kube-scheduler does
 * when it starts; null stands for no configuration at all. Either the configuration or every issue,
 * each with its path.
 *
 * Source: Kubernetes documentation, "Scheduler Configuration"; config API reference
 * `kubescheduler.config.k8s.io`.
 */
export function loadConfiguration(document: unknown, options: LoadingOptions): Loaded {
  const loader = new ConfigurationLoader(options);
  const configuration = loader.load(document);
  const issues = loader.issues.list;
  return configuration === null || issues.length > 0
    ? { configuration: null, issues }
    : { configuration, issues: null };
}
