import { counted } from "../../base/counted.js";
import { featuresOf } from "../../scheduler/framework/features.js";
import type { Issue } from "../issue.js";
import type { LoadedObject } from "../schema/scenario.js";

interface Gated {
  readonly schedulingGates?: readonly unknown[];
  readonly template?: { readonly spec?: Gated };
}

/** A note where pods have scheduling gates and the simulated version drops them, as its API server does. */
export function gateNotes(
  objects: readonly LoadedObject[],
  minor: number,
  shownAs: (name: string) => string,
): readonly Issue[] {
  if (featuresOf(minor).PodSchedulingReadiness) return [];
  const gated = objects.filter(({ manifest }) => hasGates(manifest.spec as Gated | undefined));
  const [first] = gated;
  if (first === undefined) return [];
  const { file, line } = first.origin;
  const message = `Kubernetes 1.${minor} has no scheduling gates: those of ${counted(gated.length, "object")} are dropped, and nothing holds the pods back (kubernetesVersion: "1.27" or later has them)`;
  return [{ file: shownAs(file), line, column: 1, path: "", value: "", message }];
}

function hasGates(spec: Gated | undefined | null): boolean {
  const own = [spec?.schedulingGates, spec?.template?.spec?.schedulingGates];
  return own.some((gates) => Array.isArray(gates) && gates.length > 0);
}
