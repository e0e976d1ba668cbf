import { definePlugin } from "seatrial/scheduler";

/** Best fit by one resource: the node on which least of it is left with the pod. */
export default definePlugin<{ resource: "cpuMillis" | "memoryBytes" }>({
  name: "Tightest",
  extensionPoints: ["score"],
  args: ({ resource = "cpuMillis" }) => {
    if (resource !== "cpuMillis" && resource !== "memoryBytes") {
      throw new Error(`resource: expected cpuMillis or memoryBytes, not ${resource}`);
    }
    return { resource };
  },
  create: ({ resource }) => ({
    reads: { pod: ["resources.requests"], node: ["allocatable", "requested"] },
    score(_state, pod, node) {
      const taken = node.requested[resource] + pod.template.resources.requests[resource];
      return Math.round(100 * Math.min(taken / Math.max(node.allocatable[resource], 1), 1));
    },
  }),
});
