import type { Issue } from "../issue.js";
import type { VariantPlan } from "../variants.js";
import type { FileSystem } from "./file-system.js";
import type { Experiment } from "./load-experiment.js";
import { loadScenario } from "./load-scenario.js";

/** One variant whose scenario is right, as data. */
interface CheckedVariant {
  readonly variant: VariantPlan;
  /** Name of the scenario. */
  readonly scenario: string;
  /** sha256 of every file that it reads. */
  readonly inputs: readonly string[];
}

export type VariantsOutcome =
  | { readonly outcome: "checked"; readonly variants: readonly CheckedVariant[] }
  | { readonly outcome: "skipped"; readonly name: string; readonly missing: readonly string[] }
  | { readonly outcome: "refused"; readonly issues: readonly Issue[] };

/** Loads and checks every variant of an experiment, one after the other; each issue is told once. */
export async function loadVariants(
  experiment: Experiment,
  { files, dataFolder }: { readonly files: FileSystem; readonly dataFolder: string },
): Promise<VariantsOutcome> {
  const issues = new Map<string, Issue>();
  const variants: CheckedVariant[] = [];
  for (const variant of experiment.variants) {
    const { settings } = variant;
    const loaded = await loadScenario(experiment.scenarioPath, { files, dataFolder, settings });
    if (loaded.outcome === "skipped") return loaded;
    if (loaded.outcome === "refused") {
      for (const issue of loaded.issues) {
        const told = placed(experiment, issue);
        issues.set(JSON.stringify(told), told);
      }
      continue;
    }
    const { scenario } = loaded.loaded;
    const inputs = await loaded.loaded.inputHashes();
    variants.push({
      variant,
      scenario: scenario.name,
      inputs: inputs.map(({ sha256 }) => sha256),
    });
  }
  if (issues.size > 0) return { outcome: "refused", issues: [...issues.values()] };
  return { outcome: "checked", variants };
}

/** An issue about a setting stands where the experiment has it. */
function placed(experiment: Experiment, issue: Issue): Issue {
  if (!issue.file.startsWith("--set ")) return issue;
  const setting = issue.file.slice("--set ".length);
  const message = issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`;
  return experiment.issueOfSetting(setting, message);
}
