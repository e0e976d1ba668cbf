import {
  type FilterPlugin,
  MAX_NODE_SCORE,
  type NormalizeScorePlugin,
  type Plugin,
} from "../framework/interfaces.js";
import {
  readsImages,
  readsMoreThanTemplate,
  readsPods,
  readsTraitsOnly,
} from "../framework/reads.js";
import { type Framework, normalizes, type WeightedScorePlugin } from "../framework/runtime.js";
import { MAX_ROW_VALUE } from "./row-values.js";

export interface WeightedStaticScore {
  readonly plugin: NormalizeScorePlugin;
  readonly weight: number;
}

/** A plugin that says what it counts of placed pods. */
export interface CountingPlugin {
  readonly plugin: Plugin;
  readonly filters: boolean;
  /** 0: it does not score. */
  readonly weight: number;
}

/**
 * The plugins of a profile by what they declare of themselves:
 *
 *     reads one node ─────► filters, scores   remembered for each node
 *       and is normalised ► staticScores      where only labels and taints matter: by group
 *     counts placed pods ─► counting          by group, from sums
 *     takes the first ────► none: where a search begins is asked of the framework
 *     anything else ──────► plain             asked node by node, in each decision
 */
export interface PluginParts {
  readonly framework: Framework;
  readonly filters: readonly FilterPlugin[];
  readonly scores: readonly WeightedScorePlugin[];
  readonly staticScores: readonly WeightedStaticScore[];
  /** In the order in which they filter. */
  readonly counting: readonly CountingPlugin[];
  readonly plain: readonly Plugin[];
  /** Every plugin whose answers are remembered for each node. */
  readonly remembered: ReadonlySet<Plugin>;
  /** Of these, plugins to whose answers pods that come and go matter, or the images of all nodes. */
  readonly ofPods: ReadonlySet<Plugin>;
  readonly ofImages: ReadonlySet<Plugin>;
  /** Of these, plugins to which pods of one template may differ. */
  readonly telling: readonly Plugin[];
  /** Place by name among the plugins that filter: the first that refuses a node gives the reason. */
  readonly places: ReadonlyMap<string, number>;
  /** No plugin that reads one node filters after one that counts. */
  readonly countLast: boolean;
}

/** Whether its answer for one node may be remembered. */
function readsOneNode(plugin: Plugin): boolean {
  const { reads } = plugin;
  if (reads === undefined || reads.others === true) return false;
  // What it prepares for later steps of the cycle cannot be left out.
  for (const step of ["reserve", "permit", "preBind", "postBind"]) if (step in plugin) return false;
  return reads.objects === undefined || !("preFilter" in plugin || "preScore" in plugin);
}

/** Whether a plugin that counts is run as its rule supposes: what it needs comes before. */
function isPrepared(framework: Framework, plugin: Plugin): boolean {
  const { preFilterPlugins, filterPlugins, preScorePlugins } = framework;
  const isAmong = (plugins: readonly Plugin[]): boolean => plugins.includes(plugin);
  return (
    (!isAmong(filterPlugins) || isAmong(preFilterPlugins)) &&
    (weightOf(framework, plugin) === 0 || isAmong(preScorePlugins))
  );
}

/** Whether all that it says is where the search for the first node that fits begins. */
function isSearchAlone(plugin: Plugin): boolean {
  const steps = ["preFilter", "filter", "preScore"];
  return "searchFrom" in plugin && !steps.some((step) => step in plugin);
}

/** 0: it does not score. */
function weightOf({ scorePlugins }: Framework, plugin: Plugin): number {
  return scorePlugins.find((one) => one.plugin === plugin)?.weight ?? 0;
}

export function pluginPartsOf(framework: Framework): PluginParts {
  const { preFilterPlugins, filterPlugins, preScorePlugins, scorePlugins } = framework;
  const scores: WeightedScorePlugin[] = [];
  const staticScores: WeightedStaticScore[] = [];
  let most = 1;
  const scored = new Set<Plugin>();
  for (const weighted of scorePlugins) {
    const { plugin, weight } = weighted;
    if (!readsOneNode(plugin)) continue;
    if (normalizes(plugin)) {
      if (!readsTraitsOnly(plugin.reads!)) continue;
      staticScores.push({ plugin, weight });
    } else {
      if (most + weight * MAX_NODE_SCORE > MAX_ROW_VALUE) continue;
      most += weight * MAX_NODE_SCORE;
      scores.push(weighted);
    }
    scored.add(plugin);
  }
  const counting: CountingPlugin[] = [];
  const remembered = new Set<Plugin>();
  const plain: Plugin[] = [];
  const places = new Map(filterPlugins.map(({ name }, place) => [name, place]));
  const scorers = scorePlugins.map(({ plugin }) => plugin);
  for (const plugin of new Set<Plugin>([
    ...filterPlugins,
    ...preFilterPlugins,
    ...preScorePlugins,
    ...scorers,
  ])) {
    const weight = weightOf(framework, plugin);
    if (isSearchAlone(plugin)) continue;
    if (plugin.countingRule !== undefined && isPrepared(framework, plugin)) {
      counting.push({ plugin, filters: places.has(plugin.name), weight });
    } else if (readsOneNode(plugin) && (weight === 0 || scored.has(plugin))) {
      remembered.add(plugin);
    } else plain.push(plugin);
  }
  const firstCounting = filterPlugins.findIndex((plugin) => plugin.countingRule !== undefined);
  return {
    framework,
    filters: filterPlugins.filter((plugin) => remembered.has(plugin)),
    scores,
    staticScores,
    counting,
    plain,
    remembered,
    ofPods: new Set([...remembered].filter(({ reads }) => readsPods(reads!))),
    ofImages: new Set([...remembered].filter(({ reads }) => readsImages(reads!))),
    telling: [...remembered].filter((plugin) => readsMoreThanTemplate(plugin.reads!)),
    places,
    countLast:
      firstCounting < 0 || !filterPlugins.slice(firstCounting).some((one) => remembered.has(one)),
  };
}
