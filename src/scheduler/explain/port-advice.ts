import { listText, roomText } from "./node-text.js";
import { areSiblings } from "./owner-text.js";
import type { Ruled } from "./ruled.js";

const MAX_NAMED = 3;

/** Ports of the node itself that it asks for, and others hold. */
export function portAdvice({ pod, nodes }: Ruled): string {
  const ports = pod.template.hostPorts.map(({ port, protocol }) => `${port}/${protocol}`);
  const holders = nodes.flatMap((node) =>
    node.pods.filter(({ template }) =>
      template.hostPorts.some(({ port }) =>
        pod.template.hostPorts.some((wanted) => wanted.port === port),
      ),
    ),
  );
  const isOwn = holders.length > 0 && holders.every((other) => areSiblings(other.pod, pod.pod));
  const help = isOwn
    ? "Its own siblings hold it, and each node has it once: ask for fewer replicas, add a node, or do without hostPort (a Service needs none)."
    : `Held by ${listText([...new Set(holders.map((other) => other.pod.name))], MAX_NAMED)}: move those, or do without hostPort (a Service needs none).`;
  return `${roomText(nodes)} would take it, but the pod's host port ${ports.join(", ")} is taken there. ${help}`;
}
