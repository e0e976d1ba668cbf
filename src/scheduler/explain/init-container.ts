import type { Container, PodSpec } from "../../api/kubernetes.js";
import { parseResource } from "../../api/quantity.js";
import type { Measure } from "./amount-text.js";

/**
 * Why a pod asks for so much of a resource, where an init container asks for more than all that run
 * together later; empty elsewhere: ` (its init container migrate alone; the others ask for 1 cpu together)`.
 *
 * Source: Kubernetes, "Init Containers: Resource sharing within containers".
 */
export function initText(spec: PodSpec, measure: Measure): string {
  const { containers, initContainers = [] } = spec;
  const askedBy = ({ resources }: Container): number => {
    const amount = resources?.requests?.[measure.name];
    return amount === undefined ? 0 : parseResource(measure.name, amount);
  };
  let sidecars = 0;
  let most = 0;
  let name = "";
  for (const container of initContainers) {
    const own = askedBy(container);
    if (container.restartPolicy === "Always") sidecars += own;
    else if (own > 0 && sidecars + own > most) {
      most = sidecars + own;
      name = container.name;
    }
  }
  const later = sidecars + containers.reduce((sum, container) => sum + askedBy(container), 0);
  if (most <= later) return "";
  const others = later === 0 ? "for none" : `for ${measure.text(later)} together`;
  return ` (its init container ${name} does; the containers that run after it ask ${others})`;
}
