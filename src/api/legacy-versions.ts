import { own } from "../base/own.js";
import { KINDS, type Kind, kindNamed } from "./kinds.js";
import type { Manifest } from "./kubernetes.js";

/** The kept kind of that API version and name, today's or a former one; undefined for others. */
export function kindOf(apiVersion: string, name: string): Kind | undefined {
  const descriptor = kindNamed(name);
  if (descriptor === undefined) return undefined;
  const isKnown =
    descriptor.apiVersion === apiVersion ||
    own(descriptor.formerVersions, apiVersion) !== undefined;
  return isKnown ? (name as Kind) : undefined;
}

/** `manifest`, whose kind is kept, in today's API version of that kind. */
export function toCurrentVersion(kind: Kind, manifest: Manifest): Manifest {
  const { apiVersion, formerVersions } = KINDS[kind];
  if (manifest.apiVersion === apiVersion) return manifest;
  const convert = own(formerVersions, manifest.apiVersion);
  const converted = { ...manifest, apiVersion };
  return convert == null ? converted : convert(converted);
}
