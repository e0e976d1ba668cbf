import type { ExtensionPoint } from "../extension-point.js";
import type { Features, GateName } from "../../../api/features.js";
import type { PluginFactory } from "../interfaces.js";
import type { ObjectReader } from "./object-reader.js";

/** How a plugin's arguments are read. */
export interface ArgsReader {
  /** Names of the fields beside `apiVersion` and `kind`. */
  readonly fields: readonly string[];
  /** The first minor version of Kubernetes that has a field, where not all have it. */
  readonly since?: Readonly<Record<string, number>>;
  /**
   * The complete arguments in a minor version with its gates; what is wrong becomes an issue of the
   * reader. Null: all defaults.
   */
  read(args: ObjectReader | null, minor: number, features: Features): unknown;
}

/** A plugin that a configuration may name. */
export interface PluginDescriptor {
  readonly name: string;
  /** The extension points that it implements; a gate says where a point came with a version. */
  readonly extensionPoints: Readonly<Partial<Record<ExtensionPoint, GateName | true>>>;
  readonly args?: ArgsReader;
  /** Null for an upstream plugin that is not modelled. */
  readonly factory: PluginFactory | null;
  /** Only known to versions in which this gate is on. */
  readonly existsWith?: GateName;
  /** What is missing without the plugin; for one that is not modelled. */
  readonly effect?: string;
}

/** The plugins that a configuration may name, by name. */
export type PluginCatalogue = ReadonlyMap<string, PluginDescriptor>;

/** True for a plugin that this version no longer has. */
export function hasGoneIn({ existsWith }: PluginDescriptor, features: Features): boolean {
  return existsWith !== undefined && !features[existsWith];
}

export function extendsPoint(
  descriptor: PluginDescriptor,
  point: ExtensionPoint,
  features: Features,
): boolean {
  const gate = descriptor.extensionPoints[point];
  return gate === true || (gate !== undefined && features[gate]);
}
