import type { Manifest } from "../kubernetes.js";
import { isObject } from "./loose.js";

/** Before apps/v1 a selector that was not given came from the template's labels. */
export function withSelector(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || spec.selector !== undefined || !isObject(spec.template)) return manifest;
  const metadata = spec.template.metadata;
  if (!isObject(metadata) || !isObject(metadata.labels)) return manifest;
  return { ...manifest, spec: { ...spec, selector: { matchLabels: metadata.labels } } };
}
