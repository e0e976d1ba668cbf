import type { Outcome } from "../outcome.js";
import type { Target } from "../request.js";
import { isRefusal, resolve, type ServerContext } from "./server-context.js";

/** The newest version of an object. */
export function get(context: ServerContext, target: Target): Outcome {
  const object = resolve(context, target);
  return isRefusal(object) ? object : { ok: true, object };
}
