import { KINDS } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { kindOf } from "../../api/legacy-versions.js";
import { targetText } from "../../api/object-version.js";
import { strategicMerge, strategicMergeFlaws } from "../../api/strategic-merge.js";
import type { LoadedObject, Target } from "../schema/scenario.js";
import type { ObjectFlaw } from "./object-flaw.js";

/** A custom resource whose kind is called like one of Kubernetes' own that is kept. */
export function isForeign({ apiVersion, kind }: Manifest): boolean {
  return Object.hasOwn(KINDS, kind) && kindOf(apiVersion, kind) === undefined;
}

/** The target that an object is, whichever namespace it leaves out. */
export function targetOf(manifest: Manifest): Target {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  const namespaced = kind === undefined || KINDS[kind].namespaced;
  return {
    namespace: namespaced ? manifest.metadata.namespace || "default" : "",
    kind: manifest.kind,
    name: manifest.metadata.name ?? "",
  };
}

export function isTarget(manifest: Manifest, target: Target): boolean {
  if (isForeign(manifest)) return false;
  return targetText(targetOf(manifest)) === targetText(target);
}

/** The patch laid over the object, or what is wrong with it, by its path in the patch. */
export function patched(
  object: LoadedObject,
  patch: unknown,
  check: (manifest: Manifest) => readonly ObjectFlaw[],
): LoadedObject | readonly ObjectFlaw[] {
  const { manifest, origin } = object;
  const flaws = strategicMergeFlaws(manifest.kind, patch);
  if (flaws.length > 0) return flaws;
  const merged = strategicMerge(manifest.kind, manifest, patch) as Manifest;
  const { metadata } = merged;
  const before = targetText(targetOf(manifest));
  if (
    typeof metadata !== "object" ||
    metadata === null ||
    targetText(targetOf(merged)) !== before
  ) {
    return [{ path: ["metadata"], message: "a patch cannot rename or move its object" }];
  }
  const wrong = check(merged);
  return wrong.length > 0 ? wrong : { manifest: merged, origin };
}
