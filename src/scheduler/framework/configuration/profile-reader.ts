import type { FieldIssues } from "../../../api/validation/field-issue.js";
import type { Features } from "../../../api/features.js";
import { FIRST_FIT, type ResolvedProfile } from "../profile.js";
import { defaultPluginsV1beta2 } from "./default-plugins-v1beta2.js";
import {
  EMPTY_SET,
  PLUGIN_POINTS,
  type PluginPoint,
  type PluginRef,
  type PluginSet,
  type PluginSets,
  defaultPlugins,
  mergePluginSet,
} from "./default-plugins.js";
import { ObjectReader } from "./object-reader.js";
import { type PluginCatalogue, type PluginDescriptor, hasGoneIn } from "./plugin-catalogue.js";
import { goneInVersion, noSuchPlugin } from "./plugin-remedies.js";
import { resolvePlugins } from "./resolve-profile.js";

export interface LoadingOptions {
  /** Minor version of Kubernetes: decides which API versions are served. */
  readonly minor: number;
  readonly features: Features;
  readonly catalogue: PluginCatalogue;
}

export interface NotModelled {
  readonly path: string;
  readonly name: string;
  readonly effect: string;
}

/** A plugin that is disabled and that there is none of. */
export interface DisabledInVain {
  readonly path: string;
  readonly name: string;
  readonly detail: string;
}

export const PERCENTAGE = { min: 0, max: 100, detail: "not in valid range [0-100]" };
const DEFAULT_SCHEDULER_NAME = "default-scheduler";
const WEIGHT = { min: 0, max: 2 ** 31 - 1 };
/** Versions in which profiles got a percentage and plugins a point before the queue. */
const PROFILE_PERCENTAGE_SINCE = 26;
const PRE_ENQUEUE_SINCE = 26;

/** Reads profiles. Source: `SetDefaults_KubeSchedulerConfiguration`, `validateKubeSchedulerProfile`. */
export class ProfileReader {
  private readonly fields: readonly string[];
  private readonly points: readonly PluginPoint[];
  /** What of each profile concerns the order of the queue, which all share. */
  private readonly queueSorts: { readonly path: string; readonly set: PluginSet }[] = [];

  constructor(
    private readonly options: LoadingOptions & {
      /** Of the configuration, without its group. */
      readonly apiVersion: string;
      readonly notModelled: NotModelled[];
      readonly disabledInVain: DisabledInVain[];
      readonly issues: FieldIssues;
    },
  ) {
    const { apiVersion, minor } = options;
    this.fields = [
      "schedulerName",
      ...(apiVersion === "v1" && minor >= PROFILE_PERCENTAGE_SINCE
        ? ["percentageOfNodesToScore"]
        : []),
      "plugins",
      "pluginConfig",
    ];
    this.points = PLUGIN_POINTS.filter(
      (point) =>
        !(point === "multiPoint" && apiVersion === "v1beta2") &&
        !(point === "preEnqueue" && minor < PRE_ENQUEUE_SINCE),
    );
  }

  read(configuration: ObjectReader): readonly ResolvedProfile[] {
    const { issues } = this.options;
    let readers = configuration.objects("profiles", this.fields);
    if (
      configuration.raw("profiles") === undefined ||
      configuration.list("profiles").length === 0
    ) {
      readers = [ObjectReader.of({}, { path: "profiles[0]", issues }, this.fields)!];
    }
    const only = readers.length === 1;
    const profiles = readers.map((profile) => this.readProfile(profile, only));
    const seen = new Map<string, string>();
    profiles.forEach(({ schedulerName }, i) => {
      const at = readers[i]!.at("schedulerName");
      if (schedulerName === "") issues.required(at);
      const first = seen.get(schedulerName);
      if (first !== undefined) issues.duplicate(at, first);
      seen.set(schedulerName, at);
    });
    this.checkQueueSorts();
    return profiles;
  }

  private readProfile(reader: ObjectReader, only: boolean): ResolvedProfile {
    const { catalogue, features, issues } = this.options;
    const sets = this.readPluginSets(reader);
    this.queueSorts.push({ path: reader.at("plugins.queueSort"), set: sets.queueSort });
    const { plugins, scoreWeights } = resolvePlugins(sets, reader.path, {
      catalogue,
      features,
      issues,
    });
    this.reportNotModelled(sets);
    const firstFits = features.FirstFitWithoutScores && plugins.score.length === 0;
    const percentage = reader.integer("percentageOfNodesToScore", PERCENTAGE) ?? null;
    return {
      schedulerName: reader.string("schedulerName") ?? (only ? DEFAULT_SCHEDULER_NAME : ""),
      percentageOfNodesToScore: firstFits ? FIRST_FIT : percentage,
      plugins,
      scoreWeights,
      args: this.readArgs(reader),
    };
  }

