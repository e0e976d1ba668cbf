import type { Manifest } from "../../api/kubernetes.js";
import { kindOf } from "../../api/legacy-versions.js";
import type { CoverageReport } from "../coverage.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";
import { askedServices } from "../traffic/asked-services.js";
import { fieldsOfNames } from "../traffic/pod-names.js";

/** The objects of a scenario's files. */
export interface Objects {
  snapshot: readonly LoadedObject[] | null;
  nodes: readonly LoadedObject[];
  manifests: readonly LoadedObject[];
  readonly applied: Map<number, readonly LoadedObject[]>;
}

/** Gathers what is not modelled of all that is stored, applied or generated. */
export function gatherNotModelled(
  coverage: CoverageReport,
  { snapshot, nodes, manifests, applied }: Objects,
  { spec }: ScenarioDocument,
): void {
  const { timeline = [], generators = [], cluster } = spec;
  const asked = askedServices(spec);
  const add = (manifest: Manifest): void => coverage.add(manifest, fieldsOfNames(manifest, asked));
  const all = [...(snapshot ?? []), ...nodes, ...manifests, ...[...applied.values()].flat()];
  for (const { manifest } of all) {
    const isIdle = manifest.kind === "NodePool" && cluster?.karpenter === undefined;
    if (isIdle && kindOf(manifest.apiVersion, manifest.kind) === "NodePool") {
      coverage.addIdle(manifest);
    } else {
      add(manifest);
    }
  }
  for (const { operation } of timeline) {
    operationOf(operation).notModelled?.(operation, coverage);
  }
  for (const { name, template } of generators) {
    const metadata = { ...template.metadata, name: `${template.metadata.name ?? name}-*` };
    add({ ...template, metadata });
  }
}
