import type { FieldIssues } from "../../../api/validation/field-issue.js";
import { type ExtensionPoint, EXTENSION_POINTS } from "../extension-point.js";
import type { Features } from "../../../api/features.js";
import { MAX_NODE_SCORE } from "../interfaces.js";
import type { PluginPoint, PluginRef, PluginSet, PluginSets } from "./default-plugins.js";
import { type PluginCatalogue, extendsPoint, hasGoneIn } from "./plugin-catalogue.js";
import { goneInVersion, noSuchPlugin } from "./plugin-remedies.js";

const MAX_TOTAL_SCORE = Number.MAX_SAFE_INTEGER;

interface Resolving {
  readonly catalogue: PluginCatalogue;
  readonly features: Features;
  readonly issues: FieldIssues;
}

export interface ResolvedPlugins {
  readonly plugins: Readonly<Record<ExtensionPoint, readonly string[]>>;
  readonly scoreWeights: Readonly<Record<string, number>>;
}

/** Names that no catalogue entry of this version has. */
function checkNames(sets: PluginSets, { catalogue, features, issues }: Resolving): void {
  for (const set of Object.values(sets)) {
    for (const plugin of set.enabled) {
      const known = catalogue.get(plugin.name);
      if (known === undefined) {
        const detail = noSuchPlugin(plugin.name, [...catalogue.keys()]);
        issues.invalid(`${plugin.path}.name`, plugin.name, detail);
      } else if (hasGoneIn(known, features)) {
        issues.invalid(plugin.path, plugin.name, goneInVersion(plugin.name));
      }
    }
  }
}

/** Plugins of one extension point's own list: they must implement it and stand there once. */
function ownList(set: PluginSet, point: ExtensionPoint, resolving: Resolving): string[] {
  const names: string[] = [];
  for (const { name, path } of set.enabled) {
    const descriptor = resolving.catalogue.get(name);
    if (descriptor === undefined) continue;
    if (!extendsPoint(descriptor, point, resolving.features)) {
      resolving.issues.invalid(`${path}.name`, name, `this plugin does not extend ${point}`);
    } else if (names.includes(name)) {
      resolving.issues.duplicate(`${path}.name`, name);
    } else {
      names.push(name);
    }
  }
  return names;
}

/**
 * The plugins of one extension point in order: those of its own list that override multiPoint, then
 * the rest of multiPoint, then the rest of its own list. Source: kube-scheduler runtime,
 * `expandMultiPointPlugins`.
 */
function expand(point: ExtensionPoint, sets: PluginSets, resolving: Resolving): readonly string[] {
  const own = ownList(sets[point], point, resolving);
  const disabled = new Set(sets[point].disabled.map(({ name }) => name));
  if (disabled.has("*")) return own;
  const fromMultiPoint: string[] = [];
  const overriding = new Set<string>();
  for (const { name } of sets.multiPoint.enabled) {
    const descriptor = resolving.catalogue.get(name);
    if (descriptor === undefined || disabled.has(name)) continue;
    if (!extendsPoint(descriptor, point, resolving.features)) continue;
    if (own.includes(name)) overriding.add(name);
    else if (!fromMultiPoint.includes(name)) fromMultiPoint.push(name);
  }
  return [
    ...own.filter((name) => overriding.has(name)),
    ...fromMultiPoint,
    ...own.filter((name) => !overriding.has(name)),
  ];
}

function reportMultiPointDuplicates(sets: PluginSets, issues: FieldIssues): void {
  const seen = new Set<string>();
  for (const { name, path } of sets.multiPoint.enabled) {
    if (seen.has(name)) issues.duplicate(`${path}.name`, name);
    seen.add(name);
  }
}

/** A plugin's own weight in `score` goes before that in `multiPoint`; without either it is 1. */
function weightsOf(
  score: readonly string[],
  refs: readonly PluginRef[],
  issues: FieldIssues,
): Record<string, number> {
  const weights: Record<string, number> = {};
  let total = 0;
  for (const { name, weight, path } of refs) {
    if (!score.includes(name) || Object.hasOwn(weights, name)) continue;
    weights[name] = weight === 0 ? 1 : weight;
    total += weights[name] * MAX_NODE_SCORE;
    if (total > MAX_TOTAL_SCORE) {
      issues.invalid(`${path}.weight`, weight, "total score of Score plugins could overflow");
    }
  }
  return weights;
}

/** The plugins of each extension point, after merging with the defaults. */
export function resolvePlugins(
  sets: PluginSets,
  path: string,
  resolving: Resolving,
): ResolvedPlugins {
  const { issues } = resolving;
  checkNames(sets, resolving);
  reportMultiPointDuplicates(sets, issues);
  const plugins = Object.fromEntries(
    EXTENSION_POINTS.map((point) => [point, expand(point, sets, resolving)]),
  ) as Record<ExtensionPoint, readonly string[]>;
  // What an unknown plugin would have done is not known: of it, it is told alone.
  const isKnown = (point: PluginPoint): boolean =>
    [...sets[point].enabled, ...sets.multiPoint.enabled].every(({ name }) =>
      resolving.catalogue.has(name),
    );
  if (plugins.queueSort.length !== 1 && isKnown("queueSort")) {
    issues.invalid(
      `${path}.plugins.queueSort`,
      plugins.queueSort,
      "a profile needs exactly one queueSort plugin",
    );
  }
  if (plugins.bind.length === 0 && isKnown("bind")) {
    issues.required(`${path}.plugins.bind`, "a profile needs at least one bind plugin");
  }
  const refs = [...sets.score.enabled, ...sets.multiPoint.enabled];
  return { plugins, scoreWeights: weightsOf(plugins.score, refs, issues) };
}
