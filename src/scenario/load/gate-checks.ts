import type { GateSettings, GateValues } from "../../api/feature-gates/gate-settings.js";
import { isModelledGate } from "../../api/features.js";
import { guardsFields } from "../../api/schemas/served-fields.js";
import { ALL_PODS, type CoverageReport } from "../coverage.js";
import type { Issue } from "../issue.js";
import type { ScenarioSource } from "./scenario-file.js";

/** What the components would refuse of `spec.featureGates`, each at its gate. */
export function gateIssues({ issues }: GateSettings, source: ScenarioSource): readonly Issue[] {
  return issues.map(({ name, message }) => source.issue(["spec", "featureGates", name], message));
}

/** Notes the gates that were changed and that nothing here models. */
export function noteGates(changed: GateValues, minor: number, coverage: CoverageReport): void {
  for (const name of Object.keys(changed)) {
    if (isModelledGate(name, minor) || guardsFields(name)) continue;
    const what = {
      kind: "Scenario",
      field: `spec.featureGates.${name}`,
      effect: "timing",
    } as const;
    coverage.note(what, { text: name, podsOf: ALL_PODS });
  }
}
