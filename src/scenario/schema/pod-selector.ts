import { parseSelector, SelectorError } from "../../api/label-selector.js";
import type { Parsed } from "../units.js";
import { leaf } from "./leaf.js";

/** The text of a label selector, as `kubectl -l` takes it. */
export const podSelector = leaf({ type: "string" }, (raw): Parsed<string> => {
  if (typeof raw !== "string") return { problem: "expected a selector such as `app=web,!canary`" };
  const selector = parseSelector(raw);
  return selector instanceof SelectorError ? { problem: selector.message } : { value: raw };
});
