import type { OperationTarget } from "./operation.js";
import type { Step } from "./step.js";
import { namedTarget } from "./stored.js";

/** The step that is a strategic merge patch of one object. */
export function merging(
  target: OperationTarget,
  patch: unknown,
  done: string,
  subresource?: "resize",
): Step {
  const named = namedTarget(target);
  if (typeof named === "string") return { target, refusal: named };
  const part = subresource === undefined ? {} : { subresource };
  return [{ target, request: { verb: "merge", target: named, patch, ...part }, done }];
}
