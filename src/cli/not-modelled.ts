import { counted } from "../base/counted.js";
import type { Concern } from "../scenario/concerned-pods.js";
import { ALL_PODS } from "../scenario/coverage.js";

const MAX_NAMED = 2;

/** A kind, or a field with its kind: `Pod spec.securityContext`; of what is no field, also where. */
export function whatOf({ kind, field, meant, place }: Concern): string {
  const stranger = place === undefined ? "" : ` is no field, at ${place}`;
  const hint = meant === "" ? "" : ` (did you mean \`${meant}\`?)`;
  return `${field === "" ? kind : `${kind} ${field}`}${stranger}${hint}`;
}

/** `12 pods of Deployment shop/web`; the objects alone where that is no pod's matter. */
export function whoOf({ objects, podsCount, podsOf }: Concern): string {
  const named = objects.slice(0, MAX_NAMED).join(", ");
  const rest = objects.length - MAX_NAMED;
  const who = rest > 0 ? `${named} and ${rest} more` : named;
  if (podsOf.has(ALL_PODS)) return `${who}: all pods (${podsCount})`;
  const isAboutPods = podsOf.size > 0 && !objects.every((object) => object.startsWith("Pod "));
  return isAboutPods ? `${counted(podsCount, "pod")} of ${who}` : who;
}
