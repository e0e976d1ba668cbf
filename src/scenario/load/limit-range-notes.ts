import type { LimitRangeSpec } from "../../api/kubernetes.js";
import { unknownDefaults } from "../../api/limit-range.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";

/** A note on each LimitRange with a default for what no container may ask for. */
export function limitRangeNotes(
  objects: readonly LoadedObject[],
  shownAs: (name: string) => string,
): readonly Issue[] {
  return objects.flatMap(({ manifest, origin: { file, line } }) => {
    if (manifest.kind !== "LimitRange") return [];
    const names = unknownDefaults((manifest.spec ?? {}) as LimitRangeSpec);
    if (names.length === 0) return [];
    const message = `the default for ${names.map((name) => `\`${name}\``).join(", ")} is left out, since no container may have it: expected cpu, memory, ephemeral-storage, hugepages-…, or a name with a domain`;
    return [{ file: shownAs(file), line, column: 1, path: "spec.limits", value: "", message }];
  });
}
