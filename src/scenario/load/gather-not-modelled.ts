import { kindOf } from "../../api/legacy-versions.js";
import type { CoverageReport } from "../coverage.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { LoadedObject } from "../schema/scenario.js";
import { operationOf } from "../timeline/registry.js";

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
  { spec: { timeline = [], generators = [], cluster } }: ScenarioDocument,
): void {
  const all = [...(snapshot ?? []), ...nodes, ...manifests, ...[...applied.values()].flat()];
  for (const { manifest } of all) {
    const isIdle = manifest.kind === "NodePool" && cluster?.karpenter === undefined;
    if (isIdle && kindOf(manifest.apiVersion, manifest.kind) === "NodePool") {
      coverage.addIdle(manifest);
    } else {
      coverage.add(manifest);
    }
  }
  for (const { operation } of timeline) {
    operationOf(operation).notModelled?.(operation, coverage);
  }
  for (const { name, template } of generators) {
    const metadata = { ...template.metadata, name: `${template.metadata.name ?? name}-*` };
    coverage.add({ ...template, metadata });
  }
}
