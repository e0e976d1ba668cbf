import { secondsSince } from "./print.js";
import { ofPriority, speedNode } from "./workloads.js";
import { BenchWorld, benchNode, benchPod } from "./world.js";

/** Workload f: a full cluster of four priorities with budgets; each pod has to push others out. */
export function preemption(): void {
  const nodes = 5_000;
  const world = new BenchWorld({ percentageOfNodesToScore: 0 });
  const { state } = world;
  for (let i = 0; i < nodes; i += 1) state.addNode(benchNode(`node-${i}`, speedNode(i)));
  for (const [i, node] of state.nodes.entries()) {
    const cpus = [4, 8, 16, 32][Number(node.name.slice("node-".length)) % 4]!;
    for (let k = 0; k < 4; k += 1) {
      const priority = [0, 10, 20, 30][k]!;
      const pod = ofPriority(priority, `${(cpus * 1000) / 4}m`)(i * 4 + k);
      state.addPod(pod.next({ nodeName: node.name }));
    }
  }
  for (const priority of [0, 10]) {
    world.budgets.set({
      kind: "PodDisruptionBudget",
      namespace: "default",
      name: `budget-${priority}`,
      spec: { selector: { matchLabels: { app: `priority-${priority}` } } },
      status: { disruptionsAllowed: priority === 0 ? 100 : 0 },
    } as never);
  }
  const preemptor = ofPriority(100, "1");
  const warmUp = 50;
  const attempts = 200;
  let begin = process.cpuUsage();
  for (let i = 0; i < warmUp + attempts; i += 1) {
    if (i === warmUp) begin = process.cpuUsage();
    const outcome = world.schedule("fast", state.podInfos.podInfo(preemptor(i)));
    if (outcome.kind !== "unschedulable" || outcome.postFilter?.victims.length !== 1) {
      throw new Error("a pod of high priority preempts one other");
    }
    // The freed room is taken at once by a pod of the victim's size: the cluster stays full.
    const [victim] = outcome.postFilter.victims;
    state.removePod(victim!.pod.uid);
    const template = { ...victim!.pod.spec, priority: 100 };
    const instead = benchPod(`in-${i}`, { app: "in" }, template);
    state.addPod(instead.next({ nodeName: victim!.pod.nodeName }));
  }
  const millis = (secondsSince(begin) * 1_000) / attempts;
  console.log(
    `f, 5,000 full nodes, four priorities, budgets: ${millis.toFixed(1)} ms a preemption`,
  );
}