  private readPluginSets(reader: ObjectReader): PluginSets {
    const { apiVersion, catalogue, features } = this.options;
    const defaults =
      apiVersion === "v1beta2"
        ? defaultPluginsV1beta2(catalogue, features)
        : defaultPlugins(features);
    const plugins = reader.object("plugins", this.points);
    if (plugins === null) return defaults;
    const entries = this.points.map((point) => {
      const given = plugins.object(point, ["enabled", "disabled"]);
      const set = given === null ? EMPTY_SET : readSet(given);
      this.reportInVain(set);
      return [point, mergePluginSet(defaults[point], set)];
    });
    return { ...defaults, ...(Object.fromEntries(entries) as Partial<PluginSets>) };
  }

  /**
   * All profiles say the same of the queue's order, though what they say may come to the same.
   * Source: `validateCommonQueueSort`.
   */
  private checkQueueSorts(): void {
    const [first, ...others] = this.queueSorts;
    if (first === undefined) return;
    const { issues } = this.options;
    const count = first.set.enabled.length;
    if (count > 1) {
      const detail = "only one queue sort plugin can be enabled";
      issues.invalid(`${first.path}.Enabled`, count, detail);
    }
    for (const { path, set } of others) {
      if (contentOf(set) === contentOf(first.set)) continue;
      const names = set.enabled.map(({ name }) => name);
      issues.invalid(path, names, "has to match for all profiles");
    }
  }

  private reportInVain({ disabled }: PluginSet): void {
    const known = [...this.options.catalogue.keys()];
    for (const { name, path } of disabled) {
      if (name === "*" || name === "" || known.includes(name)) continue;
      this.options.disabledInVain.push({ path, name, detail: noSuchPlugin(name, known) });
    }
  }

  private reportNotModelled(sets: PluginSets): void {
    for (const set of Object.values(sets)) {
      for (const { name, path } of set.enabled) {
        const descriptor = this.options.catalogue.get(name);
        if (descriptor?.factory !== null) continue;
        const effect = descriptor.effect ?? "it does nothing";
        this.options.notModelled.push({ path, name, effect });
      }
    }
  }

  /** Arguments of every plugin that has any: those of `pluginConfig`, or the defaults. */
  private readArgs(profile: ObjectReader): Readonly<Record<string, unknown>> {
    const configured = new Map<string, ObjectReader>();
    for (const config of profile.objects("pluginConfig", ["name", "args"])) {
      const name = config.string("name") ?? "";
      this.checkConfigName(config, name);
      if (configured.has(name)) config.issues.duplicate(config.path, name);
      else configured.set(name, config);
    }
    const args: Record<string, unknown> = {};
    for (const descriptor of this.options.catalogue.values()) {
      const value = this.argsOf(descriptor, configured.get(descriptor.name));
      if (value !== undefined) args[descriptor.name] = value;
    }
    return args;
  }

  private checkConfigName(config: ObjectReader, name: string): void {
    const { catalogue, features, issues } = this.options;
    const descriptor = catalogue.get(name);
    if (name === "") issues.required(config.at("name"));
    else if (descriptor === undefined) {
      issues.invalid(config.at("name"), name, noSuchPlugin(name, [...catalogue.keys()]));
    } else if (hasGoneIn(descriptor, features)) {
      issues.invalid(config.path, name, goneInVersion(name));
    }
  }

  private argsOf({ name, args }: PluginDescriptor, config: ObjectReader | undefined): unknown {
    if (args === undefined) return config?.raw("args");
    const { minor, features } = this.options;
    const fields = args.fields.filter((field) => minor >= (args.since?.[field] ?? 0));
    const given = config?.object("args", ["apiVersion", "kind", ...fields]) ?? null;
    if (given?.raw("kind") !== undefined) {
      given.issues.oneOf(given.at("kind"), given.raw("kind"), [`${name}Args`]);
    }
    return args.read(given, minor, features);
  }
}

function readSet(reader: ObjectReader): PluginSet {
  const refs = (list: "enabled" | "disabled"): PluginRef[] =>
    reader.objects(list, ["name", "weight"]).map((plugin) => {
      const name = plugin.string("name") ?? "";
      if (name === "") reader.issues.required(plugin.at("name"));
      return { name, weight: plugin.integer("weight", WEIGHT) ?? 0, path: plugin.path };
    });
  return { enabled: refs("enabled"), disabled: refs("disabled") };
}

function contentOf({ enabled, disabled }: PluginSet): string {
  const pairs = (refs: readonly PluginRef[]) => refs.map(({ name, weight }) => [name, weight]);
  return JSON.stringify([pairs(enabled), pairs(disabled)]);
}
