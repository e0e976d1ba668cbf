import { ALL_KINDS, KINDS } from "../../api/kinds.js";
import { schemaOf } from "../../api/schemas/schema.js";
import { isIntOrPercent } from "../../api/int-or-percent.js";
import type { Manifest, PodSpec } from "../../api/kubernetes.js";
import type { ObjectFlaw } from "./object-flaw.js";
import { valueAt } from "./value-path.js";
import type { Path } from "./yaml-source.js";

/** Workloads that cannot be without a selector: a ReplicationController takes its template's labels. */
const WITH_PODS: readonly string[] = ALL_KINDS.filter((kind) => {
  const { apiVersion, workload } = KINDS[kind];
  const spec = schemaOf(apiVersion, kind)?.fields.get("spec")?.type;
  if (workload === undefined || typeof spec !== "object" || !("object" in spec)) return false;
  return spec.object.fields.get("selector")?.isRequired === true;
});
const TERMS = "preferredDuringSchedulingIgnoredDuringExecution";
/** Counts or shares of their kinds. */
const SHARES: Readonly<Record<string, readonly Path[]>> = {
  PodDisruptionBudget: [
    ["spec", "minAvailable"],
    ["spec", "maxUnavailable"],
  ],
  Deployment: [
    ["spec", "strategy", "rollingUpdate", "maxSurge"],
    ["spec", "strategy", "rollingUpdate", "maxUnavailable"],
  ],
};

/**
 * What no object of a live server lacks or has, and everybody takes for granted: a dump that was changed
 * by hand may. A dump is not validated as a whole, for it may be of a version that allows more.
 */
export function dumpedFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  const { kind, spec } = manifest;
  const needed: readonly Path[] = WITH_PODS.includes(kind)
    ? [
        ["spec", "template"],
        ["spec", "selector"],
      ]
    : [];
  const missing = needed.filter((path) => !valueAt(manifest, path));
  if (missing.length > 0) return missing.map((path) => ({ path, message: "is required" }));
  const at: Path = kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
  const podSpec = kind === "Pod" || needed.length > 0 ? valueAt(manifest, at) : undefined;
  return [
    ...(spec === undefined ? [] : shareFlaws(manifest)),
    ...termFlaws(podSpec as PodSpec | undefined, at),
  ];
}

function shareFlaws(manifest: Manifest): readonly ObjectFlaw[] {
  return (SHARES[manifest.kind] ?? []).flatMap((path) => {
    const value = valueAt(manifest, path) ?? 0;
    const message = "must be an integer or a percentage (e.g. '5%')";
    return isIntOrPercent(value) ? [] : [{ path, message }];
  });
}

function termFlaws(podSpec: PodSpec | undefined, at: Path): readonly ObjectFlaw[] {
  return (["podAffinity", "podAntiAffinity"] as const).flatMap((side) =>
    (podSpec?.affinity?.[side]?.[TERMS] ?? []).flatMap(({ podAffinityTerm }, i) => {
      const path = [...at, "affinity", side, TERMS, i, "podAffinityTerm"];
      return podAffinityTerm ? [] : [{ path, message: "is required" }];
    }),
  );
}
