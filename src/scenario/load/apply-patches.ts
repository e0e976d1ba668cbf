import { targetText } from "../../api/object-version.js";
import { nearestName } from "../../base/near-name.js";
import type { Issue } from "../issue.js";
import type { ScenarioDocument } from "../schema/document.js";
import type { Objects } from "./gather-not-modelled.js";
import type { ObjectReader } from "./manifests.js";
import { type ObjectScreen, typeFlaws } from "./object-screen.js";
import { isTarget, patched, targetOf } from "./patches.js";
import type { ScenarioSource } from "./scenario-file.js";
import type { Path } from "./yaml-source.js";

interface PatchOptions {
  readonly source: ScenarioSource;
  readonly screen: ObjectScreen;
  /** What is asked of a patched object of a dump, and of one that will be created. */
  readonly checks: { readonly state: ObjectReader["check"]; readonly wish: ObjectReader["check"] };
}

function namesOf({ snapshot, nodes, manifests }: Objects): readonly string[] {
  const all = [...(snapshot ?? []), ...nodes, ...manifests];
  return all.map(({ manifest }) => targetText(targetOf(manifest)));
}

/** Lays the scenario's patches over its objects, in place; what is wrong with any of them. */
export function applyPatches(
  { spec }: ScenarioDocument,
  objects: Objects,
  { source, screen, checks }: PatchOptions,
): readonly Issue[] {
  const issues: Issue[] = [];
  for (const [i, patch] of (spec.patches ?? []).entries()) {
    const path: Path = ["spec", "patches", i];
    let isThere = false;
    for (const name of ["snapshot", "nodes", "manifests"] as const) {
      const list = objects[name];
      const at = list?.findIndex(({ manifest }) => isTarget(manifest, patch.target)) ?? -1;
      if (list === null || at < 0) continue;
      isThere = true;
      const object = list[at]!;
      const { apiVersion } = object.manifest;
      const target = { ...patch.target, apiVersion };
      const screened = screen.patch(patch.patch, target, (inside, message, atKey) =>
        source.issue([...path, "patch", ...inside], message, atKey),
      );
      const check = name === "snapshot" ? checks.state : checks.wish;
      const result = patched(object, screened.patch, (merged) => {
        const mistyped = typeFlaws(merged);
        return mistyped.length > 0 ? mistyped : check(merged);
      });
      if ("manifest" in result) {
        objects[name] = list.with(at, result);
        continue;
      }
      for (const flaw of [...screened.strangers, ...result]) {
        issues.push(source.issue([...path, "patch", ...flaw.path], flaw.message, flaw.atKey));
      }
    }
    if (!isThere) {
      const wanted = targetText(patch.target);
      const there = namesOf(objects);
      const nearest =
        there.length === 0 ? "" : `; the nearest is \`${nearestName(wanted, there)}\``;
      const message = `there is no object \`${wanted}\` in the manifests or the snapshot${nearest}`;
      issues.push(source.issue([...path, "target"], message));
    }
  }
  return issues;
}
