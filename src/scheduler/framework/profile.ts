import type { ExtensionPoint } from "./extension-point.js";
import type { PluginFactory } from "./interfaces.js";

/** A percentage of nodes that stands for one node: the first that fits will do. */
export const FIRST_FIT = -1;

/** A profile after defaulting, merging and the expansion of multiPoint: what a framework runs. */
export interface ResolvedProfile {
  readonly schedulerName: string;
  /** Null: the value of the configuration as a whole counts. {@link FIRST_FIT}: nothing scores. */
  readonly percentageOfNodesToScore: number | null;
  /** Plugins by extension point, in the order in which they run. */
  readonly plugins: Readonly<Record<ExtensionPoint, readonly string[]>>;
  /** Weights of the plugins of `score`. */
  readonly scoreWeights: Readonly<Record<string, number>>;
  /** Arguments by plugin, completed and checked. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Finds the factory of a plugin; undefined for one that is known by name but not modelled. */
export type FactoryOf = (plugin: string) => PluginFactory | undefined;
