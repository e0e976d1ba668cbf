import type { Operation } from "../../workload/timeline/operation.js";
import type { WaitOperation } from "../../workload/timeline/waits.js";
import type { Path } from "../load/yaml-source.js";

/** A step, and those that its wait takes when it is in vain, with their paths below the entry. */
export function withElse(
  operation: Operation,
): readonly { readonly step: Operation; readonly at: Path }[] {
  const { otherwise } = operation as Partial<WaitOperation>;
  if (operation.type !== "waitFor" || typeof otherwise !== "object") {
    return [{ step: operation, at: [] }];
  }
  return otherwise.map(({ operation: step }, i) => ({ step, at: ["waitFor", "else", i] }));
}
